//! Answers on record get the verdict that the implementation gets live.

use dezero_spec::catalogue::{Mutated, catalogue, mutant, variants};
use dezero_spec::implementation::recorded::{Recorded, Recorder};
use dezero_spec::implementation::{Engine, Family, Implementation};
use dezero_spec::run::PLAN_SEED;
use dezero_spec::run::plan;
use dezero_spec::serve;
use dezero_spec::{Conclusion, Effort, Options, Report, Verdict, verify_with};
use std::process::Command;

fn judge(implementation: &mut dyn Implementation) -> Report {
    let options = Options { seed: PLAN_SEED, effort: Effort::Quick, ..Options::default() };
    verify_with(implementation, &options, &mut |_| {}).unwrap()
}

/// All that a report says of the rules.
fn said(report: &Report) -> String {
    let rulings = report.rulings.iter().map(|ruling| {
        let confirmed = ruling.counterexample.as_ref().map(|found| &found.confirmed);
        format!("{} {:?} {confirmed:?} {}", ruling.rule.id, ruling.verdict, ruling.reason)
    });
    rulings.collect::<Vec<_>>().join("\n") + &format!("\n{:?}", report.choices)
}

fn answers_to_plan(name: &str) -> (String, Report) {
    let wrong = || mutant(name).expect("it is in the catalogue");
    let mut requests = Vec::new();
    let start = Mutated::new(wrong()).start();
    let planned = plan(start, PLAN_SEED, &mut requests).unwrap();
    let mut answers = Vec::new();
    let mut engine = Engine::new(Mutated::new(wrong()));
    serve(&mut engine, requests.as_slice(), &mut answers, &mut |line| line).unwrap();
    (String::from_utf8(answers).unwrap(), planned)
}

#[test]
fn a_recorded_run_says_what_the_live_run_said() {
    for name in catalogue().map(|mutant| mutant.name).step_by(60) {
        let mut live = Engine::new(Mutated::new(mutant(name).unwrap()));
        let mut answers = Vec::new();
        let mut recorder = Recorder::new(&mut live, &mut answers);
        let expected = said(&judge(&mut recorder));
        recorder.finish().unwrap();
        let mut recorded = Recorded::read(std::str::from_utf8(&answers).unwrap()).unwrap();
        assert_eq!(said(&judge(&mut recorded)), expected, "{name}");
    }
}

#[test]
fn a_plan_asks_all_that_a_right_implementation_is_asked() {
    for name in variants().iter().map(|variant| variant.name).step_by(20) {
        let (answers, planned) = answers_to_plan(name);
        let passed = |verdict| matches!(verdict, Verdict::Pass | Verdict::Unsupported);
        let stopped = planned.rulings.iter().find(|ruling| !passed(ruling.verdict));
        assert!(stopped.is_none(), "{name}: {stopped:?}");
        let report = judge(&mut Recorded::read(&answers).unwrap());
        assert_eq!(report.conclusion(false), Conclusion::Conforms, "{name}:\n{}", said(&report));
    }
}

#[test]
fn a_planned_run_catches_what_a_live_run_catches() {
    for name in ["tie-keeps", "no-finally", "no-gradient-in-test-mode"] {
        let (answers, _) = answers_to_plan(name);
        let report = judge(&mut Recorded::read(&answers).unwrap());
        let breaks = mutant(name).unwrap().rule;
        let ruling = report.rulings.iter().find(|ruling| ruling.rule.id == breaks).unwrap();
        assert_eq!(ruling.verdict, Verdict::Fail, "{name}: {}", ruling.reason);
    }
}

#[test]
fn missing_answers_are_no_verdict_and_never_a_pass() {
    let name = variants()[0].name;
    let (answers, _) = answers_to_plan(name);
    let half = answers.lines().take(answers.lines().count() / 2).collect::<Vec<_>>().join("\n");
    let report = judge(&mut Recorded::read(&half).unwrap());
    assert_eq!(report.conclusion(false), Conclusion::NoVerdict);
    assert!(said(&report).contains("nothing is recorded under"));
    assert!(report.rulings.iter().all(|ruling| ruling.verdict != Verdict::Fail));
}

#[test]
fn a_file_that_is_no_record_is_exit_2_and_says_where() {
    let file = std::env::temp_dir().join(format!("dezero-spec-{}.jsonl", std::process::id()));
    for (text, says) in [
        ("", "the answer to `start` is missing"),
        ("{\"id\":\"1\"", "line 1: EOF"),
        ("{\"observations\":[]}\n", "line 1: it has no id"),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_dezero-spec"));
        let output = program.arg("verify").arg(&file).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
    }
    std::fs::remove_file(file).unwrap();
}
