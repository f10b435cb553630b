//! How much a run may cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many bits are drawn, and so how small a deviation is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Effort {
    /// Rates to one point: a first look.
    Quick,
    /// Rates to a tenth of a point in float32, to one point elsewhere.
    #[default]
    Default,
    /// Rates to a hundredth of a point in float32, to a tenth elsewhere.
    Deep,
}

impl Effort {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Effort::Quick => "quick",
            Effort::Default => "default",
            Effort::Deep => "deep",
        }
    }

    /// The deviation of a rate that a pass rules out, in the dtype that is judged most closely or in
    /// another one: never more than a tenth of the rarer outcome, so that a mean that is off by
    /// 17 % at ratio 0.99 is no small deviation.
    pub fn deviation(self, precise: bool, keep: f64) -> f64 {
        let points = match (self, precise) {
            (Effort::Quick, _) | (Effort::Default, false) => 0.01,
            (Effort::Default, true) | (Effort::Deep, false) => 0.001,
            (Effort::Deep, true) => 0.0001,
        };
        f64::min(points, 0.1 * keep.min(1.0 - keep))
    }

    /// How many times as many calls as in a first look show a dependence.
    pub(crate) fn patience(self) -> usize {
        match self {
            Effort::Quick => 1,
            Effort::Default => 2,
            Effort::Deep => 64,
        }
    }

    /// How many random programs are asked.
    pub fn programs(self) -> usize {
        match self {
            Effort::Quick => 128,
            Effort::Default => 512,
            Effort::Deep => 8192,
        }
    }

    /// How many programs cover what varies, at most: every pair of values, and then triples. An implementation
    /// that claims less needs fewer.
    pub(crate) fn rows(self) -> usize {
        match self {
            Effort::Quick => 400,
            Effort::Default => 3300,
            Effort::Deep => 7500,
        }
    }

    /// The difference of two ratios that should be told apart: a quarter of a step of eight bits, of
    /// ten, of fourteen.
    pub(crate) fn resolution(self) -> f64 {
        match self {
            Effort::Quick => 2f64.powi(-10),
            Effort::Default => 2f64.powi(-12),
            Effort::Deep => 2f64.powi(-16),
        }
    }

    /// How many processes are started for their first masks.
    pub(crate) fn processes(self) -> usize {
        match self {
            Effort::Quick => 2,
            Effort::Default => 4,
            // One element that is stuck in every fresh process shows after some fifty of them.
            Effort::Deep => 64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the README and the chapter on masks promise.
    #[test]
    fn efforts_are_what_they_promise() {
        let efforts = [Effort::Quick, Effort::Default, Effort::Deep];
        assert_eq!(efforts.map(Effort::name), ["quick", "default", "deep"]);
        assert_eq!(efforts.map(|it| it.deviation(true, 0.5)), [0.01, 0.001, 0.0001]);
        assert_eq!(efforts.map(|it| it.deviation(false, 0.5)), [0.01, 0.01, 0.001]);
        // A tenth of the rarer outcome, at most.
        for keep in [0.02, 0.98] {
            let quick = Effort::Quick.deviation(true, keep);
            assert!((quick - 0.002).abs() < 1e-12, "{quick}");
            assert_eq!(Effort::Default.deviation(true, keep), 0.001);
        }
        assert_eq!(efforts.map(Effort::patience), [1, 2, 64]);
        assert_eq!(efforts.map(Effort::programs), [128, 512, 8192]);
        let steps = efforts.map(|it| 1.0 / it.resolution());
        assert_eq!(steps, [1024.0, 4096.0, 65536.0]);
        assert_eq!(efforts.map(Effort::processes), [2, 4, 64]);
    }
}
