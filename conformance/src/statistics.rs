//! One exact test: how likely is a count at least as far from what is expected?

use statrs::function::factorial::ln_binomial;

/// Successes in independent trials of known probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// What is counted.
    pub name: String,
    /// How often it happened.
    pub successes: u64,
    /// How often it could have.
    pub trials: u64,
    /// How often it should, on average.
    pub probability: f64,
}

impl Tally {
    /// Counts the outcomes.
    pub fn of(name: String, probability: f64, outcomes: impl Iterator<Item = bool>) -> Tally {
        let (mut successes, mut trials) = (0, 0);
        for success in outcomes {
            successes += u64::from(success);
            trials += 1;
        }
        Tally { name, successes, trials, probability }
    }

    /// The relative frequency; NaN without trials.
    pub fn frequency(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// The standard deviation of the frequency, if the probability is right.
    pub fn deviation(&self) -> f64 {
        (self.probability * (1.0 - self.probability) / self.trials as f64).sqrt()
    }

    /// An upper bound of the natural logarithm of the two-sided p-value, at most 0.
    ///
    /// The tail of the binomial law is bounded by its first term and a geometric series:
    /// `P(X ≥ k) ≤ P(X = k)·(k + 1)(1 − p) / (k + 1 − (n + 1)p)` for `k > np`, 3 % too much at six
    /// standard deviations. Incomplete beta functions are not used: statrs 0.19 loses them for
    /// large n (its issue 434).
    pub fn ln_p_value(&self) -> f64 {
        let (k, n, p) = (self.successes as f64, self.trials as f64, self.probability);
        let above = ln_upper_tail(k, n, p);
        let below = ln_upper_tail(n - k, n, 1.0 - p);
        (above.min(below) + std::f64::consts::LN_2).min(0.0)
    }
}

fn ln_upper_tail(k: f64, n: f64, p: f64) -> f64 {
    if k <= n * p {
        return 0.0;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // What is 0 times a logarithm of 0 counts nothing.
    let times = |count: f64, ln: f64| if count == 0.0 { 0.0 } else { count * ln };
    let ln_pmf = ln_binomial(n as u64, k as u64) + times(k, p.ln()) + times(n - k, (-p).ln_1p());
    (ln_pmf + ((k + 1.0) * (1.0 - p) / (k + 1.0 - (n + 1.0) * p)).ln()).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ln_p(successes: u64, trials: u64, probability: f64) -> f64 {
        Tally { name: String::new(), successes, trials, probability }.ln_p_value()
    }

    /// All n successes have probability pⁿ, which needs no library.
    #[test]
    fn extremes_are_powers() {
        assert!((ln_p(30, 30, 0.5) - (1.0 - 30.0) * 2f64.ln()).abs() < 0.1);
        assert!((ln_p(0, 100, 0.1) - (100.0 * 0.9f64.ln() + 2f64.ln())).abs() < 0.1);
        assert_eq!(ln_p(50, 100, 0.5), 0.0);
        assert_eq!(ln_p(100, 100, 1.0), 0.0);
        assert_eq!(ln_p(99, 100, 1.0), f64::NEG_INFINITY);
        assert_eq!(ln_p(1, 100, 0.0), f64::NEG_INFINITY);
        assert_eq!(ln_p(0, 0, 0.5), 0.0);
    }

    /// The exact tail of a small law, summed term by term, is never undercut and hardly exceeded.
    #[test]
    fn the_bound_holds_and_is_tight() {
        let (n, p) = (40u64, 0.3f64);
        let term = |k: u64| {
            let choose = (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
            choose * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
        };
        for k in 18..=n {
            let exact = (k..=n).map(term).sum::<f64>() * 2.0;
            let bound = ln_p(k, n, p).exp();
            assert!(bound >= exact * (1.0 - 1e-9) && bound <= exact * 1.35, "{k}: {bound} {exact}");
        }
    }

    /// Six standard deviations of a large law: the normal tail is 2·9.866e-10, and the binomial
    /// one at p = 1/2 agrees with it to a few per mille.
    #[test]
    fn large_counts_are_accurate() {
        let n = 100_000_000u64;
        let k = n / 2 + 30_000;
        assert!((ln_p(k, n, 0.5).exp() / (2.0 * 9.866e-10) - 1.0).abs() < 0.05);
    }
}
