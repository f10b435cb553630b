//! Known failures: rules that an implementation is expected to break, as its `impl.json` lists them,
//! and what became of that in a run.

mod day;
mod entry;
mod outcome;
mod problem;
mod renewal;

pub use day::Day;
pub use entry::{Expectation, ExpectedVerdict, MOST_RULES};
pub use outcome::Expectations;
pub use problem::{Problem, ProblemKind};
pub use renewal::{Renewal, renewal};
