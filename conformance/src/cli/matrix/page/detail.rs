use crate::cli::look::{RulingEvidence, State, prose};
use crate::cli::matrix::joined::{Column, Matrix, RuleRow, VerdictCell};
use crate::cli::plain::cut;
use crate::view::counted;
use maud::{Markup, html};

/// Why a verdict is not a pass. With the script this opens over the table.
pub(super) fn evidence(matrix: &Matrix) -> Markup {
    html! {
        section id="evidence" {
            h2 { "Evidence" }
            @for row in matrix.rows() {
                @for (index, (cell, column)) in row.cells.iter().zip(&matrix.columns).enumerate() {
                    @if cell.state.needs_words() { (one(index, cell, column, row)) }
                }
            }
        }
    }
}

fn one(index: usize, cell: &VerdictCell, column: &Column, row: &RuleRow) -> Markup {
    let state = cell.state;
    let Some(ruling) = cell.ruling else { return html! {} };
    let evidence = RulingEvidence::of(ruling, state);
    html! {
        article id={ "evidence-" (index) "-" (row.anchor) } data-column=(index) {
            h3 { (row.id) ", " (column.label) }
            p {
                span.verdict.(state.key()) { (state.symbol()) " " (state.word()) }
                " " span.level { (row.level) } " " (prose(row.sentence()))
            }
            (evidence.shown())
            @if let Some(replay) = &evidence.replay {
                h4 { "See it again" }
                div.command {
                    code { (replay) }
                    button type="button" data-copy hidden aria-live="polite" { "Copy" }
                }
            }
            (evidence.folded())
        }
    }
}

/// What each rule says, and what became of it everywhere.
pub(super) fn sentences(matrix: &Matrix) -> Markup {
    html! {
        section id="sentences" {
            h2 { "What the rules say" }
            @for row in matrix.rows() {
                article id={ "rule-" (row.anchor) } {
                    h3 { (row.id) }
                    p { span.level { (row.level) } " " (prose(row.sentence())) }
                    @if let Some(rule) = row.rule {
                        @for paragraph in rule.why.split("\n\n").filter(|why| !why.is_empty()) {
                            p { (prose(paragraph)) }
                        }
                        p.source { "spec/" (rule.chapter) ".md, line " (rule.line) }
                    }
                    details {
                        summary { "Implementation by implementation" }
                        ul { (answers(matrix, row)) }
                    }
                }
            }
        }
    }
}

fn answers(matrix: &Matrix, row: &RuleRow) -> Markup {
    html! {
        @for (index, (cell, column)) in row.cells.iter().zip(&matrix.columns).enumerate() {
            @if cell.state != State::Absent {
                li id={ "answer-" (index) "-" (row.anchor) } data-column=(index) {
                    (column.label) ": "
                    span.verdict.(cell.state.key()) { (cell.state.symbol()) " " (cell.state.word()) }
                    (words(cell))
                }
            }
        }
    }
}

/// What there is to be said of a verdict in half a line.
fn words(cell: &VerdictCell) -> Markup {
    let Some(ruling) = cell.ruling else { return html! {} };
    html! {
        @match ruling.cases {
            0 => {}
            cases => { " " (counted(cases, "program")) }
        }
        @if !ruling.evidence.is_empty() { " – " (cut(&ruling.evidence, 500)) }
    }
}
