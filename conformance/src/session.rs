//! A conversation with one implementation, as the checks see it.

mod confirm;
mod effort;
mod finding;
mod left_out;
mod options;
mod setting;
mod settings;
mod wagers;

pub use effort::Effort;
pub use finding::{Asked, Confirmed, Counterexample, Finding, Setback, Shrunk, unless_refused};
pub use options::{Options, fresh_seed};
pub use setting::{Over, Setting, round_ratio};

pub(crate) use left_out::{Class, LeftOut, place_of, places_of};
pub(crate) use settings::SMALL;
pub(crate) use wagers::{SHARED_MASK, is_read_for_masks};

use crate::bet::Pool;
use crate::implementation::{Fault, Implementation};
use crate::oracle::{Choices, Exactness, Explained, Mismatch, explain};
use crate::wire::steps::config;
use crate::wire::{Answer, Dtype, FaultKind, Outcome, Program, Seeding, Seen, Start, Step};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::{HashSet, VecDeque};

/// So many programs before a counterexample may be what makes it fail.
pub(crate) const MOST_HISTORY: usize = 64;

/// A conversation with one implementation.
pub struct Session<'a> {
    implementation: &'a mut dyn Implementation,
    start: Start,
    /// The same, as if dtypes that are left out were not claimed.
    asked: Start,
    left_out: LeftOut,
    /// The rules that were concluded and did not pass.
    not_passed: HashSet<&'static str>,
    /// Where the check that is asked fails, if that is in some dtypes alone.
    fails_in: Option<LeftOut>,
    seed: u64,
    random: ChaCha20Rng,
    entropies: Entropies,
    choices: Choices,
    /// The last programs since the implementation was started, the latest last.
    history: VecDeque<Program>,
    /// Whether the last program ended early, so that flags may not be what they should be.
    doubtful: bool,
    /// The programs that were begun and are not asked for yet, with their ids.
    begun: VecDeque<(String, Program)>,
    /// How often flags were read for that since the check began.
    settled: usize,
    /// Whether masks come again that were bet on: every process draws the same, and there is a new one.
    masks_come_again: bool,
    name: String,
    cases: usize,
    programs: usize,
    pool: Pool,
    effort: Effort,
    to_the_end: bool,
    interrupted: bool,
    /// The wagers that have begun, with what they left undecided.
    wagers: Vec<(&'static str, Option<String>)>,
}

