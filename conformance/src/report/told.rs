//! A report in the words that all views show.

use super::saved::{
    Cell, Gambler, KnownFailure, Platform, RandomPrograms, SCHEMA, SavedCounterexample,
    SavedCoverage, SavedExpectations, SavedProblem, SavedReport, SavedRuling, SavedShrunk,
    Statistics, Suite,
};
use super::symptoms::{adapter_may, suffers};
use super::{Reason, Report, Ruling, Verdict};
use crate::bet::Account;
use crate::search::{Census, Met};
use crate::session::{Asked, Confirmed, Counterexample, Effort, Shrunk};
use crate::wire::{Outcome, Step, given_steps, pseudocode};
use dezero_reference::SPEC;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::SystemTime;

impl Report {
    /// The report as it is told. `judged` is what was judged, as the command line named it, if one did; with
    /// `strict`, a SHOULD counts like a MUST.
    pub fn told(&self, judged: Option<&str>, strict: bool) -> SavedReport {
        let mut choices = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (question, dtype, answers) in self.choices.remaining() {
            let answers = answers.iter().map(|&answer| answer.to_owned()).collect::<Vec<_>>();
            choices
                .entry(question.to_owned())
                .or_default()
                .insert(dtype.name().to_owned(), answers);
        }
        let rules =
            self.rulings.iter().map(|ruling| rule(self, ruling, judged)).collect::<Vec<_>>();
        SavedReport {
            schema: SCHEMA.to_owned(),
            date: Some(date(self.started)),
            platform: Some(Platform {
                os: std::env::consts::OS.to_owned(),
                arch: std::env::consts::ARCH.to_owned(),
            }),
            seconds: Some((self.took.as_secs_f64() * 1e3).round() / 1e3),
            suite: Suite { version: env!("CARGO_PKG_VERSION").to_owned(), spec: spec_hash() },
            implementation: self.start.implementation.clone(),
            capabilities: self.start.capabilities.clone(),
            dtypes: self.start.dtypes.clone(),
            verdict: self.conclusion(strict),
            interrupted: self.interrupted,
            strict,
            summary: Verdict::ALL.iter().map(|&v| (v.name().to_owned(), self.count(v))).collect(),
            choices,
            seed: self.seed.to_string(),
            effort: self.effort,
            programs: self.programs,
            random_programs: random_programs(&self.random),
            expectations: expectations(self, &rules),
            rules,
            statistics: statistics(&self.wager),
        }
    }
}

fn rule(report: &Report, ruling: &Ruling, judged: Option<&str>) -> SavedRuling {
    let wrong = matches!(ruling.verdict, Verdict::Fail | Verdict::Error);
    let open = wrong || ruling.verdict == Verdict::Inconclusive;
    let program = ruling.program.as_ref().filter(|_| wrong);
    let known_failure = report.known_failure(ruling).map(|expectation| KnownFailure {
        because: expectation.because.clone(),
        issue: expectation.issue.clone(),
        until: expectation.until.as_ref().map(ToString::to_string),
    });
    let traceback = match ruling.counterexample.as_ref().map(|found| &found.answer.outcome) {
        Some(Outcome::Raised { traceback, .. }) => traceback.clone(),
        _ => Vec::new(),
    };
    SavedRuling {
        id: ruling.rule.id.to_owned(),
        level: ruling.rule.level,
        chapter: ruling.rule.chapter.to_owned(),
        sha256: ruling.rule.hash(),
        verdict: ruling.verdict,
        cases: ruling.cases,
        evidence: ruling.reason.to_string(),
        reason: Some(&ruling.reason).filter(|reason| !matches!(reason, Reason::Seen(_))).cloned(),
        known_failure,
        behind: report.behind(ruling).map(|known| known.rule.id.to_owned()),
        counterexample: ruling.counterexample.as_ref().map(SavedCounterexample::of),
        traceback,
        perhaps: adapter_may(ruling, &report.start),
        example: suffers(ruling).map(str::to_owned),
        replay: open.then(|| replay(report, ruling, judged)),
        stderr: ruling.stderr.clone(),
        program: program.map(value),
        pseudocode: program.map(|program| marked(program, usize::MAX)).unwrap_or_default(),
    }
}

/// How to see one rule's verdict again. `judged` is what was judged, as the command line named it;
/// `None` if no command line did.
fn replay(report: &Report, ruling: &Ruling, judged: Option<&str>) -> String {
    let Some(judged) = judged else {
        let seed = report.seed;
        return format!("verify_with(…, &Options {{ seed: {seed}, ..Options::default() }}, …)");
    };
    let space = if judged.is_empty() { "" } else { " " };
    let confirmed = ruling.counterexample.as_ref().map(|found| found.confirmed.as_ref());
    let saved = ruling.counterexample.as_ref().is_some_and(|found| found.exactness.is_some());
    if let Some(file) = report.saved.as_ref().filter(|_| saved) {
        return format!("dezero-spec replay{space}{judged} --from {file}");
    }
    // What needs the programs before it needs all rules before it, and so may what killed the
    // adapter.
    let alone = matches!(confirmed, None | Some(None | Some(Confirmed::Alone)));
    let asked = ruling.counterexample.as_ref().map(|found| found.asked);
    let random = asked == Some(Asked::RandomPrograms) || ruling.drawn;
    let rule = match (asked, alone && ruling.program.is_none()) {
        (Some(Asked::RandomPrograms), _) | (_, false) => String::new(),
        (None, true) if ruling.drawn => String::new(),
        (Some(Asked::Rule(rule)), true) => format!(" --rule {rule}"),
        (None, true) => format!(" --rule {}", ruling.rule.id),
    };
    let effort = match report.effort {
        Effort::Default => String::new(),
        effort => format!(" --effort {}", effort.name()),
    };
    let programs = match random && report.random.random != report.effort.programs() {
        true => format!(" --programs {}", report.random.random),
        false => String::new(),
    };
    format!("dezero-spec verify{space}{judged}{rule}{effort}{programs} --seed {}", report.seed)
}

