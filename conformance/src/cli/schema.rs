use super::failure::Failure;
use super::streams::stdout;
use crate::cli::schemas;
use clap::{Args, ValueEnum};
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Schema {
    /// What it is the schema of
    #[arg(value_enum)]
    of: SchemaOf,
}

#[derive(Clone, Copy, ValueEnum)]
enum SchemaOf {
    /// impl.json; let its `$schema` name the file, and an editor completes it
    Impl,
    /// A line of recorded answers
    Answers,
    /// What `verify --format json` writes
    Report,
    /// A line of the exchange, in either direction
    Protocol,
}

/// Prints a JSON Schema.
pub(super) fn run(arguments: &Schema) -> Result<ExitCode, Failure> {
    let schema = match arguments.of {
        SchemaOf::Impl => schemas::manifest(),
        SchemaOf::Answers => schemas::answers(),
        SchemaOf::Report => schemas::report(),
        SchemaOf::Protocol => schemas::protocol(),
    };
    let mut out = stdout();
    write!(out, "{schema}")?;
    Ok(ExitCode::SUCCESS)
}
