//! The exact tests, which are no bets, and with what probability each of them errs in a whole run. They share
//! what is set aside for them, so that the pool and they together accuse a right implementation with a
//! probability of 10^-9 at most.

/// An exact test.
pub struct ExactTest {
    /// What is tested.
    pub of: &'static str,
    /// The rules that are broken if it is told wrong.
    pub rules: &'static str,
    /// The probability, in a whole run, that a right implementation is told wrong.
    pub error: f64,
}

/// A count of kept elements is told wrong if one so far off comes with a smaller probability.
pub const COUNT: f64 = 1e-14;

/// So many counts are looked at in a run at most; a law holds the checks to it.
pub const COUNTS: usize = 2000;

/// With what probability two ratios seem to be one, in a whole run.
pub const RESOLUTION: f64 = 2e-11;

/// All of them.
pub const EXACT_TESTS: [ExactTest; 4] = [
    ExactTest {
        of: "a call keeps far too many elements, or far too few",
        rules: "those that ask whether dropout drops at all",
        error: COUNTS as f64 * COUNT,
    },
    ExactTest {
        of: "no element changes between two ratios, for one seed",
        rules: "mask.resolution",
        error: RESOLUTION,
    },
    ExactTest {
        // Ten pairs of masks of 64 elements or more, in four dtypes.
        of: "two seeds draw one mask, of 64 elements or more",
        rules: "mask.seeded",
        error: 40.0 / (1u128 << 64) as f64,
    },
    ExactTest {
        // A Poisson law of mean 0.0042, in six dtypes, first and again.
        of: "five of some 70000 elements are dropped at ratio 0, where each is once in 2^24",
        rules: "dropout.train.ratio-zero",
        error: 12.0 * 1.1e-14,
    },
];

#[cfg(test)]
mod tests {
    use super::super::{EXACT, RICH};
    use super::*;

    #[test]
    fn the_exact_tests_err_as_seldom_as_is_set_aside() {
        let errors = EXACT_TESTS.iter().map(|test| test.error).sum::<f64>();
        assert!(errors <= EXACT / RICH, "{errors:e}");
    }
}
