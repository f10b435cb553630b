//! The one question: does some mask explain everything that was observed?

#[cfg(test)]
mod against_walk;
mod allowed;
mod bounded;
mod choices;
mod everywhere;
mod explain;
mod groups;
mod model;
mod predictions;
mod surroundings;

pub use allowed::Allowed;
pub use bounded::{Bounded, Explains, Must, Promoted, Should, Tolerance};
pub use choices::{Choices, World};
pub use everywhere::runs_everywhere;
pub use explain::{
    Assignments, Explained, Mismatch, Wrong, explain, explained_up_to, may_be_explained,
    would_explain,
};
pub use model::Exactness;
pub use predictions::{Foreseen, Prediction, predictions};
