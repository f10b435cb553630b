//! A run: which rules are asked, in which order, and what becomes of them.

mod judgement;
pub mod manifest;
mod plan;
mod replay;
mod suite;

pub use plan::{PLAN_SEED, plan};
pub use replay::{Again, replay};
pub use suite::{Part, Progress, verify, verify_with};
