use super::conclude::{at_fault, broken, ruled, ruling};
use super::{PROTOCOL, Run};
use crate::bet::{DEPENDENCE, Outcomes, RATE};
use crate::book::{is_bitwise, is_protocol, rule, rules};
use crate::check::{bets_on_programs, checks, dependent, in_random_programs, wrong_rate};
use crate::oracle::Wrong;
use crate::report::{Reason, Ruling, Verdict};
use crate::search::{
    Census, DEFAULT_RATIO, Found, INPUT, Question, RowOf, Search, is_about_modes, rule_of,
    stands_on,
};
use crate::session::{
    Asked, Confirmed, Counterexample, LeftOut, Session, Setback, is_read_for_masks, places_of,
};
use crate::wire::{Dropout, Program, Step};
use std::collections::VecDeque;
use std::ops::Range;

/// Programs that seem to disagree about what fails already are looked into so often; then they are
/// taken for what they seem.
const LOOKED_INTO: usize = 4;

/// Where one of so many programs shows what fails already, nothing new is expected.
const TOO_MANY: usize = 4;

/// So many programs are begun while an answer is judged: programs take unlike long, and both sides are to
/// have something to do.
const BEGUN: usize = 6;

/// The rules on the modes that a program does not name.
fn modes_of(program: &[Step]) -> impl Iterator<Item = &'static str> {
    Step::numbered(program).into_iter().filter_map(|(_, step)| match step {
        Step::Apply { .. } => Some("layer.mode"),
        Step::Dropout(Dropout { mode: None, .. }) => Some("config.test-mode"),
        _ => None,
    })
}

/// A program that is to be asked.
struct Drawn {
    number: usize,
    question: Question,
    /// What is asked: the question, and a look at the flags behind it.
    program: Program,
    row: Option<RowOf>,
}

impl Drawn {
    /// The next of these numbers that has a program. Where there are no random ones, numbers are left.
    fn next(search: &Search, session: &Session, numbers: &mut Range<usize>) -> Option<Drawn> {
        while let Some(number) = numbers.next() {
            let (question, row) = match number.checked_sub(search.rows()) {
                None => match search.of_row(session, number) {
                    Some((question, row)) => (question, Some(row)),
                    None => continue,
                },
                Some(random) => match search.question(session.seed(), random) {
                    Some(question) => (question, None),
                    None => {
                        numbers.start = number;
                        return None;
                    }
                },
            };
            let program = Search::asked(session, &question);
            return Some(Drawn { number, question, program, row });
        }
        None
    }
}

/// What a random program came to.
enum Novelty {
    /// Some mask explains it; these may be bet on.
    Explained(Vec<Outcomes>),
    /// There is nothing to explain.
    Nothing,
    /// It breaks a rule that nothing broke before.
    New,
    /// It shows what is known.
    Old,
}

impl Run {
    /// Programs that cover what varies, if those are wanted, and random ones, after all that is asked on
    /// purpose. Each that disagrees is made small and counts for the rule that it is about.
    pub(super) fn random_programs(
        &mut self,
        session: &mut Session,
        rows: bool,
        programs: usize,
    ) -> Census {
        let mut census = Census { wanted: programs, random: programs, ..Census::default() };
        if let Some(why) = self.obstacle(session) {
            census.stopped = (programs > 0).then_some(why);
            return census;
        }
        let mut left_out = LeftOut::default();
        self.fails_in.values().for_each(|it| left_out.extend(it));
        session.leave_out(left_out);
        let search = Search::new(session, rows);
        census.wanted += search.rows();
        let bets = bets_on_programs(session);
        session.turn_to("random programs");
        let (mut old, mut met) = (0, Vec::new());
        let mut numbers = 0..census.wanted;
        let mut next = VecDeque::new();
        loop {
            while next.len() <= BEGUN
                && let Some(drawn) = Drawn::next(&search, session, &mut numbers)
            {
                next.push_back(drawn);
            }
            let Some(drawn) = next.pop_front() else { break };
            census.count(&drawn.question);
            match self.ask(&search, &drawn, &next, session, &mut census, old < LOOKED_INTO) {
                Ok(Novelty::Explained(masks)) => {
                    if bets {
                        let name = format!("program {}", census.programs);
                        let name = (name.as_str(), census.wanted);
                        census.bits += in_random_programs(session, name, drawn.row.as_ref(), masks);
                    }
                    met.extend(drawn.row);
                }
                Ok(Novelty::Nothing | Novelty::New) => {}
                Ok(Novelty::Old) => old += 1,
                Err(why) => {
                    census.stopped = Some(why);
                    break;
                }
            }
            if self.failed_fast() {
                census.stopped = Some(Reason::FailedFast.to_string());
                break;
            }
            if old > LOOKED_INTO && old * TOO_MANY > drawn.number + 1 {
                census.stopped = Some(format!("{old} of them show only what fails already"));
                break;
            }
        }
        if next.is_empty() && !numbers.is_empty() && census.stopped.is_none() {
            census.stopped = Some("nothing is claimed that programs are about".to_owned());
        }
        census.coverage = search.coverage(met);
        self.masks_since(session);
        census
    }

