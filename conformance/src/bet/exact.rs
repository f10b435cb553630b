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

/// Two masks after two seeds are told alike, or opposite, if so few or so many elements differ with a smaller
/// probability; and an element after small seeds is told stuck.
pub const APART: f64 = 4e-17;

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
        // In two programs there are 104 masks, of which each is compared with those before it at nine shifts,
        // in four dtypes; and some in other forms and shapes, and on three devices.
        of: "masks of two seeds are alike, opposite, or shifted against each other",
        rules: "mask.seeded",
        error: (4.0 * 104.0 * 103.0 / 2.0 + 8.0 * 16.0 * 15.0 / 2.0 + 48.0 * 47.0 / 2.0)
            * 9.0
            * APART,
    },
    ExactTest {
        // Poisson laws of means 0.0042 and 0.06, in six dtypes, first and again.
        of: "five of some 70000 elements, or eight of a million, are dropped at ratio 0, where each is once in 2^24",
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
