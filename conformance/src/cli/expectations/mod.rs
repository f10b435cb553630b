//! The known failures of an `impl.json`, renewed by a run.

mod edit;
mod update;

pub(super) use update::{refuse_early, update};
