use super::{broken, expectations, masks, rules};
use crate::cli::look::{Summary, policy};
use crate::cli::plain::{cut, named};
use crate::report::{Conclusion, Report, saved};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = concat!(include_str!("../../look/look.css"), include_str!("page.css"));

/// The page as HTML: what `told` says, and pictures of what only the run itself still knows.
pub(crate) fn write(report: &Report, told: &saved::Report, strict: bool) -> String {
    let name = named(&told.implementation);
    let summary = Summary::of(told);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(STYLE, None));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (summary.verdict) ": " (name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (name) }
                    p.banner { span.verdict.(summary.key) { (summary.verdict) } " " (meaning(told, strict)) }
                    (figures(report, &summary))
                    nav aria-label="Sections" {
                        a href="#chapters" { "Chapters" }
                        @if broken::any(told) { a href="#broken" { "What is wrong" } }
                        @if report.wager.bits > 0 { a href="#masks" { "Masks" } }
                        a href="#rules" { "All rules" }
                        @if !told.choices.is_empty() { a href="#choices" { "Choices" } }
                    }
                }
                main {
                    (rules::overview(told))
                    (expectations::problems(told))
                    (broken::section(report, told))
                    (masks::section(report))
                    (rules::all(told))
                    (rules::choices(told))
                }
                footer {
                    p.source {
                        "Written by " code { "dezero-spec" } " " (env!("CARGO_PKG_VERSION"))
                        ", a judge of dropout and train/test mode. Seed " (report.seed)
                        " draws the same programs again."
                    }
                }
            }
        }
    };
    page.into_string()
}

/// What the verdict says, in a sentence.
fn meaning(told: &saved::Report, strict: bool) -> &'static str {
    match told.verdict {
        Conclusion::Conforms => "It obeys every rule that binds it, as far as it was asked.",
        Conclusion::DoesNotConform if told.interrupted => {
            "It breaks rules, each with its evidence below; the run was ended early."
        }
        Conclusion::DoesNotConform if strict => {
            "It breaks rules that count; each has its evidence below."
        }
        Conclusion::DoesNotConform => "It breaks rules that bind it; each has its evidence below.",
        Conclusion::NoVerdict if told.interrupted => {
            "The run was ended early; what was judged until then is below."
        }
        Conclusion::NoVerdict => "Something stood in the way of a verdict.",
        Conclusion::KnownFailures => {
            "It breaks only rules that it is expected to break; what builds on those was not judged."
        }
        Conclusion::ExpectationsDoNotHold => {
            "It breaks nothing new, but its list of known failures is not up to date."
        }
        Conclusion::SelectedRulesPass => "Only some rules were asked, and it obeys those.",
    }
}

/// What was counted, and where it ran.
fn figures(report: &Report, summary: &Summary) -> Markup {
    let dtypes = report.start.dtypes.iter().map(|dtype| dtype.name()).collect::<Vec<_>>();
    let claims = report.start.capabilities.join(", ");
    let figures = summary.figures.iter().filter(|(_, figure)| figure != "0");
    html! {
        dl.figures {
            @for (name, figure) in figures {
                div { dt { (name) } dd { (figure) } }
            }
            div { dt { "dtypes" } dd { (dtypes.join(", ")) } }
        }
        details.claims {
            summary { (report.start.capabilities.len()) " capabilities claimed" }
            p { (cut(&claims, 4000)) }
        }
    }
}
