//! Known failures: what is expected must fail, and for the same rule; what does not hold fails the run.

use crate::support::{Folder, dezero_spec};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const RULE: &str = "config.restore.saved-at-entry";

/// The `impl.json` of a wrong implementation.
fn manifest(folder: &Folder, mutant: &str, expectations: &Value) -> PathBuf {
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let mut manifest =
        json!({ "dezero_spec": 1, "command": [program, "serve"], "expectations": expectations });
    if !mutant.is_empty() {
        let command = manifest["command"].as_array_mut().unwrap();
        command.extend([json!("--mutant"), json!(mutant)]);
    }
    folder.file("impl.json", &format!("{manifest:#}\n"))
}

fn entry(rule: &str) -> Value {
    json!({ "rule": rule, "verdict": "fail", "because": "we are on it" })
}

/// A quick run; without random programs, which may find the same fault elsewhere.
fn judge(manifest: &Path, flags: &[&str]) -> (i32, String, String) {
    let run = ["verify", manifest.to_str().unwrap(), "--effort", "quick", "--programs", "0"];
    dezero_spec(&[&run, ["--seed", "1"].as_slice(), flags].concat())
}

/// The exit code and the report of a run of some rules.
fn report(mutant: &str, rules: &[&str], expectations: &Value) -> (i32, Value) {
    let folder = Folder::new(&format!("expect-{mutant}-{}", expectations.to_string().len()));
    let manifest = manifest(&folder, mutant, expectations);
    let rules = rules.iter().flat_map(|rule| ["--rule", rule]).collect::<Vec<_>>();
    let (code, stdout, stderr) = judge(&manifest, &[&rules[..], &["--format", "json"]].concat());
    assert!(!stdout.is_empty(), "{stderr}");
    (code, serde_json::from_str(&stdout).unwrap())
}

fn ruling<'r>(report: &'r Value, rule: &str) -> &'r Value {
    let rules = report["rules"].as_array().unwrap();
    rules.iter().find(|ruling| ruling["id"] == rule).unwrap()
}

#[test]
fn what_is_expected_to_fail_and_fails_is_no_alarm() {
    let known = json!([{ "rule": RULE, "verdict": "fail", "because": "scopes restore True",
                         "issue": "https://example.org/7", "until": "2999-01-31" }]);
    let (code, report) = report("restores-true", &[RULE], &known);
    assert_eq!(code, 0);
    assert_eq!(report["verdict"], "known-failures");
    // The report does not say that the rule passes.
    assert_eq!(ruling(&report, RULE)["verdict"], "fail");
    assert_eq!(ruling(&report, RULE)["known_failure"]["issue"], "https://example.org/7");
    assert_eq!(ruling(&report, RULE)["known_failure"]["until"], "2999-01-31");
    assert_eq!(report["expectations"]["known_failures"], json!([RULE]));
}

#[test]
fn what_fails_otherwise_is_an_alarm() {
    let (code, report) = report("restores-true", &[RULE], &json!([entry("config.default")]));
    assert_eq!((code, &report["verdict"]), (1, &json!("does-not-conform")));
}

