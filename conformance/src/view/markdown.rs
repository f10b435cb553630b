//! A report as Markdown, and Markdown that a stranger's words cannot get out of.

use super::evidence::RulingEvidence;
use super::state::{Chapter, State};
use super::summary::Summary;
use super::words::{cut, named, one_line};
use crate::report::saved::SavedReport;
use serde_json::Value;
use std::fmt::Write as _;

/// What a message is cut to.
pub(super) const LONGEST: usize = 1000;

/// What a program is cut to.
const LONGEST_CODE: usize = 4000;

/// The report as Markdown that GitHub shows beside a step.
pub fn to_markdown(report: &SavedReport) -> String {
    let Summary { sign, verdict, figures, .. } = Summary::of(report);
    let name = named(&report.implementation);
    let mut text = format!("## {sign} {}: {}\n\n", escaped(&name), escaped(&verdict));
    let figures = figures.iter().filter(|(name, _)| !["pass", "fail"].contains(name));
    let figures = figures.map(|(name, figure)| format!("{name} {}", escaped(figure)));
    let _ = writeln!(text, "{}\n", figures.collect::<Vec<_>>().join(", "));
    for problem in &report.expectations.problems {
        let (rule, message) = (escaped(&problem.rule), escaped(&problem.message));
        let _ = writeln!(text, "- expectation {rule}: {message}\n");
    }
    chapters(report, &mut text);
    for ruling in report.by_weight() {
        let state = State::of(ruling, report.strict);
        if state.needs_words() {
            let (id, level) = (escaped(&ruling.id), ruling.level);
            let _ = writeln!(text, "### {} {} {id} ({level})\n", state.symbol(), state.word());
            let _ = writeln!(text, "{}\n", escaped(ruling.sentence()));
            written(&RulingEvidence::of(ruling, state), &mut text);
        }
    }
    text
}

/// A row for each chapter, with how many of its rules ended how.
fn chapters(report: &SavedReport, text: &mut String) {
    let chapters = Chapter::all(report);
    let states = Chapter::states(&chapters);
    let names = states.iter().map(|state| format!("{} {}", state.symbol(), state.word()));
    table_head(["chapter".to_owned()].into_iter().chain(names), text);
    for chapter in &chapters {
        let counts = states.iter().map(|&state| match chapter.count(state) {
            0 => String::new(),
            count => count.to_string(),
        });
        table_row([escaped(chapter.name)].into_iter().chain(counts), text);
    }
    text.push('\n');
}

/// What a verdict rests on.
pub(super) fn written(evidence: &RulingEvidence, text: &mut String) {
    let (given, program) = (evidence.given.join("\n"), evidence.program.map(Value::to_string));
    for (language, code) in [("text", given), ("json", program.unwrap_or_default())] {
        if !code.is_empty() {
            fenced(language, &cut(&code, LONGEST_CODE), text);
        }
    }
    let facts = evidence.facts.iter().map(|fact| (fact.label, &fact.text));
    for (name, fact) in facts.chain(evidence.judged_by.iter().map(|count| ("judged by", count))) {
        let _ = writeln!(text, "- {name}: {}", escaped(&one_line(fact, LONGEST)));
    }
    text.push('\n');
    if let Some(replay) = evidence.replay {
        fenced("sh", &one_line(replay, LONGEST), text);
    }
}

/// The head of a table.
pub(super) fn table_head(names: impl Iterator<Item = String>, text: &mut String) {
    let names = names.collect::<Vec<_>>();
    let columns = names.len();
    table_row(names.into_iter(), text);
    table_row(std::iter::repeat_n("---".to_owned(), columns), text);
}

/// A row of a table, of cells that are escaped.
pub(super) fn table_row(cells: impl Iterator<Item = String>, text: &mut String) {
    for cell in cells {
        let _ = write!(text, "| {cell} ");
    }
    text.push_str("|\n");
}

/// Text that is shown as it is: each character that Markdown might read as markup has a backslash.
pub(super) fn escaped(text: &str) -> String {
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
fn fenced(language: &str, code: &str, text: &mut String) {
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