impl<'a> Session<'a> {
    /// Starts `implementation`; all of the judge's randomness comes from the seed.
    ///
    /// # Errors
    /// If it does not start.
    pub fn new(
        implementation: &'a mut dyn Implementation,
        options: &Options,
    ) -> Result<Session<'a>, Fault> {
        let Options { seed, effort, to_the_end, .. } = *options;
        let random = ChaCha20Rng::seed_from_u64(seed);
        let mut entropies = Entropies::of(seed);
        let start = implementation.start(entropies.next())?;
        Ok(Session {
            implementation,
            asked: start.clone(),
            left_out: LeftOut::default(),
            not_passed: HashSet::new(),
            fails_in: None,
            start,
            seed,
            random,
            entropies,
            choices: Choices::default(),
            history: VecDeque::new(),
            doubtful: false,
            begun: VecDeque::new(),
            settled: 0,
            masks_come_again: false,
            name: String::new(),
            cases: 0,
            programs: 0,
            pool: Pool::default(),
            effort,
            to_the_end,
            interrupted: false,
            wagers: Vec::new(),
        })
    }

    /// What the implementation answered to `start`.
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// The same, as if dtypes that are left out were not claimed.
    pub(crate) fn asked(&self) -> &Start {
        &self.asked
    }

    /// Leaves these dtypes and classes of shapes out from now on.
    pub(crate) fn leave_out(&mut self, left_out: LeftOut) {
        let mut asked = self.start.clone();
        asked.dtypes.retain(|&dtype| !left_out.has_dtype(dtype));
        asked.max_elements = asked.max_elements.min(left_out.most_elements());
        (self.asked, self.left_out) = (asked, left_out);
    }

    /// The dtypes and classes of shapes that are left out now.
    pub(crate) fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// The check that is asked fails in these dtypes, and was asked in others.
    pub(crate) fn fails_in(&mut self, dtypes: Vec<Dtype>) {
        let floats = self.float_dtypes();
        let narrow = !dtypes.is_empty() && floats.iter().any(|dtype| !dtypes.contains(dtype));
        self.fails_in = narrow.then(|| LeftOut::dtypes(dtypes));
    }

    /// Where the check that was asked fails, if it said so.
    pub(crate) fn take_fails_in(&mut self) -> Option<LeftOut> {
        self.fails_in.take()
    }

    /// What became of a rule.
    pub(crate) fn concluded(&mut self, rule: &'static str, passed: bool) {
        match passed {
            true => self.not_passed.remove(rule),
            false => self.not_passed.insert(rule),
        };
    }

    /// A program has left a flag false, perhaps: nothing is believed until the flags were read.
    pub(crate) fn doubt(&mut self) {
        self.doubtful = true;
    }

    /// What is still possible of the choices.
    pub fn choices(&self) -> &Choices {
        &self.choices
    }

    /// The last programs that were sent since the implementation was started.
    pub(crate) fn take_history(&mut self) -> VecDeque<Program> {
        std::mem::take(&mut self.history)
    }

    /// As if these programs had been sent.
    pub(crate) fn set_history(&mut self, history: VecDeque<Program>) {
        self.history = history;
    }

    /// The seed of the run.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The program that was sent last, if one was since the implementation was started.
    pub fn last_program(&self) -> Option<&Program> {
        self.history.back()
    }

    /// How many programs were run.
    pub fn programs(&self) -> usize {
        self.programs
    }

    /// How many programs were judged since the last call.
    pub fn take_cases(&mut self) -> usize {
        std::mem::take(&mut self.cases)
    }

    /// The judge's own randomness.
    pub fn random(&mut self) -> &mut ChaCha20Rng {
        &mut self.random
    }

    /// Turns to the check `name`, and draws its inputs from the run's seed and that name alone, so
    /// that a rule that is chosen gets the programs that it gets among all.
    pub fn draw_for(&mut self, name: &str) {
        self.draw_in(name);
        self.turn_to(name);
    }

    /// Turns to the check `name`: its programs are found under it.
    pub fn turn_to(&mut self, name: &str) {
        self.settled = 0;
        name.clone_into(&mut self.name);
    }

    /// Starts the implementation anew.
    ///
    /// # Errors
    /// If it does not start.
    pub fn restart(&mut self) -> Result<(), Setback> {
        self.history.clear();
        self.doubtful = false;
        self.begun.clear();
        self.masks_come_again |= self.start.seeding == Seeding::Fixed && self.pool.bits() > 0;
        let started = self.implementation.start(self.entropies.next());
        let started = started.and_then(|start| match start == self.start {
            true => Ok(()),
            false => Err(another_start(&self.start, &start)),
        });
        started.map_err(|fault| self.setback(fault))
    }

    /// Reads the flags after a program that ended early. It may have set one that its last steps would
    /// have set back. If one is not true, or there is no answer, the next program gets a new process,
    /// and no rule is blamed for that.
    fn settle(&mut self) -> Result<(), Setback> {
        if !std::mem::take(&mut self.doubtful) {
            return Ok(());
        }
        let program = self.start.flags().map(config).collect::<Program>();
        if program.is_empty() {
            return Ok(());
        }
        self.settled += 1;
        let id = format!("flags {}@{}", self.settled, self.name);
        match self.implementation.run(&id, &program) {
            Ok(answer) if all_true(&answer) && answer.outcome == Outcome::Done => Ok(()),
            // Recorded answers come from a process that was asked the same.
            Err(fault) if fault.kind == FaultKind::NotRecorded => Ok(()),
            Err(fault) if fault.kind == FaultKind::Interrupted => Err(self.setback(fault)),
            _ => self.restart(),
        }
    }

    /// Runs a program of the check's own.
    ///
    /// # Errors
    /// If it is refused, or there is no answer.
    pub fn run(&mut self, program: &[Step]) -> Result<Answer, Setback> {
        self.run_as(&item(program), program)
    }

    /// Has the implementation begin with the programs that are asked next, so that it runs them while
    /// answers are judged. Nothing is begun where flags have to be read first.
    pub(crate) fn begin<'p>(&mut self, next: impl Iterator<Item = &'p Program>) {
        if self.doubtful {
            return;
        }
        for program in next.skip(self.begun.len()) {
            let id = self.id(&item(program));
            let before = self.begun.back();
            let may_begin = before.is_none_or(|(_, before)| !may_leave_flags(before));
            if !may_begin || !self.implementation.begin(&id, program) {
                return;
            }
            self.begun.push_back((id, program.clone()));
        }
    }

    /// Waits for programs that were begun if another one is asked, or flags have to be read before they
    /// are. If one has no answer, a new process is started. Each is asked again where it is wanted.
    fn wait_for_what_was_begun(&mut self, asked: &str) -> Result<(), Setback> {
        if !self.doubtful && self.begun.front().is_none_or(|(id, _)| id == asked) {
            return Ok(());
        }
        while let Some((id, program)) = self.begun.pop_front() {
            self.remember(program.clone());
            match self.implementation.run(&id, &program) {
                Ok(answer) => self.doubtful |= !ended_with_flags_known(&answer),
                Err(fault) if fault.kind == FaultKind::Interrupted => {
                    return Err(self.setback(fault));
                }
                Err(_) => self.restart()?,
            }
        }
        Ok(())
    }

    fn id(&self, item: &str) -> String {
        format!("{item}@{}", self.name)
    }

    fn remember(&mut self, program: Program) {
        if self.history.len() > MOST_HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(program);
    }

    /// Runs a fixture, or any program that has a name.
    ///
    /// # Errors
    /// If it is refused, or there is no answer.
    pub fn run_as(&mut self, item: &str, program: &[Step]) -> Result<Answer, Setback> {
        let id = self.id(item);
        self.wait_for_what_was_begun(&id)?;
        self.settle()?;
        self.begun.pop_front();
        self.programs += 1;
        self.remember(program.to_vec());
        let answer = self.implementation.run(&id, program);
        self.doubtful = !answer.as_ref().is_ok_and(ended_with_flags_known);
        let answer = answer.map_err(|fault| self.setback(fault))?;
        if let Outcome::Unsupported { at, why } = &answer.outcome {
            return Err(Setback::Refused(format!("step {at}: {why}")));
        }
        self.cases += 1;
        Ok(answer)
    }

    /// What stands in the way if there is no answer.
    fn setback(&mut self, fault: Fault) -> Setback {
        match fault.kind {
            FaultKind::NotRecorded => Setback::NotRecorded(fault.message),
            FaultKind::Interrupted => {
                self.interrupted = true;
                Setback::Interrupted
            }
            _ => Setback::Adapter(fault),
        }
    }

    /// Whether the run was interrupted.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// Asks whether some mask explains `answer`.
    ///
    /// # Errors
    /// A counterexample if none does.
    pub fn explained(
        &mut self,
        program: &[Step],
        answer: &Answer,
        exactness: Exactness,
    ) -> Result<Explained, Setback> {
        let explained = explain(program, answer, exactness, &mut self.choices);
        explained.map_err(|mismatch| self.broken(program, answer, mismatch, Some(exactness)))
    }

    /// Runs a program and asks whether some mask explains it with these choices; what it tells of them
    /// is forgotten.
    ///
    /// # Errors
    /// A counterexample if none does, or another setback.
    pub(crate) fn explained_with(
        &mut self,
        program: &[Step],
        exactness: Exactness,
        choices: &Choices,
    ) -> Result<(), Setback> {
        let learnt = std::mem::replace(&mut self.choices, choices.clone());
        let run = self.run(program);
        let explained = run.and_then(|answer| self.explained(program, &answer, exactness));
        self.choices = learnt;
        explained.map(|_| ())
    }

    /// Whether the rule passes: yes, with this evidence.
    pub fn passes(&self, evidence: String) -> Finding {
        Ok(evidence)
    }

    /// Whether the rule passes: no, and here is why.
    pub fn fails(&self, program: &[Step], mismatch: Mismatch) -> Finding {
        let answer = Answer { observations: Vec::new(), outcome: Outcome::Done };
        self.fails_in_answer(program, &answer, mismatch)
    }

    /// The same, of one answer that was looked at.
    pub fn fails_in_answer(
        &self,
        program: &[Step],
        answer: &Answer,
        mismatch: Mismatch,
    ) -> Finding {
        Err(self.broken(program, answer, mismatch, None))
    }

    fn broken(
        &self,
        program: &[Step],
        answer: &Answer,
        mismatch: Mismatch,
        exactness: Option<Exactness>,
    ) -> Setback {
        Setback::Broken(Box::new(Counterexample {
            program: program.to_vec(),
            mismatch,
            answer: answer.clone(),
            exactness,
            choices: self.choices.clone(),
            fixture: None,
            confirmed: None,
            shrunk: None,
            asked: Asked::RandomPrograms,
        }))
    }

    /// Whether the rule passes: it cannot be asked.
    pub fn unsupported(&self, why: &str) -> Finding {
        Err(Setback::Refused(why.to_owned()))
    }
}

