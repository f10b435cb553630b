//! Known failures: rules that an implementation is expected to break, as its `impl.json` lists them,
//! and what became of that in a run.

mod day;

pub use day::Day;

use super::{Report, Ruling, Verdict};
use crate::book::{is_protocol, matches, rules};
use crate::wire::spelling::did_you_mean;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// How many rules one entry may stand for. The largest group of rules that one defect breaks is
/// smaller; a wider pattern would excuse failures that were not looked at, and rules of later versions.
pub const MOST_RULES: usize = 10;

/// A known failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The id of the rule, or a pattern of ten rules at most, where `*` stands for anything. Each of
    /// them must fail.
    #[schemars(length(min = 1))]
    pub rule: String,
    /// What the rule is expected to end as.
    pub verdict: ExpectedVerdict,
    /// Why it fails.
    #[schemars(length(min = 1))]
    pub because: String,
    /// Where that is discussed: a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^https?://\S+$"))]
    pub issue: Option<String>,
    /// The last day on which the failure is excused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// What a rule can be expected to end as. A crash, a hang and garbage are never expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedVerdict {
    /// The implementation breaks it.
    Fail,
}

/// It is told whole, wherever the rule is.
const LONGEST: usize = 1000;

impl Expectation {
    /// Whether it stands for all rules that a pattern matches.
    pub fn is_pattern(&self) -> bool {
        self.rule.contains('*')
    }

    /// Whether it stands for a rule. Those on the adapter are in no pattern.
    pub fn stands_for(&self, rule: &str) -> bool {
        matches(&self.rule, rule) && !(self.is_pattern() && is_protocol(rule))
    }

    /// What is wrong with the entry as it is written.
    ///
    /// # Errors
    /// A sentence that begins with the key.
    pub fn check(&self) -> Result<(), String> {
        if self.because.trim().is_empty() {
            return Err("`because` is empty; say why the rule fails".to_owned());
        }
        let texts = [
            ("rule", Some(&self.rule)),
            ("because", Some(&self.because)),
            ("issue", self.issue.as_ref()),
        ];
        let long = |text: &&String| text.chars().count() > LONGEST;
        if let Some((key, _)) = texts.into_iter().find(|(_, text)| text.is_some_and(|it| long(&it)))
        {
            return Err(format!("`{key}` is longer than {LONGEST} letters"));
        }
        let Some(issue) = &self.issue else { return Ok(()) };
        let rest = issue.strip_prefix("https://").or_else(|| issue.strip_prefix("http://"));
        let plain = |c: char| !c.is_whitespace() && !c.is_control();
        match rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain)) {
            true => Ok(()),
            false => Err(format!("`issue` is `{issue}`; expected a URL, https://…")),
        }
    }
}

/// What became of the expectations in a run.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    entries: Vec<Expectation>,
    /// The rules that fail as expected, with the number of the entry.
    known: BTreeMap<&'static str, usize>,
    problems: Vec<Problem>,
}

impl Expectations {
    /// Compares what was expected with what came of the rules.
    ///
    /// The id of a rule is the reason that must be the same: the masks of two runs differ, and so do
    /// the numbers that a failure is told with, and the gambler who tells it.
    pub(crate) fn compared(
        entries: Vec<Expectation>,
        rulings: &[Ruling],
        now: SystemTime,
    ) -> Expectations {
        let mut outcome = Expectations::default();
        for (index, entry) in entries.iter().enumerate() {
            if let Some(problem) = outcome.compare(index, entry, &entries, rulings, now) {
                outcome.problems.push(problem);
            }
        }
        Expectations { entries, ..outcome }
    }

