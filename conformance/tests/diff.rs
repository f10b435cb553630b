//! What changed between two reports: what is said of it, and the exit code.

use crate::support::{Folder, dezero_spec};
use serde_json::{Value, json};

const RULE: &str = "config.restore.saved-at-entry";

fn report(mutant: Option<&str>) -> Value {
    let mut arguments = vec!["verify", "--effort", "quick", "--programs", "0", "--seed", "1"];
    arguments.extend(["--format", "json", "--rule", RULE]);
    arguments.extend(mutant.into_iter().flat_map(|name| ["--mutant", name]));
    let mut report: Value = serde_json::from_str(&dezero_spec(&arguments).1).unwrap();
    report["implementation"]["name"] = json!("framework");
    report
}

/// Exit code and words of a comparison.
fn diff(name: &str, old: &Value, new: &Value, flags: &[&str]) -> (i32, String) {
    let folder = Folder::new(name);
    let [old, new] = [("old.json", old), ("new.json", new)]
        .map(|(name, report)| folder.file(name, &counted(report)).display().to_string());
    let (code, stdout, stderr) = dezero_spec(&[&["diff", &old, &new], flags].concat());
    assert_eq!(stderr, "");
    (code, stdout)
}

/// The report with the summary that its rules have.
fn counted(report: &Value) -> String {
    let (mut report, rules) = (report.clone(), report["rules"].as_array().unwrap());
    for (verdict, count) in report["summary"].as_object_mut().unwrap() {
        *count = json!(rules.iter().filter(|rule| rule["verdict"] == **verdict).count());
    }
    report.to_string()
}

fn rule(report: &mut Value, index: usize) -> &mut Value {
    &mut report["rules"][index]
}

#[test]
fn a_rule_that_passed_and_fails_is_a_regression() {
    let (right, wrong) = (report(None), report(Some("restores-true")));
    let (code, said) = diff("diff-worse", &right, &wrong, &[]);
    assert_eq!(code, 1, "{said}");
    for words in [
        "selected-rules-pass -> does-not-conform",
        &format!("worse     {RULE}"),
        "pass -> fail (MUST)",
        "expected False, observed True",
        "1 worse, ",
    ] {
        assert!(said.contains(words), "`{words}` not in {said}");
    }

    let (code, said) = diff("diff-better", &wrong, &right, &[]);
    assert!(code == 0 && said.contains(&format!("better    {RULE}")), "{said}");
    // What is on record is to be kept up to date.
    assert_eq!(diff("diff-exact", &wrong, &right, &["--exact"]).0, 1);

    let (code, said) = diff("diff-same", &right, &right, &["--exact"]);
    assert!(code == 0 && said.contains("selected-rules-pass, as before"), "{said}");
}

#[test]
fn rules_come_and_go_and_are_written_anew() {
    let old = report(None);
    let mut new = old.clone();
    new["implementation"]["version"] = json!("9.9");
    rule(&mut new, 0)["id"] = json!("dropout.brand-new");
    rule(&mut new, 1)["sha256"] = json!("00");
    rule(&mut new, 2)["verdict"] = json!("error");
    let (code, said) = diff("diff-rules", &old, &new, &[]);
    assert_eq!(code, 0, "{said}");
    let gone = old["rules"][0]["id"].as_str().unwrap();
    let (reworded, other) = (&old["rules"][1]["id"], &old["rules"][2]["id"]);
    for words in [
        "-> framework 9.9 (Rust)",
        "new       dropout.brand-new",
        &format!("gone      {gone}"),
        &format!("reworded  {}", reworded.as_str().unwrap()),
        &format!("other     {}", other.as_str().unwrap()),
        "1 other, 1 new, 1 gone, 1 reworded, ",
    ] {
        assert!(said.contains(words), "`{words}` not in {said}");
    }
}

/// To claim less is no regression, and what was not asked is one.
#[test]
fn a_pass_that_is_gone_is_a_regression_unless_it_is_not_claimed() {
    let old = report(None);
    let passed = old["rules"].as_array().unwrap().iter().position(|rule| rule["verdict"] == "pass");
    for (verdict, conclusion, expected) in [
        ("unsupported", "selected-rules-pass", 0),
        ("fail", "does-not-conform", 1),
        ("error", "no-verdict", 1),
        ("not-run", "no-verdict", 1),
        ("inconclusive", "no-verdict", 1),
    ] {
        let mut new = old.clone();
        new["verdict"] = json!(conclusion);
        rule(&mut new, passed.unwrap())["verdict"] = json!(verdict);
        let (code, said) = diff(&format!("diff-{verdict}"), &old, &new, &[]);
        assert_eq!(code, expected, "{verdict}: {said}");
    }
    let mut new = old.clone();
    new["verdict"] = json!("no-verdict");
    assert_eq!(diff("diff-conclusion", &old, &new, &[]).0, 1);
}

/// What random programs learn beside what all rules ask depends on the seed.
#[test]
fn choices_are_compared_where_both_are_known() {
    let (mut old, mut new) = (report(None), report(None));
    old["choices"] =
        json!({ "a": { "float32": ["x"], "float64": ["x"] }, "b": { "float32": ["x"] } });
    // Where an answer that was known is possible still, no choice changed.
    let less = json!({ "a": { "float32": ["x", "y"], "float16": ["z"] } });
    new["choices"] = less;
    assert_eq!(diff("diff-choices-less", &old, &new, &["--exact"]).0, 0);
    new["choices"] = json!({ "a": { "float32": ["y", "z"], "float16": ["z"] } });
    let (code, said) = diff("diff-choices", &old, &new, &[]);
    assert_eq!(code, 0);
    assert!(said.contains("a in float32") && said.contains("x -> y or z"), "{said}");
    assert_eq!(said.matches("choice ").count(), 1, "{said}");
    assert_eq!(diff("diff-choices-exact", &old, &new, &["--exact"]).0, 1);

    let (_, json) = diff("diff-json", &old, &new, &["--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "dezero-spec/diff/1");
    assert_eq!(json["choices"][0]["new"], json!(["y", "z"]));
    assert_eq!(json["regression"], false);
}

#[test]
fn what_is_no_report_is_exit_2() {
    let folder = Folder::new("diff-files");
    let not_run =
        r#"{"schema":"dezero-spec/not-run/1","implementation":{"name":"x"},"because":"y"}"#;
    let file = folder.file("not-run.json", not_run).display().to_string();
    let (code, _, stderr) = dezero_spec(&["diff", &file, &file]);
    assert!(code == 2 && stderr.contains("found \"dezero-spec/not-run/1\""), "{stderr}");
    let contradicts = |edit: fn(&mut Value), said: &str| {
        let mut report = report(None);
        edit(&mut report);
        let file = folder.file("edited.json", &report.to_string()).display().to_string();
        let (code, _, stderr) = dezero_spec(&["diff", &file, &file]);
        let said = format!("the report contradicts itself: {said}");
        assert!(code == 2 && stderr.contains(&said), "{stderr}");
    };
    contradicts(|it| it["rules"] = json!([]), "it has 0 rules; expected 1 to 1000");
    contradicts(|it| it["summary"]["pass"] = json!(84), "`summary` has 84 `pass`, `rules` have");
    contradicts(
        |it| it["verdict"] = json!("does-not-conform"),
        "`verdict` is does-not-conform; by its `rules` it is conforms or",
    );
    let (code, _, stderr) = dezero_spec(&["diff", "nowhere.json", &file]);
    assert!(code == 2 && stderr.contains("nowhere.json: cannot be read"), "{stderr}");
}
