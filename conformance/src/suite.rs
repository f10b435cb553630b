//! The run: which rules are asked, in which order, and what becomes of them.

mod conclude;
mod options;
mod progress;
mod random;
mod replay;

pub use options::{Options, fresh_seed};
pub use progress::{Part, Progress};
pub use replay::{Again, replay};

use crate::adapter::{Adapter, InProcess};
use crate::checks::{Ask, Check, checks};
use crate::effort::Effort;
use crate::expectations::Expectations;
use crate::finding::{Counterexample, Setback};
use crate::judgement::{Case, fixtures_of, judge, written};
use crate::rules::{Rule, rule, rules};
use crate::session::Session;
use crate::subject::{Fault, Implementation};
use crate::verdict::{
    BUILDS_ON, DID_NOT_PASS, INTERRUPTED, NOT_SELECTED, Report, Ruling, Verdict, is_protocol,
};
use crate::wager::Account;
use conclude::{conclude, not_run, ruling};
use progress::{Meter, Metered};
use rand_chacha::rand_core::Rng;
use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

/// Judges a framework in this process, as a first look, with a fresh seed.
///
/// # Errors
/// If it does not start.
pub fn verify<A: Adapter>(adapter: &mut A) -> Result<Report, Fault> {
    let seed = fresh_seed();
    let options = Options { seed, effort: Effort::Quick, ..Options::default() };
    verify_with(&mut InProcess::new(adapter), &options, &mut |_| {})
}

/// Judges an implementation.
///
/// # Errors
/// If it does not start.
pub fn verify_with(
    implementation: &mut dyn Implementation,
    options: &Options,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Report, Fault> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let chosen = with_premises(&options.rules);
    let (effort, random) = (options.effort, options.random_programs());
    let meter = Meter::new(chosen.iter().map(|check| check.rule), effort, random, on_progress);
    let mut metered = Metered { implementation, meter: &meter };
    let mut session = Session::new(&mut metered, options)?;
    let mut run = Run { rulings: BTreeMap::new() };
    for check in &chosen {
        if session.interrupted() {
            break;
        }
        meter.turn_to(Part::Rule(check.rule));
        session.draw_for(check.rule);
        run.first_round(check, &mut session);
    }
    meter.turn_to(Part::SecondRound);
    run.second_round(&chosen, &mut session);
    meter.turn_to(Part::RandomPrograms);
    let random = run.random_programs(&mut session, random);
    let rulings = rules().iter().filter_map(|rule| {
        let checked = checks().iter().any(|check| check.rule == rule.id);
        let chosen = chosen.iter().any(|check| check.rule == rule.id);
        let why = if chosen { INTERRUPTED } else { NOT_SELECTED };
        checked.then(|| run.rulings.remove(rule.id).unwrap_or_else(|| not_run(rule, why)))
    });
    Ok(Report {
        rulings: rulings.collect(),
        start: session.start().clone(),
        choices: session.choices().clone(),
        seed: options.seed,
        effort: options.effort,
        programs: session.programs(),
        wager: Account::of(session.pool()),
        random,
        partial: !options.rules.is_empty(),
        interrupted: session.interrupted(),
        started,
        took: clock.elapsed(),
        expectations: Expectations::default(),
        saved: None,
    })
}

