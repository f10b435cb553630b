use super::arguments::{Plan, Record};
use super::bar::Bar;
use super::failure::Failure;
use super::subject::{Target, read, unwritten, wrong};
use crate::implementation::recorded::Recorder;
use crate::implementation::{Family, Reference};
use crate::run::{plan as write_plan, verify_with};
use crate::session::Options;
use crate::wire::parse_start;
use std::fs::File;
use std::io::{BufWriter, stdout};
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
    write_plan(start, arguments.seed, BufWriter::new(stdout().lock()))?;
    Ok(ExitCode::SUCCESS)
}

/// Judges an implementation for the sake of its answers.
pub(super) fn record(arguments: &Record) -> Result<ExitCode, Failure> {
    let shown = arguments.output.display();
    let file = File::create(&arguments.output).map_err(|why| unwritten(&arguments.output, &why))?;
    let mut subject = Target::of(&arguments.subject)?;
    let bar = Bar::of_rules();
    let mut recorder = Recorder::new(subject.implementation(), BufWriter::new(file));
    let (seed, effort) = (arguments.seed, arguments.effort);
    let options = Options { seed, effort, ..Options::default() };
    let report = verify_with(&mut recorder, &options, &mut |progress| bar.show(progress));
    drop(bar);
    let answers = recorder.finish()?;
    subject.end()?;
    report.map_err(Failure::Adapter)?;
    anstream::println!("{shown}: {answers} answers with seed {}", arguments.seed);
    Ok(ExitCode::SUCCESS)
}
