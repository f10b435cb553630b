//! Bad input and bad adapters: a clear message, the right exit code, no panic, no hang, nothing left
//! running. The adapters are one-line shell scripts.
use crate::support::{Folder, dezero_spec};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{fs, thread};

const START: &str = r#"{"protocol":1,"implementation":{"name":"shell","version":"1"},"capabilities":["train","test"],"dtypes":["float32"]}"#;

/// Judges a shell script: `$start` is a good answer to `start`.
fn judge_shell(name: &str, script: &str) -> (i32, String, String) {
    let folder = Folder::new(name);
    let script = script.replace("$start", START);
    folder.file("adapter.sh", &script);
    let manifest =
        r#"{"dezero_spec":1,"command":["sh","adapter.sh"],"timeout_s":0.5,"start_timeout_s":2}"#;
    let manifest = folder.file("impl.json", manifest);
    dezero_spec(&["verify", manifest.to_str().unwrap()])
}

#[track_caller]
fn assert_says((code, stdout, stderr): (i32, String, String), expected: i32, said: &[&str]) {
    assert_eq!(code, expected, "{stdout}{stderr}");
    for words in said {
        assert!((stdout.clone() + &stderr).contains(words), "`{words}` not in {stdout}{stderr}");
    }
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    assert_says(dezero_spec(&["verify", "nowhere.json"]), 2, &["nowhere.json: cannot be read"]);
    assert_says(
        dezero_spec(&["verify", "--rule", "dropuot.*"]),
        2,
        &["no rule matches `dropuot.*`"],
    );
    assert_says(dezero_spec(&["verify", "--mutant", "x"]), 2, &["no mutant `x`"]);
    assert_says(dezero_spec(&["verfy"]), 2, &["verify"]);
}

#[test]
fn rules_are_listed_and_explained() {
    let (code, stdout, _) = dezero_spec(&["explain", "dropout.train.scale"]);
    assert_eq!(code, 0);
    for said in
        ["kaldi issue 2814", "src/dropout.rs:", "divide kept elements by 1 - ratio", "fixtures"]
    {
        assert!(stdout.contains(said), "{stdout}");
    }
    let (code, stdout, _) = dezero_spec(&["rules", "--json"]);
    assert_eq!(code, 0);
    let rules: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let scale = rules.as_array().unwrap().iter().find(|rule| rule["id"] == "dropout.train.scale");
    let scale = scale.unwrap();
    assert!(scale["prose"].as_str().unwrap().starts_with("spec/dropout.md:"));
    for list in ["reference", "fixtures", "mutants", "needs", "builds_on"] {
        assert!(!scale[list].as_array().unwrap().is_empty(), "{list}");
    }
    assert_says(dezero_spec(&["explain", "dropout.train.scal"]), 2, &["did you mean"]);
}

#[test]
fn a_wrong_manifest_is_exit_2_with_its_place() {
    let folder = Folder::new("manifest");
    let judge = |text: &str| {
        let path = folder.file("impl.json", text);
        dezero_spec(&["verify", path.to_str().unwrap()])
    };
    assert_says(
        judge("{\n \"dezero_spec\": 1,\n \"comand\": []}"),
        2,
        &["impl.json:3:9: unknown key `comand`; did you mean `command`?"],
    );
    assert_says(judge("not json"), 2, &["impl.json:1:2", "not JSON"]);
    let missing = r#"{"dezero_spec":1,"command":["./missing"]}"#;
    assert_says(judge(missing), 2, &["cannot start `./missing`", "is it installed"]);
}

