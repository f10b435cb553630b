//! Answers on record: programs that are asked elsewhere, and verdicts on what came back.

mod answers;
mod recorder;

pub use answers::Recorded;
pub use recorder::Recorder;
