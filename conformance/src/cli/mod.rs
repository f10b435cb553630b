//! The command line, `dezero-spec`.

mod arguments;
mod bar;
mod completions;
mod diff;
mod doctor;
mod expectations;
mod explain;
mod failure;
mod files;
mod fixtures;
mod init;
mod look;
mod matrix;
mod mutants;
mod outputs;
mod plain;
mod power;
mod protocol;
mod python;
mod recorded;
mod replay;
mod rules;
mod saved;
mod schema;
mod schemas;
mod serve;
mod several;
mod streams;
mod subject;
mod verify;

pub(crate) use arguments::Arguments;
pub(crate) use failure::Failure;

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

fn complain(failure: &Failure) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    streams::tell!("{style}error:{style:#} {failure}");
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Task::Verify(arguments) => verify::run(&arguments),
        Task::Init(arguments) => init::run(&arguments),
        Task::Doctor(arguments) => doctor::run(&arguments),
        Task::Plan(arguments) => recorded::plan(&arguments),
        Task::Record(arguments) => recorded::record(&arguments),
        Task::Replay(arguments) => replay::run(&arguments),
        Task::Matrix(arguments) => matrix::run(&arguments),
        Task::Diff(arguments) => diff::run(&arguments),
        Task::Power(arguments) => power::run(&arguments),
        Task::Serve(arguments) => serve::run(&arguments),
        Task::Rules(arguments) => rules::run(&arguments),
        Task::Explain(arguments) => explain::run(&arguments),
        Task::Mutants(arguments) => mutants::run(&arguments),
        Task::Fixtures(arguments) => fixtures::run(&arguments),
        Task::Protocol => protocol::run(),
        Task::Schema(arguments) => schema::run(&arguments),
        Task::Completions(arguments) => completions::run(&arguments),
    }
}
