//! What travels between the judge and an implementation; see the protocol chapter of the
//! specification, [`dezero_reference::protocol`].

mod array;
mod capability;
mod dtype;
mod exchange;
mod layers;
pub(crate) mod lines;
mod needs;
mod program;
mod pseudocode;

pub use array::{Array, Real, same_bits};
pub use capability::{JUDGED, UNJUDGED, capabilities};
pub use dtype::Dtype;
pub use exchange::{
    Answer, FLAGS, ImplementationName, Observation, Origin, Outcome, PROTOCOL, RatioDtype, Same,
    Seeding, Seen, Start, parse_answer, parse_start,
};
pub(crate) use layers::{KnownLayer, Layers};
pub use needs::needs;
pub use program::{Dropout, FlagValue, Mode, Program, RaiseKind, Step, ViewKind};
pub use pseudocode::pseudocode;
