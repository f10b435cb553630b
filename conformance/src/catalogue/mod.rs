//! Wrong implementations that the judge must notice, and legal variants that it must accept.
//!
//! Each is the reference but for one method of a [`Kernel`]. The wrong ones are modelled on real
//! defects; `source` says which.

#[macro_use]
mod entry;

mod at_hand;
mod backward_mask;
mod bitwise;
mod config;
mod direct;
mod dropout;
mod gradient;
mod kernel;
mod layer;
mod mutated;
mod piece;
mod place;
mod protocol;
mod rate;
mod ratio;
mod renamed;
mod repetition;
mod restore;
mod scale;
mod scopes;
mod seed;
mod stream;
mod test_mode;
mod threads;
mod variants;

pub use at_hand::AtHand;
pub use entry::{Mutant, Variant, catalogue, mutant, mutants, variants};
pub use kernel::{Element, Ended, Kernel, PlainKernel, Rand, SavedFlags, Site};
pub use mutated::Mutated;
