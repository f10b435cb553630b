//! A report as JUnit XML.

use super::evidence::RulingEvidence;
use super::state::State;
use crate::report::saved::{SavedProblem, SavedReport, SavedRuling};
use crate::report::{NotRun, Reason, Verdict};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// A suite for each chapter, a test case for each rule. `judged` is what was judged, as the command line named
/// it.
///
/// What was not judged, or does not count, is skipped, with the reason.
pub fn to_junit(report: &SavedReport, judged: &str) -> String {
    let mut suites: Vec<TestSuite> = Vec::new();
    for ruling in &report.rules {
        let chapter = ruling.chapter.as_str();
        if suites.last().is_none_or(|suite| suite.name.as_str() != chapter) {
            let mut suite = TestSuite::new(chapter);
            suite.add_property(("seed", report.seed.as_str()));
            suites.push(suite);
        }
        let mut case = TestCase::new(ruling.id.as_str(), status(ruling, report.strict));
        case.set_classname(format!("dezero-spec.{chapter}"));
        case.add_property(("level", ruling.level.to_string().as_str()));
        if !judged.is_empty() && !judged.starts_with("--") {
            case.extra.insert("file".into(), judged.into());
        }
        suites.last_mut().expect("one was just added").add_test_case(case);
    }
    suites.extend(expectations(report));
    suites.extend(interruption(report));
    let mut junit = Junit::new(format!("dezero-spec: {}", report.implementation.name));
    junit.add_test_suites(suites);
    junit.set_time(Duration::from_secs_f64(report.seconds.unwrap_or_default()));
    junit.to_string().expect("memory can be written to")
}

/// A suite of the expectations that do not hold, if there are such: they fail the run.
fn expectations(report: &SavedReport) -> Option<TestSuite> {
    let problems = &report.expectations.problems;
    let mut suite = TestSuite::new("expectations");
    for SavedProblem { rule, message, .. } in problems {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type("expectation").set_message(format!("{rule} {message}"));
        let mut case = TestCase::new(rule.as_str(), status);
        case.set_classname("dezero-spec.expectations");
        suite.add_test_case(case);
    }
    (!problems.is_empty()).then_some(suite)
}

/// A suite that says so if the run was interrupted: skipped cases alone make nothing red.
fn interruption(report: &SavedReport) -> Option<TestSuite> {
    let suite = || run("to the end", "interrupted", &Reason::Interrupted.to_string());
    report.interrupted.then(suite)
}

/// A suite with one error, about the run itself.
fn run(case: &str, kind: &str, message: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(kind).set_message(message);
    let mut case = TestCase::new(case, status);
    case.set_classname("dezero-spec.run");
    let mut suite = TestSuite::new("run");
    suite.add_test_case(case);
    suite
}

/// One error, with the reason why nothing was judged.
pub fn not_run_to_junit(not_run: &NotRun) -> String {
    let mut junit = Junit::new(format!("dezero-spec: {}", not_run.implementation.name));
    junit.add_test_suite(run("from the start", "not-run", &not_run.because));
    junit.to_string().expect("memory can be written to")
}

fn status(ruling: &SavedRuling, strict: bool) -> TestCaseStatus {
    let state = State::of(ruling, strict);
    let verdict = ruling.verdict.name();
    let skipped = |message: String| {
        let mut skipped = TestCaseStatus::skipped();
        skipped.set_message(message);
        skipped
    };
    // Continuous integration counts a known failure apart from what passes, and is green.
    if let Some(known) = &ruling.known_failure {
        let issue = known.issue.as_ref().map_or(String::new(), |issue| format!(" ({issue})"));
        let until =
            known.until.as_ref().map_or(String::new(), |day| format!(", excused until {day}"));
        let because = &known.because;
        return skipped(format!(
            "known failure: {because}{issue}{until}; {verdict}: {}",
            ruling.evidence
        ));
    }
    let counts = ruling.level.counts(strict);
    let kind = match ruling.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail if counts => NonSuccessKind::Failure,
        Verdict::Error | Verdict::Inconclusive if counts && ruling.behind.is_none() => {
            NonSuccessKind::Error
        }
        _ => return skipped(format!("{verdict}: {}", ruling.evidence)),
    };
    let evidence = RulingEvidence::of(ruling, state);
    let lines = evidence.unbroken().map(|line| format!("  {line}\n"));
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(verdict).set_message(ruling.evidence.as_str()).set_description(format!(
        "{}\n\n{}",
        ruling.sentence(),
        lines.collect::<String>()
    ));
    status
}
