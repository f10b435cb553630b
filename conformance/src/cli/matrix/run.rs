use super::joined::Matrix;
use super::{markdown, page, terminal};
use crate::cli::arguments;
use crate::cli::failure::Failure;
use crate::cli::saved::read_saved;
use crate::cli::subject::wrong;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Joins reports, and writes what was asked for; a table to the terminal if nothing was.
pub(crate) fn run(arguments: &arguments::Matrix) -> Result<ExitCode, Failure> {
    let mut saved = Vec::new();
    for file in &arguments.reports {
        saved.push(read_saved(file)?);
    }
    let matrix = Matrix::of(&saved);
    let notes = arguments.notes.as_deref();
    if let Some(file) = &arguments.html {
        write(file, page::write(&matrix, notes))?;
    }
    if let Some(file) = &arguments.markdown {
        write(file, markdown::write(&matrix, notes))?;
    }
    if arguments.html.is_none() && arguments.markdown.is_none() {
        terminal::print(&matrix, &mut anstream::stdout().lock())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, text: String) -> Result<(), Failure> {
    fs::write(file, text).map_err(|why| wrong(file, format!("cannot be written: {why}")))?;
    anstream::println!("{}", file.display());
    Ok(())
}
