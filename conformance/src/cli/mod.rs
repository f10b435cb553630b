//! The command line, `dezero-spec`.

mod arguments;
mod bar;
mod compare;
mod doctor;
mod expectations;
mod failure;
mod files;
mod fixtures;
mod init;
mod python;
mod records;
mod serve;
mod several;
mod streams;
mod subject;
mod tables;
mod verify;

pub(crate) use arguments::Arguments;
pub(crate) use failure::Failure;

use crate::wire::foreign::cut;
use arguments::Task;
use clap::Parser;
use std::process::ExitCode;

/// The program: does what its command line says.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(failure) => {
            complain(&failure);
            failure.code()
        }
    }
}

/// More of a line is not told: files and adapters have lines without end.
const LONGEST_LINE: usize = 2000;

fn complain(failure: &Failure) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let said = failure.to_string();
    let lines = said.lines().map(|line| cut(line, LONGEST_LINE)).collect::<Vec<_>>().join("\n");
    streams::tell!("{style}error:{style:#} {lines}");
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Task::Verify(arguments) if arguments.is_of_several() => several::run(&arguments),
        Task::Verify(mut arguments) => {
            arguments.subject.find()?;
            verify::run(&arguments)
        }
        Task::Init(arguments) => init::run(&arguments),
        Task::Doctor(mut arguments) => {
            arguments.subject.find()?;
            doctor::run(&arguments)
        }
        Task::Plan(arguments) => records::plan(&arguments),
        Task::Record(mut arguments) => {
            arguments.subject.find()?;
            records::record(&arguments)
        }
        Task::Replay(mut arguments) => {
            arguments.subject.find()?;
            records::replay(&arguments)
        }
        Task::Matrix(arguments) => compare::matrix(&arguments),
        Task::Diff(arguments) => compare::diff(&arguments),
        Task::Power(arguments) => tables::power(&arguments),
        Task::Serve(arguments) => serve::run(&arguments),
        Task::Rules(arguments) => tables::list_rules(&arguments),
        Task::Explain(arguments) => tables::explain(&arguments),
        Task::Mutants(arguments) => tables::list_mutants(&arguments),
        Task::Fixtures(arguments) => fixtures::run(&arguments),
        Task::Protocol => tables::protocol(),
        Task::Schema(arguments) => tables::schema(&arguments),
        Task::Completions(arguments) => tables::completions(&arguments),
    }
}
