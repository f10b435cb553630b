//! What changed between two reports.

use super::words::{counted, named, one_line};
use crate::book::Level;
use crate::report::saved::{SavedReport, SavedRuling};
use crate::report::{Conclusion, Verdict};
use crate::wire::ImplementationName;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// All that changed between two reports.
#[derive(Debug, Serialize)]
pub struct Changes<'a> {
    schema: &'static str,
    old: &'a ImplementationName,
    new: &'a ImplementationName,
    conclusion: Concluded,
    /// Rules whose verdict or whose sentence is another, worst first.
    rules: Vec<Changed<'a>>,
    /// Answers that both reports know, and that exclude each other.
    choices: Vec<Answered<'a>>,
    /// How many rules have the verdict that they had.
    same: usize,
    /// Whether something got worse.
    pub regression: bool,
}

/// The two verdicts on the implementation as a whole.
#[derive(Debug, Serialize)]
struct Concluded {
    old: Conclusion,
    new: Conclusion,
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
enum ChangeKind {
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
struct Changed<'a> {
    id: &'a str,
    level: Level,
    change: ChangeKind,
    old: Option<Verdict>,
    new: Option<Verdict>,
    /// What the new verdict rests on.
    evidence: &'a str,
}

/// A question of which the answer changed.
#[derive(Debug, Serialize)]
struct Answered<'a> {
    question: &'a str,
    dtype: &'a str,
    old: &'a [String],
    new: &'a [String],
}

impl Changes<'_> {
    /// What changed from `old` to `new`.
    pub fn between<'a>(old: &'a SavedReport, new: &'a SavedReport) -> Changes<'a> {
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
    pub fn any(&self) -> bool {
        let concluded = self.conclusion.old != self.conclusion.new;
        concluded || self.old != self.new || !self.rules.is_empty() || !self.choices.is_empty()
    }

    /// How many rules changed so.
    fn count(&self, kind: ChangeKind) -> usize {
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

fn changed_rules<'a>(old: &'a SavedReport, new: &'a SavedReport) -> Vec<Changed<'a>> {
    let by_id = |report: &'a SavedReport| -> BTreeMap<&'a str, &'a SavedRuling> {
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

fn kind(before: Option<&SavedRuling>, now: &SavedRuling) -> Option<ChangeKind> {
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
fn changed_choices<'a>(old: &'a SavedReport, new: &'a SavedReport) -> Vec<Answered<'a>> {
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

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// What a message is cut to.
const LONGEST: usize = 300;

/// Prints the changes for a person.
///
/// # Errors
/// Those of writing.
pub fn print_changes(changes: &Changes, out: &mut impl Write) -> io::Result<()> {
    let (old, new) = (named(changes.old), named(changes.new));
    let names = if old == new { old } else { format!("{old} -> {new}") };
    writeln!(out, "{BOLD}{names}{BOLD:#}")?;
    let concluded = &changes.conclusion;
    match (concluded.old.name(), concluded.new.name()) {
        (old, new) if old == new => writeln!(out, "{new}, as before\n")?,
        (old, new) => writeln!(out, "{BOLD}{old} -> {new}{BOLD:#}\n")?,
    }
    for rule in &changes.rules {
        let (style, word) = spoken(rule.change);
        let verdict = |verdict: Option<Verdict>| verdict.map(Verdict::name);
        let verdicts = match (verdict(rule.old), verdict(rule.new)) {
            (Some(old), Some(new)) if old != new => format!("{old} -> {new}"),
            (Some(one), _) | (None, Some(one)) => one.to_owned(),
            (None, None) => String::new(),
        };
        let id = one_line(rule.id, LONGEST);
        let level = rule.level;
        writeln!(out, "{style}{word:<9}{style:#} {id:<32} {verdicts} {DIM}({level}){DIM:#}")?;
        let passes = rule.new == Some(Verdict::Pass);
        if !passes && rule.change != ChangeKind::Reworded && !rule.evidence.is_empty() {
            writeln!(out, "{:10}{DIM}{}{DIM:#}", "", one_line(rule.evidence, LONGEST))?;
        }
    }
    for choice in &changes.choices {
        let answers = |answers: &[String]| one_line(&answers.join(" or "), LONGEST);
        let question =
            format!("{} in {}", one_line(choice.question, 80), one_line(choice.dtype, 80));
        let (old, new) = (answers(choice.old), answers(choice.new));
        writeln!(out, "{:<9} {question:<32} {old} -> {new}", "choice")?;
    }
    if !changes.rules.is_empty() || !changes.choices.is_empty() {
        writeln!(out)?;
    }
    let mut counts = Vec::new();
    for kind in KINDS {
        match changes.count(kind) {
            0 => {}
            count => counts.push(format!("{count} {}", spoken(kind).1)),
        }
    }
    match changes.choices.len() {
        0 => {}
        count => counts.push(counted(count, "choice")),
    }
    counts.push(counted(changes.same, "verdict") + " as before");
    writeln!(out, "{}", counts.join(", "))
}

const KINDS: [ChangeKind; 6] = [
    ChangeKind::Worse,
    ChangeKind::Better,
    ChangeKind::Other,
    ChangeKind::New,
    ChangeKind::Gone,
    ChangeKind::Reworded,
];

fn spoken(kind: ChangeKind) -> (Style, &'static str) {
    match kind {
        ChangeKind::Worse => (AnsiColor::Red.on_default().bold(), "worse"),
        ChangeKind::Better => (AnsiColor::Green.on_default().bold(), "better"),
        ChangeKind::Other => (AnsiColor::Yellow.on_default().bold(), "other"),
        ChangeKind::New => (BOLD, "new"),
        ChangeKind::Gone => (BOLD, "gone"),
        ChangeKind::Reworded => (DIM, "reworded"),
    }
}
