//! What travels between the judge and an implementation; see the protocol chapter of the
//! specification, [`dezero_reference::protocol`].

mod answer;
mod array;
mod capability;
mod dtype;
pub(crate) mod foreign;
pub(crate) mod impossible;
mod layers;
pub(crate) mod lines;
mod needs;
mod program;
mod pseudocode;
pub mod spelling;
mod start;
pub(crate) mod steps;
mod walk;

pub(crate) use answer::longest_answer;
pub use answer::{Answer, FaultKind, Observation, Origin, Outcome, Same, Seen, parse_answer};
pub use array::{Array, Real, same_bits};
pub use capability::{JUDGED, UNJUDGED, capabilities};
pub use dtype::Dtype;
pub(crate) use layers::{KnownLayer, Layers};
pub use needs::needs;
pub use program::{Dropout, FlagValue, Mode, Program, RaiseKind, Step, ViewKind};
pub(crate) use pseudocode::given_steps;
pub use pseudocode::pseudocode;
pub use start::{FLAGS, ImplementationName, PROTOCOL, RatioDtype, Seeding, Start, parse_start};
pub use walk::{HandedBack, Open, Placed, Stopped, Walk};
