//! What becomes of the rules, and of the implementation as a whole.

use crate::bet::Account;
use crate::book::{Rule, is_protocol};
use crate::oracle::Choices;
use crate::report::expectations::{Expectation, Expectations, ProblemKind};
use crate::search::Census;
use crate::session::{Counterexample, Effort};
use crate::wire::{Program, Start};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::{Duration, SystemTime};

/// What became of a rule.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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
    /// Whether the rule could not be decided, though it applies.
    pub fn is_undecided(self) -> bool {
        matches!(self, Verdict::Error | Verdict::Inconclusive | Verdict::NotRun)
    }

    /// All of them.
    pub const ALL: [Verdict; 6] = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Unsupported,
        Verdict::Error,
        Verdict::NotRun,
    ];

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
    /// What the verdict rests on.
    pub reason: Reason,
    /// The program that broke it.
    pub counterexample: Option<Counterexample>,
    /// The program that was not answered, if the adapter is at fault.
    pub program: Option<Program>,
    /// Lines of standard error, if the adapter is at fault.
    pub stderr: Vec<String>,
    /// Whether it took the drawn programs to tell.
    pub drawn: bool,
}

impl Ruling {
    /// Whether there was no answer to judge: the adapter crashed, hung, or did not start again.
    pub fn adapter_failed(&self) -> bool {
        self.verdict == Verdict::Error && self.counterexample.is_none()
    }

    /// The rule that did not pass and by which this one could not be decided, if there is one.
    fn premise(&self) -> Option<&str> {
        match (self.verdict, &self.reason) {
            (Verdict::NotRun, Reason::BuildsOn { rule, .. })
            | (Verdict::Inconclusive, Reason::MayFollow { rule, .. }) => Some(rule),
            _ => None,
        }
    }

    /// Whether the rule was to be judged.
    pub fn was_selected(&self) -> bool {
        self.reason != Reason::NotSelected
    }
}

/// What a verdict rests on. Its `Display` says it in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// What was seen, in words. Empty where a pass needs none.
    Seen(String),
    /// The rule was not selected.
    NotSelected,
    /// The run was interrupted before the rule was judged.
    Interrupted,
    /// The run ended at the first rule that failed, before this one was judged.
    FailedFast,
    /// The rule builds on another one, which did not pass or is unsupported.
    BuildsOn {
        /// The other rule.
        rule: String,
        /// Whether it is unsupported.
        unsupported: bool,
    },
    /// Another rule is broken, and what was seen may follow from that.
    MayFollow {
        /// The other rule.
        rule: String,
        /// What was seen, in words; may be empty.
        seen: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Seen(seen) => f.write_str(seen),
            Reason::NotSelected => f.write_str("not selected"),
            Reason::Interrupted => f.write_str("the run was interrupted"),
            Reason::FailedFast => f.write_str("the run ended at the first failure"),
            Reason::BuildsOn { rule, unsupported: false } => {
                write!(f, "builds on {rule}, which did not pass")
            }
            Reason::BuildsOn { rule, unsupported: true } => {
                write!(f, "builds on {rule}, which is unsupported")
            }
            Reason::MayFollow { rule, seen } => {
                write!(f, "{rule} is broken, and this may follow from it")?;
                if seen.is_empty() { Ok(()) } else { write!(f, ": {seen}") }
            }
        }
    }
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
    /// Whether the run was ended before it was over.
    pub interrupted: bool,
    /// When the run started.
    pub started: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// What was expected to fail, and what became of that.
    pub expectations: Expectations,
    /// The file that the counterexamples were saved in, as the command line named it.
    pub saved: Option<String>,
}

/// The verdict on the implementation as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Every rule that counts passes or fails as expected, and some do fail.
    KnownFailures,
    /// The same, but some expectation does not hold.
    ExpectationsDoNotHold,
}

impl Conclusion {
    /// The words for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Conclusion::Conforms => "conforms",
            Conclusion::DoesNotConform => "does-not-conform",
            Conclusion::NoVerdict => "no-verdict",
            Conclusion::SelectedRulesPass => "selected-rules-pass",
            Conclusion::KnownFailures => "known-failures",
            Conclusion::ExpectationsDoNotHold => "expectations-do-not-hold",
        }
    }
}

