//! Ctrl-C ends a run with a report of what was judged until then.
use crate::support::Folder;
use serde_json::Value;
use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// A run in which Ctrl-C is pressed after so many lines of the exchange.
fn interrupted(folder: &Folder, lines: usize, arguments: &[&str]) -> Output {
    interrupted_when(folder, |trace| trace.lines().count() >= lines, arguments)
}

/// A run in which Ctrl-C is pressed as soon as the exchange is so.
fn interrupted_when(folder: &Folder, is: impl Fn(&str) -> bool, arguments: &[&str]) -> Output {
    let trace = folder.0.join("trace.jsonl");
    let mut judge = Command::new(env!("CARGO_BIN_EXE_dezero-spec"))
        .args(["verify", "--seed", "1", "--trace", trace.to_str().unwrap()])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let written = || fs::read_to_string(&trace).unwrap_or_default();
    while !is(&written()) && judge.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(5));
    }
    press(&judge);
    judge.wait_with_output().unwrap()
}

fn press(judge: &Child) {
    let kill = format!("kill -INT {}", judge.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

fn rules(report: &Value) -> impl Iterator<Item = (&str, &str, &str)> {
    report["rules"].as_array().unwrap().iter().map(|rule| {
        let text = |key: &str| rule[key].as_str().unwrap();
        (text("id"), text("verdict"), text("evidence"))
    })
}

#[test]
fn a_run_that_was_interrupted_says_how_far_it_came() {
    let folder = Folder::new("interrupted");
    let files = ["html", "markdown", "junit", "badge"].map(|name| folder.0.join(name));
    let mut arguments = vec!["--format", "json"];
    for (option, file) in ["--html", "--markdown", "--junit", "--badge"].iter().zip(&files) {
        arguments.extend([option, file.to_str().unwrap()]);
    }
    let Output { status, stdout, stderr } = interrupted(&folder, 1000, &arguments);
    assert_eq!(status.code(), Some(130), "{}", String::from_utf8_lossy(&stderr));
    let report: Value = serde_json::from_slice(&stdout).unwrap();
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["verdict"], "no-verdict");
    let (reached, left): (Vec<_>, Vec<_>) =
        rules(&report).partition(|(.., evidence)| *evidence != "the run was interrupted");
    assert!(reached.len() > 5 && left.len() > 5, "{} {}", reached.len(), left.len());
    assert!(left.iter().all(|(_, verdict, _)| *verdict == "not-run"), "{left:?}");
    assert!(reached.iter().all(|(_, verdict, _)| *verdict == "pass"), "{reached:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("interrupted"), "{}", file.display());
    }
}

#[test]
fn a_person_reads_that_it_is_partial() {
    let folder = Folder::new("interrupted-terminal");
    let Output { status, stdout, .. } = interrupted(&folder, 1000, &[]);
    let stdout = String::from_utf8(stdout).unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(stdout.contains("no verdict: interrupted, with "), "{stdout}");
    assert!(stdout.contains("not run: the run was interrupted"), "{stdout}");
}

/// A rule that was found broken stays so, although others were not asked.
#[test]
fn what_was_found_until_then_counts() {
    let folder = Folder::new("interrupted-broken");
    let broken = ["--mutant", "no-scale", "--format", "json"];
    let Output { status, stdout, .. } = interrupted(&folder, 1500, &broken);
    assert_eq!(status.code(), Some(130));
    let report: Value = serde_json::from_slice(&stdout).unwrap();
    assert_eq!(report["verdict"], "does-not-conform");
    assert_eq!(report["interrupted"], true);
    assert!(rules(&report).any(|rule| rule.0 == "dropout.train.scale" && rule.1 == "fail"));
}

/// Whether a fresh process shows it as well is not known, but it is a counterexample.
#[test]
fn what_is_looked_into_counts() {
    let folder = Folder::new("interrupted-slow");
    let serve =
        format!("sleep 1; exec '{}' serve --mutant no-scale", env!("CARGO_BIN_EXE_dezero-spec"));
    let manifest = serde_json::json!({ "dezero_spec": 1, "command": ["sh", "-c", serve] });
    let manifest = folder.file("impl.json", &manifest.to_string());
    let rule = ["--rule", "dropout.train.scale", "--format", "json", manifest.to_str().unwrap()];
    // The rule's programs were asked, and a fresh process is, to show again what one of them showed.
    let starts_again = |trace: &str| {
        let start = |line: &str| line.contains(r#"\"op\":\"start\""#);
        trace.contains("@dropout.train.scale") && trace.lines().last().is_some_and(start)
    };
    let Output { status, stdout, .. } = interrupted_when(&folder, starts_again, &rule);
    assert_eq!(status.code(), Some(130));
    let report: Value = serde_json::from_slice(&stdout).unwrap();
    assert_eq!(
        (&report["verdict"], &report["interrupted"]),
        (&"does-not-conform".into(), &true.into())
    );
    let rules = report["rules"].as_array().unwrap();
    let scale = rules.iter().find(|rule| rule["id"] == "dropout.train.scale").unwrap();
    assert_eq!(scale["verdict"], "fail");
    assert!(scale["counterexample"]["confirmed"].is_null());
}

#[test]
fn expectations_are_not_renewed_from_half_a_run() {
    let folder = Folder::new("interrupted-expectations");
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let text = format!("{{ \"dezero_spec\": 1, \"command\": [{program:?}, \"serve\"] }}");
    let manifest = folder.file("impl.json", &text);
    let update = [manifest.to_str().unwrap(), "--update-expectations"];
    let Output { status, stderr, .. } = interrupted(&folder, 1000, &update);
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(stderr.contains("the run was interrupted"), "{stderr}");
    assert_eq!(fs::read_to_string(manifest).unwrap(), text);
}
