//! What keeps this repository in order: the catalogue judged as a whole, and the thread of each rule.

pub mod kills;
pub mod thread;