/// The fault of an adapter that says something else of itself in another process.
fn another_start(first: &Start, other: &Start) -> Fault {
    let json = |start: &Start| serde_json::to_value(start).expect("what was read can be written");
    let (first, other) = (json(first), json(other));
    let fields = first.as_object().into_iter().flatten();
    let differing = fields.filter(|(field, value)| other[field.as_str()] != **value);
    let differing = differing.map(|(field, _)| format!("`{field}`")).collect::<Vec<_>>().join(", ");
    let message = format!(
        "the answer to `start` differs from the first one in {differing}: one run judges one \
         implementation, and every process says the same of it"
    );
    Fault { kind: FaultKind::Protocol, message, stderr: vec![] }
}

/// The name of a program that has none. It follows from the program: a recorded answer never meets another
/// one.
fn item(program: &[Step]) -> String {
    let text = serde_json::to_string(program).expect("a program is JSON");
    format!("{:016x}", hash(&text))
}

/// FNV-1a: any function that tells texts apart would do.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether a program may end early, or with an error that was caught last: flags are read behind it.
fn may_leave_flags(program: &[Step]) -> bool {
    let raises = |step: &Step| match step {
        Step::Raise { .. } => true,
        Step::Catch { .. } => false,
        other => other.bodies().into_iter().any(may_leave_flags),
    };
    program.iter().any(raises)
}

