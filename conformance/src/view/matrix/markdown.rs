use super::{Column, Matrix, RuleRow, VerdictCell};
use crate::view::choices::ChoiceAnswer;
use crate::view::evidence::RulingEvidence;
use crate::view::markdown::{LONGEST, escaped, table_head, table_row, written};
use crate::view::state::{LEGEND, State};
use crate::view::summary::Summary;
use crate::view::words::{named, one_line};
use std::fmt::Write as _;

/// The matrix as Markdown with GitHub's tables.
pub fn matrix_to_markdown(matrix: &Matrix, notes: Option<&str>) -> String {
    let mut text = "# Verdicts, implementation by implementation\n\n".to_owned();
    if let Some(url) = notes {
        let url = url.replace(['<', '>', '\n'], "");
        let _ = writeln!(text, "[Every deviation, explained](<{url}>)\n");
    }
    summary(matrix, &mut text);
    let _ = writeln!(
        text,
        "## Rules\n\nChapters in the order of the specification; in each the most often broken \
         rule first. Implementations as they were given.\n"
    );
    let legend = LEGEND.iter().filter(|(key, ..)| *key != "absent");
    let legend = legend.map(|(_, symbol, word, meaning)| {
        let word = if *word == "–" { "" } else { word };
        format!("{symbol} {word}: {meaning}").replace(" :", ":")
    });
    let _ = writeln!(text, "{}.\n", legend.collect::<Vec<_>>().join("; "));
    for chapter in &matrix.chapters {
        let _ = writeln!(text, "### {}\n", chapter.name);
        let labels = matrix.columns.iter().map(|column| escaped(&column.label));
        table_head(["rule".to_owned(), "level".to_owned()].into_iter().chain(labels), &mut text);
        for row in &chapter.rows {
            let cells = row.cells.iter().map(|cell| shown(cell.state));
            let start = [escaped(&row.id), escaped(&row.level)];
            table_row(start.into_iter().chain(cells), &mut text);
        }
        text.push('\n');
    }
    choices(matrix, &mut text);
    text.push_str("## Evidence\n\n");
    for row in matrix.rows() {
        for (cell, column) in row.cells.iter().zip(&matrix.columns) {
            if cell.state.needs_words() {
                evidence(row, column, cell, &mut text);
            }
        }
    }
    text
}

fn shown(state: State) -> String {
    match state {
        State::Missing => "–".to_owned(),
        other => format!("{} {}", other.symbol(), other.word()).trim().to_owned(),
    }
}

fn summary(matrix: &Matrix, text: &mut String) {
    let reports = || matrix.columns.iter().map(|column| column.report.map(Summary::of));
    let figures = reports().flatten().next().map(|summary| summary.figures).unwrap_or_default();
    let names = figures.iter().map(|(name, _)| (*name).to_owned());
    table_head(["implementation".to_owned(), "verdict".to_owned()].into_iter().chain(names), text);
    for (column, summary) in matrix.columns.iter().zip(reports()) {
        let name = escaped(&named(column.implementation));
        let cells = match summary {
            Ok(summary) => {
                let figures = summary.figures.iter().map(|(_, figure)| escaped(figure));
                [name, escaped(&summary.signed())].into_iter().chain(figures).collect()
            }
            Err(why) => vec![name, format!("not judged: {}", escaped(&one_line(why, LONGEST)))],
        };
        table_row(cells.into_iter(), text);
    }
    text.push('\n');
}

fn choices(matrix: &Matrix, text: &mut String) {
    if matrix.questions.is_empty() {
        return;
    }
    text.push_str("## Where good implementations differ\n\n");
    let labels = matrix.columns.iter().map(|column| escaped(&column.label));
    table_head(["question".to_owned(), "answers".to_owned()].into_iter().chain(labels), text);
    for question in &matrix.questions {
        let start = [escaped(&question.id), escaped(&question.possible)];
        let cells = question.cells.iter().map(|answers| escaped(&ChoiceAnswer::joined(answers)));
        table_row(start.into_iter().chain(cells), text);
    }
    text.push('\n');
}

fn evidence(row: &RuleRow, column: &Column, cell: &VerdictCell, text: &mut String) {
    let Some(ruling) = cell.ruling else { return };
    let word = format!("{} {}", cell.state.symbol(), cell.state.word());
    let (id, label) = (escaped(&row.id), escaped(&column.label));
    let _ = writeln!(text, "### {id}, {label}: {word}\n\n{}\n", escaped(row.sentence()));
    written(&RulingEvidence::of(ruling, cell.state), text);
}
