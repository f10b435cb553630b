use super::*;
use crate::book::{Level, rules};
use crate::report::expectations::ExpectedVerdict;
use Verdict::{Error, Fail, Inconclusive, NotRun, Pass, Unsupported};

fn seen(words: &str) -> Reason {
    Reason::Seen(words.to_owned())
}

fn builds_on(rule: &str) -> Reason {
    Reason::BuildsOn { rule: rule.to_owned(), unsupported: false }
}

/// A report in which these rules ended so, for this reason, and all others passed.
fn report(ended: &[(&str, Verdict, Reason)]) -> Report {
    assert!(ended.iter().all(|(id, ..)| rules().iter().any(|rule| rule.id == *id)));
    let ruling = |rule: &'static Rule| {
        let found = ended.iter().find(|(id, ..)| *id == rule.id);
        let (_, verdict, reason) = found.cloned().unwrap_or((rule.id, Pass, seen("")));
        let (counterexample, program, stderr) = (None, None, Vec::new());
        Ruling { rule, verdict, cases: 1, reason, counterexample, program, stderr, drawn: false }
    };
    Report {
        start: Start::new("a framework", &[], &[]),
        rulings: rules().iter().map(ruling).collect(),
        choices: Choices::default(),
        seed: 1,
        effort: Effort::Quick,
        programs: 1,
        wager: Account::default(),
        random: Census::default(),
        partial: false,
        interrupted: false,
        started: SystemTime::UNIX_EPOCH,
        took: Duration::ZERO,
        expectations: Expectations::default(),
        saved: None,
    }
}

/// The same, where these rules are expected to fail.
fn expecting(ended: &[(&str, Verdict, Reason)], expected: &[&str]) -> Report {
    let entry = |rule: &&str| Expectation {
        rule: (*rule).to_owned(),
        verdict: ExpectedVerdict::Fail,
        because: "it is known".to_owned(),
        issue: None,
        until: None,
    };
    report(ended).expecting(expected.iter().map(entry).collect(), SystemTime::UNIX_EPOCH)
}

const MUST: &str = "dropout.train.scale";
const OTHER: &str = "config.restore.error";
const SHOULD: &str = "dropout.train.scale.precise";

#[test]
fn a_must_that_fails_is_what_counts() {
    assert_eq!(report(&[]).conclusion(true), Conclusion::Conforms);
    report(&[]).assert_conforms();
    for verdict in [Fail, Error, Inconclusive, NotRun] {
        let conclusion =
            if verdict == Fail { Conclusion::DoesNotConform } else { Conclusion::NoVerdict };
        assert_eq!(report(&[(OTHER, verdict, seen(""))]).conclusion(false), conclusion);
        let should = report(&[(SHOULD, verdict, seen(""))]);
        assert_eq!(should.conclusion(false), Conclusion::Conforms);
        assert_eq!(should.conclusion(true), conclusion);
        assert_eq!((should.count(verdict), should.count(Pass)), (1, rules().len() - 1));
    }
    assert_eq!(report(&[(OTHER, Unsupported, seen(""))]).conclusion(true), Conclusion::Conforms);
    // A failure is one, also where other rules are open.
    let both = [(OTHER, Fail, seen("")), (MUST, Error, seen(""))];
    assert_eq!(report(&both).conclusion(false), Conclusion::DoesNotConform);
    // From a MAY nothing follows.
    let may = rules().iter().find(|rule| rule.level == Level::May).unwrap();
    assert_eq!(report(&[(may.id, Fail, seen(""))]).conclusion(true), Conclusion::Conforms);
}

#[test]
#[should_panic(expected = "a framework")]
fn an_implementation_that_breaks_a_must_does_not_conform() {
    report(&[(MUST, Fail, seen(""))]).assert_conforms();
}

#[test]
fn an_interrupted_run_has_no_verdict() {
    let interrupted = Report { interrupted: true, ..report(&[]) };
    assert_eq!(interrupted.conclusion(false), Conclusion::NoVerdict);
    let failed = Report { interrupted: true, ..report(&[(MUST, Fail, seen(""))]) };
    assert_eq!(failed.conclusion(false), Conclusion::DoesNotConform);
}

/// An implementation that refuses all programs does not conform.
#[test]
fn the_core_rules_must_be_judged() {
    for core in CORE {
        assert_eq!(
            report(&[(core, Unsupported, seen(""))]).conclusion(false),
            Conclusion::NoVerdict
        );
    }
    let known = expecting(&[(MUST, Fail, seen(""))], &[MUST]);
    assert_eq!(known.conclusion(false), Conclusion::KnownFailures);
    // Masks that are known to be wrong were looked at.
    let follows = Reason::MayFollow { rule: "mask.rate".to_owned(), seen: String::new() };
    let masks = [("mask.rate", Fail, seen("")), ("mask.dependence", Inconclusive, follows)];
    assert_eq!(expecting(&masks, &["mask.rate"]).conclusion(false), Conclusion::KnownFailures);
    assert_eq!(report(&masks).conclusion(false), Conclusion::DoesNotConform);
    let open = [("mask.rate", Fail, seen("")), ("mask.dependence", Inconclusive, seen("too few"))];
    assert_eq!(expecting(&open, &["mask.rate"]).conclusion(false), Conclusion::NoVerdict);
}

