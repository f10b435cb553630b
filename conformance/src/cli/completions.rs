use super::arguments::Arguments;
use super::failure::Failure;
use super::streams::stdout;
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints what makes a shell complete the command line.
pub(super) fn run(arguments: &Completions) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "dezero-spec", &mut script);
    let mut out = stdout();
    out.write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
