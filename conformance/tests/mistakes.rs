//! Each mistake in the protocol that is known, made by an adapter: `doctor` and `verify` tell it in
//! plain words. The adapters are the reference, spoilt on its way out by a line of shell.
use crate::support::{Folder, dezero_spec};
use dezero_spec::implementation::mistakes::{Language, MISTAKES, Mistake};

/// A line of shell: what comes out of `$serve`, the reference, is spoilt.
enum Spoilt {
    /// Each line goes through this command of sed.
    Sed(&'static str),
    /// The script is this one.
    Script(&'static str),
}
use Spoilt::{Script, Sed};

/// An adapter for each mistake.
const ADAPTERS: [(&str, Spoilt); 22] = [
    ("no-line-end", Script("$serve | while read -r line; do printf '%s' \"$line\"; done")),
    ("buffered", Script("all=$($serve); echo \"$all\"")),
    ("no-module", Script("echo \"ModuleNotFoundError: No module named 'numpy'\" >&2; exit 1")),
    ("bare-nan", Sed("s/\"NaN\"/NaN/g")),
    ("python-repr", Sed("s/\"/'/g")),
    ("several-lines", Sed("s/}$//")),
    ("log-line", Script("read x; echo 'loading model'; sleep 9")),
    ("array-for-object", Sed("s/\"array\":{[^}]*}/\"array\":[1.5,-2.0]/g")),
    ("start-fields", Sed("s/\"dtypes\"/\"dtype\"/")),
    ("id", Sed("s/\"id\":\"[^\"]*\"/\"id\":7/")),
    ("observations-no-list", Sed("s/\"observations\"/\"observed\"/")),
    ("at", Sed("s/\"at\":2/\"at\":0/")),
    ("null-in-data", Sed("s/\"NaN\"/null/g")),
    ("nested-data", Sed("s/\"data\":\\[\\([^]]*\\)\\]/\"data\":[[\\1]]/g")),
    ("text-in-data", Sed("s/\"data\":\\[\\([0-9.]*\\)/\"data\":[\"\\1\"/")),
    ("shape-and-data", Sed("s/\"shape\":\\[[0-9]*\\]/\"shape\":[9]/")),
    ("other-base64", Sed("s/\"base64\":\"/\"base64\":\"_/")),
    ("base64-length", Sed("s/\"base64\":\"..../\"base64\":\"/")),
    // 3 in float16 is 0x4200, and 0.25 in float32 0x3e800000; these are 0x0042 and 0x0000803e.
    ("big-endian", Sed("s/\\[3.0\\]/[3.93390655517578125e-06]/g; s/\\[0.25\\]/[4.600417e-41]/g")),
    ("dtype", Sed("s/\"dtype\":\"float[136][26]\"/\"dtype\":\"float64\"/g")),
    ("shape", Sed("s/\"shape\":\\[\\]/\"shape\":[1]/g")),
    ("negative-zero", Sed("s/\"-0.0\"/0.0/g")),
];

/// What a command says of the adapter that makes the mistake.
fn told(command: &str, folder: &Folder, spoilt: &Spoilt) -> (i32, String) {
    let script = match spoilt {
        Script(script) => (*script).to_owned(),
        Sed(by) => format!(
            "$serve | while read -r line; do printf '%s\\n' \"$line\" | sed \"$1\"; done\n: {by}"
        ),
    };
    let sed = match spoilt {
        Script(_) => "",
        Sed(by) => by,
    };
    let serve = concat!(env!("CARGO_BIN_EXE_dezero-spec"), " serve");
    folder.file("adapter.py", &script.replace("$serve", serve));
    let manifest = serde_json::json!({
        "dezero_spec": 1, "command": ["sh", "adapter.py", sed],
        "start_timeout_s": 1, "timeout_s": 1,
    });
    let manifest = folder.file("impl.json", &manifest.to_string());
    let seed: &[&str] = if command == "verify" { &["--seed", "1"] } else { &[] };
    let (code, stdout, stderr) =
        dezero_spec(&[&[command, manifest.to_str().unwrap()], seed].concat());
    // Words stand on lines of their own length.
    let words = (stdout + &stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    (code, words)
}

#[track_caller]
fn assert_told(command: &str, mistake: &Mistake, spoilt: &Spoilt) {
    let folder = Folder::new(&format!("{command}-{}", mistake.name));
    let (code, words) = told(command, &folder, spoilt);
    let name = mistake.name;
    assert_eq!(code, 3, "{command} {name}: {words}");
    for said in [mistake.words, mistake.expected, mistake.fixes.python] {
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&said), "{command} {name}: `{said}` not in {words}");
    }
    let silent = ["no-module"].contains(&name);
    assert!(
        silent || words.contains("received:") || words.contains("observed "),
        "{name}: {words}"
    );
}

#[test]
fn there_is_an_adapter_for_each_mistake() {
    let made = ADAPTERS.map(|(name, _)| name);
    let known = MISTAKES.iter().map(|mistake| mistake.name).collect::<Vec<_>>();
    assert_eq!(made.as_slice(), known);
    for mistake in &MISTAKES {
        for language in [Language::Python, Language::JavaScript, Language::Rust, Language::Other] {
            assert!(!mistake.fixes.for_language(language).is_empty(), "{}", mistake.name);
        }
    }
}

#[test]
fn doctor_tells_each_mistake() {
    for (mistake, (_, spoilt)) in MISTAKES.iter().zip(&ADAPTERS) {
        assert_told("doctor", mistake, spoilt);
    }
}

#[test]
fn verify_tells_each_mistake() {
    for (mistake, (_, spoilt)) in MISTAKES.iter().zip(&ADAPTERS) {
        assert_told("verify", mistake, spoilt);
    }
}

#[test]
fn doctor_finds_nothing_wrong_with_the_reference() {
    let (code, stdout, stderr) = dezero_spec(&["doctor"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("the adapter speaks the protocol"), "{stdout}");
    // It claims every step that could be refused.
    let wrong = |line: &&str| !line.starts_with("ok ") && !line.contains("a step not claimed");
    assert_eq!(stdout.lines().take(14).filter(wrong).count(), 0, "{stdout}");
}
