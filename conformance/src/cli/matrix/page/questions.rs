use crate::cli::look::{dotted, prose, scrolling};
use crate::cli::matrix::joined::Matrix;
use crate::cli::matrix::questions::{ChoiceAnswer, ChoiceQuestion};
use maud::{Markup, html};

/// Questions × implementations.
pub(super) fn section(matrix: &Matrix) -> Markup {
    let table = html! {
        table.grid data-filtered="questions" {
            thead {
                tr {
                    th scope="col" { "question" }
                    @for column in &matrix.columns {
                        th scope="col" { div { (column.label) } }
                    }
                }
            }
            tbody {
                @for question in &matrix.questions { (row(question)) }
            }
        }
    };
    html! {
        section id="choices" {
            h2 { "Where good implementations differ" }
            @if matrix.questions.is_empty() {
                p { "No report knows an answer." }
            } @else {
                p { "None of these answers is wrong. An empty cell says that nothing was learnt." }
                (scrolling("Questions and implementations", &table))
            }
        }
    }
}

fn row(question: &ChoiceQuestion) -> Markup {
    let ChoiceQuestion { id, chapter, text, possible, cells } = question;
    let answers = cells.iter().map(|answers| value(answers)).collect::<Vec<_>>().join(" ");
    html! {
        tr data-chapter=(chapter) data-text={ (id) " " (text) " " (answers) } {
            th scope="row" {
                details {
                    summary { (dotted(id)) }
                    p { (prose(text)) }
                    @if !possible.is_empty() { p { "Answers: " (possible) } }
                }
            }
            @for answers in cells {
                td data-value=(value(answers)) {
                    @for ChoiceAnswer { words, dtypes } in answers {
                        span.answer {
                            (words)
                            @if !dtypes.is_empty() { small { (dtypes.join(", ")) } }
                        }
                    }
                }
            }
        }
    }
}

fn value(answers: &[ChoiceAnswer]) -> String {
    let words = answers.iter().map(|answer| match answer.dtypes.as_slice() {
        [] => answer.words.clone(),
        dtypes => format!("{} {}", answer.words, dtypes.join(" ")),
    });
    words.collect::<Vec<_>>().join(" ")
}
