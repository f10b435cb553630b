use super::{Outputs, badge, page, step_summary};
use crate::cli::failure::Failure;
use crate::cli::subject;
use crate::report::Report;
use crate::view::{to_junit, to_saved};

/// Writes the files that were asked for.
pub(crate) fn write(
    outputs: &Outputs,
    report: &Report,
    judged: &str,
    strict: bool,
) -> Result<(), Failure> {
    let Outputs { html, markdown, junit, badge } = outputs;
    // They say what the saved report says, in other words.
    let told = || to_saved(report, judged, strict);
    let files: [(_, &dyn Fn() -> String); 4] = [
        (html, &|| page::write(report, &told(), strict)),
        (markdown, &|| step_summary::write(&told())),
        (junit, &|| to_junit(report, judged, strict)),
        (badge, &|| badge::write(&told())),
    ];
    for (file, text) in files {
        if let Some(file) = file {
            subject::write(file, &text())?;
        }
    }
    Ok(())
}