impl SavedCounterexample {
    /// A counterexample as it is told.
    pub fn of(found: &Counterexample) -> SavedCounterexample {
        let mismatch = &found.mismatch;
        let before = match &found.confirmed {
            Some(Confirmed::After { one: Some(program), .. }) => pseudocode(program),
            _ => Vec::new(),
        };
        SavedCounterexample {
            before: before.into_iter().map(|(_, line)| line).collect(),
            program: value(&found.program),
            pseudocode: marked(&found.program, mismatch.at),
            fixture: found.fixture.map(str::to_owned),
            at: mismatch.at,
            place: mismatch.place.clone(),
            expected: mismatch.expected.clone(),
            observed: mismatch.observed.clone(),
            observations: value(&found.answer.observations),
            confirmed: confirmation(found),
            shrunk: found.shrunk.map(|shrunk| SavedShrunk {
                from_steps: shrunk.from,
                tried: shrunk.tried,
                time_was_up: shrunk.late,
                shown: [shrunk.shown, shrunk.of],
            }),
        }
    }
}

/// The program up to step `at`, which is marked.
fn marked(program: &[Step], at: usize) -> Vec<String> {
    let program = given_steps(program, at);
    let marked = |(step, line)| if step == at { format!("{line}  <--") } else { line };
    pseudocode(&program).into_iter().map(marked).collect()
}

/// What a fresh process made of a counterexample, in words.
fn confirmation(counterexample: &Counterexample) -> Option<String> {
    let process = match counterexample.confirmed.as_ref()? {
        Confirmed::Alone => "in a fresh process too".to_owned(),
        Confirmed::After { one: Some(_), .. } => {
            "not in a fresh process alone, but there after another program".to_owned()
        }
        Confirmed::After { programs, one: None } => {
            let programs = format!("the {programs} programs before it");
            format!("not in a fresh process alone, but there after {programs}")
        }
        Confirmed::NoAnswer => "not again: a fresh process gave no answer, twice".to_owned(),
        Confirmed::NotAgain => "not again in a fresh process, in 20 tries: flaky".to_owned(),
    };
    let Some(Shrunk { from, tried, late, shown, of }) = counterexample.shrunk else {
        return Some(process);
    };
    let often = match shown {
        0 => ", when it is run again and again".to_owned(),
        _ if shown == of => ", whenever it runs".to_owned(),
        _ if Step::draw_masks(&counterexample.program) => {
            format!(", in {shown} of {of} runs: it depends on the mask")
        }
        _ => format!(", in {shown} of {of} runs: it depends on what ran before"),
    };
    let ended = if late { ", until time was up" } else { "" };
    let small = format!("made of a random program of {from} steps, in {tried} tries{ended}");
    Some(format!("{process}{often}; {small}"))
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
fn expectations(report: &Report, rules: &[SavedRuling]) -> SavedExpectations {
    let ids = |of: fn(&SavedRuling) -> bool| {
        rules.iter().filter(|ruling| of(ruling)).map(|ruling| ruling.id.clone()).collect()
    };
    let problems = report.expectations.problems().iter().map(|problem| SavedProblem {
        rule: problem.rule.clone(),
        kind: problem.kind,
        message: problem.message.clone(),
    });
    SavedExpectations {
        known_failures: ids(|ruling| ruling.known_failure.is_some()),
        behind_known_failures: ids(|ruling| ruling.behind.is_some()),
        problems: problems.collect(),
    }
}

fn random_programs(census: &Census) -> RandomPrograms {
    let met = |Met { met, all }: Met| [met, all];
    let table = census.table().into_iter();
    RandomPrograms {
        wanted: census.wanted,
        asked: census.programs,
        refused: census.refused,
        not_recorded: census.missing,
        disagreed: census.disagreed,
        stopped: census.stopped.clone(),
        coverage: SavedCoverage {
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

/// A time in UTC, as RFC 3339 writes it. No clock is believed that is set before 1970.
fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time.max(SystemTime::UNIX_EPOCH)).to_string()
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

#[cfg(test)]
mod tests {
    use super::marked;
    use crate::wire::steps::{config, test_mode};

    #[test]
    fn a_program_is_shown_up_to_the_step_that_is_marked() {
        let program =
            [config("train"), test_mode(vec![config("train"), config("train")]), config("train")];
        let lines = |at| marked(&program, at).len();
        assert_eq!([0, 1, 2, 3, 4, 9].map(lines), [1, 4, 4, 4, 5, 5]);
        assert_eq!(marked(&program, 2)[2], "    observe(Config.train)  <--");
        assert_eq!(marked(&program, 4)[4], "observe(Config.train)  <--");
    }
}
