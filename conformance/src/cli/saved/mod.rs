//! Reports on disk, which `matrix` and `diff` read.

mod read;

pub(super) use read::{SavedReport, read_report, read_saved};