/// The run ends where something new is wrong; what is expected to fail does not end it.
#[test]
fn a_run_that_fails_fast_ends_at_the_first_failure_that_is_not_expected() {
    let folder = Folder::new("fail-fast");
    let (first, second) = ("direct.train.values", "dropout.train.default-ratio");
    for (expectations, failing) in
        [(json!([]), [first].as_slice()), (json!([entry(first)]), &[second, first])]
    {
        let manifest = manifest(&folder, "default-is-a-tenth", &expectations);
        let (code, stdout, stderr) = judge(&manifest, &["--fail-fast", "--format", "json"]);
        assert!(!stdout.is_empty(), "{stderr}");
        let report: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((code, &report["verdict"]), (1, &json!("does-not-conform")));
        let rules = report["rules"].as_array().unwrap();
        let are =
            |verdict: &'static str| rules.iter().filter(move |rule| rule["verdict"] == verdict);
        let failed = are("fail").map(|rule| rule["id"].as_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(failed, failing);
        let last = rules.iter().rposition(|rule| rule["verdict"] == "fail").unwrap();
        let left = rules[last + 1..].iter().filter(|rule| rule["verdict"] == "not-run");
        assert!(left.clone().count() > 20, "{report:#}");
        assert!(left.clone().any(|rule| rule["evidence"] == "the run ended at the first failure"));
    }
    let (code, stdout, _) =
        judge(&manifest(&folder, "default-is-a-tenth", &json!([])), &["--fail-fast"]);
    assert_eq!(code, 1);
    assert!(
        stdout.contains("does not conform: 1 MUST broken; ended at the first, with "),
        "{stdout}"
    );
}

/// Each kind of entry that does not hold, and what is said of it.
#[test]
fn entries_that_do_not_hold_fail_the_run() {
    let mut overdue = entry(RULE);
    overdue["until"] = json!("2020-02-29");
    let good = entry(RULE);
    for (expectations, kind, said) in [
        (json!([good, entry("config.default")]), "stale", "passes: drop the entry"),
        (json!([good, entry("config.defualt")]), "unmatched", "did you mean `config.default`?"),
        (json!([good, entry("*")]), "too-wide", "name the rules that fail"),
        (json!([good, entry("config.restore.saved-*")]), "twice", "drop one of them"),
        (json!([good, entry("protocol.names")]), "adapter", "mend the adapter"),
    ] {
        let (code, report) = report("restores-true", &["config.default", RULE], &expectations);
        assert_eq!((code, &report["verdict"]), (1, &json!("expectations-do-not-hold")));
        let problem = &report["expectations"]["problems"][0];
        assert_eq!(problem["kind"], kind);
        assert!(problem["message"].as_str().unwrap().contains(said), "{problem}");
    }
    let (code, report) = report("restores-true", &[RULE], &json!([overdue]));
    // What is not excused any more is what it was before.
    assert_eq!((code, &report["verdict"]), (1, &json!("does-not-conform")));
    assert_eq!(report["expectations"]["problems"][0]["kind"], "expired");
}

/// The gamblers and their numbers vary with the seed; the rule on masks does not. What follows from
/// wrong masks is not counted twice.
#[test]
fn masks_are_expected_by_their_rule() {
    let folder = Folder::new("expect-masks");
    let manifest = manifest(&folder, "mask-shared-by-rows", &json!([]));
    let masks = ["--rule", "mask.*", "--format", "json"];
    let failing = |stdout: &str| {
        let report: Value = serde_json::from_str(stdout).unwrap();
        let rules = report["rules"].as_array().unwrap().iter();
        let failing = rules.filter(|rule| rule["verdict"] == "fail");
        failing.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (code, stdout, _) = judge(&manifest, &masks);
    assert_eq!(code, 1);
    let entries = failing(&stdout).iter().map(|rule| entry(rule)).collect::<Vec<_>>();
    let manifest = self::manifest(&folder, "mask-shared-by-rows", &json!(entries));
    for seed in ["2", "3"] {
        let run = ["verify", manifest.to_str().unwrap(), "--effort", "quick", "--seed", seed];
        let (code, stdout, stderr) = dezero_spec(&[&run, &masks[..]].concat());
        assert_eq!(code, 0, "{stdout}{stderr}");
    }
}

/// What builds on a known failure is not judged; there is no verdict where that is a rule that every
/// implementation must be judged on.
#[test]
fn what_builds_on_a_known_failure_is_told() {
    let rules = ["dropout.train.scale", "mask.rate"];
    let (code, partly) = report("no-scale", &rules, &json!([entry("dropout.train.scale")]));
    assert_eq!(code, 0, "{}", partly["expectations"]);
    // Masks are read from gradients, too, whose rules are run with it and build on the scale as well.
    let behind = partly["expectations"]["behind_known_failures"].as_array().unwrap();
    let of_gradients = |rule: &&Value| rule.as_str().unwrap().starts_with("gradient.train.");
    let others = behind.iter().filter(|rule| !of_gradients(rule)).collect::<Vec<_>>();
    assert_eq!(others, [&json!("mask.rate")]);
    assert_eq!(ruling(&partly, "mask.rate")["verdict"], "not-run");

    let folder = Folder::new("expect-core");
    let entries = ["dropout.train.scale", "dropout.device", "config.test-mode"].map(entry);
    let manifest = manifest(&folder, "no-scale", &json!(entries));
    let (code, stdout, _) = judge(&manifest, &[]);
    assert!(stdout.contains("the known failure dropout.train.scale is in its way"), "{stdout}");
    assert_eq!(code, 3);
}

#[cfg(unix)]
#[test]
fn a_crash_is_never_expected() {
    let folder = Folder::new("expect-crash");
    let start = r#"{"protocol":1,"implementation":{"name":"shell"},"capabilities":["train","test"],"dtypes":["float32"]}"#;
    folder.file("adapter.sh", &format!("read x; echo '{start}'; read x; exit 7"));
    let rules = ["protocol.answers", "protocol.arrays", "dropout.train.scale"];
    let entries = rules.map(entry);
    let manifest =
        json!({ "dezero_spec": 1, "command": ["sh", "adapter.sh"], "expectations": entries });
    let manifest = folder.file("impl.json", &manifest.to_string());
    let (code, stdout, _) = judge(&manifest, &[]);
    assert_eq!(code, 3, "{stdout}");
    let before = fs::read_to_string(&manifest).unwrap();
    let (code, stdout, stderr) = judge(&manifest, &["--update-expectations"]);
    assert_eq!(code, 3, "{stdout}");
    assert!(stderr.contains("the adapter failed at protocol."), "{stderr}");
    assert_eq!(fs::read_to_string(&manifest).unwrap(), before);
}

#[test]
fn the_list_is_renewed_by_a_whole_run() {
    let folder = Folder::new("expect-update");
    let mut kept = entry(RULE);
    kept["issue"] = json!("https://example.org/7");
    let stale = entry("config.default");
    let path = manifest(&folder, "restores-true", &json!([stale, kept.clone()]));
    let (code, stdout, stderr) = judge(&path, &["--update-expectations"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stderr.contains("dropped  config.default"), "{stderr}");
    assert!(stdout.contains("conforms but for "), "{stdout}");
    let text = fs::read_to_string(&path).unwrap();
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written["expectations"][0], kept);
    assert_eq!(written["dezero_spec"], 1);
    // Nothing is left to do for a second run.
    let (code, _, stderr) = judge(&path, &["--update-expectations"]);
    assert_eq!(code, 0);
    assert!(stderr.contains("stay as they are"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "something is left beside impl.json");

    let new = manifest(&folder, "restores-true", &json!([]));
    let (code, stdout, stderr) = judge(&new, &["--update-expectations"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let written: Value = serde_json::from_str(&fs::read_to_string(&new).unwrap()).unwrap();
    let rules = written["expectations"].as_array().unwrap();
    let added = rules.iter().find(|entry| entry["rule"] == RULE).unwrap();
    assert_eq!(added["because"], "not explained yet");
}

#[test]
fn a_part_of_a_run_renews_nothing() {
    let folder = Folder::new("expect-partial");
    let path = manifest(&folder, "restores-true", &json!([]));
    let (code, _, stderr) = judge(&path, &["--update-expectations", "--rule", "config.*"]);
    assert!(code == 2 && stderr.contains("cannot be used with"), "{stderr}");
    let (code, _, _) = dezero_spec(&["verify", "--update-expectations"]);
    assert_eq!(code, 2);
    let answers = folder.file("answers.jsonl", "");
    let (code, _, stderr) = judge(&answers, &["--update-expectations"]);
    assert!(code == 2 && stderr.contains("answers are on record"), "{stderr}");
}

/// Every output says that the failure is known.
#[test]
fn every_output_tells_a_known_failure() {
    let folder = Folder::new("expect-outputs");
    let path = manifest(&folder, "restores-true", &json!([entry(RULE), entry("config.defualt")]));
    let names = ["page.html", "summary.md", "junit.xml", "badge.svg"];
    let files = names.map(|name| folder.0.join(name).display().to_string());
    let flags = ["--html", &files[0], "--markdown", &files[1], "--junit", &files[2]];
    let badge = ["--badge", files[3].as_str(), "--rule", RULE];
    let (code, stdout, _) = judge(&path, &[&flags[..], &badge].concat());
    assert_eq!(code, 1);
    for said in [
        "KNOWN FAILURE",
        "we are on it",
        "EXPECTATION config.defualt",
        "1 expectation does not hold",
    ] {
        assert!(stdout.contains(said), "{said}: {stdout}");
    }
    assert!(!stdout.contains("replay"), "{stdout}");
    let [html, markdown, junit, badge] = files.map(|file| fs::read_to_string(file).unwrap());
    for text in [&html, &markdown] {
        for said in ["known fail", "we are on it", "config.defualt", "names no rule"] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
    let junit = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    let cases = junit.test_suites.iter().flat_map(|suite| &suite.test_cases).collect::<Vec<_>>();
    let status = |name: &str| &cases.iter().find(|case| case.name.as_str() == name).unwrap().status;
    let quick_junit::TestCaseStatus::Skipped { message, .. } = status(RULE) else {
        panic!("{:?}", status(RULE));
    };
    assert!(message.as_ref().unwrap().as_str().starts_with("known failure: we are on it"));
    let wrong = status("config.defualt");
    assert!(matches!(wrong, quick_junit::TestCaseStatus::NonSuccess { .. }), "{wrong:?}");
    assert!(badge.contains("1 expectation does not hold"), "{badge}");
}
