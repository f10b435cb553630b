//! The README's transcript is what the program prints.

use std::process::Command;

#[test]
fn the_transcript_is_true() {
    let readme = include_str!("../../README.md");
    let block = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let (command, expected) = block.split_once('\n').unwrap();
    let arguments = command.split_once(" -- ").unwrap().1.split_whitespace();
    let output = Command::new(env!("CARGO_BIN_EXE_dezero-spec")).args(arguments).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    // The last line says how long it took.
    let but_last = |text: &str| {
        let lines = text.trim_end().lines().collect::<Vec<_>>();
        lines[..lines.len() - 1].join("\n")
    };
    assert_eq!(but_last(&printed), but_last(expected));
    assert_eq!(output.status.code(), Some(1));
}
