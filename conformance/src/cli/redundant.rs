use super::failure::Failure;
use super::saved::{SavedReport, read_saved};
use super::streams::stdout;
use crate::book::Rule;
use crate::report::Verdict;
use crate::report::saved::Report;
use crate::upkeep::thread::RuleThread;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Prints the rules that may not earn their place: no mutant was made to break them, or the reports
/// have no implementation that was judged by them, or none that passes.
pub(super) fn redundant(rules: &[&'static Rule], files: &[PathBuf]) -> Result<ExitCode, Failure> {
    let unbroken = |rule: &&&'static Rule| RuleThread::of(rule).mutants.is_empty();
    let mut reports = Vec::new();
    for file in files {
        if let SavedReport::Report(report) = read_saved(file)? {
            reports.push(*report);
        }
    }
    let mut groups = vec![("No mutant breaks", rules.iter().filter(unbroken).collect())];
    if !reports.is_empty() {
        let ended = |rule: &Rule| {
            (count(&reports, rule, Verdict::Pass), count(&reports, rule, Verdict::Fail))
        };
        let of = |wanted: fn((usize, usize)) -> bool| {
            rules.iter().filter(|rule| wanted(ended(rule))).collect::<Vec<_>>()
        };
        groups
            .push(("No implementation was judged by", of(|(passed, failed)| passed + failed == 0)));
        groups.push((
            "Every implementation that was judged fails",
            of(|(passed, failed)| passed == 0 && failed > 0),
        ));
    }
    let mut out = stdout();
    let bold = anstyle::Style::new().bold();
    for (title, rules) in groups {
        writeln!(out, "{bold}{title}{bold:#}")?;
        for rule in &rules {
            writeln!(out, "  {}  {}", rule.id, rule.level)?;
        }
        if rules.is_empty() {
            writeln!(out, "  none")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// How many of the reports end the rule so.
fn count(reports: &[Report], rule: &Rule, verdict: Verdict) -> usize {
    let ended = |report: &&Report| {
        report.rules.iter().any(|ruling| ruling.id == rule.id && ruling.verdict == verdict)
    };
    reports.iter().filter(ended).count()
}
