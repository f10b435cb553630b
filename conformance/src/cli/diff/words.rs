use super::changes::{ChangeKind, Changes};
use crate::cli::plain::{named, one_line};
use crate::report::Verdict;
use crate::view::counted;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// What a message is cut to.
const LONGEST: usize = 300;

/// Prints the changes for a person.
pub(super) fn print(changes: &Changes, out: &mut impl Write) -> io::Result<()> {
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
