//! The kill matrix: it is made, held to a record, and the one on record is whole.

use crate::support::{Folder, dezero_spec};
use dezero_spec::catalogue::mutants;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Two mutants that are noticed soon.
const FEW: [&str; 10] = [
    "mutants",
    "--matrix",
    "--effort",
    "quick",
    "--seed",
    "1",
    "--name",
    "any-spelling-goes",
    "--name",
    "wrong-i*",
];

fn with(more: &[&str]) -> (i32, String, String) {
    dezero_spec(&[&FEW, more].concat())
}

#[test]
fn the_matrix_is_made_and_held_to_its_record() {
    let folder = Folder::new("kills");
    let (record, page) = (folder.0.join("kills.json"), folder.0.join("kills.md"));
    let [record_name, page_name] = [&record, &page].map(|file| file.to_str().unwrap());
    let (code, out, _) = with(&["--json", record_name, "--markdown", page_name]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("killed   any-spelling-goes by config.unknown-name"), "{out}");
    assert!(out.contains("2 of 2 killed at quick effort with seed 1"), "{out}");
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.contains("| `any-spelling-goes` | J | `config.unknown-name` |"), "{text}");

    let (code, out, _) = with(&["--check", record_name]);
    assert_eq!((code, out.as_str()), (0, "2 mutants, killed as on record\n"));

    let text = std::fs::read_to_string(&record).unwrap();
    let mut known: Value = serde_json::from_str(&text).unwrap();
    known["mutants"]["any-spelling-goes"]["collateral"] = json!(["mask.rate"]);
    known["mutants"]["not-asked"] = known["mutants"]["any-spelling-goes"].clone();
    known["mutants"]["wrong-is-gone"] =
        json!({"rule": "mask.rate", "killed": true, "collateral": []});
    let other = folder.file("other.json", &known.to_string());
    let (code, out, _) = with(&["--check", other.to_str().unwrap()]);
    assert_eq!(code, 1, "{out}");
    let changed = "any-spelling-goes: killed by config.unknown-name alone, on record killed by \
                   config.unknown-name, mask.rate";
    assert!(out.contains(changed), "{out}");
    assert!(!out.contains("not-asked"), "{out}");
    assert!(out.contains("wrong-is-gone: absent, on record killed by mask.rate alone"), "{out}");
}

#[test]
fn another_record_cannot_be_compared() {
    let folder = Folder::new("kills-other");
    let record = json!({
        "schema": "dezero-spec/kills/1", "effort": "deep", "seed": 1, "mutants": {},
    });
    let file = folder.file("deep.json", &record.to_string());
    let (code, _, err) = with(&["--check", file.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(err.contains("was made with --effort deep --seed 1"), "{err}");
    let (code, _, err) = dezero_spec(&["mutants", "--matrix", "--name", "missing"]);
    assert_eq!(code, 2);
    assert!(err.contains("no mutant matches `missing`"), "{err}");
}

#[test]
fn a_variant_is_judged_with_many_seeds() {
    let few = ["--effort", "quick", "--name", "a-function-alone", "--seed", "3"];
    let (code, out, _) = dezero_spec(&[&["mutants", "--variants", "2"], &few[..]].concat());
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("1 legal variant, 2 runs at quick effort, 0 accused"), "{out}");
}

/// With this seed the masks of the two leave a rate open where most runs have shown it.
#[test]
fn a_rate_that_is_open_is_asked_further() {
    let seed =
        ["mutants", "--variants", "1", "--seed", "52", "--effort", "quick", "--programs", "0"];
    let two = ["--name", "scale-in-float32", "--name", "fast-division"];
    let (code, out, _) = dezero_spec(&[&seed[..], &two].concat());
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("2 legal variants, 2 runs at quick effort, 0 accused"), "{out}");
}

#[test]
fn the_matrix_on_record_has_every_mutant() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("kills.json");
    let text = std::fs::read_to_string(file).unwrap();
    let record: Value = serde_json::from_str(&text).unwrap();
    let rows = record["mutants"].as_object().unwrap();
    let names = mutants().iter().map(|mutant| mutant.name).collect::<BTreeSet<_>>();
    assert_eq!(rows.keys().map(String::as_str).collect::<BTreeSet<_>>(), names);
    for mutant in mutants() {
        let row = &rows[mutant.name];
        assert_eq!((&row["killed"], &row["rule"]), (&json!(true), &json!(mutant.rule)));
    }
}

#[test]
fn rules_that_do_not_earn_their_place_are_listed() {
    let (code, out, _) = dezero_spec(&["rules", "--redundant"]);
    assert_eq!(code, 0);
    // What may be done cannot be broken.
    assert_eq!(
        out,
        "No mutant breaks\n  dropout.train.subnormal  MAY\n  dropout.train.overflow  MAY\n"
    );
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let file = |name: &str| results.join(name).to_str().unwrap().to_owned();
    let (code, out, _) =
        dezero_spec(&["rules", "--redundant", &file("numpy.json"), &file("dezero.json")]);
    assert_eq!(code, 0);
    assert!(out.contains("No implementation was judged by\n"), "{out}");
    assert!(out.ends_with("  dropout.train.integer  MUST\n"), "{out}");
}

#[test]
fn the_readme_counts_the_catalogue() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text =
        std::fs::read_to_string(readme).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let (wrong, legal) = (mutants().len(), dezero_spec::catalogue::variants().len());
    let counted = format!("the {wrong} wrong implementations and the {legal} legal variants");
    assert!(text.contains(&counted), "README.md should say: {counted}");
}