impl Conclusion {
    /// Whether nothing is wrong but what is expected to be.
    pub fn is_good(self) -> bool {
        matches!(
            self,
            Conclusion::Conforms | Conclusion::SelectedRulesPass | Conclusion::KnownFailures
        )
    }

    /// Whether something is wrong that is not expected to be.
    pub fn is_bad(self) -> bool {
        matches!(self, Conclusion::DoesNotConform | Conclusion::ExpectationsDoNotHold)
    }
}

/// The rules that every implementation must be judged on: one that refuses all programs does not
/// conform.
pub(crate) const CORE: [&str; 4] =
    ["dropout.train.scale", "dropout.test.identity", "mask.rate", "mask.dependence"];

impl Report {
    fn ruling(&self, rule: &str) -> Option<&Ruling> {
        self.rulings.iter().find(|ruling| ruling.rule.id == rule)
    }

    /// The same report, of an implementation that is expected to break these rules. They are compared
    /// with what came of it; `now` tells which of them are overdue.
    pub fn expecting(mut self, entries: Vec<Expectation>, now: SystemTime) -> Report {
        self.expectations = Expectations::compared(entries, &self.rulings, now);
        if self.interrupted {
            // What passes until then may fail in what was not asked.
            self.expectations.forgive(ProblemKind::Stale);
        }
        self
    }

    /// Why this rule is expected to fail, if it fails and is expected to.
    pub fn known_failure(&self, ruling: &Ruling) -> Option<&Expectation> {
        self.expectations.of(ruling.rule.id).filter(|_| ruling.verdict == Verdict::Fail)
    }

    /// The known failure by which this rule could not be decided, if there is one.
    pub fn behind(&self, ruling: &Ruling) -> Option<&Ruling> {
        let next = |ruling: &Ruling| self.ruling(ruling.premise()?);
        let premises = std::iter::successors(next(ruling), |premise| next(premise));
        // Two rules on masks may name each other.
        let mut premises = premises.take(self.rulings.len());
        premises.find(|premise| self.known_failure(premise).is_some())
    }

    /// Whether a rule of [`CORE`] was judged. Masks that are known to be wrong were looked at; a rule that
    /// was not run was not asked.
    fn was_judged(&self, rule: &str) -> bool {
        self.ruling(rule).is_some_and(|ruling| match ruling.verdict {
            Verdict::Pass => true,
            Verdict::Fail => self.known_failure(ruling).is_some(),
            Verdict::Inconclusive => self.behind(ruling).is_some(),
            _ => false,
        })
    }

    /// How many rules ended so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rulings.iter().filter(|ruling| ruling.verdict == verdict).count()
    }

    /// The verdict on the implementation. With `strict`, a SHOULD counts like a MUST.
    pub fn conclusion(&self, strict: bool) -> Conclusion {
        let counts = |ruling: &&Ruling| ruling.rule.level.counts(strict);
        let selected = |ruling: &&Ruling| !self.partial || ruling.was_selected();
        let rulings = || self.rulings.iter().filter(counts).filter(selected);
        let known = |ruling: &Ruling| self.known_failure(ruling).is_some();
        let undecided =
            |ruling: &Ruling| ruling.verdict.is_undecided() && self.behind(ruling).is_none();
        if rulings().any(|ruling| ruling.verdict == Verdict::Fail && !known(ruling)) {
            Conclusion::DoesNotConform
        } else if self.interrupted || rulings().any(undecided) || !self.judges_anything() {
            Conclusion::NoVerdict
        } else if !self.expectations.problems().is_empty() {
            Conclusion::ExpectationsDoNotHold
        } else if rulings().any(known) {
            Conclusion::KnownFailures
        } else if self.partial {
            Conclusion::SelectedRulesPass
        } else {
            Conclusion::Conforms
        }
    }

    /// Whether enough was judged for a verdict: all rules of [`CORE`], or at least one of the chosen
    /// rules.
    fn judges_anything(&self) -> bool {
        if !self.partial {
            return CORE.iter().all(|rule| self.was_judged(rule));
        }
        let chosen = |ruling: &&Ruling| ruling.was_selected() && !is_protocol(ruling.rule.id);
        self.rulings
            .iter()
            .filter(chosen)
            .any(|ruling| ruling.verdict == Verdict::Pass || self.known_failure(ruling).is_some())
    }
}

#[cfg(test)]
mod tests;
