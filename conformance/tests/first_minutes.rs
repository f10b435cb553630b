//! The first minutes: an adapter is written, says what to fill in, and conforms once that is done. What
//! needs Python with NumPy, or Node, is left out where there is none; what builds a package in Rust is
//! asked for with `--include-ignored`.

use crate::support::{Folder, dezero_spec};
use dezero_spec::implementation::{Engine, Reference};
use dezero_spec::serve;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// Writes an adapter into a new folder, which no other test has.
fn init(language: &str) -> Folder {
    let test = thread::current();
    let folder = Folder::new(test.name().unwrap_or(language));
    let sources = ["--judge", env!("CARGO_MANIFEST_DIR")];
    let sources = if language == "rust" { &sources[..] } else { &[] };
    let init = [&["init", language, path(&folder.0)], sources].concat();
    let (code, stdout, stderr) = dezero_spec(&init);
    assert_eq!(code, 0, "{stderr}");
    for said in ["wrote ", "needs ", "fill in `dropout`", "verify", "doctor"] {
        assert!(stdout.contains(said), "`{said}` not in {stdout}");
    }
    folder
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Puts the chapter's lines, which stand in the comment on the function, in place of its error.
fn fill_in(file: &Path, comment: &str, first: &str, error: &str) {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().skip_while(|line| !line.contains(first));
    let lines = lines.take_while(|line| !line.contains("*/") && !line.contains("\"\"\""));
    let lines = lines.map_while(|line| line.strip_prefix(comment));
    let chapter = lines.map(|line| format!("    {line}\n")).collect::<String>();
    let begin = text.find(error).unwrap();
    let end = begin + text[begin..].find('\n').unwrap();
    let indented = text[..begin].rfind('\n').unwrap() + 1;
    fs::write(file, format!("{}{chapter}{}", &text[..indented], &text[end + 1..])).unwrap();
}

/// Judges the adapter as it was written, and with the chapter's lines.
fn assert_leads_to_a_verdict(language: &str, own: &str, comment: &str, first: &str, error: &str) {
    let folder = init(language);
    let (manifest, own) = (folder.0.join("impl.json"), folder.0.join(own));
    let (code, stdout, stderr) = dezero_spec(&["doctor", path(&manifest)]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("fill in `dropout`"), "{stdout}");
    let verify = ["verify", path(&manifest), "--effort", "quick"];
    let (code, stdout, stderr) = dezero_spec(&verify);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("fill in `dropout`"), "{stdout}");
    fill_in(&own, comment, first, error);
    let (code, stdout, stderr) = dezero_spec(&verify);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("conforms in what it claims"), "{stdout}");
}

