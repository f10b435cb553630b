use crate::cli::look::LEGEND;
use crate::cli::matrix::joined::Matrix;
use maud::{Markup, html};

/// What is shown. Without a script all of it is, and the form is not.
pub(super) fn form(matrix: &Matrix) -> Markup {
    html! {
        form id="filter" hidden aria-label="What is shown" {
            label { "Text" input type="search" name="text" placeholder="rule, sentence or answer"; }
            label {
                "Verdict"
                select name="verdict" {
                    option value="" { "any" }
                    option value="broken" { "fail or error" }
                    @for (key, symbol, _, _) in LEGEND.iter().filter(|(key, ..)| *key != "absent") {
                        option value=(key) { (symbol) " " (key) }
                    }
                }
            }
            label {
                "Chapter"
                select name="chapter" {
                    option value="" { "all" }
                    @for chapter in &matrix.chapters { option { (chapter.name) } }
                }
            }
            label.check { input type="checkbox" name="differences"; "only differences" }
            button type="reset" { "Show all" }
            details {
                summary { "Implementations" }
                fieldset {
                    legend { "Shown" }
                    button type="button" data-check="all" { "all" }
                    button type="button" data-check="none" { "none" }
                    @for column in &matrix.columns {
                        label.check {
                            input type="checkbox" name="column" checked;
                            (column.label)
                        }
                    }
                }
            }
            output {}
        }
    }
}
