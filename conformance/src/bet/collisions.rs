use super::bits::Bits;
use super::numerics::{ln_sum, times_ln};
use super::sight::Sight;
use std::collections::{BTreeMap, HashMap};

/// Bets that a mask is one that was seen before, in any cell: few seeds, or one for each call. One of several
/// axes may come again with its axes in the opposite order.
///
/// Before each mask it stakes a part of what it has on "one of those that were seen". The probability of
/// that is at most the sum of theirs, so the odds are fair, or worse than fair. The part becomes smaller,
/// so that five sixths are lost at most: after 400,000 masks a repetition still pays.
#[derive(Default)]
pub(super) struct Collisions {
    /// Each mask, when it came first, and whether it is that one with its axes in the opposite order.
    seen: HashMap<Bits, (usize, bool)>,
    /// Of each length, how many there are with so many ones.
    lengths: HashMap<usize, BTreeMap<u64, u64>>,
    ln_wealth: f64,
    found: Option<Again>,
    masks: usize,
}

/// A mask that came again.
struct Again {
    first: usize,
    transposed: bool,
    second: usize,
    mask: Bits,
}

/// The part that is staked at most.
const STAKE: f64 = 1.0 / 1024.0;

/// The part that is staked on the mask of this number: `8 / (t·ln²t)`, of which all together are finite.
pub(super) fn stake(masks: usize) -> f64 {
    let t = masks as f64 + 1.0;
    STAKE.min(8.0 / (t * t.ln().powi(2)))
}

/// Above this logarithm a bound of the probability is worth an exact sum.
const LIKELY: f64 = -45.0;

/// So many bits tell two masks apart at ratios up to 0.99; longer masks are cut.
const LONGEST: usize = 2048;

/// So many bits of a mask that came again are shown.
const SHOWN: usize = 1024;

/// With fewer bits masks come again by themselves.
const SHORTEST: usize = 48;

impl Collisions {
    pub(super) fn play(&mut self, mask: &Bits, shape: &[usize], keep: f64) {
        if mask.len() < SHORTEST {
            return;
        }
        let turned = transposed(mask, shape);
        let mask = mask.slice(0, mask.len().min(LONGEST));
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
            let stake = stake(self.masks);
            let won = if again.is_some() { stake * (-ln_any.min(0.0)).exp() } else { 0.0 };
            self.ln_wealth += (1.0 - stake + won.min(f64::MAX)).ln();
            if let Some(first) = again {
                let (second, mask) = (self.masks, mask.clone());
                let (first, transposed) = first;
                self.found.get_or_insert(Again { first, transposed, second, mask });
            }
        }
        self.remember(mask, false);
        if let Some(turned) = turned {
            self.remember(turned, true);
        }
    }

    fn remember(&mut self, mask: Bits, transposed: bool) {
        if !self.seen.contains_key(&mask) {
            let alike = self.lengths.entry(mask.len()).or_default();
            *alike.entry(mask.ones()).or_insert(0) += 1;
            self.seen.insert(mask, (self.masks, transposed));
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
            Some(Again { first, transposed, second, .. }) => {
                let how = if *transposed { "transposed" } else { "once more" };
                format!("mask {second} of the run is mask {first} {how}")
            }
        }
    }

    pub(super) fn sights(&self) -> Vec<Sight> {
        let again =
            self.found.iter().filter(|again| !again.transposed).map(|Again { mask, .. }| {
                let mask = mask.slice(0, mask.len().min(SHOWN));
                Sight::Again { first: mask.clone(), second: mask }
            });
        again.collect()
    }
}

