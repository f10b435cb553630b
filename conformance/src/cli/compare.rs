//! Saved reports side by side, and what changed between two.

use super::arguments::{Diff, Format, MatrixArguments};
use super::failure::Failure;
use super::files::{self, wrong};
use super::streams::stdout;
use crate::report::ReportFile;
use crate::report::saved::SavedReport;
use crate::view::{
    Changes, Matrix, matrix_to_markdown, matrix_to_page, print_changes, print_matrix,
};
use crate::wire::ImplementationName;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Joins reports, and writes what was asked for; a table to the terminal if nothing was.
pub(super) fn matrix(arguments: &MatrixArguments) -> Result<ExitCode, Failure> {
    let outputs = [("--html", &arguments.html), ("--markdown", &arguments.markdown)];
    let outputs = outputs.map(|(option, file)| (option, file.as_deref()));
    files::check_outputs(arguments.reports.iter().map(PathBuf::as_path), outputs)?;
    let mut saved = Vec::new();
    for file in &arguments.reports {
        saved.push(read(file)?);
    }
    name_by_file(&arguments.reports, &mut saved);
    let (html, markdown) = (arguments.html.as_deref(), arguments.markdown.as_deref());
    let written = write_matrix(&saved, html, markdown, arguments.notes.as_deref());
    if let Some(failure) = written.into_iter().next() {
        return Err(failure);
    }
    if html.is_none() && markdown.is_none() {
        print_matrix(&Matrix::of(&saved), &mut stdout())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a table of these reports to the files that were asked for, and gives back what came in the way of some.
pub(super) fn write_matrix(
    saved: &[ReportFile],
    html: Option<&Path>,
    markdown: Option<&Path>,
    notes: Option<&str>,
) -> Vec<Failure> {
    let matrix = Matrix::of(saved);
    let page = html.and_then(|file| write(file, &matrix_to_page(&matrix, notes)).err());
    let text = markdown.and_then(|file| write(file, &matrix_to_markdown(&matrix, notes)).err());
    page.into_iter().chain(text).collect()
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    files::write(file, text)?;
    writeln!(stdout(), "{}", file.display())?;
    Ok(())
}

/// One implementation that was judged in several ways is named by its files.
fn name_by_file(files: &[PathBuf], saved: &mut [ReportFile]) {
    let of = saved.iter().map(|saved| saved.implementation().clone()).collect::<Vec<_>>();
    for (index, file) in files.iter().enumerate() {
        let alike = |other: &&ImplementationName| {
            (&other.name, &other.version) == (&of[index].name, &of[index].version)
        };
        let stem = file.file_stem().and_then(OsStr::to_str);
        if let Some(stem) = stem.filter(|_| of.iter().filter(alike).count() > 1) {
            stem.clone_into(&mut saved[index].implementation_mut().name);
        }
    }
}

/// Says what changed, and by the exit code whether it got worse.
pub(super) fn diff(arguments: &Diff) -> Result<ExitCode, Failure> {
    let (old, new) = (read_report(&arguments.old)?, read_report(&arguments.new)?);
    let changes = Changes::between(&old, &new);
    let mut out = stdout();
    match arguments.format {
        Format::Terminal => print_changes(&changes, &mut out)?,
        Format::Json => {
            let text = serde_json::to_string_pretty(&changes).map_err(std::io::Error::from)?;
            writeln!(out, "{text}")?;
        }
    }
    out.flush()?;
    let refused = changes.regression || arguments.exact && changes.any();
    Ok(if refused { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn read(file: &Path) -> Result<ReportFile, Failure> {
    ReportFile::parse(&files::read(file)?).map_err(|why| wrong(file, why))
}

fn read_report(file: &Path) -> Result<SavedReport, Failure> {
    read(file)?.report().map_err(|why| wrong(file, why))
}
