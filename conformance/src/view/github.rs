//! What fails, as GitHub Actions shows it beside a file.

use super::{given, replay};
use crate::report::{Report, Ruling, Verdict};

/// A line for each rule that fails, for each that the adapter failed at and for each expectation that does not
/// hold, which GitHub shows as an annotation of what was judged, as the command line named it: an error where it
/// counts, a warning where it does not.
pub fn annotations(report: &Report, judged: &str, strict: bool) -> String {
    let mut text = String::new();
    let mut annotate = |kind: &str, title: &str, message: &str| {
        let file =
            if judged.is_empty() { String::new() } else { format!("file={},", property(judged)) };
        text += &format!("::{kind} {file}title={}::{}\n", property(title), escaped(message));
    };
    for ruling in &report.rulings {
        let wrong = matches!(ruling.verdict, Verdict::Fail | Verdict::Error);
        if !wrong || report.known_failure(ruling).is_some() {
            continue;
        }
        let kind = if ruling.rule.level.counts(strict) { "error" } else { "warning" };
        let title = format!("{} ({})", ruling.rule.id, ruling.rule.level);
        annotate(kind, &title, &message(report, ruling, judged));
    }
    for problem in report.expectations.problems() {
        annotate("error", &problem.rule, &problem.message);
    }
    text
}

fn message(report: &Report, ruling: &Ruling, judged: &str) -> String {
    let mut lines = vec![ruling.rule.sentence.clone(), String::new()];
    lines.extend(ruling.counterexample.iter().flat_map(given));
    lines.push(ruling.reason.to_string());
    lines.push(replay(report, ruling, Some(judged)));
    lines.join("\n")
}

/// What a message may not have as it is.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same, between commas.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
