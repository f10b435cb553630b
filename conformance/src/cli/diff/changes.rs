use crate::book::Level;
use crate::report::saved::{Report, Ruling};
use crate::report::{Conclusion, Verdict};
use crate::wire::ImplementationName;
use serde::Serialize;
use std::collections::BTreeMap;

/// All that changed between two reports.
#[derive(Debug, Serialize)]
pub(super) struct Changes<'a> {
    schema: &'static str,
    pub(super) old: &'a ImplementationName,
    pub(super) new: &'a ImplementationName,
    pub(super) conclusion: Concluded,
    /// Rules whose verdict or whose sentence is another, worst first.
    pub(super) rules: Vec<Changed<'a>>,
    /// Answers that both reports know, and that exclude each other.
    pub(super) choices: Vec<Answered<'a>>,
    /// How many rules have the verdict that they had.
    pub(super) same: usize,
    /// Whether something got worse.
    pub(super) regression: bool,
}

/// The two verdicts on the implementation as a whole.
#[derive(Debug, Serialize)]
pub(super) struct Concluded {
    pub(super) old: Conclusion,
    pub(super) new: Conclusion,
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ChangeKind {
    /// It passed, and does not now.
    Worse,
    /// It passes now.
    Better,
    /// Neither: the adapter claims less, say, or failed otherwise before.
    Other,
    /// The old report does not know the rule.
    New,
    /// The new one does not.
    Gone,
    /// The verdict is the same, but of another sentence.
    Reworded,
}

/// A rule of which something changed.
#[derive(Debug, Serialize)]
pub(super) struct Changed<'a> {
    pub(super) id: &'a str,
    pub(super) level: Level,
    pub(super) change: ChangeKind,
    pub(super) old: Option<Verdict>,
    pub(super) new: Option<Verdict>,
    /// What the new verdict rests on.
    pub(super) evidence: &'a str,
}

/// A question of which the answer changed.
#[derive(Debug, Serialize)]
pub(super) struct Answered<'a> {
    pub(super) question: &'a str,
    pub(super) dtype: &'a str,
    pub(super) old: &'a [String],
    pub(super) new: &'a [String],
}

impl Changes<'_> {
    pub(super) fn between<'a>(old: &'a Report, new: &'a Report) -> Changes<'a> {
        let conclusion = Concluded { old: old.verdict, new: new.verdict };
        let mut rules = changed_rules(old, new);
        // Those of one kind stay in the order of the book.
        rules.sort_by_key(|rule| rule.change);
        let unequal = |rule: &&Changed| rule.change != ChangeKind::Reworded;
        let known = new.rules.len() - rules.iter().filter(|rule| rule.new.is_some()).count();
        let reworded = rules.len() - rules.iter().filter(unequal).count();
        let regression = rules.iter().any(|rule| rule.change == ChangeKind::Worse)
            || rank(conclusion.new) > rank(conclusion.old);
        Changes {
            schema: "dezero-spec/diff/1",
            old: &old.implementation,
            new: &new.implementation,
            choices: changed_choices(old, new),
            same: known + reworded,
            conclusion,
            rules,
            regression,
        }
    }

    /// Whether there is any difference at all.
    pub(super) fn any(&self) -> bool {
        let concluded = self.conclusion.old != self.conclusion.new;
        concluded || self.old != self.new || !self.rules.is_empty() || !self.choices.is_empty()
    }

    /// How many rules changed so.
    pub(super) fn count(&self, kind: ChangeKind) -> usize {
        self.rules.iter().filter(|rule| rule.change == kind).count()
    }
}

/// The higher, the worse.
fn rank(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::Conforms => 0,
        Conclusion::SelectedRulesPass => 1,
        Conclusion::KnownFailures => 2,
        Conclusion::ExpectationsDoNotHold => 3,
        Conclusion::NoVerdict => 4,
        Conclusion::DoesNotConform => 5,
    }
}

fn changed_rules<'a>(old: &'a Report, new: &'a Report) -> Vec<Changed<'a>> {
    let by_id = |report: &'a Report| -> BTreeMap<&'a str, &'a Ruling> {
        report.rules.iter().map(|ruling| (ruling.id.as_str(), ruling)).collect()
    };
    let (before, after) = (by_id(old), by_id(new));
    let gone = old.rules.iter().filter(|ruling| !after.contains_key(ruling.id.as_str()));
    let gone = gone.map(|ruling| Changed {
        id: &ruling.id,
        level: ruling.level,
        change: ChangeKind::Gone,
        old: Some(ruling.verdict),
        new: None,
        evidence: "",
    });
    let changed = new.rules.iter().filter_map(|ruling| {
        let before = before.get(ruling.id.as_str());
        Some(Changed {
            id: &ruling.id,
            level: ruling.level,
            change: kind(before.copied(), ruling)?,
            old: before.map(|before| before.verdict),
            new: Some(ruling.verdict),
            evidence: &ruling.evidence,
        })
    });
    changed.chain(gone).collect()
}

fn kind(before: Option<&Ruling>, now: &Ruling) -> Option<ChangeKind> {
    let Some(before) = before else { return Some(ChangeKind::New) };
    match (before.verdict, now.verdict) {
        (old, new) if old == new => (before.sha256 != now.sha256).then_some(ChangeKind::Reworded),
        // To claim less is no fault.
        (Verdict::Pass, Verdict::Unsupported) => Some(ChangeKind::Other),
        (Verdict::Pass, _) => Some(ChangeKind::Worse),
        (_, Verdict::Pass) => Some(ChangeKind::Better),
        _ => Some(ChangeKind::Other),
    }
}

/// Answers are compared only where both reports know them, and differ where none of those that were
/// possible is possible still: what random programs learn beside what all rules ask depends on the
/// seed.
fn changed_choices<'a>(old: &'a Report, new: &'a Report) -> Vec<Answered<'a>> {
    let mut changed = Vec::new();
    for (question, before) in &old.choices {
        let Some(after) = new.choices.get(question) else { continue };
        for (dtype, old) in before {
            let other = |new: &&Vec<String>| !new.iter().any(|answer| old.contains(answer));
            let Some(new) = after.get(dtype).filter(other) else { continue };
            changed.push(Answered { question, dtype, old, new });
        }
    }
    changed
}
