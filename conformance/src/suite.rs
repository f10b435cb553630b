//! The run: which rules are asked, in which order, and what becomes of them.

use crate::checks::{Check, checks};
use crate::finding::{Counterexample, Setback};
use crate::judgement::{judge, programs_of};
use crate::rules::{Rule, rule, rules};
use crate::session::Session;
use crate::subject::{Fault, Implementation};
use crate::verdict::{NOT_SELECTED, Report, Ruling, Verdict, is_protocol};
use crate::wire::Program;
use rand_chacha::rand_core::Rng;
use std::collections::BTreeMap;

/// What is asked of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Ids of the rules that were chosen; none of them chosen means all. What they build on is
    /// judged too.
    pub rules: Vec<&'static str>,
    /// All of the judge's randomness comes from it.
    pub seed: u64,
}

/// How far a run is: the rule that is asked, its number, how many there are, and how many programs
/// were run.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The rule that is asked now; empty for the second round.
    pub rule: &'static str,
    /// Checks done.
    pub done: usize,
    /// Checks there are.
    pub of: usize,
}

/// Judges an implementation.
///
/// # Errors
/// If it does not start.
pub fn verify(
    implementation: &mut dyn Implementation,
    options: &Options,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Report, Fault> {
    let mut session = Session::new(implementation, options.seed)?;
    let chosen = with_premises(&options.rules);
    let mut run = Run { rulings: BTreeMap::new() };
    let of = chosen.len() + 1;
    for (done, check) in chosen.iter().enumerate() {
        on_progress(Progress { rule: check.rule, done, of });
        session.draw_for(options.seed, check.rule);
        run.first_round(check, &mut session);
    }
    on_progress(Progress { rule: "", done: chosen.len(), of });
    session.draw_for(options.seed, "second round");
    run.second_round(&chosen, &mut session);
    let rulings = rules().iter().filter_map(|rule| {
        let checked = checks().iter().any(|check| check.rule == rule.id);
        checked.then(|| run.rulings.remove(rule.id).unwrap_or_else(|| not_run(rule, NOT_SELECTED)))
    });
    Ok(Report {
        rulings: rulings.collect(),
        start: session.start().clone(),
        choices: session.choices().clone(),
        seed: options.seed,
        programs: session.programs(),
        tallies: session.tallies().to_vec(),
        partial: !options.rules.is_empty(),
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

fn not_run(rule: &'static Rule, why: &str) -> Ruling {
    ruling(rule, Verdict::NotRun, why.to_owned())
}

fn ruling(rule: &'static Rule, verdict: Verdict, evidence: String) -> Ruling {
    let (counterexample, program, stderr) = (None, None, Vec::new());
    Ruling { rule, verdict, cases: 0, evidence, counterexample, program, stderr }
}

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
        let faults = self.rulings.values().filter(|ruling| ruling.program.is_some()).count();
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
                    let why = format!("builds on {premise}, which is unsupported");
                    ruling(rule, Verdict::Unsupported, why)
                }
                false => not_run(rule, &format!("builds on {premise}, which did not pass")),
            };
            self.rulings.insert(rule.id, ruling);
            return;
        }
        session.take_cases();
        let finding = match (&check.ask, programs_of(check)) {
            (crate::checks::Ask::Judge(judge), _) => judge(session),
            (_, Some((over, programs))) => {
                let mut written = Vec::new();
                for (dtype, shape, watched) in session.settings(over) {
                    written.extend(session.write(dtype, &shape, watched, &programs));
                }
                if !is_protocol(rule.id) {
                    session.read_flags(&mut written);
                }
                all_programs(check, session, &written)
            }
            _ => unreachable!("a check consists of programs or judges itself"),
        };
        let ruling = conclude(rule, check, session, finding);
        self.rulings.insert(rule.id, ruling);
    }

    /// One program of each setting of all checks that passed, with new inputs, shuffled: what one
    /// of them leaves behind, another one finds.
    fn second_round(&mut self, chosen: &[&'static Check], session: &mut Session) {
        let mut programs: Vec<(&'static Check, Program)> = Vec::new();
        for &check in chosen {
            let Some((over, writer)) = programs_of(check).filter(|_| self.passed(check.rule))
            else {
                continue;
            };
            for (dtype, shape, watched) in session.settings(over) {
                let mut written = session.write(dtype, &shape, watched, &writer);
                session.read_flags(&mut written);
                let index = session.random().next_u64() as usize % written.len().max(1);
                programs.extend(written.into_iter().nth(index).map(|program| (check, program)));
            }
        }
        for last in (1..programs.len()).rev() {
            programs.swap(last, session.random().next_u64() as usize % (last + 1));
        }
        for (check, program) in programs {
            if !self.passed(check.rule) {
                continue;
            }
            let Some(rule) = rule(check.rule) else { continue };
            let before = self.rulings[rule.id].clone();
            session.take_cases();
            let finding = all_programs(check, session, std::slice::from_ref(&program));
            let mut after = conclude(rule, check, session, finding);
            after.cases += before.cases;
            if after.verdict == Verdict::Unsupported {
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
fn all_programs(
    check: &'static Check,
    session: &mut Session,
    programs: &[Program],
) -> Result<String, Setback> {
    let mut refused = Vec::new();
    for program in programs {
        match judge(check, session, program) {
            Ok(()) => {}
            Err(Setback::Refused(why)) => refused.push(why),
            Err(other) => return Err(other),
        }
    }
    match refused.first() {
        Some(why) if refused.len() == programs.len() => Err(Setback::Refused(why.clone())),
        Some(why) => Ok(format!("{} of {} programs refused: {why}", refused.len(), programs.len())),
        None if programs.is_empty() => {
            Err(Setback::Refused("no flag or dtype that it is about is claimed".into()))
        }
        None => Ok(String::new()),
    }
}

/// Turns a finding into a ruling. After anything but a pass the implementation is started anew, and
/// a counterexample must show itself again there.
fn conclude(
    rule: &'static Rule,
    check: &'static Check,
    session: &mut Session,
    finding: Result<String, Setback>,
) -> Ruling {
    let cases = session.take_cases();
    let mut ruling = match finding {
        Ok(evidence) => ruling(rule, Verdict::Pass, evidence),
        Err(Setback::Inconclusive(why)) => ruling(rule, Verdict::Inconclusive, why),
        Err(Setback::Unlikely(why)) => ruling(rule, Verdict::Fail, why),
        Err(Setback::Refused(why)) => ruling(rule, Verdict::Unsupported, why),
        Err(Setback::Adapter(fault)) => {
            let program = session.last_program().cloned();
            Ruling { program, ..at_fault(rule, fault) }
        }
        Err(Setback::Broken(counterexample)) => broken(rule, check, session, *counterexample),
    };
    ruling.cases = cases;
    if !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported) {
        if let Err(Setback::Adapter(fault)) = session.restart() {
            ruling = at_fault(rule, fault);
        }
        session.take_cases();
    }
    ruling
}

fn at_fault(rule: &'static Rule, fault: Fault) -> Ruling {
    Ruling { stderr: fault.stderr, ..ruling(rule, Verdict::Error, fault.message) }
}

fn broken(
    rule: &'static Rule,
    check: &'static Check,
    session: &mut Session,
    mut counterexample: Counterexample,
) -> Ruling {
    let protocol = counterexample.mismatch.protocol || is_protocol(rule.id);
    let verdict = if protocol { Verdict::Error } else { Verdict::Fail };
    if programs_of(check).is_some() {
        let program = counterexample.program.clone();
        let mut again = |session: &mut Session, program: &Program| judge(check, session, program);
        match session.confirm(&program, &mut again) {
            Ok(confirmed) => counterexample.confirmed = Some(confirmed),
            Err(Setback::Adapter(fault)) => return at_fault(rule, fault),
            Err(_) => {}
        }
    }
    let mismatch = &counterexample.mismatch;
    let evidence = format!("expected {}, observed {}", mismatch.expected, mismatch.observed);
    Ruling { counterexample: Some(counterexample), ..ruling(rule, verdict, evidence) }
}
