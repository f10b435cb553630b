use super::*;
use crate::catalogue::{Mutated, mutant};
use crate::implementation::Engine;
use crate::report::expectations::Expectations;
use crate::run::verify_with;
use crate::session::Options;
use std::time::SystemTime;

fn entry(rule: &str) -> Expectation {
    Expectation {
        rule: rule.to_owned(),
        verdict: ExpectedVerdict::Fail,
        because: "we are on it".to_owned(),
        issue: None,
        until: None,
    }
}

/// A whole run in which all rules pass but these, and what was expected of it.
fn report(verdicts: &[(&str, Verdict)], expected: &[&str]) -> Report {
    let mut engine = Engine::new(Mutated::new(mutant("select").unwrap()));
    let options = Options { rules: vec!["config.default"], ..Options::default() };
    let mut report = verify_with(&mut engine, &options, &mut |_| {}).unwrap();
    report.partial = false;
    for ruling in &mut report.rulings {
        let of = verdicts.iter().find(|(rule, _)| *rule == ruling.rule.id);
        ruling.verdict = of.map_or(Verdict::Pass, |(_, verdict)| *verdict);
    }
    let entries = expected.iter().map(|rule| entry(rule)).collect();
    let expectations = Expectations::compared(entries, &report.rulings, SystemTime::now());
    Report { expectations, ..report }
}

/// The rules of the entries, what is new, and what was taken out.
fn renewed(report: &Report, strict: bool) -> (Vec<String>, Vec<&'static str>, Vec<String>) {
    let Renewal { entries, added, dropped } = renewal(report, strict).unwrap();
    (entries.into_iter().map(|entry| entry.rule).collect(), added, dropped)
}

const MUST: &str = "config.restore.error";
const SHOULD: &str = "dropout.train.ratio-invalid";
const MAY: &str = "config.other-value";

#[test]
fn what_fails_is_added_and_what_passes_is_taken_out() {
    let fail = Verdict::Fail;
    for (verdicts, expected, strict, entries, added, dropped) in [
        (&[(MUST, fail)][..], &[][..], false, &[MUST][..], &[MUST][..], &[][..]),
        (&[(MUST, fail)], &[MUST], false, &[MUST], &[], &[]),
        (&[], &[MUST], false, &[], &[], &[MUST]),
        (&[(MUST, fail), (SHOULD, fail), (MAY, fail)], &[], false, &[MUST], &[MUST], &[]),
        (&[(SHOULD, fail), (MAY, fail)], &[], true, &[SHOULD], &[SHOULD], &[]),
        // A rule that was not decided may fail the next time; one that is not claimed will not.
        (&[(MUST, Verdict::Inconclusive)], &[MUST], false, &[MUST], &[], &[]),
        (&[(MUST, Verdict::NotRun)], &[MUST], false, &[MUST], &[], &[]),
        (&[(MUST, Verdict::Unsupported)], &[MUST], false, &[], &[], &[MUST]),
        // Mistakes of the adapter are to be mended.
        (
            &[("protocol.names", fail)],
            &["protocol.names"],
            false,
            &["protocol.names"],
            &["protocol.names"],
            &["protocol.names"],
        ),
        // A rule that is named twice stays once.
        (&[(MUST, fail)], &[MUST, MUST], false, &[MUST], &[], &[MUST]),
    ] {
        let report = report(verdicts, expected);
        let owned = |rules: &[&str]| rules.iter().map(|&rule| rule.to_owned()).collect::<Vec<_>>();
        let wanted = (owned(entries), added.to_vec(), owned(dropped));
        assert_eq!(renewed(&report, strict), wanted, "{verdicts:?} {expected:?} {strict}");
    }
}

/// A pattern stays if all that it means fails, and is replaced by the rules that do otherwise.
#[test]
fn patterns_become_names_where_something_passes() {
    let pattern = "config.thread.*";
    let all = ["config.thread.scope", "config.thread.restore", "config.thread.dropout"];
    let fails = all.map(|rule| (rule, Verdict::Fail));
    assert_eq!(renewed(&report(&fails, &[pattern]), false).0, [pattern]);
    let (entries, added, dropped) = renewed(&report(&fails[..2], &[pattern]), false);
    assert_eq!((entries.as_slice(), added.len()), (&[all[0].to_owned(), all[1].to_owned()][..], 0));
    assert_eq!(dropped, [pattern]);
    // Too many at once are named, too.
    let every = crate::book::rules().iter().map(|rule| (rule.id, Verdict::Fail));
    let every = every.filter(|(id, _)| id.starts_with("gradient.")).collect::<Vec<_>>();
    let (entries, ..) = renewed(&report(&every, &["gradient.*"]), false);
    assert_eq!(entries.len(), every.len());
}

#[test]
fn half_a_run_is_nothing_to_go_by() {
    let whole = report(&[], &[]);
    assert!(renewal(&whole, false).is_ok());
    let why = |report: Report| renewal(&report, false).unwrap_err();
    assert!(why(Report { partial: true, ..whole.clone() }).contains("--rule"));
    assert!(why(Report { interrupted: true, ..whole }).contains("interrupted"));
    let failed = report(&[("protocol.names", Verdict::Error)], &[]);
    assert!(why(failed).contains("the adapter failed at protocol.names"));
}

#[test]
fn a_pattern_names_what_passes() {
    let stale = |rule, passing: &[&str]| Problem::stale(rule, passing).message;
    assert!(stale("config.default", &["config.default"]).starts_with("passes: drop the entry"));
    let one = stale("config.d*", &["config.default"]);
    assert!(one.starts_with("matches what passes, 1 of its rules: config.default;"), "{one}");
    let two = stale("mask.*", &["mask.rate", "mask.dependence"]);
    assert!(two.contains("2 of its rules: mask.rate, mask.dependence; name"), "{two}");
}
