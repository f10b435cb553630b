//! What rude adapters, broken files and bad surroundings do to the judge: it tells what is wrong, keeps the
//! verdict, and nothing of a stranger's steers a terminal or is lost.
use crate::support::{Folder, dezero_spec};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Clears the screen, rings, turns the direction of writing, and has no place in XML: once as JSON escapes
/// it, and once as it is.
const STEERS: &str = "\\u001b[2J\\u0007\\b\\u202e\\uffff\u{9b}31m\u{202e}\u{7f}\u{feff}\u{2028}";

/// The same as a file has it that is no JSON.
const STEERS_RAW: &str = "\u{1b}[2J\u{7}\u{8}\u{9b}31m\u{202e}\u{7f}\u{feff}\u{2028}";

fn steers(letter: char) -> bool {
    letter.is_control() && !"\n\t".contains(letter)
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[track_caller]
fn assert_plain(what: &str, text: &str) {
    let found = text.chars().find(|&letter| steers(letter));
    assert_eq!(found, None, "{what}: {text:?}");
}

fn start(more: &str) -> String {
    let least = r#""protocol":1,"capabilities":["train","test"]"#;
    format!(r#"{{{least},"implementation":{{"name":"rude"}},"dtypes":["float32"]{more}}}"#)
}

/// An adapter that answers `start` so, and every program so; `ID` stands for the id of the request.
fn adapter(folder: &Folder, start: &str, answer: &str) -> String {
    folder.file("start.json", &(start.to_owned() + "\n"));
    folder.file("answer.json", &(answer.to_owned() + "\n"));
    folder.file("adapter.sh", ADAPTER);
    let manifest = r#"{"dezero_spec":1,"command":["sh","adapter.sh"],"timeout_s":20}"#;
    folder.file("impl.json", manifest).display().to_string()
}

const ADAPTER: &str = r#"
while read -r line; do
    case "$line" in
    *'"op":"start"'*) cat start.json ;;
    *'"op":"stop"'*) exit 0 ;;
    *)
        if [ -e says ]; then cat says >&2; sleep 0.2; fi
        id=$(printf '%s' "$line" | head -c 400 | sed 's/.*"id":"\([^"]*\)".*/\1/')
        sed "s|ID|$id|" answer.json
        ;;
    esac
done
"#;

const DONE: &str = r#"{"id":"ID","observations":[]}"#;