/// Whether a program ran to its end, and read the flags there if an error was caught on the way.
fn ended_with_flags_known(answer: &Answer) -> bool {
    let caught = |seen: &Seen| matches!(seen, Seen::Raised(..));
    let read = |seen: &Seen| matches!(seen, Seen::Config(_));
    let seen = || answer.observations.iter().map(|observation| &observation.seen);
    answer.outcome == Outcome::Done && (!seen().any(caught) || seen().next_back().is_some_and(read))
}

/// Whether all that was observed is that flags are true.
pub(crate) fn all_true(answer: &Answer) -> bool {
    answer.observations.iter().all(|seen| seen.seen == Seen::Config(true))
}

/// The entropies of a run's processes. No process gets one that another had: with the same one a right
/// implementation draws the same masks, and would be accused of that. But many share their last bits with the
/// one before, or their first ones, so that one shows that hears those alone. They have a generator to
/// themselves, so that a process more or less changes no program.
struct Entropies {
    random: ChaCha20Rng,
    before: HashSet<u32>,
    last: u32,
}

impl Entropies {
    fn of(seed: u64) -> Entropies {
        let random = ChaCha20Rng::seed_from_u64(seed ^ hash("entropies"));
        Entropies { random, before: HashSet::new(), last: 0 }
    }

    fn next(&mut self) -> u32 {
        /// These bits are those of the process before, in turn.
        const SHARED: [u32; 6] = [0, 0xff, 0xff_ffff, 0xffff, 0x7fff_0000, 0x7f00_0000];
        let shared = SHARED[self.before.len() % SHARED.len()];
        loop {
            let entropy = self.random.next_u32() >> 1 & !shared | self.last & shared;
            if self.before.insert(entropy) {
                self.last = entropy;
                return entropy;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Session, hash};
    use crate::Options;
    use crate::implementation::{Engine, Reference};

    /// The published values of FNV-1a with 64 bits: a seed means the same run for ever.
    #[test]
    fn texts_are_told_apart_as_ever() {
        let known = [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c)];
        for (text, value) in known.into_iter().chain([("foobar", 0x8594_4171_f739_67e8)]) {
            assert_eq!(hash(text), value, "{text}");
        }
    }

    #[test]
    fn shapes_are_those_that_the_implementation_takes() {
        let mut reference = Engine::new(Reference);
        let mut session = Session::new(&mut reference, &Options::default()).unwrap();
        session.asked.max_elements = 8;
        assert_eq!(session.fitting(&[2, 4]), [2, 4]);
        assert_eq!(session.fitting(&[3, 3]), [8]);
    }
}
