//! The run: which rules are asked, in which order, and what becomes of them.

mod conclude;
mod progress;
mod random;

pub use progress::{Part, Progress};

use super::judgement::{Case, fixtures_of, judge, written};
use crate::bet::Account;
use crate::book::{Rule, is_protocol, rule, rules};
use crate::check::{Ask, Check, checks};
use crate::implementation::adapter::{Adapter, InProcess};
use crate::implementation::{Fault, Implementation};
use crate::report::expectations::Expectations;
use crate::report::{Reason, Report, Ruling, Verdict};
use crate::search::about;
use crate::session::{
    Asked, Class, Confirmed, Counterexample, Effort, LeftOut, Options, SHARED_MASK, Session,
    Setback, fresh_seed, place_of,
};
use crate::wire::{Dtype, Step};
use conclude::{conclude, not_run, ruled, ruling};
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
    // Where only some rules were chosen, what varies is asked as far as they say.
    let rows = random > 0 && options.rules.is_empty();
    let drawn = random + if rows { effort.rows() } else { 0 };
    let meter = Meter::new(chosen.iter().map(|check| check.rule), effort, drawn, on_progress);
    let mut metered = Metered { implementation, meter: &meter };
    let mut session = Session::new(&mut metered, options)?;
    let mut run = Run { fail_fast: options.fail_fast.clone(), ..Run::default() };
    for check in &chosen {
        if session.interrupted() || run.failed_fast() {
            break;
        }
        meter.turn_to(Part::Rule(check.rule));
        session.draw_for(check.rule);
        run.first_round(check, &mut session);
    }
    meter.turn_to(Part::SecondRound);
    run.second_round(&chosen, &mut session);
    meter.turn_to(Part::RandomPrograms);
    let random = run.random_programs(&mut session, rows, random);
    run.what_follows();
    run.what_programs_leave();
    run.what_counts_say();
    let unasked = if run.failed_fast() { Reason::FailedFast } else { Reason::Interrupted };
    let rulings = rules().iter().filter_map(|rule| {
        let checked = checks().iter().any(|check| check.rule == rule.id);
        let chosen = chosen.iter().any(|check| check.rule == rule.id);
        let why = || if chosen { unasked.clone() } else { Reason::NotSelected };
        checked.then(|| run.rulings.remove(rule.id).unwrap_or_else(|| not_run(rule, why())))
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
    // Masks are read from gradients, too, where those are right.
    if wanted.iter().any(|rule| rule.starts_with("mask.")) {
        wanted.extend(SHARED_MASK);
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

/// The rules whose programs call dropout as usual, in either mode.
const EVERY_CALL: [&str; 2] = ["dropout.test.identity", "dropout.train.shape"];

/// So many other rules are found broken by the programs of one.
const MOST_OTHERS: usize = 4;

/// An adapter that failed so often will fail again, and a hang takes its time.
const MOST_FAULTS: usize = 2;

#[derive(Default)]
struct Run {
    rulings: BTreeMap<&'static str, Ruling>,
    /// Of rules that fail in some dtypes or shapes alone: which.
    fails_in: BTreeMap<&'static str, LeftOut>,
    /// The errors that the framework raised where none was to be raised, and the rules that fail for it.
    crashes: Vec<(String, &'static str)>,
    /// The rules of which the first one that fails ends the run.
    fail_fast: Vec<&'static str>,
}

impl Run {
    fn passed(&self, rule: &str) -> bool {
        self.rulings.get(rule).is_some_and(|ruling| ruling.verdict == Verdict::Pass)
    }

    /// Whether the run is over, since a rule fails that ends it.
    fn failed_fast(&self) -> bool {
        self.fail_fast.iter().any(|rule| self.fails(rule))
    }

    /// The first premise of `check` that does not hold, but for those that fail in some dtypes or shapes
    /// alone.
    fn broken_premise(&self, check: &Check) -> Option<&'static str> {
        let adapter = checks()
            .iter()
            .map(|check| check.rule)
            .filter(|rule| is_protocol(rule) && !is_protocol(check.rule));
        let mut premises = adapter.chain(check.after.iter().copied());
        let broken =
            premises.find(|premise| !self.passed(premise) && !self.fails_in.contains_key(premise));
        // Programs end by reading the flags; if those start wrong, no program can be believed.
        let flags = self.rulings.get(DEFAULT).filter(|ruling| ruling.verdict == Verdict::Fail);
        broken.or(flags.map(|_| DEFAULT).filter(|_| !is_protocol(check.rule)))
    }

    /// Where what `check` builds on fails, and the first rule that does.
    fn left_out(&self, check: &Check) -> (LeftOut, Option<&'static str>) {
        let mut all = (LeftOut::default(), None);
        for premise in check.after {
            let deeper = checks().iter().find(|check| check.rule == *premise);
            let (left_out, first) = deeper.map(|check| self.left_out(check)).unwrap_or_default();
            all.0.extend(&left_out);
            all.1 = all.1.or(first);
            if let Some(left_out) = self.fails_in.get(premise) {
                all.0.extend(left_out);
                all.1 = all.1.or(Some(premise));
            }
        }
        all
    }

    /// Every setting of one check, in a fixed order.
    fn first_round(&mut self, check: &'static Check, session: &mut Session) {
        let rule = rule(check.rule).expect("every check has its rule; a test holds it");
        if self.rulings.contains_key(rule.id) {
            // What was asked for another rule has shown that it is broken.
            return;
        }
        let missing = check.needs.iter().find(|&&need| !session.start().claims(need));
        if let Some(capability) = missing {
            let why = format!("`{capability}` is not claimed");
            self.rulings.insert(rule.id, ruling(rule, Verdict::Unsupported, why));
            return;
        }
        let faults = self.rulings.values().filter(|ruling| ruling.adapter_failed()).count();
        if faults >= MOST_FAULTS {
            let why = format!("the adapter failed {faults} times before");
            self.rulings.insert(rule.id, not_run(rule, Reason::Seen(why)));
            return;
        }
        let (left_out, because) = self.left_out(check);
        // What is asked otherwise than in programs of each shape is asked of arrays of one axis.
        let everywhere = matches!(check.ask, Ask::Judge(_)) && left_out.has_class(Class::Axes(1));
        let premise = self.broken_premise(check).or(because.filter(|_| everywhere));
        if let Some(premise) = premise {
            session.concluded(rule.id, false);
            self.rulings.insert(rule.id, self.behind(rule, premise));
            return;
        }
        session.leave_out(left_out);
        session.take_cases();
        let mut cases = fixtures_of(check, session.start(), session.left_out());
        let judged = match check.ask {
            Ask::Judge(judge) => Some(judge(session)),
            _ => {
                cases.extend(written(check, session).into_iter().flatten());
                if cases.is_empty()
                    && let Some(premise) = because
                {
                    self.rulings.insert(rule.id, self.behind(rule, premise));
                    return;
                }
                None
            }
        };
        // A counterexample that is about another rule shows that that one fails. The others are judged then.
        for _ in 0..MOST_OTHERS {
            let finding = match &judged {
                Some(Err(setback)) => Err(setback.clone().into()),
                Some(Ok(evidence)) if cases.is_empty() => Ok(evidence.clone()),
                // What the process was started with is asked first of all.
                Some(Ok(evidence)) => {
                    self.all_cases(rule.id, session, &cases).map(|_| evidence.clone())
                }
                None => self.all_cases(rule.id, session, &cases),
            };
            let finding = finding.map(|evidence| match because {
                Some(because) => {
                    let left_out = session.left_out().words();
                    joined(&evidence, &format!("without {left_out}, where {because} fails"))
                }
                None => evidence,
            });
            let about = self.conclude(rule, session, finding);
            if about == rule.id || judged.as_ref().is_some_and(Result::is_err) {
                break;
            }
        }
    }

    /// What becomes of a rule that builds on one that did not pass.
    fn behind(&self, rule: &'static Rule, premise: &str) -> Ruling {
        let verdict = self.rulings.get(premise).map(|ruling| ruling.verdict);
        let unsupported = verdict == Some(Verdict::Unsupported);
        let verdict = if unsupported { Verdict::Unsupported } else { Verdict::NotRun };
        let reason = Reason::BuildsOn { rule: premise.to_owned(), unsupported };
        ruled(rule, verdict, reason)
    }

    /// Judges programs until one breaks the rule. Programs that the implementation refuses are left out, and
    /// so are those that show only that another rule fails of which it is known; if these are all of them,
    /// the rule is unsupported, or not run.
    fn all_cases(
        &self,
        rule: &'static str,
        session: &mut Session,
        cases: &[Case],
    ) -> Result<String, NarrowSetback> {
        let (mut refused, mut missing, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (index, case) in cases.iter().enumerate() {
            match judge(case, session) {
                Ok(()) => {}
                Err(Setback::Refused(why)) => refused.push(why),
                Err(Setback::NotRecorded(why)) => missing.push(why),
                Err(Setback::Broken(counterexample)) => {
                    match self.about(rule, &counterexample, session) {
                        about if about != rule && self.fails(about) => {
                            others.push(about);
                            session.doubt();
                        }
                        _ => return Err(look_further(session, cases, index, *counterexample)),
                    }
                }
                Err(other) => return Err(other.into()),
            }
        }
        if let Some(why) = missing.first() {
            let counts = format!("{} of {} programs", missing.len(), cases.len());
            let why = format!("{counts} have no recorded answer: {why}");
            return Err(Setback::NotRecorded(why).into());
        }
        let of = |some: usize| format!("{some} of {} programs", cases.len());
        if let Some(other) = others.first().filter(|_| others.len() + refused.len() == cases.len())
        {
            return Err(Setback::Behind(other).into());
        }
        match refused.first() {
            Some(why) if refused.len() == cases.len() => {
                return Err(Setback::Refused(why.clone()).into());
            }
            None if cases.is_empty() => {
                let why = "no flag or dtype that it is about is claimed";
                return Err(Setback::Refused(why.to_owned()).into());
            }
            _ => {}
        }
        let refused = refused.first().map(|why| format!("{} refused: {why}", of(refused.len())));
        let others = others.first().map(|rule| format!("{} show only {rule}", of(others.len())));
        let said = [refused, others].into_iter().flatten().collect::<Vec<_>>();
        Ok(said.join("; "))
    }

    /// Whether the framework has raised this error before where none was to be raised.
    fn has_crashed(&self, error: &str) -> bool {
        self.crashes.iter().any(|(before, _)| before == error)
    }

    fn fails(&self, rule: &str) -> bool {
        self.rulings.get(rule).is_some_and(|ruling| ruling.verdict == Verdict::Fail)
    }

    /// Turns what was found for a rule into rulings. A counterexample counts for the rule that it is about,
    /// which is returned, and the one that was asked builds on that then.
    fn conclude(
        &mut self,
        asked: &'static Rule,
        session: &mut Session,
        finding: Result<String, NarrowSetback>,
    ) -> &'static str {
        let fails_in = session.take_fails_in();
        let finding = finding.map_err(|failure| failure.asked(asked.id));
        let (finding, fails_in) = match finding {
            Ok(evidence) => (Ok(evidence), None),
            Err(NarrowSetback { setback, fails_in: narrow }) => (Err(setback), narrow.or(fails_in)),
        };
        let about = match &finding {
            Err(Setback::Broken(found)) => self.about(asked.id, found, session),
            Err(Setback::Behind(premise)) => {
                self.rulings.insert(asked.id, self.behind(asked, premise));
                return asked.id;
            }
            _ => asked.id,
        };
        let concluded = match rule(about) {
            Some(rule) if about != asked.id => {
                let known = self.fails(about);
                let concluded = conclude(rule, session, finding);
                self.rulings.insert(asked.id, self.behind(asked, about));
                if known {
                    return about;
                }
                concluded
            }
            _ => conclude(asked, session, finding),
        };
        if concluded.verdict == Verdict::Fail {
            if let Some(left_out) = fails_in {
                self.fails_in.insert(concluded.rule.id, left_out);
            }
            let error = concluded.counterexample.as_ref();
            if let Some(error) = error.and_then(|found| found.mismatch.wrong.unexpected_error()) {
                // What every call raises; one that is raised at some ratios is about those.
                if EVERY_CALL.contains(&concluded.rule.id) {
                    self.crashes.push((error.to_owned(), concluded.rule.id));
                }
            }
        }
        session.concluded(concluded.rule.id, concluded.verdict == Verdict::Pass);
        self.rulings.insert(concluded.rule.id, concluded);
        about
    }

    /// The rule that a counterexample counts for. An error that the framework has raised before is told
    /// once, and so is a rule that the implementation claims nothing of.
    fn about(
        &self,
        asked: &'static str,
        found: &Counterexample,
        session: &Session,
    ) -> &'static str {
        if let Some(error) = found.mismatch.wrong.unexpected_error()
            && let Some((_, rule)) = self.crashes.iter().find(|(before, _)| before == error)
        {
            return rule;
        }
        let about = about(asked, found, &|rule| self.failing_below(rule, &found.program));
        let check = checks().iter().find(|check| check.rule == about);
        let claimed = |check: &Check| check.needs.iter().all(|need| session.start().claims(need));
        if check.is_some_and(claimed) { about } else { asked }
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
            session.leave_out(self.left_out(check).0);
            session.draw_for(&again(rule));
            for mut written in written(check, session) {
                let index = session.random().next_u64() as usize % written.len().max(1);
                cases.extend(written.drain(..).nth(index).map(|case| (rule, case)));
            }
        }
        session.leave_out(LeftOut::default());
        session.draw_for("second round");
        for last in (1..cases.len()).rev() {
            cases.swap(last, session.random().next_u64() as usize % (last + 1));
        }
        for (rule, case) in cases {
            if !self.passed(rule.id) {
                continue;
            }
            if session.interrupted() || self.failed_fast() {
                break;
            }
            let before = self.rulings[rule.id].clone();
            session.turn_to(&again(rule));
            session.take_cases();
            let finding = self.all_cases(rule.id, session, std::slice::from_ref(&case));
            self.conclude(rule, session, finding);
            let Some(after) = self.rulings.get_mut(rule.id) else { continue };
            match after.verdict {
                Verdict::Unsupported | Verdict::NotRun => *after = before,
                Verdict::Pass => {
                    after.cases += before.cases;
                    after.reason = before.reason;
                }
                _ => after.cases += before.cases,
            }
        }
    }
}

/// What a check found wrong, and in which dtypes or shapes, if that is not everywhere.
struct NarrowSetback {
    setback: Setback,
    fails_in: Option<LeftOut>,
}

impl NarrowSetback {
    /// The same, found by what is asked for a rule.
    fn asked(mut self, rule: &'static str) -> NarrowSetback {
        if let Setback::Broken(counterexample) = &mut self.setback {
            counterexample.asked = Asked::Rule(rule);
        }
        self
    }
}

impl From<Setback> for NarrowSetback {
    fn from(setback: Setback) -> NarrowSetback {
        NarrowSetback { setback, fails_in: None }
    }
}

/// What fails for some masks alone passes for seven elements so often in a row, at any usual ratio, about once in
/// fifty thousand times.
const MANY_MASKS: usize = 8;

/// Judges the other programs of a check of which one, the one at `index`, breaks the rule: where it
/// fails, and what is the plainest program that shows it.
fn look_further(
    session: &mut Session,
    cases: &[Case],
    index: usize,
    first: Counterexample,
) -> NarrowSetback {
    let mut first = Counterexample { fixture: cases[index].fixture, ..first };
    if let Err(setback) = confirm(&cases[index], &mut first, session) {
        return setback.into();
    }
    let before = session.snapshot();
    let (mut asked, mut failed) = (Vec::new(), Vec::new());
    let mut plainest: Option<(usize, Counterexample)> = None;
    for (other, case) in cases.iter().enumerate() {
        let place = place_of(&case.program);
        asked.extend(place);
        if other == index {
            failed.extend(place);
            continue;
        }
        let runs = if Step::draw_masks(&case.program) { MANY_MASKS } else { 1 };
        let judged = (0..runs).map(|_| judge(case, session)).find(Result::is_err);
        match judged.unwrap_or(Ok(())) {
            Ok(()) | Err(Setback::Refused(_) | Setback::NotRecorded(_)) => {}
            Err(Setback::Broken(found)) => {
                // The same thing is wrong there, or it may be another rule's affair.
                if std::mem::discriminant(&found.mismatch.wrong)
                    == std::mem::discriminant(&first.mismatch.wrong)
                {
                    failed.extend(place);
                    let best = plainest.as_ref().map_or(&first, |(_, found)| found);
                    if plainness(&found.program) < plainness(&best.program) {
                        plainest = Some((other, *found));
                    }
                }
                session.doubt();
            }
            Err(_) => break,
        }
    }
    session.go_back_to(before);
    let fails_in = LeftOut::where_failed(&asked, &failed);
    // The plainest is shown if a fresh process shows it too.
    if let Some((other, mut found)) = plainest.filter(|_| first.confirmed == Some(Confirmed::Alone))
    {
        found.fixture = cases[other].fixture;
        let confirmed = confirm(&cases[other], &mut found, session);
        if confirmed.is_ok() && found.confirmed == Some(Confirmed::Alone) {
            first = found;
        }
    }
    NarrowSetback { setback: Setback::Broken(Box::new(first)), fails_in }
}

/// Of two programs that show the same the one with the smaller plainness is shown: without numbers of odd
/// sizes, in the usual dtype, with fewer steps and elements.
fn plainness(program: &[Step]) -> (bool, usize, usize, usize) {
    let odd = |x: f64| x != 0.0 && !(2f64.powi(-11)..=2f64.powi(9)).contains(&x.abs());
    let numbered = Step::numbered(program);
    let arrays = numbered.iter().filter_map(|(_, step)| match step {
        Step::Variable { array, .. } => Some(array),
        _ => None,
    });
    let odd = arrays.clone().any(|array| array.values.iter().any(|&x| odd(x)));
    let elements = arrays.map(|array| array.values.len()).sum::<usize>();
    // An empty array shows little.
    let elements = if elements == 0 { usize::MAX } else { elements };
    let usual = [Dtype::Float32, Dtype::Float64, Dtype::Float16, Dtype::Bfloat16];
    let dtype = Step::dtype(program).and_then(|dtype| usual.iter().position(|it| *it == dtype));
    (odd, dtype.unwrap_or(usual.len()), Step::count_all(program), elements)
}

/// Two clauses, of which the first may be empty.
fn joined(first: &str, second: &str) -> String {
    if first.is_empty() { second.to_owned() } else { format!("{first}; {second}") }
}

/// Says what a fresh process makes of a counterexample. If there is no process to ask any more, it is a
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
