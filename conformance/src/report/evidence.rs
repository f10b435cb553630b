use super::{confirmation, given};
use crate::finding::Counterexample;
use anstyle::Style;
use std::io::{self, Write};

/// Longer programs are cut in the middle.
const LONGEST_PROGRAM: usize = 24;

const DIM: Style = Style::new().dimmed();

/// Prints a program, what was expected of it, and what was observed.
///
/// # Errors
/// Those of writing.
pub fn print_counterexample(
    counterexample: &Counterexample,
    out: &mut impl Write,
) -> io::Result<()> {
    let program = shortened(given(counterexample));
    labelled(out, "given", program.iter().map(String::as_str))?;
    labelled(out, "fixture", counterexample.fixture)?;
    let mismatch = &counterexample.mismatch;
    labelled(out, "expected", [mismatch.expected.as_str()])?;
    let place = match mismatch.place.as_str() {
        "" => String::new(),
        place => format!(" at {place}"),
    };
    labelled(out, "observed", [format!("{}{place}", mismatch.observed).as_str()])?;
    let confirmed = confirmation(counterexample).unwrap_or_default();
    labelled(out, "seen", confirmed.iter().map(String::as_str))
}

pub(super) fn shortened(mut program: Vec<String>) -> Vec<String> {
    if program.len() > LONGEST_PROGRAM {
        let cut = program.len() - LONGEST_PROGRAM;
        let middle = LONGEST_PROGRAM / 2;
        program.splice(middle..middle + cut, [format!("… {cut} more lines")]);
    }
    program
}

pub(super) fn labelled<'a>(
    out: &mut impl Write,
    label: &str,
    lines: impl IntoIterator<Item = &'a str>,
) -> io::Result<()> {
    let mut label = label;
    for line in lines {
        writeln!(out, "  {DIM}{label:<9}{DIM:#} {line}")?;
        label = "";
    }
    Ok(())
}

/// The text in lines of at most `width` characters, but for longer words.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
