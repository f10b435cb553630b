//! Every command that the documentation shows does what it says: those of a document run in its order,
//! in one folder, as a reader would type them.
use crate::support::Folder;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Commands that are not run here, and where they are.
const ELSEWHERE: [(&str, &str); 15] = [
    ("cargo test", "it runs this"),
    ("cargo mutants ", "needs cargo-mutants"),
    ("cargo run --release --example overfitting", "the chapter's own tests"),
    ("conformance/adapters/setup ", "needs Python; .ci/run"),
    ("cargo run --release -- verify conformance/adapters/", "needs Python; .ci/run"),
    ("conformance/adapters/judge ", "needs every framework"),
    (
        "python3 conformance/adapters/check_fixtures.py --requests",
        "needs Python; adapters/agreement",
    ),
    ("python3 conformance/adapters/check_fixtures.py answers.jsonl", "needs Python; .ci/run"),
    ("node conformance/adapters/check_fixtures.mjs answers.jsonl", "needs Node; .ci/run"),
    ("cargo install ", "takes the judge from a copy of this repository"),
    ("pip install ", "installs a framework"),
    ("python3 -m pip install ", "builds the wheel; tests/wheel"),
    ("dezero-spec verify mylib.py", "needs Python; first_minutes"),
    ("dezero-spec verify --each ", "needs Python; first_minutes"),
    ("cat summary.md >> \"$GITHUB_STEP_SUMMARY\"", "there is no such file here"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What stands between fences of this language.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("```{language}\n");
    let after = text.split(begin.as_str()).skip(1);
    after.map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The commands of a block, each with what it is shown to print. In a transcript they begin with `$`.
fn commands(block: &str) -> Vec<(String, String)> {
    let transcript = block.starts_with("$ ");
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.replace("\\\n", "").lines() {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command.to_owned(), String::new())),
            None if transcript => commands.last_mut().unwrap().1 += &format!("{line}\n"),
            None => commands.push((line.to_owned(), String::new())),
        }
    }
    commands
}

/// The commands of the steps of a job.
fn steps(block: &str) -> Vec<(String, String)> {
    let lines = block.lines().map(str::trim_start);
    let mut steps: Vec<String> = Vec::new();
    let mut in_step = false;
    for line in lines {
        match line.trim_start_matches("- ").strip_prefix("run: ") {
            Some("|") => {
                steps.push(String::new());
                in_step = true;
                continue;
            }
            Some(command) => steps.push(command.to_owned()),
            None if in_step && !line.starts_with("- ") => {
                *steps.last_mut().unwrap() += &format!("{line}\n");
                continue;
            }
            None => {}
        }
        in_step = false;
    }
    steps.into_iter().map(|command| (command, String::new())).collect()
}

/// A folder with what the commands need: the reports of this repository, two more, some answers, an
/// implementation under two names, and an adapter of it.
fn prepared(name: &str) -> Folder {
    let folder = Folder::new(&format!("consoles-{name}"));
    let path = |name: &str| {
        let path = folder.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    let results = root().join("conformance/results");
    for entry in fs::read_dir(&results).unwrap() {
        let file = entry.unwrap();
        let copy = path(&format!("conformance/results/{}", file.file_name().display()));
        fs::copy(file.path(), copy).unwrap();
    }
    for report in ["old.json", "new.json"] {
        folder.file(report, include_str!("../results/numpy.json"));
    }
    folder.file("answers.jsonl", include_str!("../../fixtures/printed.answers.jsonl"));
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    std::os::unix::fs::symlink(program, path("bin/dezero-spec")).unwrap();
    for adapter in ["my-adapter", "your-adapter"] {
        let file = path(&format!("bin/{adapter}"));
        fs::write(&file, format!("#!/bin/sh\nexec '{program}' serve\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let manifest = r#"{ "dezero_spec": 1, "command": ["my-adapter"] }"#;
    fs::write(path("tests/dropout/impl.json"), manifest).unwrap();
    folder
}

/// Runs a command, and compares what it prints with what it is shown to.
fn run(command: &str, shown: &str, folder: &Folder) {
    if ELSEWHERE.iter().any(|(elsewhere, _)| command.starts_with(elsewhere)) {
        return;
    }
    let typed = command.replace("cargo run --release --", "dezero-spec");
    let path = format!("{}:{}", folder.0.join("bin").display(), std::env::var("PATH").unwrap());
    let shell = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &typed])
        .current_dir(&folder.0)
        .env("PATH", path)
        .output();
    let Output { status, stdout, stderr } = shell.unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(!stderr.contains("panicked"), "{command}: {stderr}");
    // The adapter that `init` writes in Python needs NumPy, which not every machine has; it is tried
    // with it in `first_minutes`.
    if !command.contains("verify judged/") {
        let expected = i32::from(command.contains("--mutant"));
        assert_eq!(status.code(), Some(expected), "{command}\n{stdout}{stderr}");
    }
    if !shown.is_empty() {
        let took = " programs, [..] s, seed ";
        let (before, after) = shown.rsplit_once(" s, seed ").unwrap();
        let before = before.rsplit_once(" programs, ").unwrap().0;
        snapbox::Assert::new().eq(stdout.as_ref(), format!("{before}{took}{after}"));
    }
}

/// The documents that have commands, and how many.
const DOCUMENTS: [(&str, usize); 9] = [
    ("README.md", 7),
    ("conformance/README.md", 2),
    ("conformance/ci.md", 8),
    ("conformance/judging.md", 5),
    ("conformance/mutants.md", 2),
    ("conformance/results/README.md", 3),
    ("fixtures/README.md", 4),
    ("spec/overfitting.md", 3),
    ("spec/protocol.md", 4),
];

fn commands_of(text: &str) -> Vec<(String, String)> {
    let typed = ["sh", "console"].iter().flat_map(|language| blocks(text, language));
    let jobs = blocks(text, "yaml").into_iter().flat_map(steps);
    typed.flat_map(commands).chain(jobs).collect()
}

#[track_caller]
fn assert_true(document: &str) {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let folder = prepared(&document.replace('/', "-"));
    for (command, shown) in &commands_of(&text) {
        run(command, shown, &folder);
    }
}

/// The translation of the README has the same commands, which another test holds. Those of the page of
/// all verdicts need the frameworks.
const OTHERS: [&str; 2] = ["spec/README.ko.md", "conformance/results/matrix.md"];

#[test]
fn no_command_is_left_out() {
    let mut found = Vec::new();
    for folder in ["", "conformance/", "conformance/results/", "fixtures/", "spec/"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}{}", path.file_name().unwrap().display());
            if name.ends_with(".md") && !OTHERS.contains(&name.as_str()) {
                found.push((name, commands_of(&fs::read_to_string(path).unwrap()).len()));
            }
        }
    }
    found.retain(|(_, commands)| *commands > 0);
    found.sort();
    assert_eq!(found, DOCUMENTS.map(|(name, commands)| (name.to_owned(), commands)));
}

#[test]
fn readme() {
    assert_true("README.md");
}

#[test]
fn continuous_integration() {
    assert_true("conformance/ci.md");
}

#[test]
fn judging() {
    assert_true("conformance/judging.md");
}

#[test]
fn mutants() {
    assert_true("conformance/mutants.md");
}

#[test]
fn results() {
    assert_true("conformance/results/README.md");
}

#[test]
fn fixtures() {
    assert_true("fixtures/README.md");
}

#[test]
fn overfitting() {
    assert_true("spec/overfitting.md");
}

#[test]
fn recorded_answers() {
    assert_true("spec/protocol.md");
}
