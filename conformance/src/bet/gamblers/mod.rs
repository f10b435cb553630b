//! The gamblers. Each knows one way to be wrong and bets on it.

mod belief;
mod counts;
mod data;
#[cfg(test)]
mod fairness;
#[cfg(test)]
mod games;
mod lags;
mod places;
mod rate;
mod recurrences;

pub(in crate::bet) use belief::Pairs;
pub use counts::{Blocks, Spread, Steady};
pub use data::Data;
pub use lags::Lags;
pub(super) use lags::pairs;
pub use places::{Lanes, Spots};
pub use rate::{Rate, equivalent, interval, ln_shared};
pub use recurrences::Recurrences;

use super::bits::Bits;
use super::sight::Sight;

/// A gambler. It begins with a wealth of 1 and bets on every bit that it is shown, at odds that are
/// fair under the specification and that depend on earlier bits alone; so its wealth is a test
/// martingale, and so is any average of such wealths.
pub trait Gambler {
    /// Bets on the bits of one more call.
    fn play(&mut self, call: &BetCall);

    /// The natural logarithm of what it has.
    fn ln_wealth(&self) -> f64;

    /// What it believes of the masks, in words.
    fn belief(&self) -> String;

    /// What it would point at, if it were asked why; `calls` are the last masks that it has seen, the
    /// latest last.
    fn sights(&self, calls: &[Bits]) -> Vec<Sight>;
}

/// The mask of a call, and what the gamblers may know when it is drawn.
pub struct BetCall<'a> {
    /// Whether each element is kept.
    pub kept: &'a Bits,
    /// What went in.
    pub x: &'a std::rc::Rc<Vec<f64>>,
    /// The masks of earlier calls of the same cell, the latest last; [`MEMORY`] of them at most.
    pub earlier: &'a [Bits],
}

/// How many earlier calls are remembered.
pub const MEMORY: usize = 16;
