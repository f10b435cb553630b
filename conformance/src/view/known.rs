use super::evidence::{labelled, wrap};
use super::terminal::{BOLD, DIM, RED, WIDTH, YELLOW};
use crate::report::{Report, Ruling};
use std::io::{self, Write};

/// The rules that fail as expected, an entry each: their evidence is known too.
pub(super) fn known_failures(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let known = |ruling: &Ruling| report.known_failure(ruling).cloned();
    let mut some = false;
    for ruling in &report.rulings {
        let Some(expectation) = known(ruling) else { continue };
        some = true;
        let (id, level) = (ruling.rule.id, ruling.rule.level);
        writeln!(out, "{YELLOW}KNOWN FAILURE{YELLOW:#} {BOLD}{id}{BOLD:#} {DIM}({level}){DIM:#}")?;
        // They come from a file, and go to a terminal.
        let because = expectation.because.replace(char::is_control, " ");
        let because = wrap(&because, WIDTH - 12);
        labelled(out, "because", because.iter().map(String::as_str))?;
        labelled(out, "issue", expectation.issue.as_deref())?;
        let until = expectation.until.map(|day| day.to_string());
        labelled(out, "until", until.as_deref())?;
    }
    if some { writeln!(out) } else { Ok(()) }
}

/// The expectations that do not hold, and what to do about each.
pub(super) fn problems(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for problem in report.expectations.problems() {
        let rule = problem.rule.replace(char::is_control, " ");
        writeln!(out, "{RED}EXPECTATION{RED:#} {BOLD}{rule}{BOLD:#}")?;
        for line in wrap(&problem.message, WIDTH - 2) {
            writeln!(out, "  {line}")?;
        }
    }
    if report.expectations.problems().is_empty() { Ok(()) } else { writeln!(out) }
}
