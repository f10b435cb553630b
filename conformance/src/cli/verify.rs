use super::arguments::{Format, Verify};
use super::failure::Failure;
use super::rules::matching;
use super::subject::{Bar, Judged, judged};
use dezero_spec::recorded::PLAN_SEED;
use dezero_spec::report::{Shown, print, to_json};
use dezero_spec::{Conclusion, Effort, Options, verify};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

pub(super) fn run(arguments: &Verify) -> Result<ExitCode, Failure> {
    let chosen = matching(&arguments.rules)?;
    let rules = match arguments.rules.as_slice() {
        [] => Vec::new(),
        _ => chosen.iter().map(|rule| rule.id).collect(),
    };
    let mut subject = Judged::of(&arguments.subject)?;
    let fresh = || RandomState::new().build_hasher().finish() >> 32;
    let seed = match subject.recorded() {
        true => arguments.seed.unwrap_or(PLAN_SEED),
        false => arguments.seed.unwrap_or_else(fresh),
    };
    let effort = match arguments.effort {
        Some(effort) => effort,
        None if subject.recorded() => Effort::Quick,
        None => Effort::Default,
    };
    let started = Instant::now();
    let bar = Bar::new();
    let report = verify(
        subject.implementation(),
        &Options { rules, seed, effort, to_the_end: false },
        &mut |progress| {
            bar.show(progress);
        },
    );
    drop(bar);
    subject.end()?;
    let report = report.map_err(Failure::Adapter)?;
    let judged = judged(&arguments.subject);
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Terminal => {
            let (strict, verbose, took) = (arguments.strict, arguments.verbose, started.elapsed());
            print(&report, &Shown { judged, strict, verbose, took }, &mut out)?;
        }
        Format::Json => writeln!(out, "{:#}", to_json(&report, &judged, arguments.strict))?,
    }
    out.flush()?;
    Ok(match report.conclusion(arguments.strict) {
        Conclusion::Conforms | Conclusion::SelectedRulesPass => ExitCode::SUCCESS,
        Conclusion::DoesNotConform => ExitCode::from(1),
        Conclusion::NoVerdict => ExitCode::from(3),
    })
}
