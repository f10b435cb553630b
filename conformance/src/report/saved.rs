//! A report as it is told: what `verify --format json` writes and `matrix` and `diff` read again, and what all
//! views show.

use crate::book::{Level, Rule, is_bitwise, rule};
use crate::report::expectations::ProblemKind;
use crate::report::{Conclusion, Reason, Verdict};
use crate::session::Effort;
use crate::wire::{Dtype, ImplementationName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What [`SavedReport::schema`] is in what this judge writes.
pub const SCHEMA: &str = "dezero-spec/report/1";

/// No book has so many rules.
const MOST_RULES: usize = 1000;

/// The whole outcome of a run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct SavedReport {
    /// `dezero-spec/report/1`.
    pub schema: String,
    /// When the run started, in UTC, as RFC 3339 writes it. The first reports had none of this, nor the
    /// next two.
    pub date: Option<String>,
    /// Where it ran.
    pub platform: Option<Platform>,
    /// How long it took, in seconds.
    pub seconds: Option<f64>,
    /// The judge.
    pub suite: Suite,
    /// What the implementation calls itself.
    pub implementation: ImplementationName,
    /// What it claims to be able to do.
    pub capabilities: Vec<String>,
    /// The dtypes that it claims.
    pub dtypes: Vec<Dtype>,
    /// The verdict on the implementation as a whole.
    pub verdict: Conclusion,
    /// Whether the run was ended before it was over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Whether a SHOULD counted like a MUST.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// How many rules ended in each way.
    pub summary: BTreeMap<String, usize>,
    /// For each question the answers that remain, by dtype.
    pub choices: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// The seed of the run, a number; not every reader of JSON has as many digits.
    pub seed: String,
    /// How much it could cost.
    pub effort: Effort,
    /// How many programs were run.
    pub programs: usize,
    /// What the random programs were about.
    #[serde(default)]
    pub random_programs: RandomPrograms,
    /// What became of what was expected to fail.
    #[serde(default)]
    pub expectations: SavedExpectations,
    /// All rules in the order of the book.
    pub rules: Vec<SavedRuling>,
    /// The bets against the masks.
    pub statistics: Statistics,
}

impl SavedReport {
    /// As a file has it.
    pub fn as_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is JSON") + "\n"
    }

    /// How many rules ended so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rules.iter().filter(|ruling| ruling.verdict == verdict).count()
    }

    /// Those of a level that fail and were not expected to.
    pub fn broken(&self, level: Level) -> impl Iterator<Item = &SavedRuling> {
        let fails = |ruling: &&SavedRuling| ruling.verdict == Verdict::Fail;
        let rules = self.rules.iter().filter(move |ruling| ruling.level == level);
        rules.filter(fails).filter(|ruling| ruling.known_failure.is_none())
    }

    /// Those that were to be judged.
    pub fn selected(&self) -> impl Iterator<Item = &SavedRuling> + Clone {
        self.rules.iter().filter(|ruling| ruling.was_selected())
    }

    /// What the report says that its rules do not, if anything; a run writes no such report.
    pub fn contradiction(&self) -> Option<String> {
        if self.rules.is_empty() || self.rules.len() > MOST_RULES {
            let rules = self.rules.len();
            return Some(format!("it has {rules} rules; expected 1 to {MOST_RULES}"));
        }
        for verdict in Verdict::ALL {
            let (said, count) = (self.summary.get(verdict.name()), self.count(verdict));
            if said.copied().unwrap_or_default() != count {
                let said = said.map_or("none".to_owned(), usize::to_string);
                return Some(format!(
                    "`summary` has {said} `{}`, `rules` have {count}",
                    verdict.name()
                ));
            }
        }
        let (found, possible) = (self.verdict, self.possible());
        let possible = possible.iter().filter(|_| !possible.contains(&found));
        let names = possible.map(|it| it.name()).collect::<Vec<_>>().join(" or ");
        (!names.is_empty())
            .then(|| format!("`verdict` is {}; by its `rules` it is {names}", found.name()))
    }

    /// The verdicts that may follow from what became of the rules: a file does not tell whether all that is
    /// needed was judged.
    fn possible(&self) -> &'static [Conclusion] {
        let counting = || self.selected().filter(|ruling| ruling.level.counts(self.strict));
        let broken = |ruling: &SavedRuling| {
            ruling.verdict == Verdict::Fail && ruling.known_failure.is_none()
        };
        let open = |ruling: &SavedRuling| ruling.verdict.is_undecided() && ruling.behind.is_none();
        let decided = |it: &SavedRuling| matches!(it.verdict, Verdict::Pass | Verdict::Fail);
        if counting().any(broken) {
            &[Conclusion::DoesNotConform]
        } else if self.interrupted || counting().any(open) || !self.selected().any(decided) {
            &[Conclusion::NoVerdict]
        } else if !self.expectations.problems.is_empty() {
            &[Conclusion::ExpectationsDoNotHold, Conclusion::NoVerdict]
        } else if counting().any(|ruling| ruling.known_failure.is_some()) {
            &[Conclusion::KnownFailures, Conclusion::NoVerdict]
        } else {
            &[Conclusion::Conforms, Conclusion::SelectedRulesPass, Conclusion::NoVerdict]
        }
    }

    /// Whether only some rules were to be judged.
    pub fn is_partial(&self) -> bool {
        self.selected().count() < self.rules.len()
    }

    /// The rules, first those whose verdict weighs most.
    pub fn by_weight(&self) -> Vec<&SavedRuling> {
        let mut rules = self.rules.iter().collect::<Vec<_>>();
        rules.sort_by_key(|ruling| {
            (ruling.level, ruling.verdict != Verdict::Fail, is_bitwise(&ruling.id))
        });
        rules
    }
}

