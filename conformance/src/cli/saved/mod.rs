//! Reports on disk, which `matrix` reads.

mod read;
mod report;

pub(super) use read::{Saved, read_saved};
pub(super) use report::{NotRun, Report, Ruling};
