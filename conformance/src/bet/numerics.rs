//! The functions of which wealth is made, in natural logarithms.

use statrs::function::beta::ln_beta;
use statrs::function::factorial::ln_binomial;

/// The logarithm of the mean of what has these logarithms; minus infinity of none.
pub fn ln_mean(logs: impl IntoIterator<Item = f64>) -> f64 {
    let logs = logs.into_iter().collect::<Vec<_>>();
    if logs.is_empty() {
        return f64::NEG_INFINITY;
    }
    ln_sum(logs.iter().copied()) - (logs.len() as f64).ln()
}

/// The logarithm of the sum of what has these logarithms; minus infinity of none.
pub fn ln_sum(logs: impl IntoIterator<Item = f64>) -> f64 {
    let logs = logs.into_iter().collect::<Vec<_>>();
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return largest;
    }
    largest + logs.iter().map(|log| (log - largest).exp()).sum::<f64>().ln()
}

/// `count` times the logarithm of `ratio`; nothing of nothing, also where the ratio is 0.
pub fn times_ln(count: f64, ratio: f64) -> f64 {
    if count == 0.0 { 0.0 } else { count * ratio.ln() }
}

/// The logarithm of the probability of `k` in a binomial law.
pub fn ln_binomial_law(k: u64, n: u64, p: f64) -> f64 {
    let (kept, dropped) = (k as f64, (n - k) as f64);
    ln_binomial(n, k) + times_ln(kept, p) + times_ln(dropped, 1.0 - p)
}

/// The widths of the centred Betas, as deviations of the rate. They are eight times apart: with
/// steps of 2 or 4 a wrong rate is found no sooner (measured: 1.16 to 1.19 Wald bounds for 5, 7 and
/// 13 widths), with steps of 16 later.
pub const WIDTHS: [f64; 5] = [1.0 / 2.0, 1.0 / 16.0, 1.0 / 128.0, 1.0 / 1024.0, 1.0 / 8192.0];

/// The wealth of a gambler that bets that the rate is not `q`, after `k` successes in `n` trials:
/// the mean over `WIDTHS` of the likelihood under `Beta(c·q, c·(1 - q))`, `c = q(1 - q)/width²`,
/// over that under `q`.
pub fn ln_rate(k: u64, n: u64, q: f64) -> f64 {
    ln_mean(WIDTHS.map(|width| ln_beta_binomial(k, n, q, q * (1.0 - q) / (width * width))))
}

/// The likelihood of `k` in `n` trials of a rate drawn from `Beta(c·q, c·(1 - q))`, over that of the
/// rate `q`.
pub fn ln_beta_binomial(k: u64, n: u64, q: f64, c: f64) -> f64 {
    let (kept, dropped) = (k as f64, (n - k) as f64);
    let (a, b) = (c * q, c * (1.0 - q));
    ln_beta(a + kept, b + dropped) - ln_beta(a, b) - times_ln(kept, q) - times_ln(dropped, 1.0 - q)
}

/// The information that a bit of rate `p` has against the rate `q`, on average, in natural units:
/// the Kullback-Leibler divergence.
pub fn information(p: f64, q: f64) -> f64 {
    times_ln(p, p / q) + times_ln(1.0 - p, (1.0 - p) / (1.0 - q))
}

