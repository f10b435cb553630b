use super::belief::{Belief, Pairs};
use super::{Call, Gambler};
use crate::wager::bits::Bits;
use crate::wager::numerics::ln_mean;
use crate::wager::sight::Sight;
use std::collections::HashMap;

/// Bets that the masks, one after the other, repeat themselves after a time that nobody knows. When
/// the last bits have been seen before, it believes that what followed then follows now.
pub struct Repetition {
    keep: f64,
    /// How many bits tell a place again: with fewer it would be led astray, with more it would begin
    /// too late.
    window: usize,
    /// All bits so far, up to [`LONGEST`].
    past: Vec<bool>,
    /// Where the windows with these hashes ended.
    places: HashMap<u64, usize>,
    hash: u64,
    /// The base to the power of the window: what a bit that leaves it takes away.
    leaving: u64,
    /// Where the next bit is thought to have been before.
    follows: Option<usize>,
    misses: u32,
    /// How often a bit was foretold `[as what]` and came `[as what]`.
    foretold: Pairs,
}

/// So many bits of a cell are watched: a generator that repeats itself later is beyond the budget.
const LONGEST: usize = 1 << 17;

/// So many bits of what came again are shown.
const SHOWN: usize = 1024;

/// An odd number without a pattern, the base of the rolling hash: 2^64 over the golden ratio.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// How faithfully what was seen before comes again.
const FIDELITIES: [f64; 4] = [0.5, 0.9, 0.99, 0.9999];

impl Repetition {
    /// A gambler on masks of this rate.
    pub fn new(keep: f64) -> Repetition {
        let entropy = -keep * keep.log2() - (1.0 - keep) * (1.0 - keep).log2();
        // 34 bits of information: a false reminder comes once in 2^17 of 2^17 places.
        let window = (34.0 / entropy).ceil() as usize;
        let leaving = (0..window).fold(1u64, |power, _| power.wrapping_mul(BASE));
        Repetition {
            keep,
            window,
            past: Vec::new(),
            places: HashMap::new(),
            hash: 0,
            leaving,
            follows: None,
            misses: 0,
            foretold: [[0; 2]; 2],
        }
    }

    fn see(&mut self, bit: bool) {
        if let Some(place) = self.follows {
            let before = self.past[place];
            self.foretold[usize::from(before)][usize::from(bit)] += 1;
            // Whoever is wrong too often was misled.
            self.misses =
                if before == bit { self.misses.saturating_sub(1) } else { self.misses + 8 };
            self.follows = (self.misses < 64).then_some(place + 1);
        }
        // Bits are counted as 1 and 2, so that rows of zeros of different lengths differ.
        let value = |bit: bool| if bit { 2u64 } else { 1 };
        self.past.push(bit);
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(value(bit));
        let seen = self.past.len();
        if seen > self.window {
            let left = value(self.past[seen - self.window - 1]).wrapping_mul(self.leaving);
            self.hash = self.hash.wrapping_sub(left);
        }
        // One window in eight is remembered; which ones, their own bits say, so that it is the same
        // ones when they come again.
        if seen >= self.window && (self.hash ^ self.hash >> 32) & 7 == 0 {
            let before = self.places.insert(self.hash, seen);
            if let (Some(before), None) = (before, self.follows) {
                (self.follows, self.misses) = (Some(before), 0);
            }
        }
    }
}

impl Gambler for Repetition {
    fn play(&mut self, call: &Call) {
        let room = LONGEST.saturating_sub(self.past.len()).min(call.kept.len());
        for index in 0..room {
            self.see(call.kept.get(index));
        }
    }

    fn ln_wealth(&self) -> f64 {
        let ln = |fidelity| Belief::of(self.keep, fidelity).ln(&self.foretold);
        ln_mean(FIDELITIES.map(ln))
    }

    fn belief(&self) -> String {
        let [[zeros, missed], [wrong, ones]] = self.foretold;
        let (right, all) = (zeros + ones, zeros + ones + missed + wrong);
        let apart = self
            .follows
            .map_or(String::new(), |place| format!(", {} bits later", self.past.len() - place));
        format!("bits come again as they were{apart}: {right} of {all} foretold")
    }

    fn sights(&self, _calls: &[Bits]) -> Vec<Sight> {
        let Some(place) = self.follows else { return Vec::new() };
        let n = place.min(SHOWN);
        let row = |end: usize| Bits::of(self.past[end - n..end].iter().copied());
        vec![Sight::Again { first: row(place), second: row(self.past.len()) }]
    }
}
