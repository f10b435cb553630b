use super::changes::Changes;
use super::words::print;
use crate::cli::arguments::{Diff, Format};
use crate::cli::failure::Failure;
use crate::cli::saved::read_report;
use crate::cli::streams::stdout;
use std::io::Write;
use std::process::ExitCode;

/// Says what changed, and by the exit code whether it got worse.
pub(crate) fn run(arguments: &Diff) -> Result<ExitCode, Failure> {
    let (old, new) = (read_report(&arguments.old)?, read_report(&arguments.new)?);
    let changes = Changes::between(&old, &new);
    let mut out = stdout();
    match arguments.format {
        Format::Terminal => print(&changes, &mut out)?,
        Format::Json => {
            let text = serde_json::to_string_pretty(&changes).map_err(std::io::Error::from)?;
            writeln!(out, "{text}")?;
        }
    }
    out.flush()?;
    let refused = changes.regression || arguments.exact && changes.any();
    Ok(if refused { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
