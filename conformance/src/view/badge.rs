//! A badge as SVG.

use super::summary::Summary;
use super::words::named;
use crate::report::saved::SavedReport;
use crate::report::{Conclusion, NotRun, Verdict};
use crate::wire::ImplementationName;
use maud::html;

const LABEL: &str = "dropout spec";

/// What a letter takes, on average, in the font of badges. Each text is stretched to what it is
/// given, so that it fits in every font.
const LETTER: f64 = 6.4;

/// The space on the left and on the right of a text.
const SIDE: f64 = 6.0;

/// The colour of what is neither right nor wrong.
const OPEN: &str = "#7a4b00";

/// A badge: what was judged against, and what came of it.
pub fn to_badge(report: &SavedReport) -> String {
    let colour = match report.verdict {
        Conclusion::Conforms | Conclusion::SelectedRulesPass => "#14692f",
        Conclusion::DoesNotConform | Conclusion::ExpectationsDoNotHold => "#b01018",
        Conclusion::NoVerdict | Conclusion::KnownFailures => OPEN,
    };
    drawn(&report.implementation, &words(report), colour)
}

/// A badge of what was not judged.
pub fn not_run_to_badge(not_run: &NotRun) -> String {
    drawn(&not_run.implementation, "not judged", OPEN)
}

fn drawn(implementation: &ImplementationName, said: &str, colour: &str) -> String {
    let length = |text: &str| (text.chars().count() as f64 * LETTER).round();
    let (left, right) = (length(LABEL) + 2.0 * SIDE, length(said) + 2.0 * SIDE);
    let all = left + right;
    let text = |x: f64, text: &str| {
        html! { text x=(x) y="14" textLength=(length(text)) lengthAdjust="spacingAndGlyphs" { (text) } }
    };
    // XML has no place for these two, not even escaped.
    let name = named(implementation).replace(['\u{fffe}', '\u{ffff}'], " ");
    let badge = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(all) height="20" role="img"
            aria-label={ (LABEL) ": " (said) } {
            title { (name) ", " (LABEL) ": " (said) }
            clipPath id="round" { rect width=(all) height="20" rx="3" {} }
            g clip-path="url(#round)" {
                rect width=(left) height="20" fill="#3b4048" {}
                rect x=(left) width=(right) height="20" fill=(colour) {}
            }
            g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" {
                (text(SIDE, LABEL))
                (text(left + SIDE, said))
            }
        }
    };
    badge.into_string() + "\n"
}

/// The verdict, with how many of the rules that apply pass.
fn words(report: &SavedReport) -> String {
    let (pass, unsupported) = (report.count(Verdict::Pass), report.count(Verdict::Unsupported));
    match report.verdict {
        Conclusion::Conforms => format!("conforms {pass}/{}", report.rules.len() - unsupported),
        Conclusion::SelectedRulesPass => format!("{pass} selected rules pass"),
        // A badge has no room for the obstacle.
        Conclusion::NoVerdict if report.interrupted => "interrupted".to_owned(),
        Conclusion::NoVerdict => "no verdict".to_owned(),
        _ => Summary::of(report).verdict,
    }
}
