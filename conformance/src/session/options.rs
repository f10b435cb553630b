use crate::session::Effort;
use std::hash::{BuildHasher, Hasher, RandomState};

/// What is asked of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Ids of the rules that were chosen; none of them chosen means all. What they build on is
    /// judged too.
    pub rules: Vec<&'static str>,
    /// All of the judge's randomness comes from it.
    pub seed: u64,
    /// How much it may cost.
    pub effort: Effort,
    /// Whether rates are asked to the end of their budgets in any case: for a plan, which does not
    /// know when an implementation has shown enough.
    pub to_the_end: bool,
    /// How many random programs are asked; `None` is what the effort says, and none at all where
    /// only some rules were chosen.
    pub programs: Option<usize>,
    /// Ids of the rules of which the first one that fails ends the run.
    pub fail_fast: Vec<&'static str>,
}

/// A seed at random, short enough to be typed.
pub fn fresh_seed() -> u64 {
    RandomState::new().build_hasher().finish() >> 32
}

impl Options {
    pub(crate) fn random_programs(&self) -> usize {
        let usual = if self.rules.is_empty() { self.effort.programs() } else { 0 };
        self.programs.unwrap_or(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::fresh_seed;

    #[test]
    fn fresh_seeds_differ_and_are_short() {
        let seeds = [(); 4].map(|()| fresh_seed());
        assert!(seeds.iter().all(|&seed| seed <= u64::from(u32::MAX)), "{seeds:?}");
        assert!(seeds.windows(2).all(|pair| pair[0] != pair[1]), "{seeds:?}");
    }
}
