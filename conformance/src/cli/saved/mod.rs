//! Reports on disk, which `matrix` and `diff` read.

mod read;

pub(super) use read::{NotRun, SavedReport, parse_saved, read_report, read_saved};
