//! The command line, `dezero-spec`.

mod arguments;
mod bar;
mod completions;
mod diff;
mod doctor;
mod expectations;
mod explain;
mod failure;
mod fixtures;
mod init;
mod look;
mod matrix;
mod mutants;
mod outputs;
mod plain;
mod power;
mod protocol;
mod recorded;
mod redundant;
mod replay;
mod rules;
mod saved;
mod schema;
mod schemas;
mod serve;
mod subject;
mod verify;

pub(crate) use arguments::Arguments;
pub(crate) use failure::Failure;

use arguments::Command;
use clap::Parser;
use std::process::ExitCode;

/// The program: does what its command line says.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(Failure::Output(why)) if why.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let style = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{style}error:{style:#} {failure}");
            failure.code()
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    match arguments.command {
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Plan(arguments) => recorded::plan(&arguments),
        Command::Record(arguments) => recorded::record(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Matrix(arguments) => matrix::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Power(arguments) => power::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Mutants(arguments) => mutants::run(&arguments),
        Command::Fixtures(arguments) => fixtures::run(&arguments),
        Command::Protocol => protocol::run(),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
    }
}
