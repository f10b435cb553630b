use super::{BetCall, Gambler};
use crate::bet::bits::Bits;
use crate::bet::numerics::{ln_mean, ln_rate, ln_two_sided, times_ln};
use crate::bet::sight::{Rows, SQUARE, Sight};

/// Bets that the rate is another one. One half of its money plays the five centred Betas, which find
/// a wrong rate of any size; the other half waits for one exact test when the budget is spent, which
/// no sequential test beats there.
///
/// Until the test is made, the half that waits is booked as it was, though given the bits that were seen it
/// is worth more or less: that part is no martingale. The bound holds all the same. All that waits is less
/// than 1 of the money, so the pool is rich before a test only if its martingales alone have 10^9 - 1, and a
/// test errs with the probability that its share pays for: together 1/(10^9 - 1) at most.
pub struct Rate {
    keep: f64,
    budget: u64,
    /// The exact test's error probability: what makes this gambler alone rich enough.
    level: f64,
    kept: u64,
    trials: u64,
    tested: Option<bool>,
}

impl Rate {
    /// A gambler on the rate `keep`, with one test after `budget` bits at `level`.
    pub fn new(keep: f64, budget: u64, level: f64) -> Rate {
        Rate { keep, budget, level, kept: 0, trials: 0, tested: None }
    }
}

impl Gambler for Rate {
    fn play(&mut self, call: &BetCall) {
        self.kept += call.kept.ones();
        self.trials += call.kept.len() as u64;
        // When that is, is known before the run: calls are as long as the judge makes them.
        if self.trials >= self.budget && self.tested.is_none() {
            let p = ln_two_sided(self.kept, self.trials, self.keep);
            self.tested = Some(p <= self.level.ln());
        }
    }

    fn ln_wealth(&self) -> f64 {
        let tested = match self.tested {
            None => 0.0,
            Some(true) => -self.level.ln(),
            Some(false) => f64::NEG_INFINITY,
        };
        ln_mean([ln_rate(self.kept, self.trials, self.keep), tested])
    }

    fn belief(&self) -> String {
        let (low, high) = interval(self.kept, self.trials, self.keep);
        let likely = explanation(self.keep, low, high);
        format!("kept {}{likely}", estimated(self.kept, self.trials, self.keep))
    }

    fn sights(&self, calls: &[Bits]) -> Vec<Sight> {
        let latest = calls.last().and_then(|call| Rows::of_call(call, SQUARE));
        latest.into_iter().map(Sight::Rows).collect()
    }
}

/// The rates that a gambler against them would not have beaten by a factor of 1000: whenever one
/// looks, the true rate is among them with a probability of 99.9 %.
pub fn interval(kept: u64, trials: u64, q: f64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (k, n) = (kept as f64, trials as f64);
    // The gambler's likelihood does not depend on the rate it bets against.
    let ln = |p: f64| times_ln(k, p) + times_ln(n - k, 1.0 - p);
    let likelihood = ln_rate(kept, trials, q) + ln(q);
    let beaten = |p: f64| likelihood - ln(p) >= 1000f64.ln();
    let edge = |mut inside: f64, mut outside: f64| {
        for _ in 0..60 {
            let middle = (inside + outside) / 2.0;
            *(if beaten(middle) { &mut outside } else { &mut inside }) = middle;
        }
        outside
    };
    let estimate = k / n;
    (edge(estimate, 0.0), edge(estimate, 1.0))
}

/// A rate in words: the estimate, the interval, and what it should be.
pub(super) fn estimated(kept: u64, trials: u64, q: f64) -> String {
    let (low, high) = interval(kept, trials, q);
    let estimate = kept as f64 / trials as f64;
    format!("{estimate:.5} [{low:.5}, {high:.5}], expected {q:.5}")
}

