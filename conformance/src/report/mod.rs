//! What a run came to, as data.

mod counterexamples;
pub mod expectations;
mod file;
pub mod saved;
mod symptoms;
mod told;
mod verdict;

pub use counterexamples::{Saved, counterexamples, read_counterexamples};
pub use file::{NotRun, ReportFile};
pub use verdict::*;
