use super::arguments::{Plan, Record};
use super::bar::Bar;
use super::failure::Failure;
use super::files::{WholeFile, check_outputs, read, wrong};
use super::streams::stdout;
use super::subject::Target;
use crate::implementation::recorded::Recorder;
use crate::implementation::{Family, Reference};
use crate::run::{plan as write_plan, verify_with};
use crate::session::Options;
use crate::wire::parse_start;
use std::io::{BufWriter, Write};
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
    check_outputs(subject.file.as_deref(), outputs)?;
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
