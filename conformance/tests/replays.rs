//! Every line that is printed to see a failure again shows it again, or the report has said why it may not.
//!
//! `DEZERO_SPEC_MUTANTS=all` runs those of the whole catalogue; without it a part of it is run.

use crate::support::dezero_spec;
use crate::support::on_all_cores;
use dezero_spec::catalogue::mutants;
use serde_json::Value;

fn failures(report: &str) -> Vec<Value> {
    let report: Value = serde_json::from_str(report).expect(report);
    let rules = report["rules"].as_array().unwrap().iter();
    let failed = |rule: &&Value| rule["verdict"] == "fail" || rule["verdict"] == "error";
    rules.filter(failed).cloned().collect()
}

/// What is said of each line of one wrong implementation that does not show its failure again.
fn not_shown_again(name: &str) -> Vec<String> {
    let whole = ["verify", "--mutant", name, "--effort", "quick", "--format", "json"];
    let (_, report, _) = dezero_spec(&[&whole[..], &["--seed", "7", "--programs", "48"]].concat());
    let mut lost = Vec::new();
    for ruling in failures(&report) {
        let rule = ruling["id"].as_str().unwrap();
        let Some(line) = ruling["replay"].as_str() else {
            lost.push(format!("{name}: {rule} has no line"));
            continue;
        };
        let words = line.split(' ').skip(1).collect::<Vec<_>>();
        let (code, report, _) = dezero_spec(&[&words[..], &["--format", "json"]].concat());
        let again = failures(&report).iter().any(|ruling| ruling["id"] == rule);
        // A SHOULD may fail where the exit code is 0.
        if !again {
            lost.push(format!("{name}: {line} exits with {code} and does not show {rule}"));
        }
    }
    lost
}

#[test]
fn every_printed_line_shows_its_failure_again() {
    let all = std::env::var("DEZERO_SPEC_MUTANTS").is_ok_and(|which| which == "all");
    let names = mutants().iter().map(|mutant| mutant.name).step_by(if all { 1 } else { 30 });
    let lost = on_all_cores(names.collect(), not_shown_again);
    assert!(lost.is_empty(), "{lost:#?}");
}
