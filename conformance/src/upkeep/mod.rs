//! What keeps this repository in order: the catalogue judged as a whole and its record, random damage to what is
//! read, and the thread of each rule.

pub mod damage;
pub mod kills;
mod part;
pub mod record;
pub mod thread;
