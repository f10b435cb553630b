use dezero_spec::rules::{Rule, is_bitwise};
use dezero_spec::wire::ImplementationName;
use dezero_spec::{Conclusion, NOT_SELECTED, Verdict};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What `verify --format json` writes, as far as it is read again.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Report {
    pub(crate) implementation: ImplementationName,
    pub(crate) verdict: Conclusion,
    pub(crate) suite: Suite,
    /// For each question the answers that remain, by dtype.
    pub(crate) choices: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    pub(crate) seed: String,
    pub(crate) effort: String,
    pub(crate) programs: u64,
    pub(crate) rules: Vec<Ruling>,
    pub(crate) statistics: Statistics,
    #[serde(default)]
    pub(crate) expectations: Expectations,
    // The first reports had none of these three.
    pub(crate) date: Option<String>,
    pub(crate) platform: Option<Platform>,
    pub(crate) seconds: Option<f64>,
}

impl Report {
    /// What was told just now, read as if it had been saved.
    pub(crate) fn told(json: Value) -> Report {
        serde_json::from_value(json).expect("what is written can be read; tests hold it")
    }

    /// The rules, first those whose verdict weighs most.
    pub(crate) fn by_weight(&self) -> Vec<&Ruling> {
        let mut rules = self.rules.iter().collect::<Vec<_>>();
        let level = |ruling: &Ruling| {
            let levels = ["must", "should", "may"];
            levels.iter().position(|level| *level == ruling.level)
        };
        rules.sort_by_key(|ruling| {
            (level(ruling), ruling.verdict != Verdict::Fail, is_bitwise(&ruling.id))
        });
        rules
    }
}

/// What became of what was expected to fail.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Expectations {
    pub(crate) known_failures: Vec<String>,
    pub(crate) problems: Vec<Problem>,
}

/// An expectation that does not hold.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Problem {
    pub(crate) rule: String,
    pub(crate) message: String,
}

/// Why a rule was expected to fail.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct KnownFailure {
    pub(crate) because: String,
    pub(crate) issue: Option<String>,
    pub(crate) until: Option<String>,
}

/// The judge.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Suite {
    pub(crate) version: String,
}

/// What is read of the bets against the masks.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Statistics {
    pub(crate) bits: u64,
}

/// Where it ran.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Platform {
    pub(crate) os: String,
    pub(crate) arch: String,
}

/// A rule, and what became of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Ruling {
    pub(crate) id: String,
    pub(crate) level: String,
    #[serde(default)]
    pub(crate) chapter: String,
    pub(crate) sha256: String,
    pub(crate) verdict: Verdict,
    pub(crate) cases: u64,
    pub(crate) evidence: String,
    pub(crate) known_failure: Option<KnownFailure>,
    pub(crate) counterexample: Option<Counterexample>,
    pub(crate) example: Option<String>,
    pub(crate) replay: Option<String>,
    #[serde(default)]
    pub(crate) stderr: Vec<String>,
    /// The program that was not answered. It is shown and not understood: the steps may be those of
    /// another version.
    pub(crate) program: Option<Value>,
}

impl Ruling {
    /// Whether somebody wanted to know.
    pub(crate) fn was_selected(&self) -> bool {
        self.verdict != Verdict::NotRun || self.evidence != NOT_SELECTED
    }

    /// The rule of today; none if only the report knows it.
    pub(crate) fn rule(&self) -> Option<&'static Rule> {
        dezero_spec::rules::rule(&self.id)
    }

    /// What the rule says.
    pub(crate) fn sentence(&self) -> &str {
        self.rule().map_or("", |rule| &rule.sentence)
    }
}

/// The program that broke a rule.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Counterexample {
    pub(crate) program: Value,
    pub(crate) pseudocode: Vec<String>,
    pub(crate) fixture: Option<String>,
    pub(crate) place: String,
    pub(crate) expected: String,
    pub(crate) observed: String,
    pub(crate) confirmed: Option<String>,
}

/// Why an implementation was not judged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotRun {
    #[serde(rename = "schema")]
    _schema: String,
    pub(crate) implementation: ImplementationName,
    pub(crate) because: String,
}
