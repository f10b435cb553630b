use super::{Call, Gambler};
use crate::wager::bits::Bits;
use crate::wager::numerics::{ln_mean, ln_rate, ln_two_sided, times_ln};
use crate::wager::sight::{Rows, SQUARE, Sight};

/// Bets that the rate is another one. One half of its money plays the five centred Betas, which find
/// a wrong rate of any size; the other half waits for one exact test when the budget is spent, which
/// no sequential test beats there.
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
    fn play(&mut self, call: &Call) {
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
        (0.5, "one half, whatever the ratio".to_owned()),
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
