//! Several implementations in one command, and what one tells a program when there is no verdict.

use crate::support::{Folder, dezero_spec};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// An impl.json in a folder of its own that starts this.
fn member(folder: &Folder, name: &str, command: &[&str]) -> String {
    let own = folder.0.join(name);
    fs::create_dir(&own).unwrap();
    let manifest = serde_json::json!({ "dezero_spec": 1, "command": command });
    fs::write(own.join("impl.json"), manifest.to_string()).unwrap();
    path(&own).to_owned()
}

const SHORT: [&str; 6] = ["--effort", "quick", "--programs", "0", "--seed", "1"];

#[test]
fn each_is_judged_and_all_are_in_the_table() {
    let folder = Folder::new("several");
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let right = member(&folder, "right", &[program, "serve"]);
    let wrong = member(&folder, "wrong", &[program, "serve", "--mutant", "restores-true"]);
    let missing = member(&folder, "missing", &["not-a-program"]);
    let at = |name: &str| folder.0.join(name);
    let (html, csv, reports) = (at("class.html"), at("class.csv"), at("reports"));
    let outputs = ["--html", path(&html), "--csv", path(&csv), "--reports", path(&reports)];
    let line =
        [&["verify", &right, &wrong, &missing, "--rule", "config.restore.*"], &outputs[..], &SHORT];
    let (code, stdout, stderr) = dezero_spec(&line.concat());
    assert_eq!(code, 1, "{stdout}{stderr}");
    for said in [
        "right  ✓ the selected rules pass",
        "wrong  ✗ does not conform: ",
        "config.restore.saved-at-entry",
        "missing  ? not judged  ",
        "3 implementations: 1 right, 1 wrong, 1 without a verdict",
    ] {
        assert!(stdout.contains(said), "`{said}` not in {stdout}");
    }
    let table = fs::read_to_string(csv).unwrap();
    let rows =
        table.lines().map(|row| row.split(',').take(2).collect::<Vec<_>>()).collect::<Vec<_>>();
    let expected = [
        ["name", "verdict"],
        ["right", "selected-rules-pass"],
        ["wrong", "does-not-conform"],
        ["missing", "not-run"],
    ];
    assert_eq!(rows, expected);
    let page = fs::read_to_string(html).unwrap();
    assert!(["right", "wrong", "missing"].iter().all(|name| page.contains(name)));
    assert!(reports.join("wrong.html").exists());
    // What is kept is read by the other commands.
    let kept = ["right", "wrong", "missing"].map(|name| reports.join(format!("{name}.json")));
    let (code, stdout, stderr) =
        dezero_spec(&["matrix", path(&kept[0]), path(&kept[1]), path(&kept[2])]);
    assert!(code == 0 && stdout.contains("not judged: "), "{stdout}{stderr}");
}

