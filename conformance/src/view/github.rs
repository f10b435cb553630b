//! What fails, as GitHub Actions shows it beside a file.

use super::evidence::RulingEvidence;
use super::state::State;
use crate::report::Verdict;
use crate::report::saved::SavedReport;

/// A line for each rule that fails, for each that the adapter failed at and for each expectation that does not
/// hold, which GitHub shows as an annotation of what was `judged`, as the command line named it: an error where
/// it counts, a warning where it does not.
pub fn annotations(report: &SavedReport, judged: &str) -> String {
    let mut text = String::new();
    let mut annotate = |kind: &str, title: &str, message: &str| {
        let file =
            if judged.is_empty() { String::new() } else { format!("file={},", property(judged)) };
        text += &format!("::{kind} {file}title={}::{}\n", property(title), escaped(message));
    };
    for ruling in &report.rules {
        let state = State::of(ruling, report.strict);
        let kind = match state {
            State::Judged(Verdict::Fail | Verdict::Error) => "error",
            State::Unmet => "warning",
            _ => continue,
        };
        let mut lines = vec![ruling.sentence().to_owned(), String::new()];
        lines.extend(RulingEvidence::of(ruling, state).unbroken());
        annotate(kind, &format!("{} ({})", ruling.id, ruling.level), &lines.join("\n"));
    }
    for problem in &report.expectations.problems {
        annotate("error", &problem.rule, &problem.message);
    }
    text
}

/// What a message may not have as it is.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same, between commas.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
