//! The outputs that the chapter prints are possible outcomes, and only those are.

use dezero_spec::oracle::{Choices, Exactness, explain};
use dezero_spec::rules::rule;
use dezero_spec::wire::{Answer, Program, Seen, parse_answer};
use serde_json::Value;

fn fixtures() -> Vec<(String, Program, Answer)> {
    let text = include_str!("../../fixtures/printed.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let read = |fixture: &Value| {
        for id in fixture["rules"].as_array().unwrap() {
            assert!(rule(id.as_str().unwrap()).is_some(), "no rule {id}");
        }
        let id = fixture["id"].as_str().unwrap().to_owned();
        let program = serde_json::from_value(fixture["program"].clone()).unwrap();
        let answer = parse_answer(&fixture.to_string(), &id).unwrap();
        (id, program, answer)
    };
    file["fixtures"].as_array().unwrap().iter().map(read).collect()
}

#[test]
fn some_mask_explains_what_the_chapter_prints() {
    for (id, program, answer) in fixtures() {
        let explained = explain(&program, &answer, Exactness::Must, &mut Choices::default());
        assert!(explained.is_ok(), "{id}: {explained:?}");
    }
}

#[test]
fn no_mask_explains_another_number() {
    for (id, program, answer) in fixtures() {
        for (index, observation) in answer.observations.iter().enumerate() {
            let Seen::Array(Some(array)) = &observation.seen else { continue };
            for element in 0..array.values.len() {
                let mut changed = array.clone();
                changed.values[element] += 0.25;
                let mut wrong = answer.clone();
                wrong.observations[index].seen = Seen::Array(Some(changed));
                let judged = explain(&program, &wrong, Exactness::Must, &mut Choices::default());
                let mismatch = judged.expect_err(&id);
                assert_eq!(mismatch.place, format!("[{element}]"), "{id}");
            }
        }
    }
}
