use super::joined::Matrix;
use super::{markdown as table, page, terminal};
use crate::cli::failure::Failure;
use crate::cli::saved::{SavedReport, read_saved};
use crate::cli::streams::stdout;
use crate::cli::{arguments, files};
use crate::wire::ImplementationName;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Joins reports, and writes what was asked for; a table to the terminal if nothing was.
pub(crate) fn run(arguments: &arguments::MatrixArguments) -> Result<ExitCode, Failure> {
    let outputs = [("--html", &arguments.html), ("--markdown", &arguments.markdown)];
    let outputs = outputs.map(|(option, file)| (option, file.as_deref()));
    files::check_outputs(arguments.reports.iter().map(PathBuf::as_path), outputs)?;
    let mut saved = Vec::new();
    for file in &arguments.reports {
        saved.push(read_saved(file)?);
    }
    name_by_file(&arguments.reports, &mut saved);
    let (html, markdown) = (arguments.html.as_deref(), arguments.markdown.as_deref());
    let written = write(&saved, html, markdown, arguments.notes.as_deref());
    if let Some(failure) = written.into_iter().next() {
        return Err(failure);
    }
    if html.is_none() && markdown.is_none() {
        terminal::print(&Matrix::of(&saved), &mut stdout())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a table of these reports to the files that were asked for, and gives back what came in the way of some.
pub(crate) fn write(
    saved: &[SavedReport],
    html: Option<&Path>,
    markdown: Option<&Path>,
    notes: Option<&str>,
) -> Vec<Failure> {
    let matrix = Matrix::of(saved);
    let page = html.and_then(|file| write_file(file, &page::write(&matrix, notes)).err());
    let text = markdown.and_then(|file| write_file(file, &table::write(&matrix, notes)).err());
    page.into_iter().chain(text).collect()
}

/// One implementation that was judged in several ways is named by its files.
fn name_by_file(files: &[PathBuf], saved: &mut [SavedReport]) {
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

fn write_file(file: &Path, text: &str) -> Result<(), Failure> {
    files::write(file, text)?;
    writeln!(stdout(), "{}", file.display())?;
    Ok(())
}
