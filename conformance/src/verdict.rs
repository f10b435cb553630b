//! What becomes of the rules, and of the implementation as a whole.

use crate::effort::Effort;
use crate::finding::Counterexample;
use crate::oracle::Choices;
use crate::programs::Census;
use crate::report::{Shown, print};
use crate::rules::{Level, Rule};
use crate::wager::Account;
use crate::wire::{Program, Start};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The implementation obeys it.
    Pass,
    /// It breaks it.
    Fail,
    /// Too few masks to tell.
    Inconclusive,
    /// The implementation does not claim what the rule needs.
    Unsupported,
    /// The adapter crashed, hung or broke the protocol.
    Error,
    /// It was not asked.
    NotRun,
}

impl Verdict {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Unsupported => "unsupported",
            Verdict::Error => "error",
            Verdict::NotRun => "not-run",
        }
    }
}

/// A rule and what became of it.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The rule.
    pub rule: &'static Rule,
    /// What became of it.
    pub verdict: Verdict,
    /// How many programs were judged for it.
    pub cases: usize,
    /// What the verdict rests on, in words.
    pub evidence: String,
    /// The program that broke it.
    pub counterexample: Option<Counterexample>,
    /// The program that was not answered, if the adapter is at fault.
    pub program: Option<Program>,
    /// Lines of standard error, if the adapter is at fault.
    pub stderr: Vec<String>,
}

impl Ruling {
    /// Whether there was no answer to judge: the adapter crashed, hung, or did not start again.
    pub fn adapter_failed(&self) -> bool {
        self.verdict == Verdict::Error && self.counterexample.is_none()
    }
}

/// The evidence of a rule that was not run since nobody chose it.
pub const NOT_SELECTED: &str = "not selected";

/// Whether a rule is about the adapter.
pub(crate) fn is_protocol(rule: &str) -> bool {
    rule.starts_with("protocol.")
}

/// The whole outcome of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the implementation said of itself.
    pub start: Start,
    /// All rules in the order of the book.
    pub rulings: Vec<Ruling>,
    /// The answers to the choices that remain possible.
    pub choices: Choices,
    /// The seed of the run.
    pub seed: u64,
    /// How many masks were drawn.
    pub effort: Effort,
    /// How many programs were run.
    pub programs: usize,
    /// How the bets against the masks went.
    pub wager: Account,
    /// What the random programs were about.
    pub random: Census,
    /// Whether only some of the rules were chosen.
    pub partial: bool,
    /// When the run started.
    pub started: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// The file that the counterexamples were saved in, as the command line named it.
    pub saved: Option<String>,
}

/// The verdict on the implementation as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// No MUST fails and all that apply were judged.
    Conforms,
    /// A MUST fails.
    DoesNotConform,
    /// Something stood in the way of a verdict.
    NoVerdict,
    /// Only some rules were chosen, and those pass.
    SelectedRulesPass,
}

impl Conclusion {
    /// The words for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Conclusion::Conforms => "conforms",
            Conclusion::DoesNotConform => "does-not-conform",
            Conclusion::NoVerdict => "no-verdict",
            Conclusion::SelectedRulesPass => "selected-rules-pass",
        }
    }
}

/// What everybody must be able to do: an implementation that refuses everything conforms to
/// nothing.
const CORE: [&str; 4] =
    ["dropout.train.scale", "dropout.test.identity", "mask.rate", "mask.dependence"];

impl Report {
    fn passes(&self, rule: &str) -> bool {
        let mut rulings = self.rulings.iter();
        rulings.any(|ruling| ruling.rule.id == rule && ruling.verdict == Verdict::Pass)
    }

    /// How many rules ended so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rulings.iter().filter(|ruling| ruling.verdict == verdict).count()
    }

    /// The report in words, as a terminal without colours would show it.
    pub fn words(&self) -> String {
        let shown = Shown { judged: None, strict: false, verbose: false, took: None };
        let mut text = Vec::new();
        print(self, &shown, &mut text).expect("memory can be written to");
        anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string()
    }

    /// Nothing if the implementation conforms.
    ///
    /// # Panics
    /// With the report if it breaks a rule, or there is no verdict.
    pub fn assert_conforms(&self) {
        let right = [Conclusion::Conforms, Conclusion::SelectedRulesPass];
        assert!(right.contains(&self.conclusion(false)), "\n{}", self.words());
    }

    /// The verdict on the implementation. With `strict`, a SHOULD counts like a MUST.
    pub fn conclusion(&self, strict: bool) -> Conclusion {
        let counts = |ruling: &&Ruling| {
            ruling.rule.level == Level::Must || strict && ruling.rule.level == Level::Should
        };
        let selected = |ruling: &&Ruling| !(self.partial && ruling.evidence == NOT_SELECTED);
        let mut rulings = self.rulings.iter().filter(counts).filter(selected);
        let undecided = |ruling: &Ruling| {
            matches!(ruling.verdict, Verdict::Error | Verdict::Inconclusive | Verdict::NotRun)
        };
        if rulings.clone().any(|ruling| ruling.verdict == Verdict::Fail) {
            Conclusion::DoesNotConform
        } else if rulings.any(undecided) {
            Conclusion::NoVerdict
        } else if self.partial {
            let passes = |ruling: &Ruling| ruling.verdict == Verdict::Pass;
            let mut chosen = self.rulings.iter().filter(selected);
            match chosen.any(|ruling| passes(ruling) && !is_protocol(ruling.rule.id)) {
                true => Conclusion::SelectedRulesPass,
                false => Conclusion::NoVerdict,
            }
        } else if !CORE.iter().all(|rule| self.passes(rule)) {
            Conclusion::NoVerdict
        } else {
            Conclusion::Conforms
        }
    }
}
