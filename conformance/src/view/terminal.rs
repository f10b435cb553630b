use super::conclusion::{conclusion, verdict};
use super::evidence::{labelled, print_counterexample, shortened, wrap};
use super::known::{known_failures, problems};
use super::symptoms::{adapter_may, suffers, traceback};
use super::{counted, marked, replay};
use crate::book::{Level, is_bitwise};
use crate::report::{Conclusion, Reason, Report, Ruling, Verdict};
use crate::search::{Census, Coverage, Met};
use crate::wire::{ImplementationName, UNJUDGED};
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

impl Report {
    /// The report in words, as a terminal without colours would show it.
    pub fn words(&self) -> String {
        let shown = Shown { judged: None, strict: false, verbose: false, took: None };
        let mut text = Vec::new();
        print(self, &shown, &mut text).expect("memory can be written to");
        anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string()
    }

    /// Nothing if the implementation conforms, or breaks nothing but what it is expected to.
    ///
    /// # Panics
    /// With the report if it breaks a rule, or there is no verdict.
    pub fn assert_conforms(&self) {
        assert!(self.conclusion(false).is_good(), "\n{}", self.words());
    }
}

/// What is shown of a report.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What was judged, as the command line named it, if one did.
    pub judged: Option<String>,
    /// Whether a SHOULD counts.
    pub strict: bool,
    /// Whether every rule has a line of its own, and known failures their evidence.
    pub verbose: bool,
    /// How long the run took, if that is to be told.
    pub took: Option<Duration>,
}

impl Shown {
    /// Whether it fails and does not count.
    fn unmet(&self, ruling: &Ruling) -> bool {
        ruling.verdict == Verdict::Fail && !ruling.rule.level.counts(self.strict)
    }
}

pub(super) const WIDTH: usize = 80;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const RED: Style = AnsiColor::Red.on_default().bold();
pub(super) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Prints the report for a person. Colours are taken out by the stream where it is no terminal.
///
/// # Errors
/// Those of writing.
pub fn print(report: &Report, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    let ImplementationName { name, version, language } = &report.start.implementation;
    // They come from a stranger and go to a terminal.
    let [name, version, language] =
        [name, version, language].map(|text| text.replace(char::is_control, " "));
    let language = if language.is_empty() { String::new() } else { format!(" ({language})") };
    writeln!(out, "{BOLD}{name} {version}{BOLD:#}{language}")?;
    let dtypes = report.start.dtypes.iter().map(|dtype| dtype.name()).collect::<Vec<_>>();
    writeln!(out, "{DIM}{}{DIM:#}", dtypes.join(" "))?;
    verdict(report, shown, out)?;
    writeln!(out)?;
    chapters(report, shown, out)?;
    let worst = |ruling: &&Ruling| {
        (ruling.rule.level, ruling.verdict != Verdict::Fail, is_bitwise(ruling.rule.id))
    };
    let mut wrong = report.rulings.iter().filter(|ruling| needs_words(ruling)).collect::<Vec<_>>();
    wrong.sort_by_key(worst);
    if !shown.verbose {
        wrong.retain(|ruling| report.known_failure(ruling).is_none());
    }
    for ruling in wrong {
        failure(report, ruling, shown, out)?;
    }
    known_failures(report, out)?;
    problems(report, out)?;
    // What a broken dropout answers is no choice of its author.
    if shown.verbose || report.conclusion(false) != Conclusion::DoesNotConform {
        choices(report, out)?;
    }
    unjudged(report, out)?;
    random_programs(report, shown, out)?;
    conclusion(report, shown, out)
}

fn needs_words(ruling: &Ruling) -> bool {
    matches!(ruling.verdict, Verdict::Fail | Verdict::Error | Verdict::Inconclusive)
}

/// Permissions and wishes that are not met are no alarm.
fn style(ruling: &Ruling) -> Style {
    match ruling.verdict {
        Verdict::Pass => GREEN,
        Verdict::Fail | Verdict::Error if ruling.rule.level == Level::Must => RED,
        Verdict::Unsupported => DIM,
        _ => YELLOW,
    }
}

