use super::edit::edited;
use crate::cli::arguments::Verify;
use crate::cli::failure::Failure;
use crate::cli::files::{read, write, wrong};
use crate::cli::streams::tell;
use crate::cli::subject::{is_manifest, is_recorded};
use crate::report::Report;
use crate::report::expectations::{Expectation, Renewal, renewal};
use crate::view::counted;
use std::path::Path;

/// Refuses to renew what a run could not renew, before it begins.
///
/// # Errors
/// Answers on record and Python files, which have no impl.json.
pub(crate) fn refuse_early(arguments: &Verify) -> Result<(), Failure> {
    let other = arguments.subject.file.as_deref().filter(|file| !is_manifest(file));
    match other.filter(|_| arguments.update_expectations) {
        Some(file) => {
            let why = match is_recorded(file) {
                true => "--update-expectations writes to an impl.json; these answers are on record",
                false => "--update-expectations writes to an impl.json; this is a Python file",
            };
            Err(wrong(file, why.to_owned()))
        }
        None => Ok(()),
    }
}

/// Writes the expectations that hold after this run to the `impl.json`, and gives them back.
///
/// # Errors
/// A run that is nothing to go by, or a file that cannot be written; then it is as it was.
pub(crate) fn update(
    file: &Path,
    report: &Report,
    strict: bool,
) -> Result<Vec<Expectation>, Failure> {
    let refused = |why: String| Failure::NotUpdated(file.display().to_string(), why);
    let Renewal { entries, added, dropped } = renewal(report, strict).map_err(refused)?;
    let shown = file.display();
    if entries == report.expectations.entries() {
        tell!("{shown}: the expectations stay as they are");
        return Ok(entries);
    }
    let text = edited(&read(file)?, &entries).map_err(|why| wrong(file, why.to_string()))?;
    write(file, &text)?;
    tell!("{shown}: {}", counted(entries.len(), "expectation"));
    if !dropped.is_empty() {
        tell!("  dropped  {}", dropped.join(", "));
    }
    if !added.is_empty() {
        tell!("  added    {}", added.join(", "));
        tell!("  next     say in `because` why they fail");
    }
    Ok(entries)
}