/// The places where an adapter says something, each with what it says to `start` and to a program.
fn places() -> Vec<(&'static str, String, String)> {
    let error = |fields: &str| {
        let error = format!(r#""at":1,"from":"library",{fields}"#);
        format!(r#"{{"id":"ID","observations":[],"error":{{{error}}}}}"#)
    };
    let seen = |seen: &str| format!(r#"{{"id":"ID","observations":[{{"at":2,{seen}}}]}}"#);
    let array = |array: &str| seen(&format!(r#""array":{{{array}}}"#));
    let text = |field: &str| format!(r#""{field}":"{STEERS}""#);
    let plain = start("");
    let said_at_start = [
        ("name", plain.replace("rude", STEERS)),
        ("version", plain.replace("\"rude\"", &format!("\"rude\",{}", text("version")))),
        ("capability", plain.replace("test", STEERS)),
        ("dtype", plain.replace("float32", STEERS)),
        ("device", start(&format!(r#","devices":["{STEERS}"]"#))),
        ("key", start(&format!(r#","{STEERS}":1"#))),
        ("seeding", start(&format!(",{}", text("seeding")))),
        ("no start", STEERS_RAW.to_owned()),
    ];
    let said_to_programs = [
        ("message", error(&text("message"))),
        ("type", error(&text("type"))),
        ("traceback", error(&text("traceback"))),
        ("from", error("\"message\":\"\"").replace("library", STEERS)),
        ("why", format!(r#"{{"id":"ID","unsupported":{{"at":0,{}}}}}"#, text("why"))),
        ("id", format!(r#"{{"id":"{STEERS}","observations":[]}}"#)),
        ("kind", seen(&text(STEERS))),
        ("device seen", seen(&text("device"))),
        ("caught", seen(&format!(r#""raised":"library",{}"#, text("message")))),
        ("data", array(&format!(r#""dtype":"float32","shape":[1],"data":["{STEERS}"]"#))),
        ("base64", array(&format!(r#""dtype":"float32","shape":[1],{}"#, text("base64")))),
        ("dtype seen", array(&format!(r#"{},"shape":[1],"data":[1.0]"#, text("dtype")))),
        ("no JSON", STEERS_RAW.to_owned()),
        ("half a line", format!("{{\"id\":\"ID\",{STEERS}")),
    ];
    let at_start = said_at_start.into_iter().map(|(place, start)| (place, start, DONE.to_owned()));
    let later = said_to_programs.into_iter().map(|(place, answer)| (place, plain.clone(), answer));
    at_start.chain(later).collect()
}

/// Everything that a run writes.
fn written(folder: &Folder, manifest: &str, arguments: &[&str]) -> Vec<(&'static str, String)> {
    let names = ["page.html", "summary.md", "junit.xml", "badge.svg", "found.json"];
    let files = names.map(|name| folder.0.join(name).display().to_string());
    let options = ["--html", "--markdown", "--junit", "--badge", "--save-counterexample"];
    let outputs = options.iter().zip(&files).flat_map(|(option, file)| [*option, file.as_str()]);
    let outputs = outputs.collect::<Vec<_>>();
    let verify = ["verify", manifest, "--seed", "1"];
    let (_, stdout, stderr) = dezero_spec(&[&verify, arguments, &outputs].concat());
    let (_, json, _) = dezero_spec(&[&verify, arguments, &["--format", "json"]].concat());
    let (_, doctor, complaint) = dezero_spec(&["doctor", manifest]);
    if !json.is_empty() {
        serde_json::from_str::<Value>(&json).unwrap();
    }
    let mut all = vec![("stdout", stdout), ("stderr", stderr), ("json", json)];
    all.extend([("doctor", doctor), ("doctor's stderr", complaint)]);
    for (name, file) in names.into_iter().zip(&files).filter(|(_, file)| Path::new(file).exists()) {
        let text = fs::read_to_string(file).unwrap();
        if name.ends_with("xml") || name.ends_with("svg") {
            assert!(roxmltree::Document::parse(&text).is_ok(), "{name}: {text}");
        }
        all.push((name, text));
    }
    all
}

#[test]
fn what_an_adapter_says_steers_nothing() {
    for (place, start, answer) in places() {
        let folder = Folder::new("rude-place");
        let manifest = adapter(&folder, &start, &answer);
        let rules = ["--rule", "protocol.answers", "--rule", "protocol.arrays", "--verbose"];
        for (output, text) in written(&folder, &manifest, &rules) {
            assert_plain(&format!("{place} in {output}"), &text);
        }
    }
}

#[test]
fn what_an_adapter_writes_to_standard_error_steers_nothing() {
    let folder = Folder::new("rude-stderr");
    folder.file("says", &format!("{STEERS_RAW}\n"));
    let manifest = adapter(&folder, &start(""), "{}");
    for (output, text) in written(&folder, &manifest, &["--rule", "protocol.answers"]) {
        assert_plain(output, &text);
        assert!(output != "stdout" || text.contains("\\u{9b}31m"), "{output}: {text}");
    }
}

/// The first mistake that an `impl.json` can have in each place, saved reports, fixtures, and answers.
#[test]
fn what_stands_in_files_steers_nothing() {
    let folder = Folder::new("rude-files");
    let path = |file: &str| folder.0.join(file).display().to_string();
    let manifest = |more: &str| format!(r#"{{"dezero_spec":1,"command":["false"],{more}}}"#);
    let expectation = |fields: &str| {
        let usual = r#""rule":"mask.seeded","verdict":"fail","because":"x""#;
        manifest(&format!(r#""expectations":[{{{usual},{fields}}}]"#))
    };
    let manifests = [
        manifest(&format!(r#""{STEERS}":1"#)),
        manifest("\"env\":{}").replace("\"false\"", &format!("\"{STEERS}\"")),
        manifest(&format!(r#""env":{{"A{STEERS}=":"1"}}"#)),
        expectation(&format!(r#""until":"{STEERS}""#)),
        expectation(&format!(r#""issue":"{STEERS}""#)),
        expectation("\"until\":null").replace("mask.seeded", STEERS),
        expectation("\"until\":null").replace("\"fail\"", &format!("\"{STEERS}\"")),
    ];
    for text in manifests {
        folder.file("impl.json", &text);
        for command in ["verify", "doctor"] {
            let (code, stdout, stderr) = dezero_spec(&[command, &path("impl.json")]);
            assert!([2, 3].contains(&code), "{text}: {stdout}{stderr}");
            assert_plain(&text, &(stdout + &stderr));
        }
    }
    let fixture = |id: &str, rule: &str| {
        let program = r#"[{"op":"config","flag":"train"}]"#;
        let entry = format!(r#""id":"{id}","rules":["{rule}"],"needs":[],"program":{program}"#);
        folder.file("found.json", &format!(r#"{{"fixtures":[{{{entry}}}]}}"#));
        let (_, stdout, stderr) = dezero_spec(&["replay", "--from", &path("found.json")]);
        assert_plain("a fixture", &(stdout + &stderr));
    };
    fixture(STEERS, "config.train");
    fixture("x", STEERS);
    let fault = |message: &str| {
        let fault = format!(r#"{{"fault":"crash","message":"{message}","stderr":["{message}"]}}"#);
        folder.file("answers.jsonl", &(fault + "\n"));
        let (code, stdout, stderr) = dezero_spec(&["verify", &path("answers.jsonl")]);
        assert_eq!(code, 3);
        assert_plain("a fault on record", &(stdout + &stderr));
    };
    fault(STEERS);
    let report = saved_report(&folder, "report.json", "conforms");
    for field in ["/implementation/name", "/rules/0/evidence", "/rules/0/id", "/seed"] {
        let mut report: Value = serde_json::from_str(&report).unwrap();
        *report.pointer_mut(field).unwrap() = json!("STEERS");
        folder.file("other.json", &report.to_string().replace("STEERS", STEERS));
        let (report, other) = (path("report.json"), path("other.json"));
        let (html, markdown) = (path("matrix.html"), path("matrix.md"));
        for command in [
            vec!["matrix", &report, &other],
            vec!["matrix", &other, "--html", &html, "--markdown", &markdown],
            vec!["diff", &report, &other],
            vec!["diff", &other, &report, "--format", "json"],
        ] {
            let (_, stdout, stderr) = dezero_spec(&command);
            assert_plain(&format!("{field} in {command:?}"), &(stdout + &stderr));
        }
        for file in ["matrix.html", "matrix.md"] {
            let text = fs::read_to_string(path(file)).unwrap_or_default();
            assert_plain(&format!("{field} in {file}"), &text);
        }
    }
}

#[test]
fn what_a_person_types_steers_nothing() {
    let missing = format!("no{STEERS_RAW}.json");
    for arguments in [
        ["verify", "--rule", STEERS_RAW],
        ["verify", "--mutant", STEERS_RAW],
        ["rules", "--rule", STEERS_RAW],
        ["mutants", "--name", STEERS_RAW],
        ["verify", &missing, "--quiet"],
        ["diff", &missing, "other"],
    ] {
        let (_, stdout, stderr) = dezero_spec(&arguments[..]);
        assert_plain(&format!("{arguments:?}"), &stdout);
        if !stderr.starts_with("error: unexpected") {
            assert_plain(&format!("{arguments:?}"), &stderr);
        }
    }
}

/// A report as `verify --format json` writes it.
fn saved_report(folder: &Folder, name: &str, kind: &str) -> String {
    let mutant: &[&str] = if kind == "conforms" { &[] } else { &["--mutant", kind] };
    let run = ["verify", "--rule", "dropout.train.scale", "--seed", "1", "--format", "json"];
    let (_, stdout, _) = dezero_spec(&[&run[..], mutant].concat());
    folder.file(name, &stdout);
    stdout
}

/// Exit code, standard output and standard error, with so much memory; no more than 200 KB is printed.
fn with_memory(kilobytes: usize, arguments: &[&str]) -> (i32, String) {
    let limited = format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\"");
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let output = Command::new("sh").args(["-c", &limited, program]).args(arguments).output();
    let output = output.unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(text.len() < 200_000, "{arguments:?}: {} bytes", text.len());
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}

/// The judge, its threads, and what it reads fit into a gigabyte of addresses.
const MEMORY: usize = 1 << 20;

#[test]
fn no_answer_takes_the_memory() {
    let seen = "{\\\"at\\\":0,\\\"config\\\":true},";
    let long = |body: &str| ADAPTER.replace("sed \"s|ID|$id|\" answer.json", body);
    for (what, body) in [
        ("a line of ones", "head -c 300000000 /dev/zero | tr '\\0' 1; echo".to_owned()),
        ("a line without end", "tr '\\0' x < /dev/zero".to_owned()),
        ("zeros without end", "cat /dev/zero".to_owned()),
        ("a million observations", format!(
            "printf '%s' \"{{\\\"id\\\":\\\"$id\\\",\\\"observations\\\":[\"; yes '{}' | head -n 1000000 | tr -d '\\n'; echo ']}}'",
            seen.replace('\\', "")
        )),
        ("a long message", "printf '%s' \"{\\\"id\\\":\\\"$id\\\",\\\"unsupported\\\":{\\\"at\\\":0,\\\"why\\\":\\\"\"; head -c 100000000 /dev/zero | tr '\\0' x; echo '\"}}'".to_owned()),
        ("a long id", "printf '%s' '{\"id\":\"'; head -c 900000 /dev/zero | tr '\\0' x; echo '\"}'".to_owned()),
        ("a long shape", "printf '%s' \"{\\\"id\\\":\\\"$id\\\",\\\"observations\\\":[{\\\"at\\\":2,\\\"array\\\":{\\\"dtype\\\":\\\"float32\\\",\\\"data\\\":[1.0],\\\"shape\\\":[1\"; yes ,1 | head -n 400000 | tr -d '\\n'; echo ']}}]}'".to_owned()),
    ] {
        let folder = Folder::new("rude-long");
        let manifest = adapter(&folder, &start(""), DONE);
        folder.file("adapter.sh", &long(&body));
        for command in ["verify", "doctor"] {
            let seed: &[&str] = if command == "verify" { &["--seed", "1"] } else { &[] };
            let (code, text) = with_memory(MEMORY, &[&[command, &manifest], seed].concat());
            assert_eq!(code, 3, "{what}, {command}: {text}");
        }
    }
}

#[test]
fn no_start_takes_the_memory_or_the_time() {
    let many = |word: &str, n: usize| vec![format!("\"{word}\""); n].join(",");
    for (what, start) in [
        ("a long name", start("").replace("rude", &"x".repeat(900_000))),
        ("a long capability", start("").replace("test", &"x".repeat(900_000))),
        ("a long dtype", start("").replace("float32", &"x".repeat(900_000))),
        ("a long device", start(&format!(",\"devices\":[\"{}\"]", "x".repeat(900_000)))),
        ("many dtypes", start("").replace("\"float32\"", &many("float32", 300))),
        ("many devices", start(&format!(",\"devices\":[{}]", many("cpu", 100_000)))),
        ("no dtypes", start("").replace("\"float32\"", "")),
        ("a step of 1e300", start(",\"ratio_step\":1e300")),
        ("a step below 0", start(",\"ratio_step\":-0.5")),
        ("few elements", start(",\"max_elements\":3")),
        ("a longer line", start("").replace("rude", &"x".repeat(2_000_000))),
    ] {
        let folder = Folder::new("rude-start");
        let manifest = adapter(&folder, &start, DONE);
        let verify = ["verify", &manifest, "--rule", "protocol.answers", "--seed", "1"];
        let (code, text) = with_memory(MEMORY, &verify);
        assert_eq!(code, 3, "{what}: {text}");
    }
}

#[test]
fn a_process_that_calls_itself_otherwise_is_a_fault() {
    let folder = Folder::new("rude-another");
    let manifest = adapter(&folder, &start(""), DONE);
    let another = "echo '{\"protocol\":1,\"implementation\":{\"name\":\"other\"},\"capabilities\":[\"train\"],\"dtypes\":[\"float32\"]}'";
    let script = ADAPTER.replace(
        "cat start.json",
        &format!("if [ -e second ]; then {another}; else cat start.json; touch second; fi"),
    );
    folder.file("adapter.sh", &script);
    let (code, text) = with_memory(MEMORY, &["verify", &manifest, "--seed", "1"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("differs from the first one in `capabilities`"), "{text}");
    let two = format!("{}\n{}\n", start(""), start("").replace("rude", "other"));
    let file = folder.file("answers.jsonl", &two);
    let (code, _, stderr) = dezero_spec(&["verify", file.to_str().unwrap()]);
    assert!(code == 2 && stderr.contains("two answers to `start` that differ"), "{stderr}");
}

/// Exit code of a command whose reader has gone.
fn unheard(arguments: &[&str]) -> i32 {
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let mut command = Command::new(program);
    let mut child =
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    child.wait().unwrap().code().unwrap()
}

#[test]
fn a_reader_that_goes_away_costs_no_verdict() {
    let folder = Folder::new("rude-unheard");
    let path = |file: &str| folder.0.join(file).display().to_string();
    saved_report(&folder, "right.json", "conforms");
    saved_report(&folder, "wrong.json", "no-scale");
    let (right, wrong, junit) = (path("right.json"), path("wrong.json"), path("junit.xml"));
    let scale = ["verify", "--rule", "dropout.train.scale", "--seed", "1"];
    let mutant = ["--mutant", "no-scale", "--junit", &junit];
    for (arguments, code) in [
        ([&scale[..], &mutant].concat(), 1),
        ([&scale[..], &mutant, &["--format", "json"]].concat(), 1),
        ([&scale[..], &mutant, &["--quiet"]].concat(), 1),
        (scale.to_vec(), 0),
        (vec!["diff", &right, &wrong], 1),
        (vec!["diff", &right, &wrong, "--format", "json"], 1),
        (vec!["diff", &right, &right], 0),
        (vec!["matrix", &right, &wrong], 0),
        (vec!["rules"], 0),
        (vec!["explain", "mask.rate"], 0),
        (vec!["mutants"], 0),
        (vec!["power"], 0),
        (vec!["protocol"], 0),
        (vec!["schema", "report"], 0),
        (vec!["doctor", "nowhere.json"], 2),
    ] {
        assert_eq!(unheard(&arguments), code, "{arguments:?}");
    }
    assert!(fs::read_to_string(&junit).unwrap().contains("no-scale"));
}

/// The device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn an_output_that_fails_costs_neither_the_verdict_nor_the_others() {
    let full = "/dev/full";
    for option in ["--html", "--markdown", "--badge", "--save-counterexample", "--trace"] {
        let folder = Folder::new("rude-full");
        let junit = folder.0.join("junit.xml").display().to_string();
        let scale = ["verify", "--rule", "dropout.train.scale", "--seed", "1"];
        let outputs = ["--mutant", "no-scale", option, full, "--junit", &junit];
        let (code, stdout, stderr) = dezero_spec(&[&scale[..], &outputs].concat());
        assert_eq!(code, 1, "{option}: {stderr}");
        assert!(
            stdout.contains("does not conform") && stderr.contains("cannot be written"),
            "{stderr}"
        );
        assert!(fs::read_to_string(&junit).unwrap().contains("no-scale"), "{option}");
    }
}

/// A command line with files, and what is said of it; no file is changed.
#[test]
fn no_output_takes_the_place_of_an_input_or_of_another_output() {
    let folder = Folder::new("rude-places");
    let manifest = adapter(&folder, &start(""), DONE);
    let path = |file: &str| folder.0.join(file).display().to_string();
    saved_report(&folder, "report.json", "conforms");
    folder.file("good.jsonl", "good");
    folder.file("answers.jsonl", &start(""));
    let (report, out, round) = (path("report.json"), path("out"), path("./out"));
    let (nowhere, here, answers) = (path("no/where"), path("."), path("answers.jsonl"));
    let (good, typo, script) = (path("good.jsonl"), path("typo.json"), path("adapter.sh"));
    let before = contents(&folder);
    let outputs =
        ["--html", "--markdown", "--junit", "--badge", "--trace", "--save-counterexample"];
    let mut commands = vec![
        (vec!["matrix", &report, "--html", &report], "it is what is read"),
        (vec!["matrix", &report, "--markdown", &report], "it is what is read"),
        (vec!["matrix", &report, "--html", &out, "--markdown", &round], "is written there"),
        (vec!["matrix", &report, "--html", &nowhere], "there is no folder"),
        (vec!["record", &manifest, "-o", &manifest], "it is what is read"),
        (vec!["record", &answers, "-o", &answers], "it is what is read"),
        (vec!["record", &typo, "-o", &good], "cannot be read"),
        (vec!["record", &manifest, "-o", &out, "--trace", &round], "is written there"),
        (vec!["record", &manifest, "-o", &nowhere], "there is no folder"),
        (vec!["record", &manifest, "-o", &script], "it is what is read"),
        (vec!["verify", &manifest, "--html", &script], "it is what is read"),
    ];
    for option in outputs {
        commands.push((vec!["verify", &manifest, option, &manifest], "it is what is read"));
        commands.push((vec!["verify", &manifest, option, &nowhere], "there is no folder"));
        commands.push((vec!["verify", &manifest, option, &here], "it is a folder"));
        let other = if option == "--html" { "--junit" } else { "--html" };
        commands.push((vec!["verify", &manifest, option, &out, other, &round], "is written there"));
    }
    for (command, said) in commands {
        let (code, stdout, stderr) = dezero_spec(&command);
        assert!(code == 2 && stderr.contains(said), "{command:?}: {code} {stdout}{stderr}");
    }
    assert_eq!(contents(&folder), before);
}

fn contents(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().path());
    let mut files = files.map(|file| (file.display().to_string(), fs::read(&file).unwrap()));
    let mut all = files.by_ref().collect::<Vec<_>>();
    all.sort();
    all
}

#[test]
fn programs_that_nothing_can_run_are_no_fixtures() {
    let variable = |name: &str, shape: &str| {
        let array = format!(r#"{{"dtype":"float32","shape":{shape},"fill":1.0}}"#);
        format!(r#"{{"op":"variable","to":"{name}","array":{array}}}"#)
    };
    let sum = |a: &str, b: &str, op: &str| {
        let both = format!("{},{}", variable("a", a), variable("b", b));
        format!(r#"[{both},{{"op":"{op}","to":"c","a":"a","b":"b"}},{{"op":"value","of":"c"}}]"#)
    };
    let call = |to: &str, of: &str| format!(r#"{{"op":"dropout","to":"{to}","of":"{of}"}}"#);
    let chain = (0..9).map(|at| call(&format!("x{}", at + 1), &format!("x{at}")));
    let chain = [variable("x0", "[2]")].into_iter().chain(chain).collect::<Vec<_>>().join(",");
    let gy = r#"{"dtype":"float32","shape":[3],"fill":1.0}"#;
    for (what, program, said) in [
        ("a sum of two shapes", sum("[2]", "[3]", "add"), "meets shape [3]"),
        ("a product of two shapes", sum("[2,3]", "[3,2]", "mul"), "meets shape [3, 2]"),
        (
            "a gradient of another shape",
            format!(
                r#"[{},{},{{"op":"backward","of":"y","gy":{gy}}}]"#,
                variable("x", "[2]"),
                call("y", "x")
            ),
            "meets shape [3]",
        ),
        ("two gigabytes", format!("[{}]", variable("x", "[268435456]")), "is too large"),
        (
            "many elements",
            format!("[{},{}]", variable("x", "[8000000]"), variable("y", "[8000000]")),
            "elements",
        ),
        (
            "turns without end",
            r#"[{"op":"repeat","times":4000000000,"body":[{"op":"config","flag":"train"}]}]"#
                .to_owned(),
            "steps",
        ),
        (
            "a chain of nine",
            format!("[{chain},{{\"op\":\"value\",\"of\":\"x9\"}}]"),
            "too many calls",
        ),
    ] {
        let folder = Folder::new("rude-fixture");
        let entry =
            format!(r#""id":"x","rules":["dropout.train.scale"],"needs":[],"program":{program}"#);
        let file = folder.file("found.json", &format!(r#"{{"fixtures":[{{{entry}}}]}}"#));
        let (code, text) = with_memory(MEMORY, &["replay", "--from", file.to_str().unwrap()]);
        assert!(code == 2 && text.contains(said), "{what}: {code} {text}");
    }
    let folder = Folder::new("rude-no-fixtures");
    let file = folder.file("found.json", r#"{"fixtures":[]}"#);
    let (code, _, stderr) = dezero_spec(&["replay", "--from", file.to_str().unwrap()]);
    assert!(code == 2 && stderr.contains("it has no fixtures"), "{code} {stderr}");
}

#[test]
fn files_without_end_are_told() {
    let endless = ["impl.json", "report.json", "answers.jsonl"].map(|name| {
        let folder = Folder::new("rude-endless");
        let file = folder.0.join(name);
        #[cfg(unix)]
        std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
        (folder, file.display().to_string())
    });
    let [(_a, manifest), (_b, report), (_c, answers)] = endless;
    for arguments in [
        vec!["verify", manifest.as_str()],
        vec!["doctor", &manifest],
        vec!["diff", &report, &report],
        vec!["matrix", &report],
        vec!["replay", "--from", &report],
        vec!["verify", &answers],
        vec!["plan", &report],
        vec!["fixtures", "--answers", &report],
    ] {
        let (code, text) = with_memory(MEMORY, &arguments);
        assert!(code == 2 && text.contains("it is longer than"), "{arguments:?}: {code} {text}");
    }
}

#[test]
fn small_things_are_told_rightly() {
    let folder = Folder::new("rude-small");
    for (fault, said) in
        [("interrupted", "none that is recorded"), ("not_recorded", "none that is")]
    {
        let line = format!("{}\n{{\"id\":\"x\",\"fault\":\"{fault}\"}}\n", start(""));
        let file = folder.file("answers.jsonl", &line);
        let (code, _, stderr) = dezero_spec(&["verify", file.to_str().unwrap()]);
        assert!(code == 2 && stderr.contains(said), "{fault}: {code} {stderr}");
    }
    for (option, value) in
        [("--seed", "-1"), ("--programs", "-1"), ("--programs", "18446744073709551615")]
    {
        let (code, _, stderr) = dezero_spec(&["verify", option, value]);
        assert!(
            code == 2 && stderr.contains(&format!("invalid value '{value}' for '{option}")),
            "{stderr}"
        );
    }
    for (env, said) in
        [("\"\":\"1\"", "`env` has the name"), ("\"A=B\":\"1\"", "`env` has the name")]
    {
        let text = format!(r#"{{"dezero_spec":1,"command":["sh"],"env":{{{env}}}}}"#);
        let file = folder.file("impl.json", &text);
        let (code, _, stderr) = dezero_spec(&["verify", file.to_str().unwrap()]);
        assert!(code == 2 && stderr.contains(said), "{stderr}");
    }
    let entry = r#"{"rule":"mask.seeded","verdict":"fail","because":"B"}"#;
    for (entries, said) in [
        (vec![entry; 201].join(","), "201 entries"),
        (entry.replace('B', &"x".repeat(1001)), "`because` is longer than 1000 letters"),
        (entry.replace("seeded", &"x".repeat(1001)), "`rule` is longer than 1000 letters"),
    ] {
        let text = format!(r#"{{"dezero_spec":1,"command":["sh"],"expectations":[{entries}]}}"#);
        let file = folder.file("impl.json", &text);
        let (code, _, stderr) = dezero_spec(&["verify", file.to_str().unwrap()]);
        assert!(code == 2 && stderr.contains(said), "{stderr}");
    }
    let file = folder.file("found.json", r#"{"dezero_spec_fixtures":2,"fixtures":[]}"#);
    let (code, _, stderr) = dezero_spec(&["replay", "--from", file.to_str().unwrap()]);
    assert!(code == 2 && stderr.contains("reads version 1"), "{stderr}");
    let new = folder.0.join("new");
    fs::create_dir(&new).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/nowhere", new.join("impl.json")).unwrap();
    let (code, _, _) = dezero_spec(&["init", "python", new.to_str().unwrap()]);
    assert_eq!((code, fs::read_dir(&new).unwrap().count()), (2, 1));
    // Thirty stars in a pattern, and twenty million letters in a name.
    let stars = "*".repeat(30) + "x";
    let (code, _, stderr) = dezero_spec(&["verify", "--rule", &stars]);
    assert!(code == 2 && stderr.contains("no rule"), "{stderr}");
}

/// What is wrong once and silent ever after is no endless wait.
#[test]
fn an_adapter_that_hangs_in_fresh_processes_ends_soon() {
    let folder = Folder::new("rude-hangs");
    let manifest = adapter(&folder, &start(""), DONE);
    let hang = "if [ -e ran ]; then sleep 60; fi; case \"$line\" in *dropout*) touch ran ;; esac";
    folder.file(
        "adapter.sh",
        &ADAPTER.replace("if [ -e says ]; then cat says >&2; sleep 0.2; fi", hang),
    );
    folder.file("impl.json", r#"{"dezero_spec":1,"command":["sh","adapter.sh"],"timeout_s":0.3}"#);
    let began = std::time::Instant::now();
    let (code, text) = with_memory(MEMORY, &["verify", &manifest, "--seed", "1"]);
    assert!(code != 0 && began.elapsed().as_secs() < 30, "{code} {:?} {text}", began.elapsed());
}

/// Nothing is started, and nothing is written.
#[test]
fn a_dry_run_says_what_would_be_started() {
    let folder = Folder::new("rude-dry");
    let manifest = json!({
        "dezero_spec": 1, "command": ["sh", "-c", "touch started"], "env": { "THREADS": "1" },
        "timeout_s": 5,
    });
    let file = folder.file("impl.json", &manifest.to_string());
    let page = folder.0.join("page.html").display().to_string();
    let (code, stdout, _) =
        dezero_spec(&["verify", file.to_str().unwrap(), "--dry-run", "--html", &page]);
    let said = [
        "starts  sh -c 'touch started'".to_owned(),
        format!("in      {}", folder.0.canonicalize().unwrap().display()),
        "with    THREADS=1".to_owned(),
        "waits   120 s for the first answer, 5 s for each other".to_owned(),
        format!("writes  {page} (--html)"),
    ];
    assert_eq!(
        (code, stdout.lines().collect::<Vec<_>>()),
        (0, said.iter().map(String::as_str).collect())
    );
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

/// The next process is started while one is asked; here it finds the lock of the other and ends.
#[test]
fn a_process_that_wants_what_another_one_holds_is_started_again() {
    let folder = Folder::new("rude-lock");
    let manifest = adapter(&folder, &start(""), DONE);
    let serve = concat!(env!("CARGO_BIN_EXE_dezero-spec"), " serve");
    let script = format!("mkdir lock 2>/dev/null || exit 1\necho >> starts\n{serve}\nrmdir lock\n");
    folder.file("adapter.sh", &script);
    let rules = ["--rule", "config.default", "--rule", "mask.dependence", "--effort", "quick"];
    let (code, stdout, stderr) =
        dezero_spec(&[&["verify", &manifest, "--seed", "1"], &rules[..]].concat());
    assert_eq!(code, 0, "{stdout}{stderr}");
    let starts = fs::read_to_string(folder.0.join("starts")).unwrap().lines().count();
    assert!(starts > 3 && !folder.0.join("lock").exists(), "{starts}");
}
