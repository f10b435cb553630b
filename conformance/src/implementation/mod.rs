//! The implementations that are judged, all behind one trait.

pub mod adapter;
mod attached;
mod channel;
mod engine;
mod exact;
pub mod flags;
pub mod framework;
pub mod interpreter;
pub mod mistakes;
mod process;
pub mod recorded;
pub mod serve;
#[cfg(test)]
pub(crate) mod staged;
mod stderr;
mod trace;

pub use attached::Door;
pub(crate) use engine::seeded_thread;
pub use engine::{Engine, Family, Reference};
pub use exact::Exact;
pub use process::{Command, Process, START_TIMEOUT, TIMEOUT};
pub use trace::Trace;

use crate::wire::{Answer, FaultKind, Start, Step};
use std::fmt;

/// What a judge asks of an implementation. The reference goes through this door like any other.
pub trait Implementation {
    /// Starts the implementation anew: its flags, its generator and its memory are fresh. Masks
    /// are to come from `entropy`, if it can be seeded.
    ///
    /// # Errors
    /// A [`Fault`] if it does not start, or answers nonsense.
    fn start(&mut self, entropy: u32) -> Result<Start, Fault>;

    /// Runs a program and reports what was observed. `id` is the request's: what answers it is found
    /// under it.
    ///
    /// # Errors
    /// A [`Fault`] if no answer comes, or one that cannot be read.
    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault>;

    /// Begins with a program that is not asked for yet, if it can, and says whether it did. The next calls
    /// of [`run`](Implementation::run) are of the programs that were begun, in their order.
    fn begin(&mut self, _id: &str, _program: &[Step]) -> bool {
        false
    }
}

/// Why there is no answer to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The same in words, with what to do about it.
    pub message: String,
    /// The last lines the implementation wrote to standard error.
    pub stderr: Vec<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// The fault of an adapter that was interrupted.
    pub(crate) fn interrupted() -> Fault {
        Fault { kind: FaultKind::Interrupted, message: "interrupted".to_owned(), stderr: vec![] }
    }
}
