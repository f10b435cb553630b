//! What a run of `verify` writes to files, besides what it prints.

mod arguments;
mod badge;
mod page;
mod step_summary;
mod write;

pub(super) use arguments::Outputs;
pub(super) use write::{as_json, write};
