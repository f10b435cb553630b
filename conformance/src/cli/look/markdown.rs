//! Markdown that a stranger's words cannot get out of.

use super::evidence::RulingEvidence;
use crate::cli::plain::{cut, one_line};
use serde_json::Value;
use std::fmt::Write as _;

/// What a message is cut to.
pub(crate) const LONGEST: usize = 1000;

/// What a program is cut to.
const LONGEST_CODE: usize = 4000;

/// What a verdict rests on.
pub(crate) fn written(evidence: &RulingEvidence, text: &mut String) {
    let program = evidence.program.map(Value::to_string);
    for (language, code) in [("text", &evidence.given), ("json", &program)] {
        if let Some(code) = code {
            fenced(language, &cut(code, LONGEST_CODE), text);
        }
    }
    for (name, fact) in &evidence.facts {
        let _ = writeln!(text, "- {name}: {}", escaped(&one_line(fact, LONGEST)));
    }
    text.push('\n');
    if let Some(replay) = &evidence.replay {
        fenced("sh", &one_line(replay, LONGEST), text);
    }
}

/// The head of a table.
pub(crate) fn table_head(names: impl Iterator<Item = String>, text: &mut String) {
    let names = names.collect::<Vec<_>>();
    let columns = names.len();
    table_row(names.into_iter(), text);
    table_row(std::iter::repeat_n("---".to_owned(), columns), text);
}

/// A row of a table, of cells that are escaped.
pub(crate) fn table_row(cells: impl Iterator<Item = String>, text: &mut String) {
    for cell in cells {
        let _ = write!(text, "| {cell} ");
    }
    text.push_str("|\n");
}

/// Text that is shown as it is: each character that Markdown might read as markup has a backslash.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&'
            | '!' | '$' => {
                escaped.extend(['\\', c]);
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Code between fences that are longer than any in it.
pub(crate) fn fenced(language: &str, code: &str, text: &mut String) {
    let mut longest = 0;
    let mut run = 0;
    for c in code.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(3.max(longest + 1));
    let _ = writeln!(text, "{fence}{language}\n{}\n{fence}\n", code.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_a_cell_or_a_fence() {
        assert_eq!(escaped("a|b\n<script>`x`"), r"a\|b \<script\>\`x\`");
        let mut text = String::new();
        fenced("text", "x\n````\n# y", &mut text);
        assert_eq!(text, "`````text\nx\n````\n# y\n`````\n\n");
    }
}
