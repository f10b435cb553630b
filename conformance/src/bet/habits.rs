//! Elements of a mask that a defect may treat in a way of their own: those at an edge, those of a lane, and those
//! behind others.

use super::bits::Bits;
use super::gamblers::pairs;
use super::kinds::Count;
use super::stake::Outcomes;

/// How many kinds of elements there are.
pub(super) const HABITS: usize = 12;

/// Which elements they are, in words.
pub(super) const WORDS: [&str; HABITS] = [
    "the first of all",
    "the last of all",
    "the first of each row",
    "the last of each row",
    "every second one",
    "every fourth one",
    "behind one that is dropped",
    "behind one that is kept",
    "below one that is dropped",
    "below one that is kept",
    "where the call before dropped",
    "where the call before kept",
];

/// What was kept of each kind, in masks of one shape that were drawn one after the other.
pub(super) fn counts(masks: &[Outcomes]) -> [Count; HABITS] {
    let mut counts = [Count::default(); HABITS];
    let mut before: Option<&Bits> = None;
    for mask in masks {
        let (bits, n) = (mask.kept(), mask.kept().len());
        let row = mask.shape().last().copied().filter(|&row| row > 1 && 2 * row <= n);
        let ends = |step: usize, first: usize| {
            let places = (first..n).step_by(step);
            let kept = places.clone().filter(|&place| bits.get(place)).count();
            Count { kept: kept as u64, trials: places.count() as u64 }
        };
        let of_row =
            |first: fn(usize) -> usize| row.map_or(Count::default(), |row| ends(row, first(row)));
        let behind = |earlier: Option<&Bits>, lag: usize| {
            let [dropped, kept] = earlier.map_or([[0; 2]; 2], |earlier| pairs(bits, earlier, lag));
            [dropped, kept].map(|[drops, keeps]| Count { kept: keeps, trials: drops + keeps })
        };
        let [after_dropped, after_kept] = behind(Some(bits), 1);
        let [below_dropped, below_kept] = behind(row.map(|_| bits), row.unwrap_or(1));
        let [again_dropped, again_kept] = behind(before, 0);
        let of_mask = [
            ends(n.max(1), 0),
            ends(n.max(1), n.saturating_sub(1)),
            of_row(|_| 0),
            of_row(|row| row - 1),
            ends(2, 1),
            ends(4, 3),
            after_dropped,
            after_kept,
            below_dropped,
            below_kept,
            again_dropped,
            again_kept,
        ];
        for (sum, count) in counts.iter_mut().zip(of_mask) {
            sum.kept += count.kept;
            sum.trials += count.trials;
        }
        before = Some(bits);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::kinds::{Kinds, Tag};
    use super::*;
    use std::rc::Rc;

    fn mask(keep: f64, shape: &[usize], bits: u32) -> Outcomes {
        let n = shape.iter().product::<usize>();
        let kept = Bits::of((0..n).map(|place| bits >> place & 1 == 1));
        Outcomes::simulated(keep, shape, Rc::new(vec![1.0; n]), kept)
    }

    /// Each kind has the elements that its words tell.
    #[test]
    fn elements_are_counted_by_where_they_are() {
        // Two rows of three: the first is kept but for its end, of the second the end alone.
        let counted = counts(&[mask(0.5, &[2, 3], 0b100_011), mask(0.5, &[2, 3], 0b111_111)]);
        let found = counted.map(|Count { kept, trials }| (kept, trials));
        let places = [(2, 2), (2, 2), (3, 4), (3, 4), (5, 6), (1, 2)];
        let behind = [(1, 3), (6, 7), (1, 1), (3, 5), (3, 3), (3, 3)];
        assert_eq!(found[..6], places, "places");
        assert_eq!(found[6..], behind, "behind others");
    }

    /// On average there is what there was: all masks that there are, of two calls.
    #[test]
    fn the_bets_are_fair() {
        let tags =
            [Tag { dimension: "shape", value: "a matrix" }, Tag { dimension: "x", value: "-" }];
        for keep in [0.5, 0.9] {
            let mut mean = 0.0;
            for bits in 0..1 << 8 {
                let masks = [mask(keep, &[2, 2], bits & 15), mask(keep, &[2, 2], bits >> 4)];
                let mut kinds = Kinds::habits(WORDS);
                kinds.play(&tags, counts(&masks), keep);
                let ones = bits.count_ones();
                let law = keep.powi(ones as i32) * (1.0 - keep).powi(8 - ones as i32);
                mean += law * kinds.ln_wealth().exp();
            }
            assert!((mean - 1.0).abs() < 1e-9, "{keep}: {mean}");
        }
    }

    /// Neighbours that are never dropped together are told from some thousand that are.
    #[test]
    fn neighbours_that_are_not_dropped_together_are_named() {
        let mut kinds = Kinds::habits(WORDS);
        let tags = [Tag { dimension: "ratio", value: "1/50 to 1/20" }];
        for turn in 0..1500 {
            kinds.play(&tags, counts(&[mask(0.97, &[32], !(1 << (turn * 5 % 31)))]), 0.97);
        }
        assert!(kinds.ln_wealth() > 30.0, "{}", kinds.ln_wealth());
        let said = kinds.belief();
        assert!(said.starts_with("kept behind one that is dropped, where ratio"), "{said}");
    }
}
