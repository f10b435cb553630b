use super::{chapter, detail, filter, overview, questions};
use crate::cli::look::policy;
use crate::cli::matrix::joined::Matrix;
use maud::{DOCTYPE, PreEscaped, html};

const STYLE: &str = concat!(include_str!("../../look/look.css"), include_str!("page.css"));
const SCRIPT: &str = include_str!("page.js");

/// The page as HTML. `notes` is where deviations are explained.
pub(crate) fn write(matrix: &Matrix, notes: Option<&str>) -> String {
    let (implementations, rules) = (matrix.columns.len(), matrix.rows().count());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(STYLE, Some(SCRIPT)));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { "Dropout: " (implementations) " implementations, " (rules) " rules" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { "Dropout and train/test mode, implementation by implementation" }
                    p {
                        "What the judge " code { "dezero-spec" } " " (env!("CARGO_PKG_VERSION"))
                        " saw of " (implementations) " implementations and " (rules) " rules. "
                        "A verdict leads to its evidence, a rule to its sentence."
                        @if let Some(url) = notes {
                            " " a href=(url) { "Every deviation is explained here." }
                        }
                    }
                    nav aria-label="Sections" {
                        a href="#implementations" { "Implementations" }
                        a href="#broken" { "Broken rules" }
                        a href="#matrix" { "All rules" }
                        a href="#choices" { "Choices" }
                        a href="#evidence" { "Evidence" }
                        a href="#sentences" { "Sentences" }
                    }
                }
                main {
                    (overview::implementations(matrix))
                    (overview::broken(matrix))
                    (filter::form(matrix))
                    (chapter::matrix(matrix))
                    (questions::section(matrix))
                    (detail::evidence(matrix))
                    (detail::sentences(matrix))
                }
                dialog id="dialog" aria-labelledby="dialog-title" {
                    div.bar {
                        h2 id="dialog-title" {}
                        button type="button" id="dialog-close" { "Close" }
                    }
                    div id="dialog-body" {}
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}
