//! What a person, or a program, reads of a run.

mod conclusion;
mod evidence;
mod github;
mod json;
#[cfg(feature = "cli")]
mod junit;
mod known;
mod symptoms;
mod terminal;
mod words;

#[cfg(test)]
mod tests;

pub use conclusion::print_verdict;
pub use evidence::{print_counterexample, wrap};
pub use github::annotations;
pub use json::to_saved;
#[cfg(feature = "cli")]
pub use junit::to_junit;
pub use terminal::{Shown, print};
pub use words::counted;
pub(crate) use words::{confirmation, given, marked, replay};
