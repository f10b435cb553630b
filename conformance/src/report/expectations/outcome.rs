use super::{Expectation, MOST_RULES, Problem, ProblemKind};
use crate::book::{is_protocol, matches, rules};
use crate::report::{Ruling, Verdict};
use crate::wire::spelling::did_you_mean;
use std::collections::BTreeMap;
use std::time::SystemTime;

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

/// The rules that an entry stands for. Those on the adapter are in no pattern.
pub(super) fn matched<'r>(entry: &Expectation, rulings: &'r [Ruling]) -> Vec<&'r Ruling> {
    let meant = |ruling: &&Ruling| {
        let id = ruling.rule.id;
        matches(&entry.rule, id) && !(entry.is_pattern() && is_protocol(id))
    };
    rulings.iter().filter(meant).collect()
}
