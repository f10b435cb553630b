use super::counted;
use super::terminal::{DIM, GREEN, RED, Shown, YELLOW};
use crate::book::Level;
use crate::report::{CORE, Conclusion, Reason, Report, Verdict};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Prints the verdict as a whole, in one line.
///
/// # Errors
/// Those of writing.
pub fn print_verdict(report: &Report, strict: bool, out: &mut impl Write) -> io::Result<()> {
    verdict(report, &Shown { judged: None, strict, verbose: true, took: None }, out)
}

pub(super) fn verdict(report: &Report, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    let failed = |level| {
        let rulings = report.rulings.iter();
        rulings
            .filter(|ruling| ruling.rule.level == level && ruling.verdict == Verdict::Fail)
            .filter(|ruling| report.known_failure(ruling).is_none())
            .count()
    };
    let (style, words) = match report.conclusion(shown.strict) {
        Conclusion::Conforms => {
            let words = match (report.count(Verdict::Unsupported), shown.verbose) {
                (0, _) => "conforms".to_owned(),
                (_, true) => "conforms in what it claims".to_owned(),
                (count, false) => {
                    format!("conforms in what it claims ({count} rules ask for more: -v)")
                }
            };
            (GREEN, words)
        }
        Conclusion::DoesNotConform => {
            let mut words = format!("does not conform: {} MUST", failed(Level::Must));
            if shown.strict {
                let _ = write!(words, " and {} SHOULD", failed(Level::Should));
            }
            words += " broken";
            if let Some(interruption) = interruption(report) {
                let _ = write!(words, "; {interruption}");
            }
            (RED, words)
        }
        Conclusion::NoVerdict => (YELLOW, format!("no verdict: {}", obstacle(report))),
        Conclusion::SelectedRulesPass => match failed(Level::Should) {
            0 => (GREEN, "the selected rules pass".to_owned()),
            _ => (GREEN, "no MUST of the selected rules is broken".to_owned()),
        },
        Conclusion::KnownFailures => {
            let words = if report.partial { "the selected rules pass" } else { "conforms" };
            (YELLOW, format!("{words} but for {}", known(report)))
        }
        Conclusion::ExpectationsDoNotHold => {
            let of = match report.expectations.problems().len() {
                1 => "1 expectation does not hold".to_owned(),
                count => format!("{count} expectations do not hold"),
            };
            (RED, format!("{of}, and nothing else is wrong"))
        }
    };
    let unmet = match shown.strict {
        true => String::new(),
        false => match failed(Level::Should) {
            0 => String::new(),
            unmet => format!("{YELLOW}; {unmet} SHOULD unmet{YELLOW:#}"),
        },
    };
    writeln!(out, "{style}{words}{style:#}{unmet}")
}

/// The verdict as a whole, and what the run was.
pub(super) fn conclusion(report: &Report, shown: &Shown, out: &mut impl Write) -> io::Result<()> {
    verdict(report, shown, out)?;
    writeln!(
        out,
        "{DIM}{} rules, {}{}{}, seed {}{DIM:#}",
        report.rulings.iter().filter(|ruling| ruling.was_selected()).count(),
        counted(report.programs, "program"),
        match report.random.programs {
            0 => String::new(),
            random => format!(" ({random} random)"),
        },
        shown.took.map_or(String::new(), |took| format!(", {:.1} s", took.as_secs_f64())),
        report.seed
    )
}

/// How many failures are known, and what could not be judged for them.
fn known(report: &Report) -> String {
    let rulings = || report.rulings.iter();
    let known = rulings().filter(|ruling| report.known_failure(ruling).is_some()).count();
    let behind = rulings().filter(|ruling| report.behind(ruling).is_some()).count();
    let known = counted(known, "known failure");
    match behind {
        0 => known,
        1 => format!("{known}; 1 rule behind that is not judged"),
        count => format!("{known}; {count} rules behind that are not judged"),
    }
}

/// How far a run came that was interrupted.
fn interruption(report: &Report) -> Option<String> {
    let selected = report.rulings.iter().filter(|ruling| ruling.was_selected());
    let left = selected.clone().filter(|ruling| ruling.reason == Reason::Interrupted).count();
    let words = match (left, selected.count()) {
        (0, _) => "interrupted, after all rules were asked once".to_owned(),
        (left, all) => format!("interrupted, with {} of {all} rules asked", all - left),
    };
    report.interrupted.then_some(words)
}

/// Why there is no verdict.
fn obstacle(report: &Report) -> String {
    if let Some(words) = interruption(report) {
        return words;
    }
    let open = || {
        let selected = report.rulings.iter().filter(|ruling| ruling.was_selected());
        selected.filter(|ruling| report.behind(ruling).is_none())
    };
    let first = |verdict| open().find(|ruling| ruling.verdict == verdict);
    for verdict in [Verdict::Error, Verdict::Inconclusive, Verdict::NotRun] {
        if let Some(ruling) = first(verdict) {
            return match verdict {
                Verdict::Error => format!("the adapter failed at {}", ruling.rule.id),
                Verdict::Inconclusive => format!("{} stays open", ruling.rule.id),
                _ => format!("{} was not run", ruling.rule.id),
            };
        }
    }
    let unasked = CORE.iter().find_map(|rule| {
        let ruling = report.rulings.iter().find(|ruling| ruling.rule.id == *rule)?;
        Some((rule, report.behind(ruling).filter(|_| ruling.verdict == Verdict::NotRun)?))
    });
    if let Some((rule, known)) = unasked.filter(|_| !report.partial) {
        let known = known.rule.id;
        return format!(
            "{rule} was not run, since the known failure {known} is in its way; every \
             implementation must be judged on it"
        );
    }
    "train and test mode and their masks must be supported to conform".to_owned()
}