#[test]
fn adapters_that_answer_nonsense_are_exit_3_with_what_they_said() {
    let bad_start =
        |name, line: &str| judge_shell(name, &format!("read x; echo '{line}'; sleep 9"));
    assert_says(
        bad_start("log", "loading model"),
        3,
        &["the answer to `start` is wrong", "loading model"],
    );
    assert_says(bad_start("none", "{\"protocol\":1}"), 3, &["missing field `implementation`"]);
    let typo = START.replace("\"test\"", "\"tset\"");
    assert_says(bad_start("typo", &typo), 3, &["no capability `tset`; did you mean `test`?"]);
    let few = START.replace("\"dtypes\"", "\"max_elements\":5,\"dtypes\"");
    assert_says(bad_start("few-elements", &few), 3, &["`max_elements` is 5"]);
    let future = START.replace("\"protocol\":1", "\"protocol\":2");
    assert_says(bad_start("future", &future), 3, &["speaks protocol 2, not 1"]);
    let bad_run = |name, line: &str| {
        // What is `ID` in the line is that of the request.
        let line = line.replace("ID", "'$id'");
        let read_id = r#"id=${x#*\"id\":\"}; id=${id%%\"*}"#;
        let turn = format!("{read_id}; echo '{line}'");
        judge_shell(name, &format!("read x; echo '$start'; while read -r x; do {turn}; done"))
    };
    assert_says(bad_run("garbage", "[1,2]"), 3, &["protocol.answers", "not a JSON object"]);
    assert_says(
        bad_run("id", "{\"id\":\"x\",\"observations\":[]}"),
        3,
        &["the answer has id \"x\""],
    );
    let first = |rest: &str| format!("{{\"id\":\"ID\",{rest}}}");
    assert_says(bad_run("bare", &first("\"x\":1")), 3, &["neither `observations` nor"]);
    assert_says(
        bad_run("nan", &first("\"observations\":[{\"at\":2,\"array\":NaN}]")),
        3,
        &["not JSON"],
    );
    assert_says(
        bad_run("at", &first("\"observations\":[{\"array\":null}]")),
        3,
        &["no step number `at`"],
    );
    let fill = "\"observations\":[{\"at\":2,\"array\":{\"dtype\":\"float32\",\"shape\":[4611686018427387904],\"fill\":0}}]";
    assert_says(bad_run("fill", &first(fill)), 3, &["`fill` is for requests alone"]);
    assert_says(bad_run("few", &first("\"observations\":[]")), 3, &["without the observation"]);
    let array = "\"observations\":[{\"at\":2,\"array\":{\"dtype\":\"float32\",\"shape\":[3],\"data\":[1]}}]";
    assert_says(bad_run("shape", &first(array)), 3, &["shape [3] has 3 elements, but data has 1"]);
}

#[test]
fn adapters_that_die_are_exit_3_with_their_last_words() {
    let dies = "read x; echo '$start'; read x; echo 'no module named torch' >&2; exit 7";
    assert_says(
        judge_shell("dies", dies),
        3,
        &["ended without an answer", "7", "no module named torch"],
    );
    let at_once = "echo 'cannot import' >&2; exit 1";
    assert_says(judge_shell("at-once", at_once), 3, &["ended without an answer", "cannot import"]);
}

/// A child may hold the output open long after its parent is gone.
#[test]
fn adapters_that_die_are_noticed_at_once() {
    let started = Instant::now();
    let leaves_a_child = "read x; sleep 60 & exit 1";
    assert_says(judge_shell("orphan", leaves_a_child), 3, &["ended without an answer"]);
    assert!(started.elapsed() < Duration::from_secs(2));
}

/// What fails twice is not asked for everything else, and the reason is said once.
#[test]
fn adapters_that_fail_are_given_up() {
    let start = START.replace("\"dtypes\"", "\"x\":0,\"dtypes\"");
    let logs = format!("read x; echo '{start}'; while read x; do echo 'dropout!'; done");
    let (code, stdout, stderr) = judge_shell("logs", &logs);
    assert_says((code, stdout.clone(), stderr), 3, &["print to standard error", "not run: "]);
    assert!(stdout.lines().count() < 60, "{stdout}");
}

