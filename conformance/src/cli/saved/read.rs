use crate::cli::failure::Failure;
use crate::cli::files::{read, wrong};
use crate::report::saved::{Report, SCHEMA as REPORT};
use crate::wire::ImplementationName;
use crate::wire::foreign::visible_json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

const NOT_RUN: &str = "dezero-spec/not-run/1";

/// What a file says of an implementation.
#[derive(Debug)]
pub(crate) enum SavedReport {
    /// It was judged.
    Report(Box<Report>),
    /// It was not.
    NotRun(NotRun),
}

impl SavedReport {
    /// The implementation that the file is about.
    pub(crate) fn implementation(&self) -> &ImplementationName {
        match self {
            SavedReport::Report(report) => &report.implementation,
            SavedReport::NotRun(not_run) => &not_run.implementation,
        }
    }

    /// The same, to be named otherwise.
    pub(crate) fn implementation_mut(&mut self) -> &mut ImplementationName {
        match self {
            SavedReport::Report(report) => &mut report.implementation,
            SavedReport::NotRun(not_run) => &mut not_run.implementation,
        }
    }
}

/// Why an implementation was not judged.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotRun {
    schema: String,
    pub(crate) implementation: ImplementationName,
    pub(crate) because: String,
}

impl NotRun {
    pub(crate) fn new(implementation: ImplementationName, because: String) -> NotRun {
        NotRun { schema: NOT_RUN.to_owned(), implementation, because }
    }

    /// As a file has it.
    pub(crate) fn as_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts are JSON") + "\n"
    }
}

/// What all files of this program begin with.
#[derive(Deserialize)]
struct Header {
    schema: Option<String>,
}

/// Reads a report.
///
/// # Errors
/// A file that cannot be read, or that is none.
pub(crate) fn read_report(file: &Path) -> Result<Report, Failure> {
    match read_saved(file)? {
        SavedReport::Report(report) => Ok(*report),
        SavedReport::NotRun(_) => {
            Err(wrong(file, format!("expected \"schema\": \"{REPORT}\", found \"{NOT_RUN}\"")))
        }
    }
}

/// Reads a report, or why there is none.
///
/// # Errors
/// A file that cannot be read, or that is neither.
pub(crate) fn read_saved(file: &Path) -> Result<SavedReport, Failure> {
    parse_saved(file, &read(file)?)
}

/// The same of a text, which is said to be of a file.
///
/// # Errors
/// A text that is neither.
pub(crate) fn parse_saved(file: &Path, text: &str) -> Result<SavedReport, Failure> {
    let text = visible_json(text);
    let header: Header = parse(file, &text, "not a report")?;
    match header.schema.as_deref() {
        Some(REPORT) => {
            let report: Report = parse(file, &text, REPORT)?;
            let mut seen = BTreeSet::new();
            match report.rules.iter().find(|ruling| !seen.insert(&ruling.id)) {
                Some(twice) => Err(wrong(file, format!("the rule `{}` stands twice", twice.id))),
                None => Ok(SavedReport::Report(Box::new(report))),
            }
        }
        Some(NOT_RUN) => parse(file, &text, NOT_RUN).map(SavedReport::NotRun),
        found => {
            let found = found.map_or("none".to_owned(), |schema| format!("\"{schema}\""));
            let expected = format!("expected \"schema\": \"{REPORT}\" or \"{NOT_RUN}\"");
            Err(wrong(file, format!("{expected}, found {found}; {ADVICE}")))
        }
    }
}

const ADVICE: &str = "`dezero-spec verify … --format json` writes reports";

fn parse<T: DeserializeOwned>(file: &Path, text: &str, what: &str) -> Result<T, Failure> {
    // The message of serde_json ends with the line and the column.
    serde_json::from_str(text).map_err(|why| wrong(file, format!("{what}: {why}; {ADVICE}")))
}
