//! What changed between two reports.

mod changes;
mod run;
mod words;

pub(super) use run::run;
