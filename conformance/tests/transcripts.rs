//! What people see: commands, and all that they print and write, kept as files in `transcripts/`.
//!
//! A line of a transcript that begins with `$` is a command; what follows it was printed or written by
//! it. A new one needs its commands alone, and a line below. After a change that is meant to be seen,
//! `SNAPSHOTS=overwrite cargo test -p dezero-spec --test integration transcripts::` writes all of them anew, to be
//! read before they are committed.
use crate::support::Folder;
use crate::support::outline;
use regex::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn transcripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

/// What differs from run to run, from machine to machine, or with each line that is added to the
/// specification: how it looks is what is compared.
const VARYING: [(&str, &str); 12] = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[date]"),
    (r"\b[0-9a-f]{64}\b", "[hash]"),
    (r"sha256-[A-Za-z0-9+/]{43}=", "[hash]"),
    // That a rule was not selected is said of each in JUnit.
    (r"\n *<testcase [^\n]*\n *<skipped message=.not-run: not selected./>\n *</testcase>", ""),
    (r"\b(linux|macos) (x86\\?_64|aarch64)", "[platform]"),
    (r#""(linux|macos)-(x86_64|aarch64)""#, "\"[platform]\""),
    (r"\b\d+\.\d s\b", "[seconds] s"),
    (r"\| \d+\.\d \| \[date\]", "| [seconds] | [date]"),
    (r"\b(in )?\d+ s( of one core)?\b", "$1[seconds] s$2"),
    (r"(seconds(?:\n *<dd>)?) \d+\.\d", "$1 [seconds]"),
    (r#"("seconds": |time=")\d+\.\d+"#, "$1[seconds]"),
    (r"\b((?:spec|src)/[a-z_/]+\.(?:md|rs)[:#]L?)\d+", "$1[line]"),
];

fn steady(text: &str) -> String {
    VARYING.iter().fold(text.to_owned(), |text, (pattern, word)| {
        Regex::new(pattern).unwrap().replace_all(&text, *word).into_owned()
    })
}

/// The names of the files of a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// What a command prints and writes.
fn run(command: &str, folder: &Folder) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_dezero-spec"));
    let path =
        format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let before = files(&folder.0);
    let shell =
        Command::new("sh").args(["-c", command]).current_dir(&folder.0).env("PATH", path).output();
    let Output { status, stdout, stderr } = shell.unwrap();
    let mut text = format!("$ {command}\n{}", String::from_utf8(stdout).unwrap());
    if !stderr.is_empty() {
        text += &format!("── standard error\n{}", String::from_utf8(stderr).unwrap());
    }
    text += &format!("── exit code {}\n", status.code().unwrap());
    for name in files(&folder.0).difference(&before) {
        let written = fs::read_to_string(folder.0.join(name)).unwrap();
        let shown = if name.ends_with(".html") { outline(&written) } else { written };
        text += &format!("── {name}\n{}\n", shown.trim_end());
    }
    text + "\n"
}

#[track_caller]
fn assert_as_kept(name: &str) {
    let file = transcripts().join(name.replace('_', "-")).with_extension("txt");
    let kept = fs::read_to_string(&file).unwrap();
    let folder = Folder::new(&format!("transcripts-{name}"));
    folder.file("printed.answers.jsonl", include_str!("../../fixtures/printed.answers.jsonl"));
    let commands = kept.lines().filter_map(|line| line.strip_prefix("$ "));
    let text = commands.map(|command| run(command, &folder)).collect::<String>();
    let here = folder.0.display().to_string();
    let text = steady(&text.replace(&here, "[folder]"));
    let kept = snapbox::Data::read_from(&file, Some(snapbox::data::DataFormat::Text));
    snapbox::assert_data_eq!(text, kept.raw());
}

macro_rules! transcripts {
    ($($name:ident,)*) => {
        $(#[test] fn $name() { assert_as_kept(stringify!($name)); })*

        #[test]
        fn each_has_its_test() {
            let named = [$(stringify!($name)),*].map(|name| name.replace('_', "-") + ".txt");
            assert_eq!(BTreeSet::from(named), files(&transcripts()));
        }
    };
}

transcripts! {
    a_mode_that_sticks,
    a_plan,
    a_rate_that_depends,
    a_repeated_mask,
    a_second_call,
    a_shared_mask,
    a_should,
    a_small_plan,
    a_value_far_off,
    a_whole_run,
    a_wrong_bit,
    a_wrong_rate,
    a_wrong_value,
    an_adapter_at_fault,
    an_input_that_changes,
    first_steps,
    fixtures,
    in_colours,
    known_failures,
    power,
    random_programs,
    recorded_answers,
    right,
    rules,
    side_by_side,
    what_changed,
    what_the_doctor_finds,
    wrong_commands,
    wrong_implementations,
}
