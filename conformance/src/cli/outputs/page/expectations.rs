use crate::cli::plain::cut;
use crate::report::saved::Report;
use maud::{Markup, html};

/// The expectations that do not hold, and what to do about each.
pub(super) fn problems(told: &Report) -> Markup {
    let problems = &told.expectations.problems;
    if problems.is_empty() {
        return html! {};
    }
    html! {
        section id="expectations" {
            h2 { "Expectations that do not hold" }
            ul {
                @for problem in problems {
                    li { code { (cut(&problem.rule, 80)) } " " (cut(&problem.message, 1000)) }
                }
            }
        }
    }
}