fn chapters(report: &Report, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    let mut names = report.rulings.iter().map(|ruling| ruling.rule.chapter).collect::<Vec<_>>();
    names.dedup();
    for chapter in names {
        let asked = |ruling: &&Ruling| ruling.rule.chapter == chapter && ruling.was_selected();
        let rulings = report.rulings.iter().filter(asked);
        if rulings.clone().next().is_none() {
            continue;
        }
        let known = |ruling: &&Ruling| report.known_failure(ruling).is_some();
        let mut counts = String::new();
        let known_count = rulings.clone().filter(known).count();
        let unmet = |ruling: &&Ruling| shown.unmet(ruling) && !known(ruling);
        let unmet_count = rulings.clone().filter(unmet).count();
        for verdict in [
            Verdict::Fail,
            Verdict::Error,
            Verdict::Inconclusive,
            Verdict::NotRun,
            Verdict::Pass,
            Verdict::Unsupported,
        ] {
            let of = rulings.clone().filter(|ruling| ruling.verdict == verdict && !known(ruling));
            let of = of.filter(|ruling| !unmet(ruling)).collect::<Vec<_>>();
            // The loudest of them gives the colour.
            if let Some(loudest) = of.iter().min_by_key(|ruling| ruling.rule.level) {
                let style = style(loudest);
                let comma = if counts.is_empty() { "" } else { ", " };
                let _ = write!(counts, "{comma}{style}{} {}{style:#}", of.len(), verdict.name());
            }
            let others = [(known_count, "known fail"), (unmet_count, "unmet")];
            for (count, word) in
                others.iter().filter(|(count, _)| *count > 0 && verdict == Verdict::Fail)
            {
                let comma = if counts.is_empty() { "" } else { ", " };
                let _ = write!(counts, "{comma}{YELLOW}{count} {word}{YELLOW:#}");
            }
        }
        writeln!(out, "  {chapter:<10} {counts}")?;
        for ruling in rulings {
            if shown.verbose {
                let (style, word) = match (known(&ruling), shown.unmet(ruling)) {
                    (true, _) => (YELLOW, "known fail"),
                    (false, true) => (YELLOW, "unmet"),
                    (false, false) => (style(ruling), ruling.verdict.name()),
                };
                let evidence = match (ruling.cases, ruling.reason.to_string().as_str()) {
                    (0, evidence) => evidence.to_owned(),
                    (cases, "") => counted(cases, "program"),
                    (cases, evidence) => format!("{}; {evidence}", counted(cases, "program")),
                };
                writeln!(
                    out,
                    "    {style}{word:<12}{style:#}{:<30} {DIM}{evidence}{DIM:#}",
                    ruling.rule.id
                )?;
            }
        }
    }
    writeln!(out)?;
    // Most rules that were not run have one reason; it is said once.
    let mut reasons: Vec<(&Reason, usize)> = Vec::new();
    let not_run = report.rulings.iter().filter(|ruling| ruling.verdict == Verdict::NotRun);
    for ruling in not_run.filter(|ruling| !shown.verbose && ruling.was_selected()) {
        match reasons.iter_mut().find(|(reason, _)| **reason == ruling.reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((&ruling.reason, 1)),
        }
    }
    for (reason, count) in &reasons {
        writeln!(out, "  {YELLOW}{count} not run{YELLOW:#}: {reason}")?;
    }
    if reasons.is_empty() { Ok(()) } else { writeln!(out) }
}

