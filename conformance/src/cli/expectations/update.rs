use super::edit::edited;
use crate::cli::arguments::Verify;
use crate::cli::failure::Failure;
use crate::cli::subject::{is_recorded, read, unwritten, wrong};
use crate::report::Report;
use crate::report::expectations::{Expectation, Renewal, renewal};
use crate::view::counted;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Refuses to renew what a run could not renew, before it begins.
///
/// # Errors
/// Answers on record, which have no impl.json.
pub(crate) fn refuse_early(arguments: &Verify) -> Result<(), Failure> {
    let recorded = arguments.subject.file.as_deref().filter(|file| is_recorded(file));
    match recorded.filter(|_| arguments.update_expectations) {
        Some(file) => {
            let why = "--update-expectations writes to an impl.json; these answers are on record";
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
        anstream::eprintln!("{shown}: the expectations stay as they are");
        return Ok(entries);
    }
    let text = edited(&read(file)?, &entries).map_err(|why| wrong(file, why.to_string()))?;
    write(file, &text).map_err(|why| unwritten(file, &why))?;
    anstream::eprintln!("{shown}: {}", counted(entries.len(), "expectation"));
    if !dropped.is_empty() {
        anstream::eprintln!("  dropped  {}", dropped.join(", "));
    }
    if !added.is_empty() {
        anstream::eprintln!("  added    {}", added.join(", "));
        anstream::eprintln!("  next     say in `because` why they fail");
    }
    Ok(entries)
}

/// Writes the whole file or nothing of it, with the permissions that it had.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    // A link stays one.
    let file = file.canonicalize()?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(text.as_bytes())?;
    written.as_file().set_permissions(fs::metadata(&file)?.permissions())?;
    written.as_file().sync_all()?;
    written.persist(&file)?;
    Ok(())
}
