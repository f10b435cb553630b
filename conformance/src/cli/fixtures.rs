use super::arguments::Fixtures;
use super::failure::Failure;
use super::files::{LONGEST_RECORD, read_up_to, unwritten, write, wrong};
use super::streams::stdout;
use crate::fixture::{chapters, check_answers, files, recipes};
use crate::wire::foreign::read_from;
use std::fs;
use std::io::{Write, stdin};
use std::path::Path;
use std::process::ExitCode;

/// Writes the fixtures, lists them, or judges answers to them.
pub(super) fn run(arguments: &Fixtures) -> Result<ExitCode, Failure> {
    let mut out = stdout();
    if arguments.list {
        for (chapter, about) in chapters() {
            writeln!(out, "{chapter}.json: {about}")?;
            for recipe in recipes(chapter) {
                writeln!(out, "  {:<36} {}", recipe.id, recipe.rules.join(", "))?;
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = &arguments.answers {
        return judge(path, &mut out);
    }
    let folder = &arguments.folder;
    fs::create_dir_all(folder).map_err(|why| unwritten(folder, &why))?;
    for (name, text) in files() {
        let path = folder.join(&name);
        write(&path, &text)?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says which answers are wrong, as `check_fixtures.py` does.
fn judge(path: &Path, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let text = match path == Path::new("-") {
        true => read_from(stdin(), LONGEST_RECORD).map_err(|why| wrong(path, why))?,
        false => read_up_to(path, LONGEST_RECORD)?,
    };
    let checked = check_answers(&text).map_err(|why| wrong(path, why))?;
    for (recipe, _) in &checked.wrong {
        writeln!(out, "wrong: {} ({})", recipe.id, recipe.rules.join(", "))?;
    }
    let (answered, wrong) = (checked.answered, checked.wrong.len());
    writeln!(out, "{answered} answered, {wrong} wrong, {} not answered", checked.unanswered)?;
    Ok(match (answered, wrong) {
        (0, _) => ExitCode::from(3),
        (_, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    })
}