fn failure(
    report: &Report,
    ruling: &Ruling,
    shown: &Shown,
    out: &mut impl Write,
) -> io::Result<()> {
    let rule = ruling.rule;
    let (style, word) = match report.known_failure(ruling) {
        Some(_) => (YELLOW, "KNOWN FAIL".to_owned()),
        None if shown.unmet(ruling) => (YELLOW, "UNMET".to_owned()),
        None => (style(ruling), ruling.verdict.name().to_uppercase()),
    };
    let chapter = rule.chapter;
    writeln!(
        out,
        "{style}{word}{style:#} {BOLD}{}{BOLD:#} {DIM}({}, spec/{chapter}.md:{}){DIM:#}",
        rule.id, rule.level, rule.line
    )?;
    for line in wrap(&rule.sentence, WIDTH - 2) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    if let Some(counterexample) = &ruling.counterexample {
        print_counterexample(counterexample, out)?;
    } else {
        if let Some(program) = &ruling.program {
            let program = shortened(marked(program, usize::MAX));
            labelled(out, "given", program.iter().map(String::as_str))?;
        }
        let evidence = ruling.reason.to_string();
        let evidence = evidence.lines().flat_map(|line| wrap(line, WIDTH - 12));
        let evidence = evidence.collect::<Vec<_>>();
        labelled(out, "observed", evidence.iter().map(String::as_str))?;
    }
    labelled(out, "raised", traceback(ruling).iter().map(String::as_str))?;
    labelled(out, "stderr", ruling.stderr.iter().map(String::as_str))?;
    let perhaps = adapter_may(ruling, &report.start);
    for (label, said) in [("perhaps", perhaps.as_deref()), ("e.g.", suffers(ruling))] {
        let lines = said.map(|said| wrap(said, WIDTH - 12)).unwrap_or_default();
        labelled(out, label, lines.iter().map(String::as_str))?;
    }
    labelled(out, "replay", [replay(report, ruling, shown.judged.as_deref()).as_str()])?;
    writeln!(out)
}

/// What the implementation answers to the questions, where that is known.
fn choices(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut said: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for (question, dtype, answers) in report.choices.remaining() {
        let answers = answers.join(" or ");
        match said.last_mut() {
            Some((last, same, dtypes)) if *last == question && *same == answers => {
                dtypes.push(dtype.name());
            }
            _ => said.push((question, answers, vec![dtype.name()])),
        }
    }
    if said.is_empty() {
        return Ok(());
    }
    writeln!(out, "Where good implementations differ, this one answers")?;
    let width = said.iter().map(|(question, ..)| question.len()).max().unwrap_or(0);
    for (question, answers, dtypes) in &said {
        let only = said.iter().filter(|(other, ..)| other == question).count() > 1;
        let dtypes = if only { format!(" in {}", dtypes.join(", ")) } else { String::new() };
        writeln!(out, "  {question:<width$} {answers}{DIM}{dtypes}{DIM:#}")?;
    }
    writeln!(out)
}

fn unjudged(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let claimed = UNJUDGED.iter().filter(|capability| report.start.claims(capability));
    let claimed = claimed.copied().collect::<Vec<_>>();
    if !claimed.is_empty() {
        let claimed = claimed.join(", ");
        writeln!(out, "Claimed, but no rule of this version uses it: {claimed}\n")?;
    }
    Ok(())
}

/// What the random programs were about, and why there were not more of them.
fn random_programs(report: &Report, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    let census = &report.random;
    if let Some(why) = census.stopped.as_ref().filter(|_| census.wanted > 0) {
        let Census { programs, wanted, .. } = census;
        writeln!(out, "{YELLOW}{programs} of {wanted} drawn programs asked{YELLOW:#}: {why}\n")?;
    }
    if !shown.verbose || census.programs == 0 {
        return Ok(());
    }
    let Census { programs, refused, missing, disagreed, .. } = census;
    write!(out, "{programs} drawn programs, {disagreed} explained by no mask")?;
    for (count, words) in [(refused, "refused"), (missing, "without a recorded answer")] {
        if *count > 0 {
            write!(out, ", {count} {words}")?;
        }
    }
    writeln!(out)?;
    let Coverage { programs, pairs, triples } = census.coverage;
    if programs > 0 {
        let of = |Met { met, all }: Met, what: &str| format!("{met} of {all} {what}");
        let met = [of(pairs, "pairs of values"), of(triples, "triples")].join(", ");
        let words = format!("{programs} programs meet {met}; {} bits bet on", census.bits);
        let lines = wrap(&words, WIDTH - 12);
        labelled(out, "space", lines.iter().map(String::as_str))?;
    }
    for (name, counts) in census.table() {
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        let words = counts.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>();
        let lines = wrap(&words.join(", "), WIDTH - 12);
        labelled(out, name, lines.iter().map(String::as_str))?;
    }
    writeln!(out)
}