/// An upper bound of the logarithm of `P(X ≥ k)`, `X` binomial: the first term and a geometric
/// series, `P(X = k)·(k + 1)(1 − p) / (k + 1 − (n + 1)p)` for `k > np`; 3 % too much at six standard
/// deviations. Incomplete beta functions are not used: statrs 0.19 loses them for large n (its
/// issue 434).
pub fn ln_upper_tail(k: u64, n: u64, p: f64) -> f64 {
    let (above, mean) = (k as f64, n as f64 * p);
    if above <= mean {
        return 0.0;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let series = (above + 1.0) * (1.0 - p) / (above + 1.0 - (n as f64 + 1.0) * p);
    (ln_binomial_law(k, n, p) + series.ln()).min(0.0)
}

/// An upper bound of the logarithm of the probability of a count at least as far from what is
/// expected, to either side.
pub fn ln_two_sided(k: u64, n: u64, p: f64) -> f64 {
    let outer = ln_upper_tail(k, n, p).min(ln_upper_tail(n - k, n, 1.0 - p));
    (outer + std::f64::consts::LN_2).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of 60 digits. What the wealth of a gambler is made of must be right within 10^-4, ten
    /// times less than what is kept for rounding; a bound of a tail may be 5 % above it, never below.
    #[test]
    fn known_values() {
        let rows = include_str!("known_values.csv").lines().filter(|line| !line.starts_with('#'));
        let mut worst = 0f64;
        for row in rows {
            let fields = row.split(',').collect::<Vec<_>>();
            let numbers = fields[1..].iter().map(|field| field.parse::<f64>().unwrap());
            let numbers = numbers.collect::<Vec<_>>();
            let (expected, given) = numbers.split_last().unwrap();
            let whole = |index: usize| given[index] as u64;
            let error = match fields[0] {
                "ln_beta" => ln_beta(given[0], given[1]) - expected,
                "ln_binomial" => ln_binomial(whole(0), whole(1)) - expected,
                "ln_upper_tail" => {
                    let above = ln_upper_tail(whole(1), whole(0), given[2]) - expected;
                    assert!((-1e-6..0.05).contains(&above), "{row}: {above}");
                    continue;
                }
                other => panic!("{other}"),
            };
            worst = worst.max(error.abs());
            assert!(error.abs() < 1e-4, "{row}: {error}");
        }
        assert!(worst > 0.0);
    }

    /// All n successes have probability pⁿ, which needs no library.
    #[test]
    fn extremes_are_powers() {
        assert!((ln_two_sided(30, 30, 0.5) - (1.0 - 30.0) * 2f64.ln()).abs() < 0.1);
        assert!((ln_two_sided(0, 100, 0.1) - (100.0 * 0.9f64.ln() + 2f64.ln())).abs() < 0.1);
        assert_eq!(ln_two_sided(50, 100, 0.5), 0.0);
        assert_eq!(ln_two_sided(100, 100, 1.0), 0.0);
        assert_eq!(ln_two_sided(99, 100, 1.0), f64::NEG_INFINITY);
        assert_eq!(ln_two_sided(1, 100, 0.0), f64::NEG_INFINITY);
        assert_eq!(ln_two_sided(0, 0, 0.5), 0.0);
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
            let bound = ln_two_sided(k, n, p).exp();
            assert!(bound >= exact * (1.0 - 1e-9) && bound <= exact * 1.35, "{k}: {bound} {exact}");
        }
    }

    fn close(found: f64, expected: f64) -> bool {
        found == expected || (found - expected).abs() < 1e-9
    }

    #[test]
    fn sums_and_means_are_those_of_the_numbers() {
        let ln = f64::ln;
        assert!(close(ln_sum([ln(1.0), ln(2.0), ln(4.0)]), ln(7.0)));
        assert!(close(ln_mean([ln(1.0), ln(3.0)]), ln(2.0)));
        // Numbers of which the doubles know nothing.
        assert!(close(ln_sum([1000.0, 1000.0]), 1000.0 + ln(2.0)));
        assert!(close(ln_mean([-1000.0, f64::NEG_INFINITY]), -1000.0 - ln(2.0)));
        for none in [ln_sum([]), ln_mean([]), ln_sum([f64::NEG_INFINITY])] {
            assert_eq!(none, f64::NEG_INFINITY);
        }
        assert_eq!(ln_sum([f64::INFINITY, 1.0]), f64::INFINITY);
        assert_eq!((times_ln(0.0, 0.0), times_ln(2.0, 0.0)), (0.0, f64::NEG_INFINITY));
        assert!(close(times_ln(2.0, 0.5), ln(0.25)));
    }

    /// A fair coin that always shows heads tells one bit at each toss; a right rate tells nothing.
    #[test]
    fn information_is_counted_in_natural_units() {
        assert!(close(information(1.0, 0.5), 2f64.ln()) && close(information(0.0, 0.5), 2f64.ln()));
        assert!(close(information(0.25, 0.5), 0.25 * 0.5f64.ln() + 0.75 * 1.5f64.ln()));
        assert!(close(information(0.1, 0.1), 0.0));
    }

    /// Under the rate that it bets against, no gambler gains on average by any bet. Therefore a false
    /// alarm is as rare as is said.
    #[test]
    fn wealth_is_one_on_average() {
        for q in [0.5, 0.1, 0.99] {
            for n in [1, 2, 20] {
                let mean = |wealth: &dyn Fn(u64) -> f64| {
                    ln_sum((0..=n).map(|k| ln_binomial_law(k, n, q) + wealth(k)))
                };
                let beta = mean(&|k| ln_beta_binomial(k, n, q, 7.0));
                let rate = mean(&|k| ln_rate(k, n, q));
                assert!(beta.abs() < 1e-6 && rate.abs() < 1e-6, "{q} {n}: {beta} {rate}");
            }
        }
    }

    /// The rate that is drawn has mean `q` and variance `q(1 - q)/(c + 1)`, so one success tells
    /// nothing, and two, of probability `q²`, are made `1 + variance/q²` times as likely.
    #[test]
    fn the_drawn_rate_has_its_mean_and_its_width() {
        assert!(WIDTHS[0] == 0.5 && WIDTHS.windows(2).all(|pair| pair[0] == 8.0 * pair[1]));
        for q in [0.5, 0.2, 0.95] {
            let times = |c: f64| 1.0 + (1.0 - q) / (q * (c + 1.0));
            for c in [1.0, 30.0] {
                let one = [ln_beta_binomial(1, 1, q, c), ln_beta_binomial(0, 1, q, c)];
                assert!(one.iter().all(|wealth| wealth.abs() < 1e-9), "{q} {c}: {one:?}");
                assert!(close(ln_beta_binomial(2, 2, q, c), times(c).ln()), "{q} {c}");
            }
            let widths = WIDTHS.map(|width| times(q * (1.0 - q) / (width * width)));
            let mean = widths.iter().sum::<f64>() / widths.len() as f64;
            let found = ln_rate(2, 2, q);
            assert!((found - mean.ln()).abs() < 1e-6, "{q}: {found} {}", mean.ln());
        }
    }

    /// Six standard deviations of a large law: the normal tail is 2·9.866e-10, and the binomial
    /// one at p = 1/2 agrees with it to a few per mille.
    #[test]
    fn large_counts_are_accurate() {
        let n = 100_000_000u64;
        let k = n / 2 + 30_000;
        assert!((ln_two_sided(k, n, 0.5).exp() / (2.0 * 9.866e-10) - 1.0).abs() < 0.05);
    }
}