    /// Of the rules that drawn programs broke, of those on modes that wrong values broke, and of those to the bit,
    /// some stand on one that was found broken later: they say nothing by themselves.
    pub(super) fn what_follows(&mut self) {
        let premise = |ruling: &Ruling| {
            let found = ruling.counterexample.as_ref()?;
            let (id, program) = (ruling.rule.id, &found.program);
            if is_bitwise(id) {
                return modes_of(program).find(|rule| self.fails(rule));
            }
            let drawn = !matches!(found.asked, Asked::Rule(_));
            let value = matches!(found.mismatch.wrong, Wrong::Value { .. });
            let follows = drawn || value && is_about_modes(id);
            // Of two rules that drawn programs broke, each might stand on the other.
            let below = || {
                let causes = if drawn { stands_on(found) } else { Vec::new() };
                let mut causes = causes.into_iter().filter(|cause| *cause != id);
                let cause = || causes.find(|rule| self.fails(rule) && !self.was_drawn(rule));
                self.failing_premise(id, program).or_else(cause)
            };
            follows.then(below).flatten()
        };
        let broken = self.rulings.values().filter(|ruling| ruling.verdict == Verdict::Fail);
        let behind = broken.filter_map(|ruling| Some((ruling.rule, premise(ruling)?)));
        for (rule, premise) in behind.collect::<Vec<_>>() {
            self.rulings.insert(rule.id, self.behind(rule, premise));
        }
    }

    /// Whether a drawn program has shown that a rule is broken.
    fn was_drawn(&self, rule: &str) -> bool {
        let found = self.rulings.get(rule).and_then(|ruling| ruling.counterexample.as_ref());
        found.is_some_and(|found| found.asked == Asked::RandomPrograms)
    }

    /// What one program leaves behind fails many others. It is told once, of a MUST if it breaks one: where
    /// a program fails after another one alone, the other rules are open.
    pub(super) fn what_programs_leave(&mut self) {
        let after = |ruling: &&Ruling| {
            let found = ruling.counterexample.as_ref().and_then(|found| found.confirmed.as_ref());
            ruling.verdict == Verdict::Fail && matches!(found, Some(Confirmed::After { .. }))
        };
        let rulings = rules().iter().filter_map(|rule| self.rulings.get(rule.id)).filter(after);
        let rulings = rulings.map(|ruling| ruling.rule).collect::<Vec<_>>();
        let Some(&told) = rulings.iter().min_by_key(|rule| rule.level) else { return };
        for rule in rulings.into_iter().filter(|rule| rule.id != told.id) {
            let seen = "a program fails here, too, but not in a fresh process alone".to_owned();
            let reason = Reason::MayFollow { rule: told.id.to_owned(), seen };
            self.rulings.insert(rule.id, ruled(rule, Verdict::Inconclusive, reason));
        }
    }

