//! The mistakes that adapters make in the protocol: how each is recognised, and how it is mended.

mod diagnosis;
mod evidence;
mod language;
mod mistake;
mod signs;
mod table;

pub use diagnosis::{Diagnosis, diagnose, diagnose_answer, excerpt};
pub use evidence::{Evidence, expected};
pub use language::Language;
pub use mistake::{Fixes, Mistake};
pub use table::MISTAKES;
