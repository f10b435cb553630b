use super::{BetCall, Gambler};
use crate::bet::bits::{Bits, Places};
use crate::bet::numerics::{ln_beta_binomial, ln_binomial_law, ln_mean, ln_sum};
use crate::bet::sight::{Rows, Sight};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What is counted: the kept elements of each call, each row, or each column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// All elements of a call.
    Calls,
    /// The elements that differ in the last axis alone.
    Rows,
    /// The elements that have one place in the last axis.
    Columns,
}

impl Blocks {
    /// How many elements a block has; `None` if there are no such blocks in this shape.
    fn size(self, shape: &[usize]) -> Option<usize> {
        let n = shape.iter().product::<usize>();
        let row = *shape.last()?;
        let size = match self {
            Blocks::Calls => n,
            Blocks::Rows => row,
            Blocks::Columns => n.checked_div(row)?,
        };
        (size > 1 && (self == Blocks::Calls || shape.len() > 1)).then_some(size)
    }

    fn name(self) -> &'static str {
        match self {
            Blocks::Calls => "call",
            Blocks::Rows => "row",
            Blocks::Columns => "column",
        }
    }
}

/// How many blocks had how many elements kept.
struct Counts {
    keep: f64,
    blocks: Blocks,
    size: usize,
    row: usize,
    seen: BTreeMap<u64, u64>,
}

impl Counts {
    fn new(keep: f64, shape: &[usize], blocks: Blocks) -> Option<Counts> {
        let (size, row) = (blocks.size(shape)?, *shape.last()?);
        Some(Counts { keep, blocks, size, row, seen: BTreeMap::new() })
    }

    fn add(&mut self, kept: &Bits) {
        let mut count = |count: u64| *self.seen.entry(count).or_insert(0) += 1;
        let rows = kept.len() / self.row;
        match self.blocks {
            Blocks::Calls => count(kept.ones()),
            Blocks::Rows => {
                (0..rows).for_each(|row| count(kept.ones_in(row * self.row, self.row)));
            }
            Blocks::Columns => {
                let mut places = Places::default();
                (0..rows).for_each(|row| places.add(&kept.slice(row * self.row, self.row)));
                places.counts().into_iter().for_each(count);
            }
        }
    }

    /// The wealth of one who multiplies it by `ln` of the count at every block.
    fn ln_product(&self, ln: impl Fn(u64) -> f64) -> f64 {
        self.seen.iter().map(|(&count, &times)| times as f64 * ln(count)).sum()
    }

    /// The variance of the counts, over that of the binomial law.
    fn dispersion(&self) -> (f64, u64) {
        let n = self.size as f64;
        let blocks = self.seen.values().sum::<u64>();
        let squares = self
            .seen
            .iter()
            .map(|(&count, &times)| times as f64 * (count as f64 - n * self.keep).powi(2));
        let variance = squares.sum::<f64>() / blocks as f64;
        (variance / (n * self.keep * (1.0 - self.keep)), blocks)
    }

    fn belief(&self) -> String {
        let (dispersion, blocks) = self.dispersion();
        let name = self.blocks.name();
        format!(
            "the number kept in a {name} has {dispersion:.3} times its variance, in {blocks} of them"
        )
    }

    fn sights(&self, calls: &[Bits]) -> Vec<Sight> {
        let seen = self.seen.iter().map(|(&kept, &times)| (kept, times)).collect();
        let counts = Sight::Counts { block: self.blocks.name(), size: self.size, seen };
        // Of calls there is nothing to see but their numbers.
        let latest = calls.last().filter(|_| self.blocks != Blocks::Calls);
        let rows = latest.and_then(|call| Rows::of_call(call, self.row)).map(Sight::Rows);
        rows.into_iter().chain([counts]).collect()
    }
}

