use super::arguments::PROTOCOL;
use super::failure::Failure;
use super::streams::stdout;
use std::io::Write;
use std::process::ExitCode;

/// Tells the protocol in outline.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let mut out = stdout();
    write!(out, "{PROTOCOL}")?;
    Ok(ExitCode::SUCCESS)
}