    /// Notes the rules that fail as the entry says, or says what is wrong with it.
    fn compare(
        &mut self,
        index: usize,
        entry: &Expectation,
        entries: &[Expectation],
        rulings: &[Ruling],
        now: SystemTime,
    ) -> Option<Problem> {
        let rule = entry.rule.as_str();
        let matched = matched(entry, rulings);
        if matched.is_empty() {
            let meant = did_you_mean(rule, rules().iter().map(|rule| rule.id), ":");
            return Some(Problem::unmatched(rule, &meant));
        }
        if is_protocol(rule) {
            return Some(Problem::adapter(rule));
        }
        if matched.len() > MOST_RULES {
            return Some(Problem::too_wide(rule, matched.len()));
        }
        let ended = |verdict: Verdict| {
            let of = matched.iter().filter(move |ruling| ruling.verdict == verdict);
            of.map(|ruling| ruling.rule.id).collect::<Vec<_>>()
        };
        let overdue = entry.until.as_ref().filter(|day| day.is_over(now));
        let mut twice = None;
        if overdue.is_none() {
            for failing in ended(Verdict::Fail) {
                match self.known.get(failing) {
                    Some(&other) => twice = Some(Problem::twice(rule, &entries[other].rule)),
                    None => {
                        self.known.insert(failing, index);
                    }
                }
            }
        }
        let passing = ended(Verdict::Pass);
        if !passing.is_empty() {
            return Some(Problem::stale(rule, &passing));
        }
        if ended(Verdict::Unsupported).len() == matched.len() {
            return Some(Problem::unsupported(rule));
        }
        overdue.map(|day| Problem::expired(rule, &day.to_string())).or(twice)
    }

    /// Leaves out the problems of a kind.
    pub(crate) fn forgive(&mut self, kind: ProblemKind) {
        self.problems.retain(|problem| problem.kind != kind);
    }

    /// What was expected, as it was written.
    pub fn entries(&self) -> &[Expectation] {
        &self.entries
    }

    /// The entries that do not hold.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The entry by which this rule fails as expected.
    pub fn of(&self, rule: &str) -> Option<&Expectation> {
        self.known.get(rule).map(|&index| &self.entries[index])
    }
}

/// The rules that an entry stands for.
fn matched<'r>(entry: &Expectation, rulings: &'r [Ruling]) -> Vec<&'r Ruling> {
    rulings.iter().filter(|ruling| entry.stands_for(ruling.rule.id)).collect()
}

/// Why an entry does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The rule does not fail any more.
    Stale,
    /// There is no such rule.
    Unmatched,
    /// Its day is over.
    Expired,
    /// It is a pattern of too many rules.
    TooWide,
    /// Another entry stands for the same rule.
    Twice,
    /// The rule is about the adapter.
    Adapter,
}

/// An entry that does not hold, in plain words.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The rule or the pattern, as the entry has it.
    pub rule: String,
    /// Why it does not hold.
    pub kind: ProblemKind,
    /// What is the matter, and what to do.
    pub message: String,
}

/// What renews the list.
const UPDATE: &str = "`verify --update-expectations` does it";

impl Problem {
    fn unmatched(rule: &str, meant: &str) -> Problem {
        let message = format!("names no rule{meant} drop the entry, or name another rule");
        Problem::new(rule, ProblemKind::Unmatched, message)
    }

    fn stale(rule: &str, passing: &[&str]) -> Problem {
        let message = match passing {
            [only] if *only == rule => format!("passes: drop the entry; {UPDATE}"),
            passing => {
                let (count, names) = (passing.len(), passing.join(", "));
                format!(
                    "matches what passes, {count} of its rules: {names}; name those that fail; {UPDATE}"
                )
            }
        };
        Problem::new(rule, ProblemKind::Stale, message)
    }

    fn unsupported(rule: &str) -> Problem {
        let message =
            format!("does not fail, it is unsupported: drop the entry, or claim it; {UPDATE}");
        Problem::new(rule, ProblemKind::Stale, message)
    }

    fn expired(rule: &str, until: &str) -> Problem {
        let message = format!(
            "was excused until {until}, and that day is over: mend what breaks it, or move the day"
        );
        Problem::new(rule, ProblemKind::Expired, message)
    }

    fn too_wide(rule: &str, count: usize) -> Problem {
        let message =
            format!("matches {count} rules, and may match {MOST_RULES}: name the rules that fail");
        Problem::new(rule, ProblemKind::TooWide, message)
    }