/// What builds on a known failure does not count, however long the way to it.
#[test]
fn behind_a_known_failure_nothing_counts() {
    let ended = [
        (OTHER, Fail, seen("")),
        ("config.train-mode", NotRun, builds_on(OTHER)),
        ("config.thread.dropout", NotRun, builds_on("config.train-mode")),
    ];
    let known = expecting(&ended, &[OTHER]);
    let behind = |id: &str| known.behind(known.ruling(id).unwrap()).map(|ruling| ruling.rule.id);
    assert_eq!(behind("config.thread.dropout"), Some(OTHER));
    assert_eq!(
        (behind("config.train-mode"), behind(OTHER), behind(MUST)),
        (Some(OTHER), None, None)
    );
    assert_eq!(known.conclusion(false), Conclusion::KnownFailures);
    assert!(known.known_failure(known.ruling(OTHER).unwrap()).is_some());
    assert_eq!(report(&ended[1..]).conclusion(false), Conclusion::NoVerdict);
    // Two that name each other have nothing behind them.
    let circle = [
        (OTHER, NotRun, builds_on("config.train-mode")),
        ("config.train-mode", NotRun, builds_on(OTHER)),
    ];
    assert_eq!(report(&circle).conclusion(false), Conclusion::NoVerdict);
    // A rule that ended another way, or for another reason, builds on nothing.
    let unsupported = Reason::BuildsOn { rule: OTHER.to_owned(), unsupported: true };
    for (verdict, reason) in [
        (NotRun, seen("the adapter crashed")),
        (Unsupported, unsupported),
        (Error, builds_on(OTHER)),
        (Pass, builds_on(OTHER)),
    ] {
        let ended = [(OTHER, Fail, seen("")), ("config.train-mode", verdict, reason)];
        let known = expecting(&ended, &[OTHER]);
        assert!(known.behind(known.ruling("config.train-mode").unwrap()).is_none());
    }
}

#[test]
fn expectations_are_compared_with_what_came() {
    let stale = expecting(&[], &[OTHER]);
    assert_eq!(stale.conclusion(false), Conclusion::ExpectationsDoNotHold);
    let both = expecting(&[(OTHER, Fail, seen(""))], &[OTHER, MUST]);
    assert_eq!(both.conclusion(false), Conclusion::ExpectationsDoNotHold);
    let interrupted = Report { interrupted: true, ..report(&[]) };
    let entries = stale.expectations.entries().to_vec();
    let forgiven = interrupted.expecting(entries, SystemTime::UNIX_EPOCH);
    assert!(forgiven.expectations.problems().is_empty());
    let expected = [Conclusion::Conforms, Conclusion::SelectedRulesPass, Conclusion::KnownFailures];
    let all = [
        (Conclusion::Conforms, "conforms"),
        (Conclusion::DoesNotConform, "does-not-conform"),
        (Conclusion::NoVerdict, "no-verdict"),
        (Conclusion::SelectedRulesPass, "selected-rules-pass"),
        (Conclusion::KnownFailures, "known-failures"),
        (Conclusion::ExpectationsDoNotHold, "expectations-do-not-hold"),
    ];
    for (conclusion, name) in all {
        assert_eq!(
            (conclusion.name(), conclusion.is_good()),
            (name, expected.contains(&conclusion))
        );
    }
}

/// Of some rules alone: what was not selected does not count, but something must have been judged.
#[test]
fn selected_rules_count_alone() {
    let of = |ended: &[(&str, Verdict, Reason)]| {
        let chosen = |id: &str| ended.iter().any(|(other, ..)| *other == id);
        let left_out = rules().iter().filter(|rule| !chosen(rule.id));
        let left_out = left_out.map(|rule| (rule.id, NotRun, Reason::NotSelected));
        let ended = left_out.chain(ended.iter().cloned()).collect::<Vec<_>>();
        Report { partial: true, ..report(&ended) }.conclusion(false)
    };
    assert_eq!(of(&[(OTHER, Pass, seen(""))]), Conclusion::SelectedRulesPass);
    assert_eq!(of(&[(OTHER, Fail, seen(""))]), Conclusion::DoesNotConform);
    assert_eq!(of(&[(OTHER, NotRun, builds_on(MUST))]), Conclusion::NoVerdict);
    assert_eq!(of(&[(OTHER, Unsupported, seen(""))]), Conclusion::NoVerdict);
    assert_eq!(of(&[("protocol.repeat", Pass, seen(""))]), Conclusion::NoVerdict);
}

#[test]
fn an_adapter_that_failed_left_nothing_to_judge() {
    let failed =
        |verdict| report(&[(OTHER, verdict, seen(""))]).ruling(OTHER).unwrap().adapter_failed();
    assert!(failed(Error) && !failed(Fail) && !failed(NotRun));
    assert!(is_protocol("protocol.repeat") && !is_protocol("config.default"));
}

#[test]
fn verdicts_have_names() {
    let all = [Pass, Fail, Inconclusive, Unsupported, Error, NotRun];
    let names = ["pass", "fail", "inconclusive", "unsupported", "error", "not-run"];
    assert_eq!(all.map(Verdict::name), names);
}