/// The switch that Ctrl-C turns.
#[test]
fn an_interruption_ends_the_adapter() {
    let command = dezero_spec::implementation::Command {
        command: ["sleep", "600"].map(str::to_owned).to_vec(),
        folder: std::env::temp_dir(),
        env: std::collections::BTreeMap::new(),
        start_timeout: Duration::from_secs(60),
        timeout: Duration::from_secs(60),
    };
    let mut process = dezero_spec::implementation::Process::new(command);
    let switch = process.interruption();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        switch.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let started = Instant::now();
    let fault = dezero_spec::implementation::Implementation::start(&mut process, 1).unwrap_err();
    assert_eq!(fault.kind, dezero_spec::wire::FaultKind::Interrupted);
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// A hanging adapter is ended together with its children.
#[test]
fn adapters_that_hang_are_ended_with_their_children() {
    let folder = Folder::new("children");
    let pid = folder.0.join("pid");
    let hangs = format!(
        "read x; echo '$start'; sleep 600 & echo $! > {}; read x; sleep 600",
        pid.display()
    );
    let started = Instant::now();
    let judged = judge_shell("hangs", &hangs);
    assert_says(judged, 3, &["no answer within 0.5 s", "flush"]);
    assert!(started.elapsed() < Duration::from_secs(60));
    let pid = fs::read_to_string(pid).unwrap();
    let gone = || !PathBuf::from(format!("/proc/{}", pid.trim())).exists();
    for _ in 0..100 {
        if gone() || !cfg!(target_os = "linux") {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the child {pid} is still running");
}

/// An implementation that refuses everything passes nothing.
#[test]
fn refusing_everything_is_no_verdict() {
    let refuses = "read x; echo '$start'; i=0; while read x; do i=$((i+1)); \
                   echo '{\"id\":\"'$i'\",\"unsupported\":{\"at\":0,\"why\":\"later\"}}'; done";
    assert_says(judge_shell("refuses", refuses), 3, &["no verdict"]);
}

#[test]
fn reports_are_for_programs_too() {
    let arguments = ["verify", "--format", "json", "--seed", "3", "--mutant", "no-scale"];
    let (code, stdout, _) = dezero_spec(&arguments);
    assert_eq!(code, 1);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["schema"], "dezero-spec/report/1");
    assert_eq!(report["verdict"], "does-not-conform");
    assert_eq!(report["seed"], "3");
    let date = report["date"].as_str().unwrap();
    assert!(date.len() == "2026-11-24T12:00:00Z".len() && date.ends_with('Z'), "{date}");
    assert_eq!(report["platform"]["os"], std::env::consts::OS);
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
    let rules = report["rules"].as_array().unwrap();
    let scale = rules.iter().find(|rule| rule["id"] == "dropout.train.scale").unwrap();
    assert_eq!(scale["verdict"], "fail");
    assert_eq!(scale["counterexample"]["confirmed"], "in a fresh process too");
    assert!(scale["replay"].as_str().unwrap().contains("--rule dropout.train.scale --seed 3"));
    let selected = ["verify", "--rule", "dropout.test.*", "--seed", "1"];
    let (code, stdout, stderr) = dezero_spec(&selected);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("the selected rules pass") && !stdout.contains('\u{1b}'), "{stdout}");
}

/// What a random program found is a file of fixtures, which asks the same of others.
#[test]
fn what_broke_a_rule_is_saved_and_asked_again() {
    let folder = Folder::new("saved");
    let file = folder.0.join("counterexamples.json");
    let path = file.to_str().unwrap();
    let mutant = ["--mutant", "swallows-errors"];
    let rule = ["--rule", "config.default", "--programs", "256", "--seed", "1"];
    let save = ["--save-counterexample", path];
    let (code, stdout, _) = dezero_spec(&[&["verify"], &mutant[..], &rule[..], &save[..]].concat());
    assert_eq!(code, 1);
    let replay = format!("dezero-spec replay --mutant swallows-errors --from {path}");
    assert!(stdout.contains("FAIL config.propagate") && stdout.contains(&replay), "{stdout}");
    let words = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("made of a random program of"), "{stdout}");

    let schema = serde_json::from_str(&dezero_spec::fixture::schema()).unwrap();
    let saved = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let wrong = jsonschema::validator_for(&schema).unwrap();
    let wrong = wrong.iter_errors(&saved).map(|why| why.to_string()).collect::<Vec<_>>();
    assert_eq!(wrong, [""; 0]);

    let (code, stdout, _) = dezero_spec(&[&["replay"], &mutant[..], &["--from", path]].concat());
    assert_eq!(code, 1);
    assert!(stdout.starts_with("broken    counterexample."), "{stdout}");
    let (code, stdout, _) = dezero_spec(&["replay", "--from", path]);
    assert_eq!(code, 0);
    assert!(stdout.contains("in 32 of 32 runs") && !stdout.contains("broken"), "{stdout}");

    fs::write(
        &file,
        r#"{"fixtures": [{"id": "x", "rules": ["no.rule"], "needs": [], "program": []}]}"#,
    )
    .unwrap();
    let (code, _, stderr) = dezero_spec(&["replay", "--from", path]);
    assert_eq!(code, 2);
    assert!(stderr.contains("no rule `no.rule`"), "{stderr}");
}
