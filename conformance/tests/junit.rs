//! The JUnit report of a run, read back by a reader of such reports.

use crate::support::{Folder, dezero_spec};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};

/// The exit code, and the test cases of a run of a wrong implementation.
fn cases(name: &str, mutant: &str, rule: &str, flags: &[&str]) -> (i32, Vec<TestCase>) {
    let folder = Folder::new(name);
    let file = folder.file("junit.xml", "").display().to_string();
    let run = ["verify", "--mutant", mutant, "--rule", rule, "--effort", "quick", "--seed", "1"];
    let (code, ..) = dezero_spec(&[&run, ["--junit", &file].as_slice(), flags].concat());
    let text = std::fs::read_to_string(&file).unwrap();
    let report = Report::deserialize_from_str(&text).unwrap();
    (code, report.test_suites.into_iter().flat_map(|suite| suite.test_cases).collect())
}

fn status<'c>(cases: &'c [TestCase], rule: &str) -> &'c TestCaseStatus {
    &cases.iter().find(|case| case.name.as_str() == rule).unwrap().status
}

#[test]
fn a_broken_must_is_a_failure_with_its_counterexample() {
    let rule = "config.restore.saved-at-entry";
    let (code, cases) = cases("junit-must", "restores-true", rule, &[]);
    assert_eq!((code, cases.len()), (1, dezero_spec::book::rules().len()));
    let TestCaseStatus::NonSuccess { kind, message, description, .. } = status(&cases, rule) else {
        panic!("{rule} does not fail");
    };
    assert_eq!(*kind, NonSuccessKind::Failure);
    assert_eq!(message.as_ref().unwrap().as_str(), "expected False, observed True");
    let description = description.as_ref().unwrap().as_str();
    for said in
        ["MUST be the value at entry", "observe(Config.train)  <--", "replay    dezero-spec"]
    {
        assert!(description.contains(said), "{description}");
    }
    let passed = status(&cases, "protocol.arrays");
    assert!(matches!(passed, TestCaseStatus::Success { .. }), "{passed:?}");
    let other = status(&cases, "gradient.chain");
    assert!(matches!(other, TestCaseStatus::Skipped { .. }), "{other:?}");
}

#[test]
fn a_broken_should_counts_where_it_is_asked_to() {
    let rule = "dropout.train.ratio-invalid";
    let (code, lenient) = cases("junit-should", "any-ratio-goes", rule, &[]);
    assert_eq!(code, 0);
    let skipped = status(&lenient, rule);
    assert!(matches!(skipped, TestCaseStatus::Skipped { .. }), "{skipped:?}");
    let (code, strict) = cases("junit-strict", "any-ratio-goes", rule, &["--strict"]);
    assert_eq!(code, 1);
    let failed = status(&strict, rule);
    assert!(matches!(failed, TestCaseStatus::NonSuccess { .. }), "{failed:?}");
}
