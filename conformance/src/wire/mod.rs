//! What travels between the judge and an implementation; see the protocol chapter of the
//! specification, [`dezero_reference::protocol`].

mod array;
mod dtype;
mod exchange;
mod program;
mod pseudocode;

pub use array::{Array, Real, same_bits};
pub use dtype::Dtype;
pub use exchange::{
    Answer, ImplementationName, Observation, Origin, Outcome, PROTOCOL, Same, Seeding, Seen, Start,
    parse_answer,
};
pub use program::{Dropout, Mode, Program, RaiseKind, Step};
pub use pseudocode::pseudocode;
