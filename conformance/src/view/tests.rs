use super::*;
use crate::book::Level;
use crate::catalogue::{Mutated, mutant};
use crate::implementation::Engine;
use crate::report::expectations::{Expectation, ExpectedVerdict};
use crate::report::saved::SavedCounterexample;
use crate::report::{Reason, Report, Ruling, Verdict};
use crate::run::verify_with;
use crate::session::{Confirmed, Effort, Options, Shrunk};
use crate::wire::Dtype;
use crate::wire::steps::config;
use std::time::{Duration, SystemTime};

/// A quick run of an implementation of the catalogue, by some rules.
fn judged(name: &str, rules: &[&'static str]) -> Report {
    let mut wrong = Engine::new(Mutated::new(mutant(name).unwrap()));
    let rules = rules.to_vec();
    let options = Options { rules, effort: Effort::Quick, seed: 1, ..Options::default() };
    verify_with(&mut wrong, &options, &mut |_| {}).unwrap()
}

/// What is printed, with its colours.
fn printed(report: &Report, verbose: bool) -> String {
    let mut text = Vec::new();
    print(&report.told(None, false), verbose, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn words(report: &Report, verbose: bool) -> String {
    anstream::adapter::strip_str(&printed(report, verbose)).to_string()
}

fn selected(report: &mut Report) -> impl Iterator<Item = &mut Ruling> {
    report.rulings.iter_mut().filter(|ruling| ruling.was_selected())
}

#[test]
fn an_interrupted_run_says_how_far_it_came() {
    let mut report = judged("select", &["config.restore.return"]);
    report.interrupted = true;
    let asked = selected(&mut report).count();
    let after_all = "no verdict: interrupted, after all rules were asked once";
    assert!(words(&report, false).contains(after_all), "{}", words(&report, false));
    for ruling in selected(&mut report).take(2) {
        (ruling.verdict, ruling.reason) = (Verdict::NotRun, Reason::Interrupted);
    }
    let so_far = format!("no verdict: interrupted, with {} of {asked} rules asked", asked - 2);
    assert!(words(&report, false).contains(&so_far), "{}", words(&report, false));
    #[cfg(feature = "cli")]
    assert!(to_junit(&report.told(None, false), "").contains(r#"<testsuite name="run" tests="1""#));
    report.interrupted = false;
    #[cfg(feature = "cli")]
    assert!(!to_junit(&report.told(None, false), "").contains(r#"<testsuite name="run""#));
}

/// Long reasons are broken into lines that a terminal has room for.
#[test]
fn known_failures_and_what_is_behind_them_are_counted() {
    let rule = "config.restore.error";
    let because = "a reason that takes many words and goes on for many words, ".repeat(4);
    let entry = |rule: &str| Expectation {
        rule: rule.to_owned(),
        verdict: ExpectedVerdict::Fail,
        because: because.clone(),
        issue: None,
        until: None,
    };
    let report = judged("no-finally", &["config.restore.*", "config.no-grad.records-nothing"]);
    let now = SystemTime::now();
    let known = report.clone().expecting(vec![entry(rule)], now);
    let said = words(&known, false);
    assert!(said.contains("1 known failure; 1 rule behind that is not judged"), "{said}");
    let fits = |said: &str| {
        let mut indented = said.lines().filter(|line| line.starts_with("  "));
        indented.all(|line| line.chars().count() <= 80)
    };
    assert!(fits(&said), "{said}");
    let stale = report.expecting(vec![entry(rule), entry("config.restore.return")], now);
    let said = words(&stale, false);
    assert!(said.contains("EXPECTATION config.restore.return"), "{said}");
    assert!(fits(&said), "{said}");
}

#[test]
fn answers_are_told_by_dtype_where_they_differ() {
    let mut report = judged("select", &["dropout.result.consistent"]);
    report.choices.allow("test_result", Dtype::Float16, &["copy".to_owned()]);
    let said = words(&report, false);
    assert!(said.contains("test_result"), "{said}");
    let of = |dtypes: &str| {
        said.lines().any(|line| line.contains("test_result") && line.ends_with(dtypes))
    };
    assert!(of("copy in float16") && of("same in bfloat16, float32, float64"), "{said}");
    // An implementation that breaks a rule has not chosen: its choices are told only if asked for.
    let both = ["dropout.train.scale", "dropout.result.consistent"];
    let broken = judged("scale-is-ratio", &both);
    assert!(!words(&broken, false).contains("Where good implementations differ"));
    assert!(words(&broken, true).contains("Where good implementations differ"));
}

#[test]
fn a_should_that_fails_is_no_alarm() {
    let report = judged("any-ratio-goes", &["dropout.train.ratio-invalid"]);
    let yellow = format!("{}UNMET", anstyle::AnsiColor::Yellow.on_default().bold());
    let text = printed(&report, false);
    assert!(text.contains(&yellow), "{text:?}");
    // What weighs most comes first.
    let saved = report.told(None, false);
    let weighed = saved.by_weight();
    assert_eq!(weighed[0].level, Level::Must);
    let of = |level| weighed.iter().filter(move |ruling| ruling.level == level);
    assert_eq!(of(Level::Should).next().unwrap().id, "dropout.train.ratio-invalid");
}

#[test]
fn seconds_are_saved_to_the_thousandth() {
    let mut report = judged("select", &["config.default"]);
    report.took = Duration::from_micros(12_345_678);
    assert_eq!(report.told(None, false).seconds, Some(12.346));
}

#[test]
fn how_often_it_shows_is_told() {
    let mut report = judged("no-finally", &["config.restore.error"]);
    let ruling = report.rulings.iter_mut().find(|ruling| ruling.counterexample.is_some()).unwrap();
    let found = ruling.counterexample.as_mut().unwrap();
    let mut told = |shown, late| {
        found.confirmed = Some(Confirmed::Alone);
        found.shrunk = Some(Shrunk { from: 9, tried: 7, late, shown, of: 32 });
        SavedCounterexample::of(found).confirmed.unwrap()
    };
    let made = "made of a random program of 9 steps, in 7 tries";
    let process = "in a fresh process too";
    assert_eq!(told(0, false), format!("{process}, when it is run again and again; {made}"));
    assert_eq!(told(32, false), format!("{process}, whenever it runs; {made}"));
    let some = format!("{process}, in 8 of 32 runs: it depends on the mask; {made}");
    assert_eq!(told(8, false), some);
    assert_ne!(told(8, true), some);
    found.shrunk = None;
    let one = Some(vec![config("train")]);
    for (one, said, shown) in [
        (one, "after another program", vec!["observe(Config.train)"]),
        (None, "after the 3 programs before it", vec![]),
    ] {
        found.confirmed = Some(Confirmed::After { programs: 3, one });
        let saved = SavedCounterexample::of(found);
        assert!(saved.confirmed.unwrap().ends_with(said));
        assert_eq!(saved.before, shown);
    }
}
