use super::{confirmation, example, given, replay};
use crate::programs::Census;
use crate::rules::Level;
use crate::{Report, Ruling, Verdict};
use dezero_reference::SPEC;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::time::SystemTime;

/// The report as JSON. `judged` is what was judged, as the command line named it.
pub fn to_json(report: &Report, judged: &str, strict: bool) -> Value {
    let mut summary = Map::new();
    for verdict in [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Unsupported,
        Verdict::Error,
        Verdict::NotRun,
    ] {
        summary.insert(verdict.name().to_owned(), report.count(verdict).into());
    }
    let mut choices = Map::new();
    for (question, dtype, answers) in report.choices.remaining() {
        let of = choices.entry(question).or_insert_with(|| json!({}));
        of[dtype.name()] = json!(answers);
    }
    let cells = report.wager.cells.iter().map(|cell| {
        json!({
            "name": cell.name,
            "expected": cell.keep,
            "kept": cell.kept,
            "bits": cell.trials,
            "interval": [cell.interval.0, cell.interval.1],
            "ruled_out": cell.deviation,
        })
    });
    // JSON has no infinity.
    let log10 = |ln: f64| (ln / std::f64::consts::LN_10).clamp(-1e6, 1e6);
    let gamblers = report.wager.richest.iter().map(|(standing, belief)| {
        json!({
            "name": standing.gambler,
            "cell": standing.cell,
            "rule": standing.rule,
            "bits": standing.bits,
            "log10_wealth": log10(standing.ln_wealth),
            "log10_of_the_pool": log10(standing.ln_money),
            "belief": belief,
        })
    });
    json!({
        "schema": "dezero-spec/report/1",
        "date": date(report.started),
        "platform": { "os": std::env::consts::OS, "arch": std::env::consts::ARCH },
        "seconds": (report.took.as_secs_f64() * 1e3).round() / 1e3,
        "suite": { "version": env!("CARGO_PKG_VERSION"), "spec": spec_hash() },
        "implementation": report.start.implementation,
        "capabilities": report.start.capabilities,
        "dtypes": report.start.dtypes,
        "verdict": report.conclusion(strict).name(),
        "summary": summary,
        "choices": choices,
        "seed": report.seed.to_string(),
        "effort": report.effort.name(),
        "programs": report.programs,
        "random_programs": random_programs(&report.random),
        "expectations": expectations(report),
        "rules": report.rulings.iter().map(|r| rule(report, r, judged)).collect::<Vec<_>>(),
        "statistics": {
            "bits": report.wager.bits,
            "false_alarm": 1e-9,
            "log10_wealth": log10(report.wager.ln_wealth),
            "gamblers": gamblers.collect::<Vec<_>>(),
            "cells": cells.collect::<Vec<_>>(),
        },
    })
}

/// What failed as expected, what could not be judged for that, and which expectations do not hold.
fn expectations(report: &Report) -> Value {
    let ids = |of: &dyn Fn(&Ruling) -> bool| {
        let rulings = report.rulings.iter().filter(|ruling| of(ruling));
        rulings.map(|ruling| ruling.rule.id).collect::<Vec<_>>()
    };
    let problems = report.expectations.problems().iter().map(
        |problem| json!({ "rule": problem.rule, "kind": problem.kind, "message": problem.message }),
    );
    json!({
        "known_failures": ids(&|ruling| report.known_failure(ruling).is_some()),
        "behind_known_failures": ids(&|ruling| report.behind(ruling).is_some()),
        "problems": problems.collect::<Vec<_>>(),
    })
}

/// A time in UTC, as RFC 3339 writes it. No clock is believed that is set before 1970.
fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time.max(SystemTime::UNIX_EPOCH)).to_string()
}

fn random_programs(census: &Census) -> Value {
    let table = census.table().into_iter().map(|(name, counts)| {
        let counts = counts.into_iter().map(|(name, count)| (name, count.into()));
        (name.to_owned(), Value::Object(counts.collect()))
    });
    json!({
        "wanted": census.wanted,
        "asked": census.programs,
        "refused": census.refused,
        "not_recorded": census.missing,
        "disagreed": census.disagreed,
        "stopped": census.stopped,
        "distribution": Value::Object(table.collect()),
    })
}

fn rule(report: &Report, ruling: &Ruling, judged: &str) -> Value {
    let mut value = json!({
        "id": ruling.rule.id,
        "level": match ruling.rule.level {
            Level::Must => "must",
            Level::Should => "should",
            Level::May => "may",
        },
        "chapter": ruling.rule.chapter,
        "sha256": ruling.rule.hash(),
        "verdict": ruling.verdict.name(),
        "cases": ruling.cases,
        "evidence": ruling.evidence,
    });
    if let Some(counterexample) = &ruling.counterexample {
        let mismatch = &counterexample.mismatch;
        value["counterexample"] = json!({
            "program": counterexample.program,
            "pseudocode": given(counterexample),
            "fixture": counterexample.fixture,
            "at": mismatch.at,
            "place": mismatch.place,
            "expected": mismatch.expected,
            "observed": mismatch.observed,
            "observations": counterexample.answer.observations,
            "confirmed": confirmation(counterexample).map(|lines| lines.join("; ")),
            "shrunk": counterexample.shrunk.map(|shrunk| json!({
                "from_steps": shrunk.from,
                "tried": shrunk.tried,
                "time_was_up": shrunk.late,
                "shown": [shrunk.shown, shrunk.of],
            })),
        });
    }
    if let Some(expectation) = report.known_failure(ruling) {
        value["known_failure"] = json!({ "because": expectation.because });
        if let Some(issue) = &expectation.issue {
            value["known_failure"]["issue"] = json!(issue);
        }
        if let Some(day) = &expectation.until {
            value["known_failure"]["until"] = json!(day);
        }
    }
    if matches!(ruling.verdict, Verdict::Fail | Verdict::Error) {
        value["example"] = json!(example(ruling));
        value["replay"] = replay(report, ruling, Some(judged)).into();
        value["stderr"] = json!(ruling.stderr);
        if let Some(program) = &ruling.program {
            value["program"] = json!(program);
        }
    }
    value
}

/// The SHA-256 of all chapters, one after the other.
fn spec_hash() -> String {
    let mut hash = Sha256::new();
    for (_, text) in SPEC {
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