    fn twice(rule: &str, other: &str) -> Problem {
        let message = format!("is covered by the entry `{other}` already: drop one of them");
        Problem::new(rule, ProblemKind::Twice, message)
    }

    fn adapter(rule: &str) -> Problem {
        let message = "is about the adapter, of which nothing wrong is expected: mend the adapter, \
                       and drop the entry";
        Problem::new(rule, ProblemKind::Adapter, message.to_owned())
    }

    fn new(rule: &str, kind: ProblemKind, message: String) -> Problem {
        Problem { rule: rule.to_owned(), kind, message }
    }
}

/// The expectations that hold after a run.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// All of them, those that were there first.
    pub entries: Vec<Expectation>,
    /// The rules that are new among them.
    pub added: Vec<&'static str>,
    /// What was taken out.
    pub dropped: Vec<String>,
}

/// What stands in a new entry until a person says why the rule fails.
const UNEXPLAINED: &str = "not explained yet";

/// The expectations as this run would have them. Entries that hold stay as they are, with their
/// reasons; an overdue one too, since only a person moves a day. With `strict`, a SHOULD that fails is
/// added like a MUST.
///
/// # Errors
/// Why this run is nothing to renew them from.
pub fn renewal(report: &Report, strict: bool) -> Result<Renewal, String> {
    if report.partial {
        return Err("only some rules were judged; leave --rule out".to_owned());
    }
    if report.interrupted {
        return Err("the run was interrupted; let it come to its end".to_owned());
    }
    if let Some(ruling) = report.rulings.iter().find(|ruling| ruling.verdict == Verdict::Error) {
        let rule = ruling.rule.id;
        return Err(format!("the adapter failed at {rule}, and that is never expected; mend it"));
    }
    let mut renewed = Renewal { entries: Vec::new(), added: Vec::new(), dropped: Vec::new() };
    for entry in report.expectations.entries() {
        renewed.keep(entry, &report.rulings);
    }
    let counts = |ruling: &&Ruling| ruling.rule.level.counts(strict);
    let failing = report.rulings.iter().filter(|ruling| ruling.verdict == Verdict::Fail);
    for ruling in failing.filter(counts) {
        let rule = ruling.rule.id;
        if !renewed.covers(rule, &report.rulings) {
            renewed.added.push(rule);
            renewed.entries.push(Expectation {
                rule: rule.to_owned(),
                verdict: ExpectedVerdict::Fail,
                because: UNEXPLAINED.to_owned(),
                issue: None,
                until: None,
            });
        }
    }
    Ok(renewed)
}

impl Renewal {
    /// Keeps an entry as it is, if all of it holds; otherwise the rules of it that still hold.
    fn keep(&mut self, entry: &Expectation, rulings: &[Ruling]) {
        let matched = matched(entry, rulings);
        // What was not decided this time may fail the next time.
        let holds = |ruling: &&&Ruling| {
            !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported)
                && !is_protocol(ruling.rule.id)
        };
        let passes = matched.iter().any(|ruling| ruling.verdict == Verdict::Pass);
        let left = matched.iter().filter(holds).map(|ruling| ruling.rule.id);
        let left = left.filter(|rule| !self.covers(rule, rulings)).collect::<Vec<_>>();
        if left.is_empty() {
            self.dropped.push(entry.rule.clone());
        } else if !entry.is_pattern() || !passes && matched.len() <= MOST_RULES {
            self.entries.push(entry.clone());
        } else {
            self.dropped.push(entry.rule.clone());
            let named =
                left.iter().map(|&rule| Expectation { rule: rule.to_owned(), ..entry.clone() });
            self.entries.extend(named);
        }
    }

    fn covers(&self, rule: &str, rulings: &[Ruling]) -> bool {
        let mut covered = self.entries.iter().flat_map(|entry| matched(entry, rulings));
        covered.any(|ruling| ruling.rule.id == rule)
    }
}

#[cfg(test)]
mod tests;