    /// What the gamblers have made of the masks of these programs. A wrong rate and a dependence earn from each
    /// other: one of the two rules is broken by what came since, and none where one was broken before.
    fn masks_since(&mut self, session: &mut Session) {
        let judged = |id: &str| {
            let verdict = self.rulings.get(id).map(|ruling| ruling.verdict);
            matches!(verdict, Some(Verdict::Pass | Verdict::Inconclusive))
        };
        if self.fails(RATE) || self.fails(DEPENDENCE) {
            return;
        }
        let found = match (judged(RATE), judged(DEPENDENCE)) {
            (true, _) if let Some(words) = wrong_rate(session) => Some((RATE, words)),
            (_, true) => match dependent(session) {
                Some(Setback::Unlikely(words)) => Some((DEPENDENCE, words)),
                _ => None,
            },
            _ => None,
        };
        if let Some((id, seen)) = found {
            let rule = rule(id).expect("gamblers bet against rules; a law holds it");
            // A layer in the wrong mode keeps everything, a call without a ratio has another one, and a gradient
            // of another mask is taken for one.
            let shows_masks =
                |id: &str| is_about_modes(id) || is_read_for_masks(id) || id == DEFAULT_RATIO;
            let mut broken = self.rulings.values().filter(|it| it.verdict == Verdict::Fail);
            let found = match broken.find(|it| shows_masks(it.rule.id)) {
                Some(other) => {
                    let reason = Reason::MayFollow { rule: other.rule.id.to_owned(), seen };
                    ruled(rule, Verdict::Inconclusive, reason)
                }
                None => ruling(rule, Verdict::Fail, seen),
            };
            self.rulings.insert(id, Ruling { drawn: true, ..found });
        }
    }

    /// Where masks are no independent draws, how many elements are kept says little, unless it is all or none.
    /// Nor does a mode keep some other part of them than it should: that is about their rate. What is not about
    /// modes says nothing by a count where the rate is wrong. Where calls change x, their masks cannot be counted.
    pub(super) fn what_counts_say(&mut self) {
        let count = |ruling: &Ruling| {
            let found =
                ruling.counterexample.as_ref().filter(|_| ruling.verdict == Verdict::Fail)?;
            match found.mismatch.wrong {
                Wrong::Kept(kept, of) => Some((ruling.clone(), kept > 0 && kept < of)),
                _ => None,
            }
        };
        let counts = self.rulings.values().filter_map(count).collect::<Vec<_>>();
        for (count, some) in counts {
            let id = count.rule.id;
            if self.fails(INPUT) {
                self.rulings.insert(id, self.behind(count.rule, INPUT));
            } else if some && self.fails(DEPENDENCE) {
                self.rulings.insert(id, self.behind(count.rule, DEPENDENCE));
            } else if (some || !is_about_modes(id)) && self.fails(RATE)
                || some && is_about_modes(id) && self.fails_by_count(&count)
            {
                self.rulings.insert(id, self.behind(count.rule, RATE));
            }
        }
    }

    /// Whether a count now tells that the rate is wrong, which nothing said before.
    fn fails_by_count(&mut self, count: &Ruling) -> bool {
        let verdict = self.rulings.get(RATE).map(|rate| rate.verdict);
        let judged = matches!(verdict, Some(Verdict::Pass | Verdict::Inconclusive));
        if let Some(rate) = rule(RATE).filter(|_| judged) {
            self.rulings.insert(RATE, Ruling { rule: rate, ..count.clone() });
        }
        judged
    }

