use super::symptoms::{adapter_may, suffers, traceback};
use super::{confirmation, given, replay};
use crate::bet::Account;
use crate::report::saved::{
    self, Cell, Expectations, Gambler, KnownFailure, Platform, Problem, RandomPrograms, Shrunk,
    Statistics, Suite,
};
use crate::report::{Reason, Report, Ruling, Verdict};
use crate::search::{Census, Met};
use crate::session::Counterexample;
use dezero_reference::SPEC;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// The report as it is saved. `judged` is what was judged, as the command line named it.
pub fn to_saved(report: &Report, judged: &str, strict: bool) -> saved::Report {
    let mut choices = BTreeMap::<_, BTreeMap<_, _>>::new();
    for (question, dtype, answers) in report.choices.remaining() {
        let answers = answers.iter().map(|&answer| answer.to_owned()).collect::<Vec<_>>();
        choices.entry(question.to_owned()).or_default().insert(dtype.name().to_owned(), answers);
    }
    saved::Report {
        schema: saved::SCHEMA.to_owned(),
        date: Some(date(report.started)),
        platform: Some(Platform {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
        }),
        seconds: Some((report.took.as_secs_f64() * 1e3).round() / 1e3),
        suite: Suite { version: env!("CARGO_PKG_VERSION").to_owned(), spec: spec_hash() },
        implementation: report.start.implementation.clone(),
        capabilities: report.start.capabilities.clone(),
        dtypes: report.start.dtypes.clone(),
        verdict: report.conclusion(strict),
        interrupted: report.interrupted,
        summary: Verdict::ALL.iter().map(|&v| (v.name().to_owned(), report.count(v))).collect(),
        choices,
        seed: report.seed.to_string(),
        effort: report.effort,
        programs: report.programs,
        random_programs: random_programs(&report.random),
        expectations: expectations(report),
        rules: report.rulings.iter().map(|ruling| rule(report, ruling, judged)).collect(),
        statistics: statistics(&report.wager),
    }
}

fn statistics(account: &Account) -> Statistics {
    // JSON has no infinity.
    let log10 = |ln: f64| (ln / std::f64::consts::LN_10).clamp(-1e6, 1e6);
    let gamblers = account.richest.iter().map(|(standing, belief)| Gambler {
        name: standing.gambler.to_owned(),
        cell: standing.cell.clone(),
        rule: standing.rule.to_owned(),
        bits: standing.bits,
        log10_wealth: log10(standing.ln_wealth),
        log10_of_the_pool: log10(standing.ln_money),
        belief: belief.clone(),
    });
    let cells = account.cells.iter().map(|cell| Cell {
        name: cell.name.clone(),
        expected: cell.keep,
        kept: cell.kept,
        bits: cell.trials,
        interval: [cell.interval.0, cell.interval.1],
        ruled_out: cell.deviation,
    });
    Statistics {
        bits: account.bits,
        false_alarm: 1e-9,
        log10_wealth: log10(account.ln_wealth),
        gamblers: gamblers.collect(),
        cells: cells.collect(),
    }
}

/// What failed as expected, what could not be judged for that, and which expectations do not hold.
fn expectations(report: &Report) -> Expectations {
    let ids = |of: &dyn Fn(&Ruling) -> bool| {
        let rulings = report.rulings.iter().filter(|ruling| of(ruling));
        rulings.map(|ruling| ruling.rule.id.to_owned()).collect()
    };
    let problems = report.expectations.problems().iter().map(|problem| Problem {
        rule: problem.rule.clone(),
        kind: problem.kind,
        message: problem.message.clone(),
    });
    Expectations {
        known_failures: ids(&|ruling| report.known_failure(ruling).is_some()),
        behind_known_failures: ids(&|ruling| report.behind(ruling).is_some()),
        problems: problems.collect(),
    }
}

/// A time in UTC, as RFC 3339 writes it. No clock is believed that is set before 1970.
fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time.max(SystemTime::UNIX_EPOCH)).to_string()
}

fn met(Met { met, all }: Met) -> [usize; 2] {
    [met, all]
}

fn random_programs(census: &Census) -> RandomPrograms {
    let table = census.table().into_iter();
    RandomPrograms {
        wanted: census.wanted,
        asked: census.programs,
        refused: census.refused,
        not_recorded: census.missing,
        disagreed: census.disagreed,
        stopped: census.stopped.clone(),
        coverage: saved::Coverage {
            programs: census.coverage.programs,
            pairs: met(census.coverage.pairs),
            triples: met(census.coverage.triples),
        },
        bits: census.bits,
        distribution: table
            .map(|(name, counts)| (name.to_owned(), counts.into_iter().collect()))
            .collect(),
    }
}

fn rule(report: &Report, ruling: &Ruling, judged: &str) -> saved::Ruling {
    let wrong = matches!(ruling.verdict, Verdict::Fail | Verdict::Error);
    let known_failure = report.known_failure(ruling).map(|expectation| KnownFailure {
        because: expectation.because.clone(),
        issue: expectation.issue.clone(),
        until: expectation.until.as_ref().map(ToString::to_string),
    });
    saved::Ruling {
        id: ruling.rule.id.to_owned(),
        level: ruling.rule.level,
        chapter: ruling.rule.chapter.to_owned(),
        sha256: ruling.rule.hash(),
        verdict: ruling.verdict,
        cases: ruling.cases,
        evidence: ruling.reason.to_string(),
        reason: Some(&ruling.reason).filter(|reason| !matches!(reason, Reason::Seen(_))).cloned(),
        known_failure,
        counterexample: ruling.counterexample.as_ref().map(counterexample),
        traceback: traceback(ruling).to_vec(),
        perhaps: adapter_may(ruling, &report.start),
        example: suffers(ruling).map(str::to_owned),
        replay: wrong.then(|| replay(report, ruling, Some(judged))),
        stderr: ruling.stderr.clone(),
        program: ruling.program.as_ref().filter(|_| wrong).map(value),
    }
}

fn counterexample(found: &Counterexample) -> saved::Counterexample {
    let mismatch = &found.mismatch;
    saved::Counterexample {
        program: value(&found.program),
        pseudocode: given(found),
        fixture: found.fixture.map(str::to_owned),
        at: mismatch.at,
        place: mismatch.place.clone(),
        expected: mismatch.expected.clone(),
        observed: mismatch.observed.clone(),
        observations: value(&found.answer.observations),
        confirmed: confirmation(found).map(|lines| lines.join("; ")),
        shrunk: found.shrunk.map(|shrunk| Shrunk {
            from_steps: shrunk.from,
            tried: shrunk.tried,
            time_was_up: shrunk.late,
            shown: [shrunk.shown, shrunk.of],
        }),
    }
}

/// What goes over the wire, as JSON.
fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).expect("what goes over the wire is JSON")
}

/// The SHA-256 of all chapters, one after the other.
fn spec_hash() -> String {
    let mut hash = Sha256::new();
    for (_, text) in SPEC {
        hash.update(text);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
