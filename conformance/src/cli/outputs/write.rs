use super::{Outputs, badge, page, step_summary};
use crate::cli::failure::Failure;
use crate::cli::files;
use crate::report::Report;
use crate::report::saved;
use crate::view::{to_junit, to_saved};

/// The report as a file has it.
pub(crate) fn as_json(report: &saved::Report) -> String {
    serde_json::to_string_pretty(report).expect("a report is JSON") + "\n"
}

/// Writes the files that were asked for, and gives back what came in the way of some: it does not cost the
/// others.
pub(crate) fn write(
    outputs: &Outputs,
    report: &Report,
    judged: &str,
    strict: bool,
) -> Vec<Failure> {
    let Outputs { html, markdown, junit, badge, json } = outputs;
    // They say what the saved report says, in other words.
    let told = || to_saved(report, judged, strict);
    let asked: [(_, &dyn Fn() -> String); 5] = [
        (html, &|| page::write(report, &told(), strict)),
        (markdown, &|| step_summary::write(&told())),
        (junit, &|| to_junit(report, judged, strict)),
        (badge, &|| badge::write(&told())),
        (json, &|| as_json(&told())),
    ];
    let written = asked.into_iter().filter_map(|(file, text)| {
        let file = file.as_deref()?;
        files::write(file, &text()).err()
    });
    written.collect()
}
