//! Asks random programs, and makes those that disagree small.

use super::attribution::attribute;
use super::space::{Coverage, Row, Space};
use super::strategy::{DrawnProgram, Programs, Question};
use crate::bet::Tag;
use crate::oracle::{Choices, Exactness};
use crate::session::{
    Confirmed, Counterexample, Effort, Session, Setback, Shrunk, all_true, places_of,
};
use crate::wire::steps::{config, repeat, set};
use crate::wire::{Program, Step};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::{Duration, Instant};

/// A smaller program counts if one of so many turns disagrees: a defect that shows under half of all
/// masks is missed once in 65536 times. Of large arrays a mask shows enough in a few.
fn turns(program: &[Step]) -> usize {
    match Step::most_elements(program) {
        0..1024 => 16,
        1024..16384 => 4,
        _ => 2,
    }
}

/// How long one program is made smaller that shows something new, and one in which something new is looked for.
const NEW: Duration = Duration::from_secs(15);
const PERHAPS_NEW: Duration = Duration::from_secs(5);

/// How often a counterexample is run in the end, to say how often it shows.
const RUNS: usize = 32;

/// Programs for one implementation: those of rows that cover what varies, and then random ones.
pub(crate) struct Search {
    programs: Programs,
    space: Space,
    rows: Vec<Row>,
    /// How many elements of masks a row's program has, more or less.
    bits: usize,
}

/// The row that a program was written for, and what its calls have in common.
pub(crate) struct RowOf {
    row: Row,
    pub(crate) tags: Vec<Tag>,
    /// How many elements its calls have.
    pub(crate) elements: usize,
    /// The probability with which they keep one.
    pub(crate) keep: f64,
}

/// A program that disagrees, as small as it became, and the rule that it breaks.
pub(crate) struct Found {
    pub(crate) rule: &'static str,
    pub(crate) counterexample: Counterexample,
}

impl Search {
    /// Programs for the implementation that answered so, with rows or without.
    pub(crate) fn new(session: &Session, with_rows: bool) -> Search {
        let programs = Programs::new(session.asked().clone());
        let programs = programs.without(session.left_out().clone());
        let space = Space::new(session.asked());
        let effort = session.effort();
        let rows = if with_rows { space.rows(session.seed(), effort) } else { Vec::new() };
        let bits = match effort {
            Effort::Quick => 512,
            Effort::Default => 1024,
            Effort::Deep => 4096,
        };
        Search { programs, space, rows, bits }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The program of a row; `None` where something fails already that it has in it.
    pub(crate) fn of_row(&self, session: &Session, number: usize) -> Option<(Question, RowOf)> {
        let row = self.rows.get(number)?;
        let seed = session.seed() ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let (program, shape, ratio) = self.space.program(row, &mut random, self.bits);
        if places_of(&program).any(|place| session.left_out().has(place)) {
            return None;
        }
        let (tags, keep) = (self.space.tags(row), 1.0 - ratio);
        let elements = shape.iter().product();
        let of = RowOf { row: row.clone(), tags, elements, keep };
        Some((Question { program, exactness: Exactness::Must }, of))
    }

    /// What of the space was asked with these.
    pub(crate) fn coverage(&self, asked: Vec<RowOf>) -> Coverage {
        self.space.coverage(&asked.into_iter().map(|of| of.row).collect::<Vec<_>>())
    }

    /// The random program of a number, of a run's seed: it does not depend on what became of others.
    pub(crate) fn question(&self, seed: u64, number: usize) -> Option<Question> {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&(number as u64).to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), random);
        self.programs.new_tree(&mut runner).ok().map(|tree| tree.current())
    }

    /// The program, and a look at the flags behind it.
    pub(crate) fn asked(session: &Session, question: &Question) -> Program {
        let mut programs = [question.program.clone()];
        session.read_flags(&mut programs);
        let [program] = programs;
        program
    }

    /// What is found in a program that disagreed; `known` are the rules of which nothing new is to be
    /// learnt, and `choices` what was possible before it was asked.
    ///
    /// # Errors
    /// If the implementation does not start again.
    pub(crate) fn shrink(
        &self,
        session: &mut Session,
        question: &Question,
        first: Counterexample,
        choices: &Choices,
        known: &dyn Fn(&'static str) -> bool,
    ) -> Result<Found, Setback> {
        let history = session.take_history();
        let rule = rule_of(&first, question);
        let new = |rule: &'static str| !known(rule);
        let any = |_: &'static str| true;
        // What seems new is made as small as can be, wherever that leads: a smaller program that shows
        // what is known says that this one did, too. In what seems known, something new is looked for.
        // Without new processes at first, since those may take seconds to start. An implementation that
        // remembers more than flags has to be started anew for each.
        let attempts: &[(bool, Wanted)] =
            if new(rule) { &[(false, &any), (true, &any)] } else { &[(false, &new)] };
        for &(anew, wanted) in attempts {
            let deadline = Instant::now() + if new(rule) { NEW } else { PERHAPS_NEW };
            let mut shrinking =
                Shrinking { search: self, session, choices, anew, wanted, deadline, tried: 0 };
            if let Some((question, counterexample, shown)) = shrinking.smallest(question)? {
                let (tried, late) = (shrinking.tried, Instant::now() > deadline);
                let from = Step::count_all(&first.program);
                let shrunk = Some(Shrunk { from, tried, late, shown, of: RUNS });
                let counterexample =
                    Counterexample { shrunk, confirmed: Some(Confirmed::Alone), ..counterexample };
                return Ok(Found { rule: rule_of(&counterexample, &question), counterexample });
            }
        }
        if !new(rule) {
            return Ok(Found { rule, counterexample: first });
        }
        // Not by itself: perhaps after the programs that were asked before it.
        session.set_history(history);
        let exactness = question.exactness;
        let program = Search::asked(session, question);
        let confirmed =
            session.confirm(&mut |session| session.explained_with(&program, exactness, choices))?;
        let counterexample = Counterexample { confirmed: Some(confirmed), ..first };
        Ok(Found { rule, counterexample })
    }

    /// Makes the flags true again where a program has left them false.
    ///
    /// # Errors
    /// If it has to be started anew for that, and does not start.
    pub(crate) fn forget(session: &mut Session) -> Result<(), Setback> {
        let flags = || session.start().flags();
        let sets = flags().map(|flag| set(flag, true));
        let program = sets.chain(flags().map(config)).collect::<Vec<_>>();
        if program.is_empty() {
            return Ok(());
        }
        let clean = session.run(&program).is_ok_and(|answer| all_true(&answer));
        if clean { Ok(()) } else { session.restart() }
    }
}

