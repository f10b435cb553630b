//! The fixtures: what is committed is what the oracle writes, and the schema describes it. The
//! outputs that the chapter prints are possible outcomes, and only those are.

use crate::support::{Folder, dezero_spec};
use dezero_spec::book::{Level, rule, rules};
use dezero_spec::fixture::{Recipe, chapters, check_answers, files, recipes};
use dezero_spec::implementation::{Engine, Implementation, Reference};
use dezero_spec::wire::capabilities;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name);
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

#[test]
fn what_is_committed_is_what_the_oracle_writes() {
    for (name, text) in files() {
        assert!(read(&name) == text, "fixtures/{name} differs; `dezero-spec fixtures` writes it");
    }
}

#[test]
fn the_schema_describes_every_file_and_no_other() {
    let schema: Value = serde_json::from_str(&read("fixtures.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (chapter, _) in chapters() {
        let file: Value = serde_json::from_str(&read(&format!("{chapter}.json"))).unwrap();
        let wrong = validator.iter_errors(&file).map(|why| why.to_string()).collect::<Vec<_>>();
        assert!(wrong.is_empty(), "{chapter}: {wrong:?}");
        for (place, wrong) in [
            ("/fixtures/0/program/0/op", Value::from("dropuot")),
            ("/fixtures/0/expect/0", serde_json::json!({ "at": "one" })),
            ("/fixtures/0/needs", Value::Null),
        ] {
            let mut file = file.clone();
            *file.pointer_mut(place).unwrap() = wrong;
            assert!(!validator.is_valid(&file), "{chapter} {place}");
        }
    }
}

#[test]
fn every_rule_but_the_random_ones_has_a_fixture() {
    let all = chapters().into_iter().flat_map(|(chapter, _)| recipes(chapter)).collect::<Vec<_>>();
    let ids = all.iter().map(|recipe| &recipe.id).collect::<BTreeSet<_>>();
    assert_eq!(ids.len(), all.len(), "an id stands twice");
    let about = all.iter().flat_map(|recipe| recipe.rules.iter().copied()).collect::<BTreeSet<_>>();
    for id in &about {
        assert!(rule(id).is_some(), "no rule {id}");
    }
    let bare = rules().iter().filter(|rule| {
        rule.level != Level::May && !rule.id.starts_with("mask.") && !about.contains(rule.id)
    });
    assert_eq!(bare.map(|rule| rule.id).collect::<Vec<_>>(), [""; 0]);
    let needs = all.iter().flat_map(Recipe::needs);
    assert!(needs.collect::<BTreeSet<_>>().is_subset(&capabilities().collect()));
}

#[test]
fn some_mask_explains_what_the_chapter_prints() {
    let checked = check_answers(&read("printed.answers.jsonl")).unwrap();
    assert_eq!((checked.answered, checked.wrong.len()), (8, 0), "{:?}", checked.wrong);
}

#[test]
fn no_mask_explains_another_number() {
    for line in read("printed.answers.jsonl").lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        for (index, observation) in answer["observations"].as_array().unwrap().iter().enumerate() {
            for element in 0..observation["array"]["data"].as_array().unwrap().len() {
                let mut changed = answer.clone();
                let number = &mut changed["observations"][index]["array"]["data"][element];
                *number = (number.as_f64().unwrap() + 0.25).into();
                let checked = check_answers(&changed.to_string()).unwrap();
                let (_, mismatch) = checked.wrong.first().expect(line);
                assert_eq!(mismatch.place, format!("[{element}]"), "{line}");
            }
        }
    }
}

/// Who answers no fixture has not passed.
#[test]
fn answers_without_an_answer_are_no_success() {
    let folder = Folder::new("answers");
    let printed = read("printed.answers.jsonl");
    let start = Engine::new(Reference).start(1).unwrap();
    let start = serde_json::to_string(&start).unwrap();
    let judged = |name: &str, text: &str| {
        let file = folder.file(name, text);
        dezero_spec(&["fixtures", "--answers", file.to_str().unwrap()])
    };
    let (code, out, _) = judged("start.jsonl", &start);
    assert_eq!((code, out.starts_with("0 answered, 0 wrong")), (3, true), "{out}");
    let (code, out, _) = judged("printed.jsonl", &printed);
    assert_eq!((code, out.starts_with("8 answered, 0 wrong")), (0, true), "{out}");
}
