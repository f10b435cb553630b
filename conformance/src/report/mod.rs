//! What a run came to, as data.

mod counterexamples;
pub mod expectations;
pub mod saved;
mod verdict;

pub use counterexamples::{Saved, counterexamples, read_counterexamples};
pub use verdict::*;
