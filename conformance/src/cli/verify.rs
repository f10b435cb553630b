use super::arguments::{Outputs, RunFormat, Verify};
use super::bar::Bar;
use super::complain;
use super::doctor::advise;
use super::expectations::{refuse_early, update};
use super::failure::{Failure, INTERRUPTED};
use super::files::{check_outputs, write};
use super::streams::stdout;
use super::subject::{Target, announce, called, expectations, inputs, judged, quoted};
use super::tables::matching;
use crate::book::{Level, Rule, rules};
use crate::implementation::mistakes::Language;
use crate::report::expectations::Expectation;
use crate::report::saved::SavedReport;
use crate::report::{Conclusion, NotRun, Report, ReportFile, counterexamples};
use crate::run::{PLAN_SEED, verify_with};
use crate::session::{Effort, Options, fresh_seed};
use crate::view::{
    Matrix, annotations, matrix_to_markdown, matrix_to_page, not_run_to_badge, not_run_to_junit,
    print, print_verdict, to_badge, to_junit, to_markdown, to_page,
};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

pub(super) fn run(arguments: &Verify) -> Result<ExitCode, Failure> {
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
    let told = report.told(Some(&judged), arguments.strict);
    unwritten.extend(print_report(arguments, &report, &told, &judged, language).err());
    unwritten.extend(write_outputs(&arguments.outputs, &report, &told, &judged));
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
        false => code(told.verdict),
    })
}

/// What reads reports is told, too, why there is none: what an earlier run wrote says nothing of this one.
fn tell_not_run(arguments: &Verify, why: &Failure) {
    let (Failure::Adapter(_) | Failure::Interrupted) = why else { return };
    let Some(file) = &arguments.subject.file else { return };
    let not_run = NotRun::new(called(file), why.to_string());
    if arguments.format == RunFormat::Json {
        // Standard error tells it anyway.
        let _ = write!(stdout(), "{}", not_run.as_json());
    }
    let Outputs { html, markdown, junit, badge, json } = &arguments.outputs;
    let saved = [ReportFile::NotRun(not_run.clone())];
    let matrix = Matrix::of(&saved);
    let asked: [(_, &dyn Fn() -> String); 5] = [
        (html, &|| matrix_to_page(&matrix, None)),
        (markdown, &|| matrix_to_markdown(&matrix, None)),
        (junit, &|| not_run_to_junit(&not_run)),
        (badge, &|| not_run_to_badge(&not_run)),
        (json, &|| not_run.as_json()),
    ];
    write_all(asked).iter().for_each(complain);
}

/// Refuses what is about several implementations, and files that could not be written, before a run that takes
/// long.
fn check(arguments: &Verify) -> Result<(), Failure> {
    let several = [
        ("--jobs", arguments.jobs.is_some()),
        ("--reports", arguments.reports.is_some()),
        ("--csv", arguments.csv.is_some()),
    ];
    if let Some((option, _)) = several.iter().find(|(_, given)| *given) {
        let why = "is for several implementations; of one, --json FILE keeps the report";
        return Err(Failure::Usage(format!("{option} {why}")));
    }
    let read = arguments.subject.file.as_deref().map(inputs).unwrap_or_default();
    check_outputs(read.iter().map(PathBuf::as_path), outputs(arguments))
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
    let (programs, fail_fast) = (arguments.programs, fail_fast(arguments, &expected));
    let options = Options { rules, seed, effort, programs, fail_fast, to_the_end: false };
    let bar = Bar::of_rules();
    let report = verify_with(subject.implementation(), &options, &mut |progress| {
        bar.show(progress);
    });
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

/// The rules of which the first one that fails ends the run.
fn fail_fast(arguments: &Verify, expected: &[Expectation]) -> Vec<&'static str> {
    let ends = |rule: &&Rule| {
        arguments.fail_fast
            && (arguments.strict || rule.level == Level::Must)
            && !expected.iter().any(|entry| entry.stands_for(rule.id))
    };
    rules().iter().filter(ends).map(|rule| rule.id).collect()
}

/// Reports on standard output.
fn print_report(
    arguments: &Verify,
    report: &Report,
    told: &SavedReport,
    judged: &str,
    language: Language,
) -> Result<(), Failure> {
    let mut out = stdout();
    // With what is known of the adapter's mistakes.
    let in_words = |out: &mut _| -> io::Result<()> {
        print(told, arguments.verbose, out)?;
        advise(report, language, judged, out)
    };
    match arguments.format {
        RunFormat::Terminal if arguments.quiet => print_verdict(told, &mut out)?,
        RunFormat::Terminal => in_words(&mut out)?,
        RunFormat::Github => {
            // What an adapter says is no command to GitHub.
            let token = format!("{:016x}", fresh_seed());
            writeln!(out, "::stop-commands::{token}")?;
            in_words(&mut out)?;
            writeln!(out, "::{token}::")?;
            write!(out, "{}", annotations(told, judged))?;
        }
        RunFormat::Json => write!(out, "{}", told.as_json())?,
    }
    Ok(out.flush()?)
}

/// Writes the files that were asked for, and gives back what came in the way of some: it does not cost the
/// others.
fn write_outputs(
    outputs: &Outputs,
    report: &Report,
    told: &SavedReport,
    judged: &str,
) -> Vec<Failure> {
    let Outputs { html, markdown, junit, badge, json } = outputs;
    let asked: [(_, &dyn Fn() -> String); 5] = [
        (html, &|| to_page(report, told)),
        (markdown, &|| to_markdown(told)),
        (junit, &|| to_junit(told, judged)),
        (badge, &|| to_badge(told)),
        (json, &|| told.as_json()),
    ];
    write_all(asked)
}

fn write_all(asked: [(&Option<PathBuf>, &dyn Fn() -> String); 5]) -> Vec<Failure> {
    let written = asked.into_iter().filter_map(|(file, text)| {
        let file = file.as_deref()?;
        write(file, &text()).err()
    });
    written.collect()
}

fn code(conclusion: Conclusion) -> ExitCode {
    match conclusion {
        Conclusion::NoVerdict => ExitCode::from(3),
        conclusion if conclusion.is_good() => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}