/// Whether a rule is one to be shrunk towards.
type Wanted<'w> = &'w dyn Fn(&'static str) -> bool;

struct Shrinking<'s, 'i> {
    search: &'s Search,
    session: &'s mut Session<'i>,
    choices: &'s Choices,
    /// Whether each program is asked in a fresh process.
    anew: bool,
    wanted: Wanted<'s>,
    deadline: Instant,
    tried: usize,
}

impl Shrinking<'_, '_> {
    /// The smallest program that disagrees, its counterexample, and in how many of [`RUNS`] runs it
    /// does, in one fresh process; nothing if none does there.
    fn smallest(
        &mut self,
        question: &Question,
    ) -> Result<Option<(Question, Counterexample, usize)>, Setback> {
        self.session.restart()?;
        if self.disagrees(question)?.is_none() {
            return Ok(None);
        }
        let mut tree = DrawnProgram::new(&self.search.programs, question.clone());
        let mut best = question.clone();
        let mut more = tree.simplify();
        while more && Instant::now() < self.deadline {
            let smaller = tree.current();
            more = match self.disagrees(&smaller)? {
                Some(_) => {
                    best = smaller;
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        let anew = std::mem::replace(&mut self.anew, true);
        let again = self.disagrees(&best)?;
        self.anew = anew;
        let Some(in_turns) = again else { return Ok(None) };
        let (counterexample, shown) = self.as_a_reader_runs(&best, in_turns)?;
        Ok(Some((best, counterexample, shown)))
    }

    /// The counterexample by itself, if that shows it, or in as few turns as show it; and in how many
    /// of [`RUNS`] runs it does, in one fresh process.
    fn as_a_reader_runs(
        &mut self,
        question: &Question,
        in_turns: Counterexample,
    ) -> Result<(Counterexample, usize), Setback> {
        let whole = Search::asked(self.session, question);
        // What the flags are in the end is of interest only if that is what is wrong.
        let own = Step::count_all(&question.program);
        let turned = matches!(in_turns.program.first(), Some(Step::Repeat { .. }));
        let program = match in_turns.mismatch.at - usize::from(turned) < own {
            true => question.program.clone(),
            false => whole.clone(),
        };
        let mut ways = vec![program];
        if turned {
            ways.extend([2, 3, 4, 8].map(|turns| vec![repeat(turns, whole.clone())]));
        }
        for program in ways {
            self.session.restart()?;
            let (mut shown, mut found) = (0, None);
            for _ in 0..RUNS {
                if let Some(counterexample) = self.once(question, &program)? {
                    shown += 1;
                    found.get_or_insert(counterexample);
                }
            }
            if let Some(found) = found.filter(|found| (self.wanted)(rule_of(found, question))) {
                return Ok((found, shown));
            }
        }
        Ok((in_turns, 0))
    }

    /// The counterexample if one of some [`turns`] disagrees.
    fn disagrees(&mut self, question: &Question) -> Result<Option<Counterexample>, Setback> {
        self.tried += 1;
        if self.anew {
            self.session.restart()?;
        }
        let program = Search::asked(self.session, question);
        let found = if may_be_repeated(&program) {
            let turns = turns(&program);
            self.once(question, &[repeat(turns, program)])?
        } else {
            let mut found = None;
            for _ in 0..turns(&program) {
                found = self.once(question, &program)?;
                if found.is_some() {
                    break;
                }
            }
            found
        };
        Ok(found.filter(|found| (self.wanted)(rule_of(found, question))))
    }

    /// The counterexample if one run disagrees.
    fn once(
        &mut self,
        question: &Question,
        program: &[Step],
    ) -> Result<Option<Counterexample>, Setback> {
        match self.session.explained_with(program, question.exactness, self.choices) {
            Err(Setback::Broken(counterexample)) => {
                match self.anew {
                    true => self.session.restart()?,
                    false => Search::forget(self.session)?,
                }
                Ok(Some(*counterexample))
            }
            Err(Setback::NotRecorded(why)) => Err(Setback::NotRecorded(why)),
            Err(Setback::Interrupted) => Err(Setback::Interrupted),
            Err(Setback::Adapter(_)) => {
                self.session.restart()?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

/// The rule that a counterexample of a question is about.
pub(crate) fn rule_of(counterexample: &Counterexample, question: &Question) -> &'static str {
    let Counterexample { program, mismatch, answer, choices, .. } = counterexample;
    attribute(program, mismatch, answer, question.exactness, choices)
}

/// Whether the oracle can foresee a program's turns as those of a `repeat`.
fn may_be_repeated(program: &[Step]) -> bool {
    !Step::numbered(program).iter().any(|(_, step)| {
        matches!(step, Step::Repeat { .. } | Step::Threads { .. } | Step::Draws {})
    })
}
