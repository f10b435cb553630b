use super::arguments::{Format, Verify};
use super::doctor::advise;
use super::failure::Failure;
use super::outputs;
use super::rules::matching;
use super::subject::{Bar, Judged, judged, quoted, wrong};
use dezero_spec::fixtures::counterexamples;
use dezero_spec::recorded::PLAN_SEED;
use dezero_spec::report::{Shown, print, to_json};
use dezero_spec::{Conclusion, Effort, Options, fresh_seed, verify_with};
use std::fs;
use std::io::Write;
use std::process::ExitCode;

pub(super) fn run(arguments: &Verify) -> Result<ExitCode, Failure> {
    let chosen = matching(&arguments.rules)?;
    let rules = match arguments.rules.as_slice() {
        [] => Vec::new(),
        _ => chosen.iter().map(|rule| rule.id).collect(),
    };
    let mut subject = Judged::of(&arguments.subject)?;
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
    let bar = Bar::new();
    let report = verify_with(
        subject.implementation(),
        &Options { rules, seed, effort, programs: arguments.programs, to_the_end: false },
        &mut |progress| {
            bar.show(progress);
        },
    );
    drop(bar);
    subject.end()?;
    let mut report = report.map_err(Failure::Adapter)?;
    let judged = judged(&arguments.subject);
    if let Some(file) = &arguments.save_counterexample
        && let Some(text) = counterexamples(&report, &judged)
    {
        fs::write(file, text).map_err(|why| wrong(file, format!("cannot be written: {why}")))?;
        report.saved = Some(quoted(&file.display().to_string()));
    }
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Terminal => {
            let (strict, verbose) = (arguments.strict, arguments.verbose);
            let (named, took) = (Some(judged.clone()), Some(report.took));
            print(&report, &Shown { judged: named, strict, verbose, took }, &mut out)?;
            advise(&report, language, &judged, &mut out)?;
        }
        Format::Json => writeln!(out, "{:#}", to_json(&report, &judged, arguments.strict))?,
    }
    out.flush()?;
    // Last, so that a file that cannot be written costs nobody the verdict.
    outputs::write(&arguments.outputs, &report, &judged, arguments.strict)?;
    Ok(match report.conclusion(arguments.strict) {
        Conclusion::Conforms | Conclusion::SelectedRulesPass => ExitCode::SUCCESS,
        Conclusion::DoesNotConform => ExitCode::from(1),
        Conclusion::NoVerdict => ExitCode::from(3),
    })
}
