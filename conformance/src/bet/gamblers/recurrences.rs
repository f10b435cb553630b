use super::{BetCall, Gambler};
use crate::bet::bits::Bits;
use crate::bet::numerics::{ln_mean, ln_rate};
use crate::bet::sight::Sight;

/// Bets that an element follows from two earlier ones of its call: from those that a well-known generator
/// adds, or subtracts, to get its next number. At a ratio of one half that leaves no trace in a mask; at
/// others the sum of two small numbers is small too often.
pub struct Recurrences {
    keep: f64,
    each: Vec<Recurrence>,
}

/// Two distances, and how often an element was kept where those two elements were what.
struct Recurrence {
    lags: [usize; 2],
    /// Of each of [`EARLIER`], how many elements were kept, and of how many.
    counts: [(u64, u64); 4],
}

/// The distances of generators that are, or were, in wide use.
const RECURRENCES: [[usize; 2]; 16] = [
    // `random` of BSD and the C library of GNU, with states of 32, 64, 128 and 256 bytes.
    [3, 7],
    [1, 15],
    [3, 31],
    [1, 63],
    // Marsaglia's, and those of the C++ library: ranlux48 and ranlux24.
    [5, 17],
    [5, 12],
    [10, 24],
    // Knuth's subtractive generator; with a slip, that of .NET.
    [24, 55],
    [34, 55],
    [38, 89],
    // RANMAR.
    [33, 97],
    // Knuth's `ran_array`.
    [37, 100],
    // R250, and longer ones; the last but two is that of Go.
    [103, 250],
    [273, 607],
    [418, 1279],
    [1029, 2281],
];

/// What the two earlier elements were, the nearer one first.
const EARLIER: [&str; 4] = ["were dropped", "kept and dropped", "dropped and kept", "were kept"];

impl Recurrences {
    /// A gambler on masks of this rate, of so many elements. On short ones it keeps what it has.
    pub fn new(keep: f64, elements: usize) -> Recurrences {
        let long_enough = RECURRENCES.into_iter().filter(|&[_, far]| 2 * far <= elements);
        let each = long_enough.map(|lags| Recurrence { lags, counts: [(0, 0); 4] });
        Recurrences { keep, each: each.collect() }
    }

    fn ln_wealth_of(&self, recurrence: &Recurrence) -> f64 {
        recurrence.counts.iter().map(|&(kept, trials)| ln_rate(kept, trials, self.keep)).sum()
    }
}

impl Gambler for Recurrences {
    fn play(&mut self, call: &BetCall) {
        for Recurrence { lags, counts } in &mut self.each {
            for (sum, (kept, trials)) in counts.iter_mut().zip(after_two(call.kept, *lags)) {
                *sum = (sum.0 + kept, sum.1 + trials);
            }
        }
    }

    fn ln_wealth(&self) -> f64 {
        match self.each.is_empty() {
            true => 0.0,
            false => ln_mean(self.each.iter().map(|recurrence| self.ln_wealth_of(recurrence))),
        }
    }

    fn belief(&self) -> String {
        let ln = |recurrence: &&Recurrence| self.ln_wealth_of(recurrence);
        let best = self.each.iter().max_by(|a, b| ln(a).total_cmp(&ln(b)));
        let Some(Recurrence { lags: [near, far], counts }) = best else { return String::new() };
        let surprise = |&(kept, trials): &(u64, u64)| ln_rate(kept, trials, self.keep);
        let told =
            counts.iter().zip(EARLIER).max_by(|a, b| surprise(a.0).total_cmp(&surprise(b.0)));
        let Some((&(kept, trials), earlier)) = told else { return String::new() };
        let rate = kept as f64 / trials.max(1) as f64;
        format!(
            "where the elements {near} and {far} before it {earlier}, one is kept with {rate:.4}, \
             expected {:.4}: {kept} of {trials}",
            self.keep
        )
    }

    fn sights(&self, _calls: &[Bits]) -> Vec<Sight> {
        Vec::new()
    }
}

/// How many elements are kept, and of how many, for each of [`EARLIER`].
fn after_two(kept: &Bits, [near, far]: [usize; 2]) -> [(u64, u64); 4] {
    let n = kept.len();
    if n <= far {
        return [(0, 0); 4];
    }
    let of = n - far;
    let [later, near, far] = [far, far - near, 0].map(|start| kept.slice(start, of));
    let [ones_near, ones_far, ones] = [&near, &far, &later].map(Bits::ones);
    let (both, all) = (near.ones_with(&far), near.ones_with_both(&far, &later));
    let [with_near, with_far] = [&near, &far].map(|earlier| earlier.ones_with(&later));
    [
        (ones + all - with_near - with_far, of as u64 + both - ones_near - ones_far),
        (with_near - all, ones_near - both),
        (with_far - all, ones_far - both),
        (all, both),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::games::play;
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    proptest! {
        #[test]
        fn counts_are_what_counting_one_by_one_gives(
            bits in prop::collection::vec(any::<bool>(), 0..300),
            near in 1usize..80,
            further in 1usize..80,
        ) {
            let far = near + further;
            let mut counts = [(0, 0); 4];
            for i in far..bits.len() {
                let earlier = usize::from(bits[i - near]) + 2 * usize::from(bits[i - far]);
                counts[earlier].0 += u64::from(bits[i]);
                counts[earlier].1 += 1;
            }
            prop_assert_eq!(after_two(&Bits::of(bits.into_iter()), [near, far]), counts);
        }
    }

    /// A mask of the generator that adds the numbers `near` and `far` before, at a ratio of a tenth.
    fn additive([near, far]: [usize; 2], n: usize) -> Bits {
        let mut random = ChaCha20Rng::seed_from_u64(1);
        let mut numbers = (0..far).map(|_| random.next_u32()).collect::<Vec<_>>();
        for i in far..n {
            numbers.push(numbers[i - near].wrapping_add(numbers[i - far]));
        }
        Bits::of(numbers.into_iter().map(|number| f64::from(number) > 0.1 * 2f64.powi(32)))
    }

    #[test]
    fn generators_that_add_are_told() {
        for lags in [[3, 31], [24, 55], [273, 607]] {
            let mask = additive(lags, 1 << 14);
            let mut gambler = Recurrences::new(0.9, mask.len());
            play(&mut gambler, std::slice::from_ref(&mask));
            assert!(gambler.ln_wealth() > 25.0, "{lags:?}: {}", gambler.ln_wealth());
            let [near, far] = lags;
            let told =
                format!("where the elements {near} and {far} before it were dropped, one is kept");
            assert!(gambler.belief().starts_with(&told), "{}", gambler.belief());
        }
    }

    /// The shortest masks on which one bets, all of them: on average it has what it had.
    #[test]
    fn a_game_is_fair() {
        assert!(Recurrences::new(0.5, 13).each.is_empty());
        for keep in [0.5, 0.25, 0.9f64] {
            let mean = (0u32..1 << 14).map(|mask| {
                let kept = mask.count_ones().cast_signed();
                let probability = keep.powi(kept) * (1.0 - keep).powi(14 - kept);
                let mut gambler = Recurrences::new(keep, 14);
                play(&mut gambler, &[Bits::of((0..14).map(|place| mask >> place & 1 == 1))]);
                probability * gambler.ln_wealth().exp()
            });
            let mean = mean.sum::<f64>();
            assert!((mean - 1.0).abs() < 1e-6, "{keep}: {mean}");
        }
    }
}
