//! Answers on record: programs that are asked elsewhere, and verdicts on what came back.

mod answers;
mod plan;
mod recorder;

pub use answers::Recorded;
pub use plan::{PLAN_SEED, plan};
pub use recorder::Recorder;
