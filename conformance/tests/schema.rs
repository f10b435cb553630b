//! The JSON Schemas say what is really read and written.

use crate::support::{Folder, dezero_spec};
use dezero_spec::run::manifest::Manifest;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn schema(name: &str) -> Validator {
    let (code, stdout, stderr) = dezero_spec(&["schema", name]);
    assert_eq!(code, 0, "{stderr}");
    jsonschema::validator_for(&serde_json::from_str(&stdout).unwrap()).unwrap()
}

/// The schema that allows nothing that it does not describe.
fn closed(name: &str) -> Validator {
    fn close(schema: &mut Value) {
        if let Some(object) = schema.as_object_mut() {
            if object.contains_key("properties") {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
            object.values_mut().for_each(close);
        }
    }
    let (_, stdout, _) = dezero_spec(&["schema", name]);
    let mut schema = serde_json::from_str(&stdout).unwrap();
    close(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn assert_valid(schema: &Validator, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    let wrong = schema.iter_errors(&value).map(|why| why.to_string()).collect::<Vec<_>>();
    assert_eq!(wrong, [""; 0], "{text}");
}

#[test]
fn the_committed_schemas_are_those_of_the_program() {
    for name in ["impl", "answers", "report", "protocol"] {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
        let (_, printed, _) = dezero_spec(&["schema", name]);
        let committed = fs::read_to_string(&file).unwrap();
        assert_eq!(printed, committed, "`dezero-spec schema {name}` prints another one");
    }
}

#[test]
fn every_impl_json_is_valid_and_mistakes_are_not() {
    let schema = schema("impl");
    let mut seen = 0;
    for folder in ["adapters", "skeletons"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in fs::read_dir(&folder).unwrap() {
            let manifest = entry.unwrap().path().join("impl.json");
            if let Ok(text) = fs::read_to_string(&manifest) {
                assert_valid(&schema, &text);
                // An editor finds the schema, beside the skeleton once that is written.
                let named: Value = serde_json::from_str(&text).unwrap();
                let named = manifest.with_file_name(named["$schema"].as_str().unwrap());
                assert!(named.exists() || folder.ends_with("skeletons"), "{named:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 15);
    let expecting = |entry: Value| {
        json!({ "$schema": "impl.schema.json", "dezero_spec": 1, "command": ["x"],
                "expectations": [entry] })
    };
    let good = json!({ "rule": "mask.rate", "verdict": "fail", "because": "x",
                       "issue": "https://example.org/7", "until": "2027-01-31" });
    assert!(schema.is_valid(&expecting(good.clone())));
    for (key, value) in [
        ("verdict", json!("error")),
        ("because", json!("")),
        ("issue", json!("#7")),
        ("until", json!("May")),
        ("reason", json!("x")),
    ] {
        let mut wrong = good.clone();
        wrong[key] = value;
        assert!(!schema.is_valid(&expecting(wrong)), "{key}");
    }
    for wrong in [
        json!({ "dezero_spec": 1 }),
        json!({ "dezero_spec": 2, "command": ["x"] }),
        json!({ "dezero_spec": 1, "command": [] }),
        json!({ "dezero_spec": 1, "command": [""] }),
        json!({ "dezero_spec": 1, "command": ["x"], "timeout_s": 0 }),
        json!({ "dezero_spec": 1, "command": ["x"], "start_timeout_s": 100_000 }),
    ] {
        assert!(!schema.is_valid(&wrong), "{wrong}");
        assert!(Manifest::parse(&wrong.to_string()).is_err(), "{wrong}");
    }
    assert!(!schema.is_valid(&json!({ "dezero_spec": 1, "command": ["x"], "comand": [] })));
}

#[test]
fn reports_are_valid() {
    let (schema, closed) = (schema("report"), closed("report"));
    let run = ["verify", "--format", "json", "--effort", "quick", "--programs", "8", "--seed", "1"];
    for mutant in [&[][..], &["--mutant", "no-scale"]] {
        let (_, stdout, _) = dezero_spec(&[&run, mutant].concat());
        assert_valid(&schema, &stdout);
        assert_valid(&closed, &stdout);
        let mut wrong: Value = serde_json::from_str(&stdout).unwrap();
        wrong["rules"][0]["verdict"] = json!("passes");
        assert!(!schema.is_valid(&wrong));
    }
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    for entry in fs::read_dir(results).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        if text.contains("\"dezero-spec/report/1\"") && text.starts_with('{') {
            assert_valid(&schema, &text);
        }
    }
}

/// Both directions of a real exchange, of an implementation that does everything and of one that
/// raises and refuses.
#[test]
fn every_line_of_an_exchange_is_valid() {
    let folder = Folder::new("schema-exchange");
    let trace = folder.file("trace.jsonl", "");
    let (protocol, answers) = (schema("protocol"), schema("answers"));
    let run = ["verify", "--effort", "quick", "--programs", "32", "--seed", "1", "--trace"];
    dezero_spec(&[&run, [trace.to_str().unwrap()].as_slice()].concat());
    let (mut sent, mut received) = (0, 0);
    for line in fs::read_to_string(&trace).unwrap().lines() {
        let noted: Value = serde_json::from_str(line).unwrap();
        let line = noted["line"].as_str().unwrap();
        match noted["from"].as_str() {
            Some("judge") => sent += 1,
            Some("adapter") => {
                received += 1;
                assert_valid(&answers, line);
            }
            _ => continue,
        }
        assert_valid(&protocol, line);
    }
    assert!(sent > 1000 && received > 1000, "{sent} {received}");
    for wrong in [
        json!({ "op": "walk" }),
        json!({ "op": "run", "id": 7, "program": [] }),
        json!({ "id": "7" }),
        json!({ "id": "7", "observations": [{ "at": 2 }] }),
        json!({ "id": "7", "observations": [{ "config": true }] }),
    ] {
        assert!(!protocol.is_valid(&wrong), "{wrong}");
        assert!(!answers.is_valid(&wrong), "{wrong}");
    }
    assert!(
        answers.is_valid(&json!({ "id": "7", "fault": "timeout", "message": "", "stderr": [] }))
    );
}

#[test]
fn help_has_examples_exit_codes_and_the_protocol() {
    let (code, help, _) = dezero_spec(&["verify", "--help"]);
    assert_eq!(code, 0);
    let (_, protocol, _) = dezero_spec(&["protocol"]);
    assert!(protocol.lines().count() <= 25 && help.contains(&protocol), "{help}");
    for said in ["Examples:", "Exit codes of verify:", "--update-expectations"] {
        assert!(help.contains(said), "{said}: {help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
}

#[test]
fn shells_complete_the_command_line() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script, _) = dezero_spec(&["completions", shell]);
        assert_eq!(code, 0);
        assert!(script.contains("update-expectations") && script.contains("verify"), "{shell}");
    }
}

#[test]
fn a_quiet_run_says_the_verdict_alone() {
    let rule = ["--rule", "config.restore.saved-at-entry", "--quiet", "--seed", "1"];
    let (code, stdout, _) = dezero_spec(&[&["verify"], &rule[..]].concat());
    assert_eq!((code, stdout.as_str()), (0, "the selected rules pass\n"));
    let mutant = ["--mutant", "restores-true"];
    let (code, stdout, _) = dezero_spec(&[&["verify"], &mutant[..], &rule[..]].concat());
    assert_eq!((code, stdout.as_str()), (1, "does not conform: 1 MUST broken\n"));
}