/// The checks of the chosen rules and of all that they build on, in the order of the table.
fn with_premises(chosen: &[&'static str]) -> Vec<&'static Check> {
    let mut wanted = chosen.to_vec();
    if wanted.is_empty() {
        return checks().iter().collect();
    }
    for check in checks().iter().rev() {
        if wanted.contains(&check.rule) {
            wanted.extend(check.after);
        }
    }
    let always = |check: &Check| is_protocol(check.rule) || check.rule == DEFAULT;
    checks().iter().filter(|check| always(check) || wanted.contains(&check.rule)).collect()
}

/// What the name of a rule ends in when it is asked for the second time.
pub(crate) const AGAIN: &str = ", again";

/// The rule that an adapter breaks that gives no answer to a random program.
const PROTOCOL: &str = "protocol.answers";

/// The rule on the flags of a fresh process.
const DEFAULT: &str = "config.default";

/// An adapter that failed so often will fail again, and a hang takes its time.
const MOST_FAULTS: usize = 2;

struct Run {
    rulings: BTreeMap<&'static str, Ruling>,
}

impl Run {
    fn passed(&self, rule: &str) -> bool {
        self.rulings.get(rule).is_some_and(|ruling| ruling.verdict == Verdict::Pass)
    }

    /// The first premise of `check` that does not hold.
    fn broken_premise(&self, check: &Check) -> Option<&'static str> {
        let adapter = checks()
            .iter()
            .map(|check| check.rule)
            .filter(|rule| is_protocol(rule) && !is_protocol(check.rule));
        let mut premises = adapter.chain(check.after.iter().copied());
        let broken = premises.find(|premise| !self.passed(premise));
        // Programs end by reading the flags; if those start wrong, no program can be believed.
        let flags = self.rulings.get(DEFAULT).filter(|ruling| ruling.verdict == Verdict::Fail);
        broken.or(flags.map(|_| DEFAULT).filter(|_| !is_protocol(check.rule)))
    }

    /// Every setting of one check, in a fixed order.
    fn first_round(&mut self, check: &'static Check, session: &mut Session) {
        let rule = rule(check.rule).expect("every check has its rule; a test holds it");
        let missing = check.needs.iter().find(|&&need| !session.start().claims(need));
        if let Some(capability) = missing {
            let why = format!("`{capability}` is not claimed");
            self.rulings.insert(rule.id, ruling(rule, Verdict::Unsupported, why));
            return;
        }
        let faults = self.rulings.values().filter(|ruling| ruling.adapter_failed()).count();
        if faults >= MOST_FAULTS {
            let why = format!("the adapter failed {faults} times before");
            self.rulings.insert(rule.id, not_run(rule, &why));
            return;
        }
        if let Some(premise) = self.broken_premise(check) {
            let unsupported = self
                .rulings
                .get(premise)
                .is_some_and(|ruling| ruling.verdict == Verdict::Unsupported);
            let ruling = match unsupported {
                true => {
                    let why = format!("{BUILDS_ON}{premise}, which is unsupported");
                    ruling(rule, Verdict::Unsupported, why)
                }
                false => not_run(rule, &format!("{BUILDS_ON}{premise}{DID_NOT_PASS}")),
            };
            self.rulings.insert(rule.id, ruling);
            return;
        }
        session.take_cases();
        let mut cases = fixtures_of(check, session.start());
        let finding = match check.ask {
            Ask::Judge(judge) if cases.is_empty() => judge(session),
            // What the process was started with is asked first of all.
            Ask::Judge(judge) => {
                judge(session).and_then(|evidence| all_cases(session, &cases).map(|_| evidence))
            }
            _ => {
                cases.extend(written(check, session).into_iter().flatten());
                all_cases(session, &cases)
            }
        };
        let ruling = conclude(rule, session, finding);
        self.rulings.insert(rule.id, ruling);
    }

    /// One program of each setting of all checks that passed, with new inputs, shuffled: what one
    /// of them leaves behind, another one finds. The adapter's own rules are left out: where a scope
    /// does not restore, the faults that they provoke would leave a mode behind in other rules' way.
    fn second_round(&mut self, chosen: &[&'static Check], session: &mut Session) {
        let again = |rule: &Rule| format!("{}{AGAIN}", rule.id);
        let mut cases: Vec<(&'static Rule, Case)> = Vec::new();
        for &check in chosen.iter().filter(|check| !is_protocol(check.rule)) {
            let Some(rule) = rule(check.rule).filter(|rule| self.passed(rule.id)) else { continue };
            // What a check gets does not depend on what became of the others.
            session.draw_for(&again(rule));
            for mut written in written(check, session) {
                let index = session.random().next_u64() as usize % written.len().max(1);
                cases.extend(written.drain(..).nth(index).map(|case| (rule, case)));
            }
        }
        session.draw_for("second round");
        for last in (1..cases.len()).rev() {
            cases.swap(last, session.random().next_u64() as usize % (last + 1));
        }
        for (rule, case) in cases {
            if !self.passed(rule.id) {
                continue;
            }
            if session.interrupted() {
                break;
            }
            let before = self.rulings[rule.id].clone();
            session.turn_to(&again(rule));
            session.take_cases();
            let finding = all_cases(session, std::slice::from_ref(&case));
            let mut after = conclude(rule, session, finding);
            after.cases += before.cases;
            if matches!(after.verdict, Verdict::Unsupported | Verdict::NotRun) {
                continue;
            }
            if after.verdict == Verdict::Pass {
                after.evidence = before.evidence;
            }
            self.rulings.insert(rule.id, after);
        }
    }
}

/// Judges programs until one breaks the rule. Programs that the implementation refuses are left
/// out; if it refuses all of them, the rule is unsupported.
fn all_cases(session: &mut Session, cases: &[Case]) -> Result<String, Setback> {
    let (mut refused, mut missing) = (Vec::new(), Vec::new());
    for case in cases {
        match judge(case, session) {
            Ok(()) => {}
            Err(Setback::Refused(why)) => refused.push(why),
            Err(Setback::NotRecorded(why)) => missing.push(why),
            Err(Setback::Broken(mut counterexample)) => {
                counterexample.fixture = case.fixture;
                confirm(case, &mut counterexample, session)?;
                return Err(Setback::Broken(counterexample));
            }
            Err(other) => return Err(other),
        }
    }
    if let Some(why) = missing.first() {
        let counts = format!("{} of {} programs", missing.len(), cases.len());
        return Err(Setback::NotRecorded(format!("{counts} have no recorded answer: {why}")));
    }
    match refused.first() {
        Some(why) if refused.len() == cases.len() => Err(Setback::Refused(why.clone())),
        Some(why) => Ok(format!("{} of {} programs refused: {why}", refused.len(), cases.len())),
        None if cases.is_empty() => {
            Err(Setback::Refused("no flag or dtype that it is about is claimed".into()))
        }
        None => Ok(String::new()),
    }
}

/// Says what a fresh process makes of a counterexample. If there is nobody to ask any more, it is a
/// counterexample still.
fn confirm(
    case: &Case,
    counterexample: &mut Counterexample,
    session: &mut Session,
) -> Result<(), Setback> {
    match session.confirm(&mut |session| judge(case, session)) {
        Ok(confirmed) => counterexample.confirmed = Some(confirmed),
        Err(Setback::Adapter(fault)) => return Err(Setback::Adapter(fault)),
        Err(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