    /// Why none is asked: the run is over, or nothing could be believed, since a rule about the adapter, or
    /// on the flags of a fresh process, did not pass.
    fn obstacle(&self, session: &Session) -> Option<String> {
        if session.interrupted() {
            return Some(Reason::Interrupted.to_string());
        }
        if self.failed_fast() {
            return Some(Reason::FailedFast.to_string());
        }
        let fails = |(rule, ruling): &(&&str, &Ruling)| {
            (is_protocol(rule) || **rule == super::DEFAULT)
                && !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported)
        };
        let (rule, _) = self.rulings.iter().find(fails)?;
        Some(format!("{rule} did not pass"))
    }

    /// The rule that is known to fail for `program` if this one does: itself, or one that it builds on and
    /// that fails for arrays like those of the program.
    pub(super) fn failing_below(
        &self,
        rule: &'static str,
        program: &[Step],
    ) -> Option<&'static str> {
        if self.fails(rule) { Some(rule) } else { self.failing_premise(rule, program) }
    }

    /// The same of what a rule builds on.
    fn failing_premise(&self, rule: &'static str, program: &[Step]) -> Option<&'static str> {
        let check = checks().iter().find(|check| check.rule == rule)?;
        let there = |premise: &&&'static str| {
            let fails_in = self.fails_in.get(**premise);
            fails_in.is_none_or(|it| places_of(program).any(|place| it.has(place)))
        };
        check.after.iter().filter(there).find_map(|premise| self.failing_below(premise, program))
    }

    /// Asks one program; the next ones begin while its answer is judged.
    fn ask(
        &mut self,
        search: &Search,
        Drawn { question, program, .. }: &Drawn,
        next: &VecDeque<Drawn>,
        session: &mut Session,
        census: &mut Census,
        looked_into: bool,
    ) -> Result<Novelty, String> {
        let stakes = session.stakes(program);
        let choices = session.choices().clone();
        session.take_cases();
        let asked = session.run(program).and_then(|answer| {
            session.begin(next.iter().map(|next| &next.program));
            session.explained(program, &answer, question.exactness).map(|_| answer)
        });
        let first = match asked {
            Ok(answer) => {
                return Ok(Novelty::Explained(stakes.settle(&answer)));
            }
            Err(Setback::Refused(_)) => {
                census.refused += 1;
                // It may have set a flag before it came to what it was refused for.
                return match Search::forget(session) {
                    Ok(()) => Ok(Novelty::Nothing),
                    Err(other) => self.no_answer(other, session),
                };
            }
            Err(Setback::NotRecorded(_)) => {
                census.missing += 1;
                return Ok(Novelty::Nothing);
            }
            Err(Setback::Broken(counterexample)) => *counterexample,
            Err(other) => return self.no_answer(other, session),
        };
        census.disagreed += 1;
        if first.mismatch.wrong.unexpected_error().is_some_and(|error| self.has_crashed(error)) {
            return match Search::forget(session) {
                Ok(()) => Ok(Novelty::Old),
                Err(other) => self.no_answer(other, session),
            };
        }
        let known = |rule: &'static str| self.failing_below(rule, program).is_some();
        let told = |rule: &'static str, found: &Counterexample| {
            let error = found.mismatch.wrong.unexpected_error();
            known(rule)
                || stands_on(found).into_iter().any(known)
                || error.is_some_and(|error| self.has_crashed(error))
        };
        let rule = rule_of(&first, question);
        if !looked_into && told(rule, &first) {
            session.take_cases();
            return match Search::forget(session) {
                Ok(()) => Ok(Novelty::Old),
                Err(other) => self.no_answer(other, session),
            };
        }
        let found = match search.shrink(session, question, first.clone(), &choices, &known) {
            Ok(found) => found,
            // It is large, but it is one.
            Err(Setback::NotRecorded(_) | Setback::Interrupted) => {
                Found { rule, counterexample: first }
            }
            Err(other) => return self.no_answer(other, session),
        };
        let news = !told(found.rule, &found.counterexample);
        if news {
            self.found(found);
        }
        session.take_cases();
        match session.restart() {
            Ok(()) if news => Ok(Novelty::New),
            Ok(()) => Ok(Novelty::Old),
            Err(other) => self.no_answer(other, session),
        }
    }

    fn found(&mut self, found: Found) {
        let Found { rule: id, counterexample } = found;
        let rule = rule(id).expect("the table of attribution names rules; a law holds it");
        let cases = self.rulings.get(id).map_or(0, |ruling| ruling.cases);
        let mut ruling = broken(rule, counterexample);
        ruling.cases = cases + 1;
        self.rulings.insert(rule.id, ruling);
    }

    /// The adapter failed at a program of which it answered the like before.
    fn no_answer<T>(&mut self, setback: Setback, session: &mut Session) -> Result<T, String> {
        let rule = rule(PROTOCOL).expect("it is in the table");
        let program = session.last_program().cloned();
        if let Setback::Adapter(fault) = setback {
            let why = fault.message.clone();
            let ruling = Ruling { program, ..at_fault(rule, fault) };
            self.rulings.insert(rule.id, ruling);
            let _ = session.restart();
            return Err(why);
        }
        Err(match setback {
            Setback::Interrupted => Reason::Interrupted.to_string(),
            _ => "there was no answer".to_owned(),
        })
    }
}