/// Where a run took place.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The architecture, such as `x86_64`.
    pub arch: String,
}

/// The judge.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// Its version.
    pub version: String,
    /// The SHA-256 of all chapters, one after the other.
    pub spec: String,
}

/// What the random programs were about.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct RandomPrograms {
    /// How many were to be asked.
    pub wanted: usize,
    /// How many were asked.
    pub asked: usize,
    /// How many the implementation refused.
    pub refused: usize,
    /// How many no recorded answer was found for.
    pub not_recorded: usize,
    /// How many were explained by no mask.
    pub disagreed: usize,
    /// Why no more were asked, if that is not that there were enough.
    pub stopped: Option<String>,
    /// What of the space of programs was asked.
    #[serde(default)]
    pub coverage: SavedCoverage,
    /// How many bits of their masks were bet on.
    #[serde(default)]
    pub bits: u64,
    /// How many there were of each kind, by heading and kind.
    pub distribution: BTreeMap<String, BTreeMap<String, usize>>,
}

/// How much of the space of programs was asked: of the values of what varies, those that can be asked together.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Coverage")]
pub struct SavedCoverage {
    /// How many programs were asked for that.
    pub programs: usize,
    /// The pairs of values that were met, and how many there are.
    pub pairs: [usize; 2],
    /// The triples of values that were met, and how many there are.
    pub triples: [usize; 2],
}

/// What became of what was expected to fail.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Expectations")]
pub struct SavedExpectations {
    /// The rules that fail as expected.
    pub known_failures: Vec<String>,
    /// The rules that could not be judged for that.
    pub behind_known_failures: Vec<String>,
    /// The expectations that do not hold.
    pub problems: Vec<SavedProblem>,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct SavedProblem {
    /// The rule or the pattern that it is about.
    pub rule: String,
    /// Why it does not hold.
    pub kind: ProblemKind,
    /// The same in words, and what to do.
    pub message: String,
}

/// A rule, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Ruling")]
pub struct SavedRuling {
    /// Its id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The chapter that it stands in.
    pub chapter: String,
    /// The SHA-256 of its sentence.
    pub sha256: String,
    /// What became of it.
    pub verdict: Verdict,
    /// How many programs were judged for it.
    pub cases: usize,
    /// What the verdict rests on, in words.
    pub evidence: String,
    /// The same as data, if it is more than what was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Why it was expected to fail, if it failed and was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_failure: Option<KnownFailure>,
    /// The known failure by which it could not be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// The program that broke it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<SavedCounterexample>,
    /// The last lines of where an error was raised, as the adapter sent them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traceback: Vec<String>,
    /// What the adapter may have forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perhaps: Option<String>,
    /// What this very fault may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The command that shows it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// What standard error said, if the adapter is at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stderr: Vec<String>,
    /// The program that was not answered. It is shown and not understood: the steps may be those of
    /// another version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Value>")]
    pub program: Option<Value>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pseudocode: Vec<String>,
}

impl SavedRuling {
    /// Whether the rule was among the selected ones.
    pub fn was_selected(&self) -> bool {
        self.reason != Some(Reason::NotSelected)
    }

