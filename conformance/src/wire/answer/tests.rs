use super::*;
use crate::wire::Dtype;
use serde_json::json;

fn every_kind() -> Vec<Observation> {
    let array = Array::new(Dtype::Float32, &[2, 1], vec![1.5, f64::INFINITY]);
    let kinds = [
        Seen::Array(Some(array)),
        Seen::Array(None),
        Seen::Config(true),
        Seen::Recorded(false),
        Seen::Same(Same::Object),
        Seen::Same(Same::Memory),
        Seen::Same(Same::No),
        Seen::Draws(7),
        Seen::Device("cuda:0".to_owned()),
        Seen::Raised(None, String::new()),
        Seen::Raised(Some(Origin::Library), "ValueError".to_owned()),
        Seen::Raised(Some(Origin::Body), String::new()),
    ];
    kinds.into_iter().zip(3..).map(|(seen, at)| Observation { at, seen }).collect()
}

#[test]
fn an_answer_is_read_as_it_was_written() {
    let raised = |message: &str| Outcome::Raised {
        at: 9,
        from: Origin::Body,
        message: message.into(),
        traceback: Vec::new(),
    };
    for outcome in [Outcome::Done, raised("why"), raised("")] {
        let answer = Answer { observations: every_kind(), outcome };
        assert_eq!(parse_answer(&answer.to_line("r1"), "r1"), Ok(answer));
    }
    let outcome = Outcome::Unsupported { at: 4, why: "no views".to_owned() };
    let refused = Answer { observations: vec![], outcome };
    assert_eq!(parse_answer(&refused.to_line("r1"), "r1"), Ok(refused));
    // A refusal that is null is none, and so is an error.
    let line = r#"{"id":"r1","unsupported":null,"error":null,"observations":[]}"#;
    let done = Answer { observations: vec![], outcome: Outcome::Done };
    assert_eq!(parse_answer(line, "r1"), Ok(done));
}

/// An error has a type, a message, or both.
#[test]
fn errors_are_told_in_one_line() {
    let told = |error: Value| {
        let line = json!({ "id": "r1", "observations": [], "error": error });
        match parse_answer(&line.to_string(), "r1").unwrap().outcome {
            Outcome::Raised { message, .. } => message,
            other => panic!("{other:?}"),
        }
    };
    let error = |kind: &str, message: &str| json!({ "at": 1, "from": "library", "type": kind, "message": message });
    assert_eq!(told(error("ValueError", "not a ratio")), "ValueError: not a ratio");
    assert_eq!(told(error("", "not a ratio")), "not a ratio");
    assert_eq!(told(error("ValueError", "")), "ValueError");
    assert_eq!(told(json!({ "at": 1, "from": "body" })), "");
    assert_eq!(told(error("", &"é".repeat(500))), "é".repeat(500));
    assert_eq!(told(error("", &"é".repeat(501))), "é".repeat(500) + " …");
}

#[test]
fn what_is_no_answer_is_said_so() {
    let seen =
        |observation: Value| json!({ "id": "r1", "observations": [observation] }).to_string();
    let error =
        |error: Value| json!({ "id": "r1", "observations": [], "error": error }).to_string();
    for (line, said) in [
        ("[".to_owned(), "the answer is not JSON"),
        ("[]".to_owned(), "the answer is not a JSON object"),
        (json!({ "observations": [] }).to_string(), "the answer has no id, the request had \"r1\""),
        (
            json!({ "id": "r2", "observations": [] }).to_string(),
            "has id \"r2\", the request had \"r1\"",
        ),
        (json!({ "id": 1, "observations": [] }).to_string(), "has id 1, the request had \"r1\""),
        (json!({ "id": "r1" }).to_string(), "neither `observations` nor `unsupported`"),
        (json!({ "id": "r1", "observations": {} }).to_string(), "`observations` is not a list"),
        (
            json!({ "id": "r1", "unsupported": {} }).to_string(),
            "`unsupported` has no step number `at`",
        ),
        (error(json!({ "from": "body" })), "`error` has no step number `at`"),
        (error(json!({ "at": 1, "from": "elsewhere" })), "`error.from` is none of"),
        (seen(json!({ "config": true })), "`observation` has no step number `at`"),
        (seen(json!({ "at": 1.5 })), "`at` of `observation` is 1.5; expected the number of a step"),
        (seen(json!({ "at": 2 })), "at 2 has not exactly one of array, config"),
        (seen(json!({ "at": 2, "config": true, "draws": 1 })), "has not exactly one of"),
        (seen(json!({ "at": 2, "config": 1 })), "the config observed at 2: "),
        (seen(json!({ "at": 2, "array": { "fill": 1 } })), "`fill` is for requests alone"),
        (
            seen(json!({ "at": 2, "raised": "adapter" })),
            "the catch at 2 caught a fault of the adapter",
        ),
    ] {
        let why = parse_answer(&line, "r1").unwrap_err();
        assert!(why.contains(said), "{line}: {why}");
    }
}
