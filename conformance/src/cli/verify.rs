use super::arguments::{RunFormat, Verify};
use super::bar::Bar;
use super::complain;
use super::doctor::advise;
use super::expectations::{refuse_early, update};
use super::failure::{Failure, INTERRUPTED};
use super::files::{check_outputs, write};
use super::outputs::{self as written, Outputs};
use super::rules::matching;
use super::saved::NotRun;
use super::several;
use super::streams::stdout;
use super::subject::{Target, announce, called, expectations, judged, quoted};
use crate::implementation::mistakes::Language;
use crate::report::{Conclusion, Report, counterexamples};
use crate::run::{PLAN_SEED, verify_with};
use crate::session::{Effort, Options, fresh_seed};
use crate::view::{Shown, annotations, print, print_verdict, to_saved};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

pub(super) fn run(arguments: &Verify) -> Result<ExitCode, Failure> {
    if !arguments.others.is_empty() || !arguments.each.is_empty() {
        return several::run(arguments);
    }
    check(arguments)?;
    if arguments.dry_run {
        announce(&arguments.subject, &outputs(arguments))?;
        return Ok(ExitCode::SUCCESS);
    }
    // What cannot be written costs neither the verdict nor what else is written.
    let mut unwritten = Vec::new();
    let (mut report, language) =
        judge(arguments, &mut unwritten).inspect_err(|why| tell_not_run(arguments, why))?;
    let judged = judged(&arguments.subject);
    if let Some(file) = &arguments.save_counterexample
        && let Some(text) = counterexamples(&report, &judged)
    {
        match write(file, &text) {
            Ok(()) => report.saved = Some(quoted(&file.display().to_string())),
            Err(failure) => unwritten.push(failure),
        }
    }
    let mut not_updated = None;
    if let Some(file) = arguments.subject.file.as_deref().filter(|_| arguments.update_expectations)
    {
        match update(file, &report, arguments.strict) {
            Ok(entries) => report = report.expecting(entries, SystemTime::now()),
            Err(failure) => not_updated = Some(failure),
        }
    }
    unwritten.extend(print_report(arguments, &report, &judged, language).err());
    unwritten.extend(written::write(&arguments.outputs, &report, &judged, arguments.strict));
    for failure in unwritten {
        complain(&failure);
    }
    match not_updated {
        Some(failure) if !report.interrupted => return Err(failure),
        Some(failure) => complain(&failure),
        None => {}
    }
    Ok(match report.interrupted {
        true => ExitCode::from(INTERRUPTED),
        false => code(report.conclusion(arguments.strict)),
    })
}

/// A program that reads reports is told, too, why there is none.
fn tell_not_run(arguments: &Verify, why: &Failure) {
    if let (RunFormat::Json, Failure::Adapter(_), Some(file)) =
        (arguments.format, why, &arguments.subject.file)
    {
        let not_run = NotRun::new(called(file), why.to_string());
        // Standard error tells it anyway.
        let _ = write!(stdout(), "{}", not_run.as_json());
    }
}

/// Refuses files that could not be written, before a run that takes long.
fn check(arguments: &Verify) -> Result<(), Failure> {
    check_outputs(arguments.subject.file.as_deref(), outputs(arguments))
}

/// The files that a run writes, each with its option.
fn outputs(arguments: &Verify) -> [(&'static str, Option<&Path>); 7] {
    let Outputs { html, markdown, junit, badge, json } = &arguments.outputs;
    let outputs = [
        ("--trace", &arguments.subject.trace),
        ("--html", html),
        ("--markdown", markdown),
        ("--junit", junit),
        ("--badge", badge),
        ("--json", json),
        ("--save-counterexample", &arguments.save_counterexample),
    ];
    outputs.map(|(option, file)| (option, file.as_deref()))
}

/// Runs the judge, and compares what came of it with what was expected.
fn judge(arguments: &Verify, unwritten: &mut Vec<Failure>) -> Result<(Report, Language), Failure> {
    refuse_early(arguments)?;
    let chosen = matching(&arguments.rules)?;
    let rules = match arguments.rules.as_slice() {
        [] => Vec::new(),
        _ => chosen.iter().map(|rule| rule.id).collect(),
    };
    let mut subject = Target::of(&arguments.subject)?;
    let expected = expectations(&arguments.subject)?;
    let seed = match subject.recorded() {
        true => arguments.seed.unwrap_or(PLAN_SEED),
        false => arguments.seed.unwrap_or_else(fresh_seed),
    };
    let effort = match arguments.effort {
        Some(effort) => effort,
        None if subject.recorded() => Effort::Quick,
        None => Effort::Default,
    };
    let language = subject.language();
    let bar = Bar::of_rules();
    let report = verify_with(
        subject.implementation(),
        &Options { rules, seed, effort, programs: arguments.programs, to_the_end: false },
        &mut |progress| {
            bar.show(progress);
        },
    );
    drop(bar);
    // A run that came to its end, or that tells that it did not, is worth a report.
    match subject.end() {
        Err(Failure::Interrupted) if report.is_ok() => {}
        Err(failure) if report.is_ok() => unwritten.push(failure),
        ended => ended?,
    }
    let report = report.map_err(Failure::Adapter)?;
    Ok((report.expecting(expected, SystemTime::now()), language))
}

/// Reports on standard output.
fn print_report(
    arguments: &Verify,
    report: &Report,
    judged: &str,
    language: Language,
) -> Result<(), Failure> {
    let mut out = stdout();
    match arguments.format {
        RunFormat::Terminal if arguments.quiet => {
            print_verdict(report, arguments.strict, &mut out)?;
        }
        RunFormat::Terminal => in_words(arguments, report, judged, language, &mut out)?,
        RunFormat::Github => {
            // What an adapter says is no command to GitHub.
            let token = format!("{:016x}", fresh_seed());
            writeln!(out, "::stop-commands::{token}")?;
            in_words(arguments, report, judged, language, &mut out)?;
            writeln!(out, "::{token}::")?;
            write!(out, "{}", annotations(report, judged, arguments.strict))?;
        }
        RunFormat::Json => {
            let saved = to_saved(report, judged, arguments.strict);
            write!(out, "{}", written::as_json(&saved))?;
        }
    }
    Ok(out.flush()?)
}

/// The report for a person, with what is known of the adapter's mistakes.
fn in_words(
    arguments: &Verify,
    report: &Report,
    judged: &str,
    language: Language,
    out: &mut impl Write,
) -> io::Result<()> {
    let (strict, verbose) = (arguments.strict, arguments.verbose);
    let (named, took) = (Some(judged.to_owned()), Some(report.took));
    print(report, &Shown { judged: named, strict, verbose, took }, out)?;
    advise(report, language, judged, out)
}

fn code(conclusion: Conclusion) -> ExitCode {
    match conclusion {
        Conclusion::NoVerdict => ExitCode::from(3),
        conclusion if conclusion.is_good() => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}