    /// The rule of today; none if only the report knows it.
    pub fn rule(&self) -> Option<&'static Rule> {
        rule(&self.id)
    }

    /// What the rule says.
    pub fn sentence(&self) -> &str {
        self.rule().map_or("", |rule| &rule.sentence)
    }
}

/// Why a rule was expected to fail.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KnownFailure {
    /// The reason.
    pub because: String,
    /// Where it is discussed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which it may fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// The program that broke a rule.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Counterexample")]
pub struct SavedCounterexample {
    /// The program that has to run before it in the same process, for people, if one has to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// The program, a list of steps, as the schema of the protocol has them.
    #[schemars(with = "Vec<Value>")]
    pub program: Value,
    /// The same for people, up to the step that showed the fault.
    pub pseudocode: Vec<String>,
    /// The fixture that it is, if it is one.
    pub fixture: Option<String>,
    /// The number of the step that showed the fault.
    pub at: usize,
    /// The element that did, if it is about one.
    pub place: String,
    /// What was expected there.
    pub expected: String,
    /// What was observed.
    pub observed: String,
    /// The observations of the answer, as the schema of answers has them.
    #[schemars(with = "Vec<Value>")]
    pub observations: Value,
    /// What a fresh process made of it.
    pub confirmed: Option<String>,
    /// How it was made small, if it is a random program.
    pub shrunk: Option<SavedShrunk>,
}

/// How a random program was made small.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Shrunk")]
pub struct SavedShrunk {
    /// How many steps it had.
    pub from_steps: usize,
    /// How many programs were tried.
    pub tried: usize,
    /// Whether there was no time to try more.
    pub time_was_up: bool,
    /// In how many runs it disagrees, and of how many.
    pub shown: [usize; 2],
}

/// The bets against the masks.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// How many bits were bet on.
    pub bits: u64,
    /// The bound on the probability that masks as they should be are accused.
    pub false_alarm: f64,
    /// The decimal logarithm of what all gamblers have together, of 1 at the beginning.
    pub log10_wealth: f64,
    /// The richest gamblers, the richest first.
    pub gamblers: Vec<Gambler>,
    /// The cells that rates were judged in.
    pub cells: Vec<Cell>,
}

/// A gambler that bets on one way in which masks are wrong.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Gambler {
    /// Its name.
    pub name: String,
    /// The calls that it bets on.
    pub cell: String,
    /// The rule that is broken if it wins.
    pub rule: String,
    /// How many bits it bet on.
    #[serde(default)]
    pub bits: u64,
    /// The decimal logarithm of its wealth, of 1 at the beginning.
    pub log10_wealth: f64,
    /// The same of its share of all money.
    pub log10_of_the_pool: f64,
    /// What it believes.
    pub belief: String,
}

/// Calls that have something in common, and how many elements they kept.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// What they have in common.
    pub name: String,
    /// The probability with which an element should be kept.
    pub expected: f64,
    /// How many were kept.
    pub kept: u64,
    /// Of how many.
    pub bits: u64,
    /// The rates that are possible still, with 99.9 %, whenever one looks.
    pub interval: [f64; 2],
    /// The deviation of the rate that a pass rules out; null if rates were not judged here.
    pub ruled_out: Option<f64>,
}