/// Whether a command runs.
fn there_is(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

#[test]
fn python_leads_to_a_verdict() {
    if there_is("python3", &["-c", "import numpy"]) {
        let error = "raise NotImplementedError";
        assert_leads_to_a_verdict("python", "adapter.py", "    ", "if not train", error);
    }
}

#[test]
fn javascript_leads_to_a_verdict() {
    if there_is("node", &["-e", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)"]) {
        let error = "throw new Error(\"fill";
        assert_leads_to_a_verdict("javascript", "adapter.mjs", " * ", "if (!train)", error);
    }
}

#[test]
#[ignore = "builds a package"]
fn rust_leads_to_a_verdict() {
    let error = "Err(\"fill";
    assert_leads_to_a_verdict("rust", "src/main.rs", "/// ", "if !train", error);
}

#[test]
fn what_is_there_stays_as_it_is() {
    let folder = init("rust");
    let mine = folder.file("impl.json", "mine");
    fs::remove_file(folder.0.join("src/main.rs")).unwrap();
    let (code, _, stderr) = dezero_spec(&["init", "rust", path(&folder.0)]);
    assert_eq!(code, 2);
    assert!(stderr.contains("impl.json: it is there already"), "{stderr}");
    assert_eq!(fs::read_to_string(mine).unwrap(), "mine");
    assert!(!folder.0.join("src/main.rs").exists());
}

#[test]
fn the_package_in_rust_finds_the_judge() {
    let folder = init("rust");
    let manifest = fs::read_to_string(folder.0.join("Cargo.toml")).unwrap();
    let judge = format!("path = {:?}, version = \"0.1.0\"", env!("CARGO_MANIFEST_DIR"));
    assert!(manifest.contains(&judge), "{manifest}");
    // Nothing of the machine that built the judge is in what it writes.
    let published = Folder::new("published");
    let (code, _, stderr) = dezero_spec(&["init", "rust", path(&published.0)]);
    assert_eq!(code, 0, "{stderr}");
    let manifest = fs::read_to_string(published.0.join("Cargo.toml")).unwrap();
    assert!(
        manifest.contains("dezero-spec = { version = \"0.1.0\", default-features"),
        "{manifest}"
    );
    let (code, _, stderr) =
        dezero_spec(&["init", "rust", "x", "--judge", path(&published.0.join("src"))]);
    assert!(code == 2 && stderr.contains("it has no Cargo.toml"), "{stderr}");
}

/// A Python file is a subject as it is, and so is each of a class.
#[test]
fn python_files_are_judged_as_they_are() {
    if !there_is("python3", &["-c", "import numpy"]) {
        return;
    }
    let folder = Folder::new("python-files");
    let right = "import numpy\ndef dropout(x, ratio, train):\n    if not train:\n        return x\n    \
                 mask = numpy.random.rand(*x.shape) > ratio\n    return x * mask / numpy.array(1 - ratio, x.dtype)\n";
    let submissions = [
        ("ana.py", right.to_owned()),
        ("ben.py", right.replace(" / numpy.array(1 - ratio, x.dtype)", "")),
        ("cem.py", right.replace("def ", "def def ")),
        ("dan.py", right.replace("    mask", "    while True: pass\n    mask")),
        ("eva.py", "print(1)".to_owned()),
    ];
    for (name, text) in &submissions {
        folder.file(name, text);
    }
    let ana = folder.0.join("ana.py");
    let short = ["--effort", "quick", "--programs", "16", "--seed", "1"];
    let (code, stdout, stderr) = dezero_spec(&[&["verify", path(&ana)], &short[..]].concat());
    assert!(code == 0 && stdout.contains("conforms in what it claims"), "{stdout}{stderr}");
    let named = format!("{}:dropout", path(&ana));
    let (code, stdout, stderr) = dezero_spec(&[&["verify", &named], &short[..]].concat());
    assert!(code == 0 && stdout.contains("conforms in what it claims"), "{stdout}{stderr}");
    let (each, csv) = (path(&folder.0).to_owned() + "/*.py", folder.0.join("class.csv"));
    let class = ["verify", "--each", &each, "--timeout", "5", "--csv", path(&csv)];
    let (code, stdout, stderr) = dezero_spec(&[&class, &short[..]].concat());
    assert_eq!(code, 1, "{stdout}{stderr}");
    for said in [
        "ana  ✓ conforms",
        "ben  ✗ does not conform: 1 MUST broken",
        "dropout.train.scale",
        "cem  ? not judged",
        "SyntaxError",
        "dan  ? no verdict",
        "eva.py has no function `dropout(x, ratio, train)`",
        "5 implementations: 1 right, 1 wrong, 3 without a verdict",
    ] {
        assert!(stdout.contains(said), "`{said}` not in {stdout}");
    }
    let csv = fs::read_to_string(csv).unwrap();
    assert!(csv.lines().count() == 6 && csv.contains("\nana,conforms,"), "{csv}");
}

#[test]
fn a_trace_has_the_whole_exchange() {
    let folder = Folder::new("trace");
    let file = folder.0.join("trace.jsonl");
    let rule = ["--rule", "protocol.*", "--trace", path(&file)];
    let (code, stdout, stderr) = dezero_spec(&[&["verify"], &rule[..]].concat());
    assert_eq!(code, 0, "{stdout}{stderr}");
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let lines = lines.collect::<Vec<_>>();
    for (line, (from, begins)) in lines.iter().zip([
        ("judge", "{\"entropy\":"),
        ("adapter", "{"),
        ("judge", "{\"op\":\"run\""),
    ]) {
        assert_eq!(line["from"], from);
        assert_eq!(line["process"], 1);
        assert!(line["line"].as_str().unwrap().starts_with(begins), "{line}");
    }
    let times = lines.iter().map(|line| line["ms"].as_f64().unwrap()).collect::<Vec<_>>();
    assert!(times.is_sorted(), "{times:?}");
    assert!(lines.iter().any(|line| line["line"] == "{\"op\":\"stop\"}"), "{text}");

    let nowhere = folder.0.join("nowhere/trace.jsonl");
    let (code, _, stderr) = dezero_spec(&["verify", "--trace", path(&nowhere)]);
    assert_eq!(code, 2);
    assert!(stderr.contains("cannot be written"), "{stderr}");
}

/// What is printed by a command with `--attach`, and all that its person is told. A person starts the
/// adapter each time that one is asked for; here that is this test.
fn attached(arguments: &[&str]) -> (String, Vec<String>) {
    let folder = Folder::new("attach");
    let manifest = folder.file("impl.json", r#"{"dezero_spec":1,"command":["not-started"]}"#);
    let mut judge = Command::new(env!("CARGO_BIN_EXE_dezero-spec"))
        .args(arguments)
        .args([path(&manifest), "--attach"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(judge.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut told = Vec::new();
    for line in lines {
        told.push(line.clone());
        let Some((_, address)) = line.split_once("DEZERO_SPEC_CONNECT=") else { continue };
        let (address, command) = address.split_once(' ').unwrap();
        assert_eq!(command, "not-started");
        let stream = TcpStream::connect(address).unwrap();
        let requests = BufReader::new(stream.try_clone().unwrap());
        serve(&mut Engine::new(Reference), requests, stream, &mut |line| line).unwrap();
    }
    let output = judge.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    (printed, told)
}

#[test]
fn a_person_starts_the_adapter() {
    let (printed, told) = attached(&["doctor"]);
    assert!(printed.contains("the adapter speaks the protocol"), "{printed}");
    let asked = told.iter().filter(|line| line.starts_with("start the adapter"));
    assert!(asked.eq([&told[0]]) && told[0].starts_with("start the adapter in "), "{told:?}");

    let (printed, told) = attached(&["verify", "--rule", "config.default"]);
    assert!(printed.contains("the selected rules pass"), "{printed}");
    let mut asked = told.iter().filter(|line| line.starts_with("start the adapter"));
    assert!(asked.next().unwrap().starts_with("start the adapter in "), "{told:?}");
    let again = asked.collect::<Vec<_>>();
    let in_fresh =
        |line: &&String| line.starts_with("start the adapter again, in a fresh process: in ");
    assert!(!again.is_empty() && again.iter().all(in_fresh), "{told:?}");
}
