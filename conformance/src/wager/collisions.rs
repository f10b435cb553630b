use super::bits::Bits;
use super::numerics::{ln_sum, times_ln};
use super::sight::Sight;
use std::collections::{BTreeMap, HashMap};

/// Bets that a mask is one that was seen before, in whatever cell: few seeds, or one for each call.
///
/// Before each mask it stakes a thousandth of what it has on "one of those that were seen". The
/// probability of that is at most the sum of theirs, so the odds are fair, or worse than fair.
#[derive(Default)]
pub(super) struct Collisions {
    /// Each mask, and when it came first.
    seen: HashMap<Bits, usize>,
    /// Of each length, how many there are with so many ones.
    lengths: HashMap<usize, BTreeMap<u64, u64>>,
    ln_wealth: f64,
    found: Option<(usize, usize, Bits)>,
    masks: usize,
}

/// The part that is staked each time.
const STAKE: f64 = 1.0 / 1024.0;

/// Above this logarithm a bound of the probability is worth an exact sum.
const LIKELY: f64 = -45.0;

/// So many bits tell two masks apart at ratios up to 0.99; longer masks are cut.
const LONGEST: usize = 2048;

/// So many bits of a mask that came again are shown.
const SHOWN: usize = 1024;

/// With fewer bits masks come again by themselves.
const SHORTEST: usize = 48;

impl Collisions {
    pub(super) fn play(&mut self, mask: &Bits, keep: f64) {
        let mask = mask.slice(0, mask.len().min(LONGEST));
        if mask.len() < SHORTEST {
            return;
        }
        self.masks += 1;
        let alike = self.lengths.get(&mask.len());
        let seen = alike.map_or(0, |alike| alike.values().sum::<u64>());
        if seen > 0 {
            // No mask is likelier than the one of the likelier outcome alone; where that says too
            // little, this very mask has its own probability.
            let likeliest = mask.len() as f64 * keep.max(1.0 - keep).ln();
            let ln_any = (seen as f64).ln() + likeliest;
            let ln_any = if ln_any > LIKELY { self.ln_any(mask.len(), keep) } else { ln_any };
            let again = self.seen.get(&mask).copied();
            let won = if again.is_some() { STAKE * (-ln_any.min(0.0)).exp() } else { 0.0 };
            self.ln_wealth += (1.0 - STAKE + won.min(f64::MAX)).ln();
            if let Some(first) = again {
                self.found.get_or_insert_with(|| (first, self.masks, mask.clone()));
            }
        }
        if !self.seen.contains_key(&mask) {
            let alike = self.lengths.entry(mask.len()).or_default();
            *alike.entry(mask.ones()).or_insert(0) += 1;
            self.seen.insert(mask, self.masks);
        }
    }

    /// The logarithm of the probability that a mask of this length is one that was seen.
    fn ln_any(&self, length: usize, keep: f64) -> f64 {
        let alike = self.lengths.get(&length).into_iter().flatten();
        ln_sum(alike.map(|(&ones, &masks)| {
            let kept = ones as f64;
            let dropped = length as f64 - kept;
            (masks as f64).ln() + times_ln(kept, keep) + times_ln(dropped, 1.0 - keep)
        }))
    }

    pub(super) fn ln_wealth(&self) -> f64 {
        self.ln_wealth
    }

    pub(super) fn belief(&self) -> String {
        match &self.found {
            None => format!("no mask of {} came twice", self.masks),
            Some((first, second, _)) => {
                format!("mask {second} of the run is mask {first} once more")
            }
        }
    }

    pub(super) fn sights(&self) -> Vec<Sight> {
        let again = self.found.iter().map(|(_, _, mask)| {
            let mask = mask.slice(0, mask.len().min(SHOWN));
            Sight::Again { first: mask.clone(), second: mask }
        });
        again.collect()
    }
}
