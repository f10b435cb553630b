//! Answers and programs that were written down, to be judged or asked later.

use super::arguments::{Plan, Record, Replay};
use super::bar::Bar;
use super::failure::Failure;
use super::files::{WholeFile, check_outputs, read, wrong};
use super::streams::stdout;
use super::subject::{Target, inputs};
use crate::implementation::recorded::Recorder;
use crate::implementation::{Family, Reference};
use crate::report::read_counterexamples;
use crate::report::saved::SavedCounterexample;
use crate::run::{Again, plan as write_plan, replay as ask_again, verify_with};
use crate::session::{Options, fresh_seed};
use crate::view::print_counterexample;
use crate::wire::parse_start;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Prints the requests that decide on an implementation.
pub(super) fn plan(arguments: &Plan) -> Result<ExitCode, Failure> {
    let start = match &arguments.start {
        None => Reference.start(),
        Some(file) => {
            let text = read(file)?;
            let line = text.lines().next().unwrap_or_default();
            parse_start(line)
                .map_err(|why| wrong(file, format!("line 1 is no answer to `start`: {why}")))?
        }
    };
    write_plan(start, arguments.seed, BufWriter::new(stdout()))?;
    Ok(ExitCode::SUCCESS)
}

/// Judges an implementation for the sake of its answers.
pub(super) fn record(arguments: &Record) -> Result<ExitCode, Failure> {
    let shown = arguments.output.display();
    let subject = &arguments.subject;
    let outputs =
        [("--output", Some(arguments.output.as_path())), ("--trace", subject.trace.as_deref())];
    let read = subject.file.as_deref().map(inputs).unwrap_or_default();
    check_outputs(read.iter().map(PathBuf::as_path), outputs)?;
    let mut subject = Target::of(subject)?;
    let mut file = WholeFile::new(&arguments.output)?;
    let bar = Bar::of_rules();
    let mut recorder = Recorder::new(subject.implementation(), &mut file);
    let (seed, effort) = (arguments.seed, arguments.effort);
    let options = Options { seed, effort, ..Options::default() };
    let report = verify_with(&mut recorder, &options, &mut |progress| bar.show(progress));
    drop(bar);
    let answers = recorder.finish()?;
    subject.end()?;
    // A record of an adapter that does not start says so.
    file.finish()?;
    report.map_err(Failure::Adapter)?;
    writeln!(stdout(), "{shown}: {answers} answers with seed {}", arguments.seed)?;
    Ok(ExitCode::SUCCESS)
}

/// Asks programs again that broke rules before.
pub(super) fn replay(arguments: &Replay) -> Result<ExitCode, Failure> {
    let file = &arguments.from;
    let programs = read_counterexamples(&read(file)?).map_err(|why| wrong(file, why))?;
    if programs.is_empty() {
        return Err(wrong(file, "it has no fixtures".to_owned()));
    }
    let mut subject = Target::of(&arguments.subject)?;
    let seed = arguments.seed.unwrap_or_else(fresh_seed);
    let again = ask_again(subject.implementation(), &programs, seed);
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
                print_counterexample(&SavedCounterexample::of(&counterexample), &mut out)?;
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
