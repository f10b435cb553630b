use super::{Call, Gambler};
use crate::wager::bits::{Bits, Places};
use crate::wager::numerics::{ln_beta_binomial, ln_binomial_law, ln_mean, ln_sum};
use crate::wager::sight::{Rows, Sight};
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
    fn play(&mut self, call: &Call) {
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
    fn play(&mut self, call: &Call) {
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
mod tests {
    use super::*;

    /// Under the law the expected wealth after one block is 1, whatever the belief.
    #[test]
    fn the_bets_are_fair() {
        for (n, keep) in [(1usize, 0.5), (7, 0.9), (64, 0.5), (64, 0.99)] {
            let shape = [n];
            let after = |gambler: &mut dyn Gambler, k: usize| {
                let kept = Bits::of((0..n).map(|i| i < k));
                let x = std::rc::Rc::new(vec![1.0; n]);
                gambler.play(&Call { kept: &kept, x: &x, earlier: &[] });
                gambler.ln_wealth().exp() * ln_binomial_law(k as u64, n as u64, keep).exp()
            };
            for blocks in [Blocks::Calls, Blocks::Rows] {
                let steady = || Steady::new(keep, &shape, blocks);
                let spread = || Spread::new(keep, &shape, blocks);
                assert_eq!(steady().is_some(), n > 1 && blocks == Blocks::Calls);
                let steadies = (0..=n).filter_map(|k| Some(after(&mut steady()?, k)));
                let spreads = (0..=n).filter_map(|k| Some(after(&mut spread()?, k)));
                for expected in [steadies.sum::<f64>(), spreads.sum::<f64>()] {
                    let fair = expected == 0.0 || (expected - 1.0).abs() < 1e-9;
                    assert!(fair, "{n} {keep}: {expected}");
                }
            }
        }
    }

    /// After a mask that is given as rows of 0 and 1.
    fn after<G: Gambler>(mut gambler: G, rows: &[&str]) -> G {
        let kept = Bits::of(rows.concat().bytes().map(|bit| bit == b'1'));
        let x = std::rc::Rc::new(vec![1.0; kept.len()]);
        gambler.play(&Call { kept: &kept, x: &x, earlier: &[] });
        gambler
    }

    #[test]
    fn blocks_are_counted() {
        let rows = ["1111", "0000", "1100"];
        for (blocks, keep, size, seen, said) in [
            (
                Blocks::Calls,
                0.5,
                12,
                vec![(6, 1)],
                "a call has 0.000 times its variance, in 1 of them",
            ),
            (
                Blocks::Rows,
                0.5,
                4,
                vec![(0, 1), (2, 1), (4, 1)],
                "a row has 2.667 times its variance, in 3 of them",
            ),
            (
                Blocks::Rows,
                0.25,
                4,
                vec![(0, 1), (2, 1), (4, 1)],
                "a row has 4.889 times its variance, in 3 of them",
            ),
            (
                Blocks::Columns,
                0.5,
                3,
                vec![(1, 2), (2, 2)],
                "a column has 0.333 times its variance, in 4 of them",
            ),
        ] {
            let spread = after(Spread::new(keep, &[3, 4], blocks).unwrap(), &rows);
            let steady = after(Steady::new(keep, &[3, 4], blocks).unwrap(), &rows);
            let belief = format!("the number kept in {said}");
            assert_eq!((spread.belief(), steady.belief()), (belief.clone(), belief));
            let counts = Sight::Counts { block: blocks.name(), size, seen };
            let mask = Bits::of("111100001100".bytes().map(|bit| bit == b'1'));
            let rows = (blocks != Blocks::Calls).then(|| Rows::of_call(&mask, 4).unwrap());
            let sights = rows.into_iter().map(Sight::Rows).chain([counts]).collect::<Vec<_>>();
            assert_eq!(spread.sights(std::slice::from_ref(&mask)), sights);
            assert_eq!(steady.sights(&[mask]), sights);
        }
    }

    /// Rows that are kept whole or dropped whole, and rows of which just one half is kept.
    #[test]
    fn whoever_is_right_gets_rich() {
        let spread =
            after(Spread::new(0.5, &[3, 4], Blocks::Rows).unwrap(), &["1111", "0000", "1100"]);
        let law = |power: i32| {
            let width = |k| ln_beta_binomial(k, 4, 0.5, 2f64.powi(power) - 1.0);
            width(0) + width(2) + width(4)
        };
        let expected = ln_mean((2..=17).map(law));
        assert!((spread.ln_wealth() - expected).abs() < 1e-12, "{}", spread.ln_wealth());
        assert!(spread.ln_wealth() > 0.0);
        let steady =
            after(Steady::new(0.5, &[3, 4], Blocks::Rows).unwrap(), &["1100", "0110", "1010"]);
        // The law of 4 is 1, 4, 6, 4, 1 sixteenths; of its powers, 6 has so much of the sum.
        let law = |power: i32| {
            let raised = |k: f64| k.powf(2f64.powi(power));
            let part = raised(6.0) / (2.0 * raised(1.0) + 2.0 * raised(4.0) + raised(6.0));
            3.0 * (part / (6.0 / 16.0)).ln()
        };
        let expected = ln_mean((1..=8).map(law).chain([3.0 * (16f64 / 6.0).ln(); 2]));
        assert!((steady.ln_wealth() - expected).abs() < 1e-9, "{} {expected}", steady.ln_wealth());
    }

    const ALL: [Blocks; 3] = [Blocks::Calls, Blocks::Rows, Blocks::Columns];

    #[test]
    fn a_block_has_two_elements_at_least() {
        let size = |blocks: Blocks, shape: &[usize]| blocks.size(shape);
        assert_eq!(size(Blocks::Calls, &[2]), Some(2));
        assert_eq!([Blocks::Rows, Blocks::Columns].map(|blocks| size(blocks, &[7])), [None; 2]);
        assert_eq!(ALL.map(|blocks| size(blocks, &[1, 6])), [Some(6), Some(6), None]);
        assert_eq!(ALL.map(|blocks| size(blocks, &[6, 1])), [Some(6), None, Some(6)]);
        assert_eq!(ALL.map(|blocks| size(blocks, &[2, 3, 4])), [Some(24), Some(4), Some(6)]);
        assert_eq!(ALL.map(|blocks| size(blocks, &[])), [None; 3]);
        assert_eq!(ALL.map(|blocks| size(blocks, &[3, 0])), [None; 3]);
    }

    /// Far from the mean nothing is left of a power of the law, and nothing of it is left out.
    #[test]
    fn large_blocks_are_fair_too() {
        for (n, keep) in [(4096u64, 0.5), (2000, 0.02), (2000, 0.98)] {
            let steady = Steady::new(keep, &[n as usize], Blocks::Calls).unwrap();
            let with = |k: u64| {
                let counts = Counts {
                    seen: BTreeMap::from([(k, 1)]),
                    ..Counts::new(keep, &[n as usize], Blocks::Calls).unwrap()
                };
                let wealth = Steady { counts, tilts: steady.tilts.clone() }.ln_wealth();
                (wealth + ln_binomial_law(k, n, keep)).exp()
            };
            let expected = (0..=n).map(with).sum::<f64>();
            assert!((expected - 1.0).abs() < 1e-9, "{n} {keep}: {expected}");
        }
    }
}