/// A simple rate in the interval, by which the deviation is explained.
fn explanation(keep: f64, low: f64, high: f64) -> String {
    let inside = |p: f64| low <= p && p <= high;
    let simple = [
        (1.0, "nothing is dropped".to_owned()),
        (0.0, "everything is dropped".to_owned()),
        (1.0 - keep, "kept and dropped are swapped".to_owned()),
        (keep * keep, "the mask is applied twice".to_owned()),
        (0.5, "one half, at every ratio".to_owned()),
    ];
    if inside(keep) {
        return String::new();
    }
    let found = simple.into_iter().find(|&(p, _)| inside(p));
    let found = found.map(|(_, said)| said).or_else(|| {
        let steps = |steps: f64| {
            let first = (low * steps).ceil();
            (first / steps <= high).then(|| format!("a threshold of {first}/{steps}"))
        };
        steps(256.0).or_else(|| steps(1024.0))
    });
    found.map_or(String::new(), |said| format!("; consistent with: {said}"))
}

/// What is said of many cells at once: every rate is off by the same number, or by the same share.
/// The only gambler that names an error which is small everywhere.
pub fn ln_shared(cells: &[(u64, u64, f64)]) -> f64 {
    let ln = |shift: &dyn Fn(f64) -> f64| {
        let each = cells.iter().map(|&(kept, trials, q)| {
            let p = shift(q).clamp(1e-12, 1.0 - 1e-12);
            let (kept, dropped) = (kept as f64, (trials - kept) as f64);
            kept * (p / q).ln() + dropped * ((1.0 - p) / (1.0 - q)).ln()
        });
        each.sum::<f64>()
    };
    let sizes = (1..15).map(|power| 2f64.powi(-power)).flat_map(|size| [size, -size]);
    ln_mean(sizes.flat_map(|size| {
        [ln(&|q| q + size), ln(&|q| q * (1.0 + size)), ln(&|q| 1.0 - (1.0 - q) * (1.0 + size))]
    }))
}

/// Whether the rate is shown to be within `deviation` of `keep`: both ways of being off by so much
/// are less likely than what was seen, by the factor 100, so that a rate which *is* off by so much
/// passes with a probability of 1 % at most.
pub fn equivalent(kept: u64, trials: u64, keep: f64, deviation: f64) -> bool {
    let (k, n) = (kept as f64, trials as f64);
    let against = |p: f64| {
        let part = |count: f64, of: f64, instead: f64| match count {
            0.0 => 0.0,
            _ if instead <= 0.0 => f64::INFINITY,
            _ => count * (of / instead).ln(),
        };
        part(k, keep, p) + part(n - k, 1.0 - keep, 1.0 - p)
    };
    [keep + deviation, keep - deviation].into_iter().all(|p| against(p) >= 100f64.ln())
}

