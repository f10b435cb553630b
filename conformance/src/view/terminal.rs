//! A report for a person in front of a terminal. Colours are taken out by the stream where there is none.

use super::choices::ChoiceAnswer;
use super::evidence::{RulingEvidence, labelled as with_label};
use super::state::{Chapter, State};
use super::summary::Summary;
use super::words::{counted, named, one_line, wrap};
use crate::report::saved::{RandomPrograms, SavedCounterexample, SavedReport, SavedRuling};
use crate::report::{Conclusion, Reason, Report, Verdict};
use crate::wire::UNJUDGED;
use anstyle::{AnsiColor, Style};
use std::cmp::Reverse;
use std::io::{self, Write};

impl Report {
    /// The report in words, as a terminal without colours would show it.
    pub fn words(&self) -> String {
        let mut text = Vec::new();
        print(&self.told(None, false), false, &mut text).expect("memory can be written to");
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

const WIDTH: usize = 80;

/// The width of a text beside its label.
const BESIDE: usize = WIDTH - 12;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Prints the report. With `verbose`, every rule has a line of its own, and known failures have their
/// evidence.
///
/// # Errors
/// Those of writing.
pub fn print(report: &SavedReport, verbose: bool, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", named(&report.implementation))?;
    let dtypes = report.dtypes.iter().map(|dtype| dtype.name()).collect::<Vec<_>>();
    writeln!(out, "{DIM}{}{DIM:#}", dtypes.join(" "))?;
    verdict(report, verbose, out)?;
    writeln!(out)?;
    chapters(report, verbose, out)?;
    for ruling in report.by_weight() {
        let state = State::of(ruling, report.strict);
        if state.needs_words() && (verbose || state != State::Known) {
            failure(ruling, state, out)?;
        }
    }
    known_failures(report, out)?;
    problems(report, out)?;
    // What a broken dropout answers is no choice of its author.
    if verbose || report.verdict != Conclusion::DoesNotConform {
        choices(report, out)?;
    }
    unjudged(report, out)?;
    random_programs(&report.random_programs, verbose, out)?;
    verdict(report, verbose, out)?;
    let random = match report.random_programs.asked {
        0 => String::new(),
        random => format!(" ({random} random)"),
    };
    writeln!(
        out,
        "{DIM}{} rules, {}{random}{}, seed {}{DIM:#}",
        report.selected().count(),
        counted(report.programs, "program"),
        report.seconds.map_or(String::new(), |seconds| format!(", {seconds:.1} s")),
        report.seed
    )
}

/// Prints the verdict as a whole, in one line.
///
/// # Errors
/// Those of writing.
pub fn print_verdict(report: &SavedReport, out: &mut impl Write) -> io::Result<()> {
    verdict(report, true, out)
}

fn verdict(report: &SavedReport, verbose: bool, out: &mut impl Write) -> io::Result<()> {
    let style = match report.verdict {
        Conclusion::Conforms | Conclusion::SelectedRulesPass => GREEN,
        Conclusion::DoesNotConform | Conclusion::ExpectationsDoNotHold => RED,
        Conclusion::NoVerdict | Conclusion::KnownFailures => YELLOW,
    };
    let unclaimed = match report.count(Verdict::Unsupported) {
        count if count > 0 && report.verdict == Conclusion::Conforms && !verbose => {
            format!(" {DIM}({count} rules ask for more: -v){DIM:#}")
        }
        _ => String::new(),
    };
    writeln!(out, "{style}{}{style:#}{unclaimed}", Summary::of(report).verdict)
}

/// A line for each chapter, and why rules were not run: most of those have one reason, which is said once.
fn chapters(report: &SavedReport, verbose: bool, out: &mut impl Write) -> io::Result<()> {
    let chapters = Chapter::all(report);
    let states = Chapter::states(&chapters);
    for chapter in &chapters {
        let counts = states.iter().filter(|&&state| chapter.count(state) > 0).map(|&state| {
            let style = state.style();
            format!("{style}{} {}{style:#}", chapter.count(state), state.word())
        });
        let counts = counts.collect::<Vec<_>>().join(", ");
        writeln!(out, "  {:<10} {counts}", one_line(chapter.name, 40))?;
        for (state, ruling) in chapter.rulings.iter().filter(|_| verbose) {
            let (style, word) = (state.style(), state.word());
            let id = one_line(&ruling.id, 80);
            let rests_on = rests_on(ruling);
            writeln!(out, "    {style}{word:<13}{style:#}{id:<30} {DIM}{rests_on}{DIM:#}")?;
        }
    }
    writeln!(out)?;
    let mut reasons: Vec<(&Option<Reason>, &str, usize)> = Vec::new();
    let not_run = report.selected().filter(|ruling| ruling.verdict == Verdict::NotRun);
    for ruling in not_run.filter(|_| !verbose) {
        match reasons.iter_mut().find(|it| it.0 == &ruling.reason && it.1 == ruling.evidence) {
            Some((.., count)) => *count += 1,
            None => reasons.push((&ruling.reason, &ruling.evidence, 1)),
        }
    }
    for (_, words, count) in &reasons {
        writeln!(out, "  {YELLOW}{count} not run{YELLOW:#}: {words}")?;
    }
    if reasons.is_empty() { Ok(()) } else { writeln!(out) }
}

/// What a verdict rests on, in half a line.
pub(super) fn rests_on(ruling: &SavedRuling) -> String {
    let evidence = one_line(&ruling.evidence, 400);
    match (ruling.cases, evidence.as_str()) {
        (0, _) => evidence,
        (cases, "") => counted(cases, "program"),
        (cases, evidence) => format!("{}; {evidence}", counted(cases, "program")),
    }
}

fn failure(ruling: &SavedRuling, state: State, out: &mut impl Write) -> io::Result<()> {
    let (style, word) = (state.style(), state.word().to_uppercase());
    let (id, level) = (one_line(&ruling.id, 80), ruling.level);
    let place = ruling.rule().map(|rule| format!(", spec/{}.md:{}", rule.chapter, rule.line));
    let place = place.unwrap_or_default();
    writeln!(out, "{style}{word}{style:#} {BOLD}{id}{BOLD:#} {DIM}({level}{place}){DIM:#}")?;
    for line in wrap(ruling.sentence(), WIDTH - 2) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    evidence(&RulingEvidence::of(ruling, state), out)?;
    writeln!(out)
}

/// Prints a program, what was expected of it, and what was observed.
///
/// # Errors
/// Those of writing.
pub fn print_counterexample(found: &SavedCounterexample, out: &mut impl Write) -> io::Result<()> {
    evidence(&RulingEvidence::of_counterexample(found), out)
}

fn evidence(evidence: &RulingEvidence, out: &mut impl Write) -> io::Result<()> {
    print_lines(evidence.lines(BESIDE), out)
}

fn labelled(out: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    print_lines(with_label(label, wrap(text, BESIDE)), out)
}

fn print_lines(lines: Vec<(&str, String)>, out: &mut impl Write) -> io::Result<()> {
    for (label, line) in lines {
        writeln!(out, "  {DIM}{label:<9}{DIM:#} {line}")?;
    }
    Ok(())
}

/// The rules that fail as expected, an entry each: their evidence is known too.
fn known_failures(report: &SavedReport, out: &mut impl Write) -> io::Result<()> {
    for ruling in &report.rules {
        let Some(known) = &ruling.known_failure else { continue };
        let (id, level) = (one_line(&ruling.id, 80), ruling.level);
        writeln!(out, "{YELLOW}KNOWN FAILURE{YELLOW:#} {BOLD}{id}{BOLD:#} {DIM}({level}){DIM:#}")?;
        // They come from a file, and go to a terminal.
        labelled(out, "because", &one_line(&known.because, 1000))?;
        for (label, text) in [("issue", &known.issue), ("until", &known.until)] {
            if let Some(text) = text {
                labelled(out, label, text)?;
            }
        }
    }
    if report.expectations.known_failures.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The expectations that do not hold, and what to do about each.
fn problems(report: &SavedReport, out: &mut impl Write) -> io::Result<()> {
    for problem in &report.expectations.problems {
        let rule = one_line(&problem.rule, 1000);
        writeln!(out, "{RED}EXPECTATION{RED:#} {BOLD}{rule}{BOLD:#}")?;
        for line in wrap(&problem.message, WIDTH - 2) {
            writeln!(out, "  {line}")?;
        }
    }
    if report.expectations.problems.is_empty() { Ok(()) } else { writeln!(out) }
}

/// What the implementation answers to the questions, where that is known.
fn choices(report: &SavedReport, out: &mut impl Write) -> io::Result<()> {
    if report.choices.is_empty() {
        return Ok(());
    }
    writeln!(out, "Where good implementations differ, this one answers")?;
    let width = report.choices.keys().map(String::len).max().unwrap_or(0);
    for (question, by_dtype) in &report.choices {
        for ChoiceAnswer { words, dtypes } in ChoiceAnswer::grouped(by_dtype) {
            let dtypes = match dtypes.as_slice() {
                [] => String::new(),
                dtypes => format!(" in {}", dtypes.join(", ")),
            };
            writeln!(out, "  {question:<width$} {words}{DIM}{dtypes}{DIM:#}")?;
        }
    }
    writeln!(out)
}

fn unjudged(report: &SavedReport, out: &mut impl Write) -> io::Result<()> {
    let claims =
        |capability: &&str| report.capabilities.iter().any(|claimed| claimed == capability);
    let claimed = UNJUDGED.iter().copied().filter(claims).collect::<Vec<_>>();
    if !claimed.is_empty() {
        let claimed = claimed.join(", ");
        writeln!(out, "Claimed, but no rule of this version uses it: {claimed}\n")?;
    }
    Ok(())
}

/// What the random programs were about, and why there were not more of them.
fn random_programs(of: &RandomPrograms, verbose: bool, out: &mut impl Write) -> io::Result<()> {
    let RandomPrograms { wanted, asked, refused, not_recorded, disagreed, .. } = of;
    if let Some(why) = of.stopped.as_ref().filter(|_| *wanted > 0) {
        writeln!(out, "{YELLOW}{asked} of {wanted} drawn programs asked{YELLOW:#}: {why}\n")?;
    }
    if !verbose || *asked == 0 {
        return Ok(());
    }
    write!(out, "{asked} drawn programs, {disagreed} explained by no mask")?;
    for (count, words) in [(refused, "refused"), (not_recorded, "without a recorded answer")] {
        if *count > 0 {
            write!(out, ", {count} {words}")?;
        }
    }
    writeln!(out)?;
    if of.coverage.programs > 0 {
        let of_all = |[met, all]: [usize; 2], what: &str| format!("{met} of {all} {what}");
        let pairs = of_all(of.coverage.pairs, "pairs of values");
        let triples = of_all(of.coverage.triples, "triples");
        let (programs, bits) = (of.coverage.programs, of.bits);
        let met = format!("{programs} programs meet {pairs}, {triples}; {bits} bits bet on");
        labelled(out, "space", &met)?;
    }
    for (name, counts) in &of.distribution {
        let mut counts = counts.iter().filter(|(_, count)| **count > 0).collect::<Vec<_>>();
        counts.sort_by_key(|(_, count)| Reverse(**count));
        let words = counts.iter().map(|(name, count)| format!("{name} {count}"));
        labelled(out, name, &words.collect::<Vec<_>>().join(", "))?;
    }
    writeln!(out)
}
