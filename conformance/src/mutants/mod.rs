//! Wrong implementations that the judge must notice, and legal variants that it must accept.
//!
//! Each is the reference but for one method of a [`Kernel`]. The wrong ones are modelled on real
//! defects; `source` says which.

#[macro_use]
mod entry;

mod config;
mod direct;
mod dropout;
mod gradient;
mod kernel;
mod layer;
mod mask;
mod mutated;
mod piece;
mod protocol;
mod scopes;
mod test_mode;
mod variants;

pub use entry::{Mutant, Variant, catalogue, mutant, mutants, variants};
pub use kernel::{Chapter, Element, Ended, Kernel, Rand, Saved, Site};
pub use mutated::Mutated;
