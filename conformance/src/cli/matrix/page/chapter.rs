use crate::cli::look::{LEGEND, State, dotted, scrolling};
use crate::cli::matrix::joined::{Matrix, RuleRow, VerdictCell};
use maud::{Markup, html};

/// Rules × implementations.
pub(super) fn matrix(matrix: &Matrix) -> Markup {
    let table = html! {
        table.grid data-filtered="rules" {
            thead {
                tr {
                    th scope="col" { "rule" }
                    @for column in &matrix.columns {
                        th scope="col" { div { (column.label) } }
                    }
                }
            }
            @for chapter in &matrix.chapters {
                tbody data-chapter=(chapter.name) {
                    tr.chapter {
                        th scope="rowgroup" colspan=(1 + matrix.columns.len()) {
                            span { (chapter.name) }
                        }
                    }
                    @for row in &chapter.rows { (rule(row)) }
                }
            }
        }
    };
    html! {
        section id="matrix" {
            h2 { "All rules" }
            p {
                "Chapters come in the order of the specification; in each the rule comes first that \
                 most implementations break. Implementations come as they were given. "
                span.keys { "Arrow keys go from verdict to verdict." }
            }
            details.legend {
                summary { "What the signs mean" }
                dl {
                    @for (key, symbol, word, meaning) in LEGEND.iter().filter(|(key, ..)| *key != "absent") {
                        div {
                            dt { span.verdict.(*key) { (symbol) @if *word != "–" { " " (word) } } }
                            dd { (meaning) }
                        }
                    }
                    div { dt { "empty" } dd { "the implementation was not judged" } }
                }
            }
            (scrolling("Rules and implementations", &table))
        }
    }
}

fn rule(row: &RuleRow) -> Markup {
    html! {
        tr data-text={ (row.id) " " (row.level) " " (row.sentence()) } {
            th scope="row" {
                a data-open href={ "#rule-" (row.anchor) } { (dotted(&row.id)) }
                " " span.level { (row.level) }
            }
            @for (index, cell) in row.cells.iter().enumerate() {
                td data-value=(value(cell)) data-key=(cell.state.key()) {
                    (verdict(index, cell, row))
                }
            }
        }
    }
}

/// What is compared where only differences are shown; nothing if nothing is known.
fn value(cell: &VerdictCell) -> String {
    match cell.state {
        State::Absent | State::Missing => String::new(),
        state => state.word(),
    }
}

/// Passes are reached with the arrow keys alone, or a keyboard would go through thousands.
fn verdict(index: usize, cell: &VerdictCell, row: &RuleRow) -> Markup {
    let (state, symbol, word) = (cell.state, cell.state.symbol(), cell.state.word());
    let anchor = &row.anchor;
    html! {
        @match state {
            State::Absent => {}
            State::Missing => span.verdict.missing title="the report is older than the rule" { (symbol) },
            _ if state.needs_words() => {
                a.verdict.(state.key()) data-open href={ "#evidence-" (index) "-" (anchor) } {
                    span aria-hidden="true" { (symbol) } " " (word)
                }
            }
            _ => a.verdict.(state.key()) data-open tabindex="-1" href={ "#answer-" (index) "-" (anchor) } {
                span aria-hidden="true" { (symbol) } " " (word)
            },
        }
    }
}
