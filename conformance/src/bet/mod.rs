//! Bets against the masks.
//!
//! Under the specification a bit of a mask, given all earlier bits, all inputs and all choices of the
//! judge, is 1 with probability `q = 1 - ratio`. So a gambler that foretells bits bets on them at fair
//! odds: after a bit that it believed in with probability `b`, its wealth is multiplied by `b/q` if
//! it is 1 and by `(1 - b)/(1 - q)` if it is 0. Its expectation stays what it was: the wealth is a
//! *test martingale*, and by Ville's inequality
//!
//! ```text
//! P(the wealth ever reaches 10^9) ≤ 10^-9,
//! ```
//!
//! however often one looks and whenever one stops. A weighted average of such wealths is one again,
//! so there is one pool of gamblers for the whole run, each with a share of the money at the
//! beginning. When the pool has multiplied its money by 10^9, the masks are not what they should be,
//! and the gambler that got rich says in which way.

mod account;
pub mod bits;
mod cell;
mod collisions;
mod coupled;
mod echo;
mod exact;
pub mod gamblers;
mod habits;
mod kinds;
pub mod numerics;
mod pool;
mod power;
mod reader;
mod sight;
mod stake;
mod table;

pub use account::{Account, CellAccount, Course, Exhibit, Point};
pub use cell::{Cell, CellName};
pub use exact::{APART, COUNT, COUNTS, EXACT_TESTS, ExactTest, RESOLUTION};
pub use kinds::{MOST_TAGS, Tag};
pub use numerics::information;
pub use pool::{Pool, RICH, Standing};
pub use power::{DrawnMasks, Power, power, smallest_correlation};
pub use sight::{MaskPart, Rows, Sight, Values};
pub use stake::{Outcomes, Passage, Stakes, passages};
pub(crate) use table::{DEPENDENCE, RATE};
pub use table::{EVERYWHERE, EXACT, GamblerKind, TABLE};
