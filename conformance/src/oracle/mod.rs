//! The one question: does some mask explain everything that was observed?

mod bounded;
mod choices;
mod explain;
mod model;

pub use bounded::{Bounded, Exact, Explains, Must, Should, Tolerance};
pub use choices::{Choices, World};
pub use explain::{Explained, Mismatch, explain};
pub use model::{Exactness, MOST_CALLS};
