use super::arguments::Replay;
use super::failure::Failure;
use super::files::{read, wrong};
use super::streams::stdout;
use super::subject::Target;
use crate::report::read_counterexamples;
use crate::run::{Again, replay};
use crate::session::fresh_seed;
use crate::view::print_counterexample;
use std::io::Write;
use std::process::ExitCode;

/// Asks programs again that broke rules before.
pub(super) fn run(arguments: &Replay) -> Result<ExitCode, Failure> {
    let file = &arguments.from;
    let programs = read_counterexamples(&read(file)?).map_err(|why| wrong(file, why))?;
    if programs.is_empty() {
        return Err(wrong(file, "it has no fixtures".to_owned()));
    }
    let mut subject = Target::of(&arguments.subject)?;
    let seed = arguments.seed.unwrap_or_else(fresh_seed);
    let again = replay(subject.implementation(), &programs, seed);
    let ended = subject.end();
    let again = again.map_err(Failure::Adapter)?;
    let mut out = stdout();
    let (mut broken, mut unanswered) = (0, 0);
    for (program, again) in programs.iter().zip(again) {
        let rules = program.rules.join(", ");
        match again {
            Again::Explained { runs } => {
                writeln!(out, "explained {} ({rules}), in {runs} of {runs} runs", program.id)?;
            }
            Again::Broken { counterexample, shown, runs } => {
                broken += 1;
                writeln!(out, "broken    {} ({rules}), in {shown} of {runs} runs", program.id)?;
                print_counterexample(&counterexample, &mut out)?;
            }
            Again::NoAnswer { why } => {
                unanswered += 1;
                writeln!(out, "no answer {} ({rules}): {why}", program.id)?;
            }
        }
    }
    // The answers until an interruption are told.
    out.flush()?;
    ended?;
    Ok(match (broken, unanswered) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(3),
        _ => ExitCode::from(1),
    })
}
