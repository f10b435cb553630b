use super::{confirmation, given};
use crate::session::Counterexample;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_programs_are_cut_in_the_middle() {
        let lines = |from: usize, to: usize| (from..to).map(|line| line.to_string());
        for few in [0, 1, 24] {
            assert_eq!(shortened(lines(0, few).collect()), lines(0, few).collect::<Vec<_>>());
        }
        for (many, cut) in [(25, "… 1 more lines"), (30, "… 6 more lines")] {
            let expected = lines(0, 12).chain([cut.to_owned()]).chain(lines(many - 12, many));
            assert_eq!(shortened(lines(0, many).collect()), expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn words_are_put_in_lines() {
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("  a  b\nc ", 5), ["a b c"]);
        assert_eq!(wrap("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(wrap("abc de f", 5), ["abc", "de f"]);
        assert_eq!(wrap("äöü äö", 6), ["äöü äö"]);
        assert_eq!(wrap("a longerword b", 5), ["a", "longerword", "b"]);
    }
}
