use crate::cli::look::markdown::{escaped, table_head, table_row, written};
use crate::cli::look::{Chapter, RulingEvidence, State, Summary};
use crate::cli::plain::named;
use crate::report::saved::Report;
use std::fmt::Write as _;

/// The report as Markdown that GitHub shows beside a step.
pub(super) fn write(report: &Report) -> String {
    let Summary { verdict, figures, .. } = Summary::of(report);
    let (sign, words) = verdict.split_once(' ').unwrap_or(("", &verdict));
    let name = named(&report.implementation);
    let mut text = format!("## {sign} {}: {}\n\n", escaped(&name), escaped(words));
    let figures = figures.iter().filter(|(name, _)| !["pass", "fail"].contains(name));
    let figures = figures.map(|(name, figure)| format!("{name} {}", escaped(figure)));
    let _ = writeln!(text, "{}\n", figures.collect::<Vec<_>>().join(", "));
    for problem in &report.expectations.problems {
        let (rule, message) = (escaped(&problem.rule), escaped(&problem.message));
        let _ = writeln!(text, "- expectation {rule}: {message}\n");
    }
    chapters(report, &mut text);
    for ruling in report.by_weight().into_iter().filter(|ruling| State::of(ruling).needs_words()) {
        let state = State::of(ruling);
        let (id, level) = (escaped(&ruling.id), ruling.level);
        let (symbol, word) = (state.symbol(), state.word());
        let _ = writeln!(text, "### {symbol} {word} {id} ({level})\n");
        let _ = writeln!(text, "{}\n", escaped(ruling.sentence()));
        written(&RulingEvidence::of(ruling, state), &mut text);
    }
    text
}

/// A row for each chapter, with how many of its rules ended how.
fn chapters(report: &Report, text: &mut String) {
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
