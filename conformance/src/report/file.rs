//! Reports on disk.

use super::saved::{SCHEMA, SavedReport};
use crate::wire::ImplementationName;
use crate::wire::foreign::{quoted, visible_json};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const NOT_RUN: &str = "dezero-spec/not-run/1";

/// What a file says of an implementation.
#[derive(Debug)]
pub enum ReportFile {
    /// It was judged.
    Report(Box<SavedReport>),
    /// It was not.
    NotRun(NotRun),
}

impl ReportFile {
    /// The implementation that the file is about.
    pub fn implementation(&self) -> &ImplementationName {
        match self {
            ReportFile::Report(report) => &report.implementation,
            ReportFile::NotRun(not_run) => &not_run.implementation,
        }
    }

    /// The same, to be named otherwise.
    pub fn implementation_mut(&mut self) -> &mut ImplementationName {
        match self {
            ReportFile::Report(report) => &mut report.implementation,
            ReportFile::NotRun(not_run) => &mut not_run.implementation,
        }
    }
}

/// Why an implementation was not judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotRun {
    schema: String,
    /// What was to be judged.
    pub implementation: ImplementationName,
    /// The reason.
    pub because: String,
}

impl NotRun {
    /// The reason why there is no verdict on this.
    pub fn new(implementation: ImplementationName, because: String) -> NotRun {
        NotRun { schema: NOT_RUN.to_owned(), implementation, because }
    }

    /// As a file has it.
    pub fn as_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts are JSON") + "\n"
    }
}

/// What all files of this program begin with.
#[derive(Deserialize)]
struct Header {
    schema: Option<String>,
}

impl ReportFile {
    /// The report.
    ///
    /// # Errors
    /// If there is none, in words.
    pub fn report(self) -> Result<SavedReport, String> {
        match self {
            ReportFile::Report(report) => Ok(*report),
            ReportFile::NotRun(_) => {
                Err(format!("expected \"schema\": \"{SCHEMA}\", found \"{NOT_RUN}\""))
            }
        }
    }

    /// What a text says.
    ///
    /// # Errors
    /// A text that is neither a report nor says why there is none, in words.
    pub fn parse(text: &str) -> Result<ReportFile, String> {
        let text = visible_json(text);
        let header: Header = parse(&text, "not a report")?;
        match header.schema.as_deref() {
            Some(SCHEMA) => {
                let report: SavedReport = parse(&text, SCHEMA)?;
                let mut seen = BTreeSet::new();
                if let Some(twice) = report.rules.iter().find(|rule| !seen.insert(&rule.id)) {
                    return Err(format!("the rule `{}` stands twice", quoted(&twice.id, 80)));
                }
                match report.contradiction() {
                    Some(why) => Err(format!("the report contradicts itself: {why}")),
                    None => Ok(ReportFile::Report(Box::new(report))),
                }
            }
            Some(NOT_RUN) => parse(&text, NOT_RUN).map(ReportFile::NotRun),
            found => {
                let found = found.map_or("none".to_owned(), |it| format!("\"{}\"", quoted(it, 80)));
                let expected = format!("expected \"schema\": \"{SCHEMA}\" or \"{NOT_RUN}\"");
                Err(format!("{expected}, found {found}; {ADVICE}"))
            }
        }
    }
}

const ADVICE: &str = "`dezero-spec verify … --format json` writes reports";

fn parse<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, String> {
    // The message of serde_json ends with the line and the column.
    serde_json::from_str(text)
        .map_err(|why| format!("{what}: {}; {ADVICE}", quoted(&why.to_string(), 500)))
}