/// Bets that the number kept in a block varies too little: a fixed number, a permutation, antithetic
/// draws. It believes in the binomial law raised to the power `1/s`, for many s.
pub struct Steady {
    counts: Counts,
    /// The power, and the logarithm of what the powers of the law add up to.
    tilts: Vec<(f64, f64)>,
}

/// How the law is narrowed: s from 1/2 to 1/1024.
const NARROWINGS: std::ops::RangeInclusive<i32> = 1..=10;

impl Steady {
    /// A gambler on blocks of masks of this rate and shape; `None` if there are no such blocks.
    pub fn new(keep: f64, shape: &[usize], blocks: Blocks) -> Option<Steady> {
        let counts = Counts::new(keep, shape, blocks)?;
        let n = counts.size as u64;
        let (mean, deviation) = (n as f64 * keep, (n as f64 * keep * (1.0 - keep)).sqrt());
        // Forty deviations away a power of the law is nothing beside its peak.
        let reach = 40.0 * deviation + 40.0;
        let from = (mean - reach).max(0.0) as u64;
        let to = ((mean + reach) as u64).min(n);
        let law = (from..=to).map(|k| ln_binomial_law(k, n, keep)).collect::<Vec<_>>();
        let tilt = |power: i32| {
            let s = 2f64.powi(-power);
            (s, ln_sum(law.iter().map(|ln| ln / s)))
        };
        Some(Steady { counts, tilts: NARROWINGS.map(tilt).collect() })
    }
}

impl Gambler for Steady {
    fn play(&mut self, call: &BetCall) {
        self.counts.add(call.kept);
    }

    fn ln_wealth(&self) -> f64 {
        let n = self.counts.size as u64;
        let law = self.counts.seen.keys().map(|&k| ln_binomial_law(k, n, self.counts.keep));
        let law = self.counts.seen.keys().copied().zip(law).collect::<BTreeMap<_, _>>();
        let wealth =
            |&(s, sum): &(f64, f64)| self.counts.ln_product(|k| law[&k] * (1.0 / s - 1.0) - sum);
        ln_mean(self.tilts.iter().map(wealth))
    }

    fn belief(&self) -> String {
        self.counts.belief()
    }

    fn sights(&self, calls: &[Bits]) -> Vec<Sight> {
        self.counts.sights(calls)
    }
}

/// Bets that the number kept in a block varies too much: a rate that is drawn anew for each block,
/// rows that are dropped whole. It believes in beta-binomial laws of many widths.
pub struct Spread {
    counts: Counts,
    known: RefCell<BTreeMap<u64, Vec<f64>>>,
}

/// The correlations within a block: from 1/4 to 2^-17.
const CORRELATIONS: std::ops::RangeInclusive<i32> = 2..=17;

impl Spread {
    /// A gambler on blocks of masks of this rate and shape; `None` if there are no such blocks.
    pub fn new(keep: f64, shape: &[usize], blocks: Blocks) -> Option<Spread> {
        Some(Spread { counts: Counts::new(keep, shape, blocks)?, known: RefCell::default() })
    }
}

impl Gambler for Spread {
    fn play(&mut self, call: &BetCall) {
        self.counts.add(call.kept);
    }

    fn ln_wealth(&self) -> f64 {
        let (n, keep) = (self.counts.size as u64, self.counts.keep);
        let mut known = self.known.borrow_mut();
        for &k in self.counts.seen.keys() {
            known.entry(k).or_insert_with(|| {
                let law = |power| ln_beta_binomial(k, n, keep, 2f64.powi(power) - 1.0);
                CORRELATIONS.map(law).collect()
            });
        }
        let widths = 0..CORRELATIONS.count();
        ln_mean(widths.map(|width| self.counts.ln_product(|k| known[&k][width])))
    }

    fn belief(&self) -> String {
        self.counts.belief()
    }

    fn sights(&self, calls: &[Bits]) -> Vec<Sight> {
        self.counts.sights(calls)
    }
}

#[cfg(test)]
mod tests;