#[cfg(test)]
mod tests {
    use super::super::games::play;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// At the edges a gambler that began with the same law would have 1000 times what it had.
        #[test]
        fn an_interval_ends_where_a_gambler_is_a_thousandfold(
            trials in 1u64..2000, part in 0.0f64..=1.0, q in 0.05f64..0.95,
        ) {
            let kept = (part * trials as f64) as u64;
            let (low, high) = interval(kept, trials, q);
            let estimate = kept as f64 / trials as f64;
            prop_assert!(low <= estimate && estimate <= high);
            prop_assert_eq!((low == 0.0, high == 1.0), (kept == 0, kept == trials));
            for edge in [low, high].into_iter().filter(|edge| (1e-9..1.0).contains(edge)) {
                let (k, n) = (kept as f64, trials as f64);
                let against = k * (q / edge).ln() + (n - k) * ((1.0 - q) / (1.0 - edge)).ln();
                let wealth = ln_rate(kept, trials, q) + against;
                prop_assert!((wealth - 1000f64.ln()).abs() < 1e-6, "{} {}", edge, wealth);
            }
        }
    }

    #[test]
    fn of_nothing_every_rate_is_possible() {
        assert_eq!(interval(0, 0, 0.5), (0.0, 1.0));
    }

    #[test]
    fn a_rate_is_explained_by_a_simple_one() {
        for (low, high, said) in [
            (0.99, 1.0, "nothing is dropped"),
            (0.0, 0.01, "everything is dropped"),
            (0.24, 0.26, "kept and dropped are swapped"),
            (0.56, 0.57, "the mask is applied twice"),
            (0.49, 0.51, "one half, at every ratio"),
            (0.5, 0.51, "one half, at every ratio"),
            (0.49, 0.5, "one half, at every ratio"),
            (0.6014, 0.6056, "a threshold of 154/256"),
            (0.60241, 0.6027, "a threshold of 617/1024"),
            (0.6015625, 0.6016, "a threshold of 154/256"),
        ] {
            let expected = format!("; consistent with: {said}");
            assert_eq!(explanation(0.75, low, high), expected, "{low} {high}");
        }
        for (low, high) in [(0.7, 0.8), (0.75, 0.8), (0.7, 0.75), (0.6026, 0.60262)] {
            assert_eq!(explanation(0.75, low, high), "", "{low} {high}");
        }
    }

    /// What was seen is a hundred times as likely as with a rate that is off by so much, either way.
    #[test]
    fn what_is_near_enough_passes() {
        // 10000 ln(1 / sqrt(4 * 0.53 * 0.47)) is 18.05.
        assert!(equivalent(5000, 10_000, 0.5, 0.03) && !equivalent(5000, 10_000, 0.5, 0.01));
        assert!(!equivalent(5200, 10_000, 0.5, 0.03) && !equivalent(4800, 10_000, 0.5, 0.03));
        // A rate that is right, and one that is off by all that there is.
        assert!(equivalent(900, 1000, 0.9, 0.1) && !equivalent(1000, 1000, 0.9, 0.1));
        assert!(equivalent(100, 1000, 0.1, 0.1) && !equivalent(0, 1000, 0.1, 0.1));
        assert!(!equivalent(0, 0, 0.5, 0.25));
        // No rate is above 1, so nothing is that far off on that side.
        assert!(equivalent(950, 1000, 0.95, 0.0625));
        // ln 100 is 4.605: of one more it is enough.
        let enough = (1..).find(|&half| equivalent(half, 2 * half, 0.5, 0.1)).unwrap();
        assert_eq!(enough, 113);
    }

    #[test]
    fn a_wrong_rate_is_told() {
        let kept = Bits::of((0..1000).map(|place| place % 10 != 0));
        let mut rate = Rate::new(0.5, 1 << 20, 1e-12);
        play(&mut rate, std::slice::from_ref(&kept));
        let (low, high) = interval(900, 1000, 0.5);
        let told =
            format!("kept 0.90000 [{low:.5}, {high:.5}], expected 0.50000; consistent with: ");
        assert!(rate.belief().starts_with(&told), "{}", rate.belief());
        let rows = Rows::of_call(&kept, 48).unwrap();
        assert_eq!(rate.sights(&[Bits::default(), kept]), [Sight::Rows(rows)]);
        assert_eq!(rate.sights(&[]), []);
    }

    /// Rates may be off by the same number, by the same share of what is kept, or by the same share of
    /// what is dropped. If all cells are off so, the gambler that believes it becomes rich.
    #[test]
    fn all_rates_that_are_off_alike_are_told() {
        let cells = |shift: &dyn Fn(f64) -> f64| {
            let each = [0.25, 0.5, 0.75, 0.9].map(|q| ((shift(q) * 1e9) as u64, 1_000_000_000, q));
            ln_shared(&each)
        };
        for off in [1.0 / 64.0, -1.0 / 64.0] {
            let each: [&dyn Fn(f64) -> f64; 3] =
                [&|q| q + off, &|q| q * (1.0 + off), &|q| 1.0 - (1.0 - q) * (1.0 + off)];
            for shift in each {
                let most = [0.25, 0.5, 0.75, 0.9].map(|q: f64| {
                    let p = shift(q);
                    1e9 * (p * (p / q).ln() + (1.0 - p) * ((1.0 - p) / (1.0 - q)).ln())
                });
                let most = most.iter().sum::<f64>() - 84f64.ln();
                // Kept are whole numbers: less than one is lost of each.
                assert!((cells(shift) - most).abs() < 1.0, "{off} {} {most}", cells(shift));
            }
        }
        assert_eq!(ln_shared(&[]), 0.0);
        // A rate cannot be pushed out of what is possible.
        assert!(ln_shared(&[(1000, 1000, 0.99)]).is_finite());
    }
}