/// The beginning of a mask with its axes in the opposite order; `None` where that changes nothing.
fn transposed(mask: &Bits, shape: &[usize]) -> Option<Bits> {
    let wide = shape.iter().filter(|&&length| length > 1).count();
    if wide < 2 || mask.is_empty() {
        return None;
    }
    // The axis that varied slowest varies fastest now.
    let place = |turned: usize| {
        let (mut rest, mut stride, mut place) = (turned, mask.len(), 0);
        for &length in shape {
            stride /= length;
            place += rest % length * stride;
            rest /= length;
        }
        place
    };
    Some(Bits::of((0..mask.len().min(LONGEST)).map(|turned| mask.get(place(turned)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// The part of the money that remains where no mask came again.
    const LOST: f64 = 1.0 - STAKE;

    /// A mask of so many bits of which so many are 1, another one for each seed.
    fn mask(length: usize, ones: usize, seed: u64) -> Bits {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let mut places = (0..length).map(|at| (random.next_u64(), at)).collect::<Vec<_>>();
        places.sort_unstable();
        let kept = places[..ones].iter().map(|&(_, at)| at).collect::<Vec<_>>();
        Bits::of((0..length).map(|at| kept.contains(&at)))
    }

    fn played(masks: &[Bits], keep: f64) -> Collisions {
        let mut collisions = Collisions::default();
        masks.iter().for_each(|mask| collisions.play(mask, &[mask.len()], keep));
        collisions
    }

    /// After some masks the first one comes again: how likely that was, by the wealth.
    fn ln_probability(masks: &[Bits], keep: f64) -> f64 {
        let mut collisions = played(masks, keep);
        let before = collisions.ln_wealth();
        collisions.play(&masks[0], &[masks[0].len()], keep);
        let won = (collisions.ln_wealth() - before).exp() - LOST;
        STAKE.ln() - won.ln()
    }

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9 * expected.abs().max(1.0)
    }

    #[test]
    fn masks_that_differ_cost_a_thousandth_each() {
        let masks = [1, 2, 3].map(|seed| mask(64, 32, seed));
        let collisions = played(&masks, 0.5);
        assert!(close(collisions.ln_wealth(), 2.0 * LOST.ln()));
        assert_eq!(collisions.belief(), "no mask of 3 came twice");
        assert!(collisions.sights().is_empty());
        // Only masks of one length can be alike.
        let lengths = [64, 65, 66].map(|length| mask(length, 32, 1));
        assert_eq!(played(&lengths, 0.5).ln_wealth(), 0.0);
    }

    /// The stake comes back times the odds, which are those of the masks that were seen.
    #[test]
    fn a_mask_that_comes_again_pays_what_it_was_likely_to_pay() {
        let ln = f64::ln;
        // At a half all masks are as likely; the fewer bits are summed one by one.
        for (length, seen) in [(60, 1), (60, 3), (200, 1), (200, 2)] {
            let masks = (0..seen).map(|seed| mask(length, length / 2, seed)).collect::<Vec<_>>();
            let expected = ln(seen as f64) - length as f64 * ln(2.0);
            assert!(close(ln_probability(&masks, 0.5), expected), "{length} {seen}");
        }
        // Of short masks each has its own probability, ...
        let masks = [mask(64, 32, 1), mask(64, 60, 2), mask(64, 60, 3)];
        let own = |ones: f64| ones * ln(0.9) + (64.0 - ones) * ln(0.1);
        let expected = ln(own(32.0).exp() + 2.0 * own(60.0).exp());
        assert!(close(ln_probability(&masks, 0.9), expected));
        // ... and of long ones none is likelier than the likeliest, whichever outcome that is of.
        for keep in [0.25, 0.75] {
            let masks = [mask(200, 100, 1), mask(200, 100, 2)];
            assert!(close(ln_probability(&masks, keep), ln(2.0) + 200.0 * ln(0.75)), "{keep}");
        }
        // A mask that came twice is one mask.
        let twice = [1, 1, 2].map(|seed| mask(60, 30, seed));
        assert!(close(ln_probability(&twice, 0.5), ln(2.0) - 60.0 * ln(2.0)));
    }

    /// So unlikely that a double does not hold the odds: very rich, and not more.
    #[test]
    fn wealth_stays_a_number() {
        let long = mask(3000, 1500, 1);
        let collisions = played(&[long.clone(), long.clone()], 0.5);
        assert!(close(collisions.ln_wealth(), f64::MAX.ln()));
        let sights = collisions.sights();
        let [Sight::Again { first, second }] = sights.as_slice() else { panic!("{sights:?}") };
        assert_eq!((first, second), (&long.slice(0, SHOWN), &long.slice(0, SHOWN)));
        // What is behind the first 2048 bits is not compared.
        let tail = (0..3000).map(|at| if at < LONGEST { long.get(at) } else { !long.get(at) });
        assert!(played(&[long.clone(), Bits::of(tail)], 0.5).ln_wealth() > 700.0);
    }

    #[test]
    fn the_first_that_came_again_is_named() {
        let masks = [1, 2, 3, 2, 1].map(|seed| mask(64, 32, seed));
        let collisions = played(&masks, 0.5);
        assert_eq!(collisions.belief(), "mask 4 of the run is mask 2 once more");
        let sights = collisions.sights();
        let [Sight::Again { first, .. }] = sights.as_slice() else { panic!("{sights:?}") };
        assert_eq!(first, &masks[1]);
    }

    #[test]
    fn short_masks_come_again_by_themselves() {
        let short = mask(SHORTEST - 1, 20, 1);
        let collisions = played(&[short.clone(), short], 0.5);
        assert_eq!(collisions.belief(), "no mask of 0 came twice");
        assert_eq!(collisions.ln_wealth(), 0.0);
        let enough = mask(SHORTEST, 20, 1);
        assert!(played(&[enough.clone(), enough], 0.5).ln_wealth() > 0.0);
    }

    #[test]
    fn axes_are_put_in_the_opposite_order() {
        let bits = |ones: &[usize], n: usize| Bits::of((0..n).map(|at| ones.contains(&at)));
        // [[0, 1, 2], [3, 4, 5]] becomes [[0, 3], [1, 4], [2, 5]].
        assert_eq!(transposed(&bits(&[1, 5], 6), &[2, 3]), Some(bits(&[2, 5], 6)));
        // Element [i, j, k] of shape [2, 2, 3] is [k, j, i] of shape [3, 2, 2].
        assert_eq!(transposed(&bits(&[1, 6], 12), &[2, 2, 3]), Some(bits(&[4, 1], 12)));
        for shape in [&[6][..], &[1, 6], &[6, 1], &[1, 6, 1]] {
            assert_eq!(transposed(&bits(&[1], 6), shape), None);
        }
        let mut collisions = Collisions::default();
        let matrix = mask(64, 32, 1);
        collisions.play(&matrix, &[4, 16], 0.5);
        collisions.play(&mask(64, 32, 2), &[64], 0.5);
        collisions.play(&transposed(&matrix, &[4, 16]).unwrap(), &[16, 4], 0.5);
        assert_eq!(collisions.belief(), "mask 3 of the run is mask 1 transposed");
        assert!(collisions.ln_wealth() > 20.0, "{}", collisions.ln_wealth());
    }
}