#[test]
fn one_adapter_is_led_to_each_file() {
    let folder = Folder::new("each");
    let script = folder.file(
        "adapter.sh",
        "#!/bin/sh\nexec \"$PROGRAM\" serve --mutant \"$(cat \"$DEZERO_SPEC_EACH\")\"\n",
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let manifest = serde_json::json!({"dezero_spec": 1, "command": ["./adapter.sh"], "env": {"PROGRAM": program}});
    let manifest = folder.file("impl.json", &manifest.to_string());
    folder.file("a.txt", "restores-true");
    folder.file("b.txt", "copies-in-test-mode");
    let each = path(&folder.0).to_owned() + "/?.txt";
    let line =
        ["verify", path(&manifest), "--rule", "config.restore.saved-at-entry", "--each", &each];
    let (code, stdout, stderr) = dezero_spec(&[&line, &SHORT[..]].concat());
    assert!(
        code == 1
            && stdout.starts_with("a  ✗ does not conform: 1 MUST broken")
            && stdout.contains("\nb  ✓ "),
        "{stdout}{stderr}"
    );
}

/// A report that cannot be written costs neither the others nor the exit code, and is told of.
#[test]
fn what_cannot_be_kept_costs_nothing_else() {
    let folder = Folder::new("not-kept");
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let members = ["first", "second"].map(|name| member(&folder, name, &[program, "serve"]));
    let reports = folder.0.join("reports");
    fs::create_dir_all(reports.join("first.json")).unwrap();
    let [first, second] = &members;
    let line = ["verify", first, second, "--rule", "config.default", "--reports", path(&reports)];
    let (code, stdout, stderr) = dezero_spec(&[&line[..], &SHORT].concat());
    assert!(code == 0 && stdout.contains("2 implementations: 2 right"), "{stdout}{stderr}");
    assert_eq!(stderr.matches("first.json: cannot be written").count(), 1, "{stderr}");
    assert!(reports.join("second.json").is_file());
}

#[test]
fn what_is_about_one_is_refused_for_several() {
    let folder = Folder::new("refused");
    let one = member(&folder, "one", &["x"]);
    for (options, said) in [
        (&["--junit", "x.xml"][..], "--junit is for one implementation"),
        (&["--format", "json"], "--format is for one implementation"),
        (&["--update-expectations"], "--update-expectations is for one implementation"),
        (&["--each", "no-such-*"], "no file is named so"),
    ] {
        let several =
            if options[0] == "--each" { vec!["verify"] } else { vec!["verify", &one, &one] };
        let (code, _, stderr) = dezero_spec(&[&several[..], options].concat());
        assert!(code == 2 && stderr.contains(said), "{stderr}");
    }
}

#[test]
fn a_program_is_told_why_there_is_no_report() {
    let folder = Folder::new("not-run");
    let missing = member(&folder, "missing", &["not-a-program"]);
    let (code, stdout, _) = dezero_spec(&["verify", &missing, "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert!(code == 2 && said["schema"] == "dezero-spec/not-run/1", "{stdout}");
    assert!(said["because"].as_str().unwrap().contains("not-a-program"), "{stdout}");
    // What an earlier run wrote does not stay.
    let files = ["html", "markdown", "junit", "badge", "json"].map(|name| {
        let file = folder.file(name, "it conforms");
        (format!("--{name}"), file)
    });
    let mut line = vec!["verify", &missing];
    line.extend(files.iter().flat_map(|(option, file)| [option.as_str(), path(file)]));
    assert_eq!(dezero_spec(&line).0, 2);
    for ((_, file), said) in files.iter().zip([
        "not judged",
        "not judged: cannot start",
        "errors=\"1\"",
        "dropout spec: not judged",
        "dezero-spec/not-run/1",
    ]) {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(said) && !text.contains("it conforms"), "{said}: {text}");
    }
}

/// One that is told to end, or is killed, ends those that it has started.
#[test]
fn judges_end_with_the_one_that_started_them() {
    let folder = Folder::new("ends");
    let script = "echo $$ >> pid; exec sleep 60";
    for signal in ["TERM", "KILL"] {
        let hangs = member(&folder, signal, &["sh", "-c", script]);
        let file = folder.0.join(signal).join("pid");
        let csv = folder.0.join("class.csv");
        let mut judge = Command::new(env!("CARGO_BIN_EXE_dezero-spec"))
            .args(["verify", &hangs, path(&folder.0), "--csv", path(&csv)])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let started = || fs::read_to_string(&file).is_ok_and(|pid| pid.ends_with('\n'));
        let soon = |is: &dyn Fn() -> bool| {
            (0..1000).any(|_| {
                is() || {
                    sleep(Duration::from_millis(10));
                    false
                }
            })
        };
        assert!(soon(&started), "{signal}: it has not started");
        let sh = |line: String| Command::new("sh").args(["-c", &line]).status().unwrap().success();
        assert!(sh(format!("kill -{signal} {}", judge.id())));
        let code = judge.wait().unwrap().code();
        let pid = fs::read_to_string(&file).unwrap();
        let gone = || !sh(format!("kill -0 {} 2> /dev/null", pid.trim()));
        assert!(soon(&gone), "{signal}: the adapter stays");
        if signal == "TERM" {
            let table = fs::read_to_string(csv).unwrap();
            assert!(code == Some(130) && table.contains("interrupted"), "{code:?} {table}");
            assert!(table.contains("the folder has no impl.json"), "{table}");
        }
    }
}

/// Of one, the table of several is none.
#[test]
fn what_is_about_several_is_refused_for_one() {
    for options in [["--csv", "x.csv"], ["--reports", "x"], ["--jobs", "2"]] {
        let (code, _, stderr) = dezero_spec(&[&["verify"], &options[..]].concat());
        assert!(code == 2 && stderr.contains("is for several implementations"), "{stderr}");
    }
}

#[test]
fn what_fails_is_an_annotation() {
    let wrong = ["verify", "--mutant", "restores-true", "--rule", "config.restore.saved-at-entry"];
    let (code, stdout, _) = dezero_spec(&[&wrong[..], &["--format", "github"], &SHORT].concat());
    assert_eq!(code, 1);
    let token =
        stdout.strip_prefix("::stop-commands::").and_then(|rest| rest.lines().next()).unwrap();
    let (_, annotations) = stdout.split_once(&format!("\n::{token}::\n")).unwrap();
    let begins = "::error file=--mutant restores-true,title=config.restore.saved-at-entry (MUST)::What is restored MUST";
    assert!(
        annotations.starts_with(begins) && annotations.contains("%0Agiven     with using_config"),
        "{annotations}"
    );
    assert_eq!(annotations.lines().count(), 1, "{annotations}");
}

/// A folder stands for its impl.json, and an adapter for the one that starts it.
#[test]
fn a_subject_is_found_by_what_is_near() {
    let folder = Folder::new("near");
    let judged = member(&folder, "judged", &["node", "adapter.mjs"]);
    fs::write(folder.0.join("judged/adapter.mjs"), "").unwrap();
    fs::write(folder.0.join("judged/other.mjs"), "").unwrap();
    for subject in [judged.clone(), format!("{judged}/adapter.mjs"), format!("{judged}/impl.json")]
    {
        let (code, stdout, stderr) = dezero_spec(&["check", &subject, "--dry-run"]);
        assert!(code == 0 && stdout.starts_with("starts  node adapter.mjs\n"), "{stdout}{stderr}");
    }
    let (_, stdout, _) = dezero_spec(&["verify", &judged, "--dry-run", "--timeout", "7"]);
    assert!(stdout.contains("waits   7 s for the first answer, 7 s for each other"), "{stdout}");
    let (code, _, stderr) = dezero_spec(&["verify", &format!("{judged}/other.mjs")]);
    assert!(code == 2 && stderr.contains("\"command\": [\"node\", \"other.mjs\"]"), "{stderr}");
    let (code, _, stderr) = dezero_spec(&["verify", path(&folder.0)]);
    assert!(code == 2 && stderr.contains("the folder has no impl.json"), "{stderr}");
    let (code, _, stderr) = dezero_spec(&["rules", "dropuot.*"]);
    assert!(code == 2 && stderr.contains("did you mean `dropout.*`?"), "{stderr}");
}
