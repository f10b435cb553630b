//! Reports on disk, which `matrix` and `diff` read.

mod read;
mod report;

pub(super) use read::{Saved, read_report, read_saved};
pub(super) use report::{NotRun, Report, Ruling};
