use super::{print_counterexample, replay};
use crate::report::expectations::{Expectation, Problem};
use crate::report::{Reason, Report, Ruling, Verdict};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

/// The report as JUnit XML: a suite for each chapter, a test case for each rule. `judged` is what was
/// judged, as the command line named it; `strict` says whether a SHOULD counts.
///
/// What was not judged, or does not count, is skipped, with the reason.
pub fn to_junit(report: &Report, judged: &str, strict: bool) -> String {
    let mut suites: Vec<TestSuite> = Vec::new();
    for ruling in &report.rulings {
        let chapter = ruling.rule.chapter;
        if suites.last().is_none_or(|suite| suite.name.as_str() != chapter) {
            let mut suite = TestSuite::new(chapter);
            suite.add_property(("seed", report.seed.to_string().as_str()));
            suites.push(suite);
        }
        let mut case = TestCase::new(ruling.rule.id, status(report, ruling, judged, strict));
        case.set_classname(format!("dezero-spec.{chapter}"));
        case.add_property(("level", ruling.rule.level.to_string().as_str()));
        if !judged.is_empty() && !judged.starts_with("--") {
            case.extra.insert("file".into(), judged.into());
        }
        suites.last_mut().expect("one was just added").add_test_case(case);
    }
    suites.extend(expectations(report));
    suites.extend(interruption(report));
    let mut junit = Junit::new(format!("dezero-spec: {}", report.start.implementation.name));
    junit.add_test_suites(suites);
    junit.set_time(report.took);
    junit.to_string().expect("memory can be written to")
}

/// A suite of the expectations that do not hold, if there are such: they fail the run.
fn expectations(report: &Report) -> Option<TestSuite> {
    let problems = report.expectations.problems();
    let mut suite = TestSuite::new("expectations");
    for problem in problems {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let Problem { rule, message, .. } = problem;
        status.set_type("expectation").set_message(format!("{rule} {message}"));
        let mut case = TestCase::new(rule.as_str(), status);
        case.set_classname("dezero-spec.expectations");
        suite.add_test_case(case);
    }
    (!problems.is_empty()).then_some(suite)
}

/// A suite that says so if the run was interrupted: skipped cases alone make nothing red.
fn interruption(report: &Report) -> Option<TestSuite> {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("interrupted").set_message(Reason::Interrupted.to_string());
    let mut case = TestCase::new("to the end", status);
    case.set_classname("dezero-spec.run");
    let mut suite = TestSuite::new("run");
    suite.add_test_case(case);
    report.interrupted.then_some(suite)
}

/// A known failure is skipped: continuous integration counts it apart from what passes, and is green.
fn skipped(expectation: &Expectation, ruling: &Ruling) -> TestCaseStatus {
    let mut message = format!("known failure: {}", expectation.because);
    message.extend(expectation.issue.iter().map(|issue| format!(" ({issue})")));
    message.extend(expectation.until.iter().map(|day| format!(", excused until {day}")));
    let mut skipped = TestCaseStatus::skipped();
    skipped.set_message(format!("{message}; {}: {}", ruling.verdict.name(), ruling.reason));
    skipped
}

fn status(report: &Report, ruling: &Ruling, judged: &str, strict: bool) -> TestCaseStatus {
    if let Some(expectation) = report.known_failure(ruling) {
        return skipped(expectation, ruling);
    }
    let counts = ruling.rule.level.counts(strict);
    let kind = match ruling.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail if counts => NonSuccessKind::Failure,
        Verdict::Error | Verdict::Inconclusive if counts && report.behind(ruling).is_none() => {
            NonSuccessKind::Error
        }
        verdict => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(format!("{}: {}", verdict.name(), ruling.reason));
            return skipped;
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    let mut said = Vec::new();
    if let Some(counterexample) = &ruling.counterexample {
        print_counterexample(counterexample, &mut said).expect("memory can be written to");
    }
    let said = anstream::adapter::strip_str(&String::from_utf8_lossy(&said)).to_string();
    let replay = replay(report, ruling, Some(judged));
    status
        .set_type(ruling.verdict.name())
        .set_message(ruling.reason.to_string())
        .set_description(format!("{}\n\n{said}\n  replay    {replay}\n", ruling.rule.sentence));
    status
}
