//! A conversation with one implementation, as the checks see it.

mod confirm;
mod settings;
mod wagers;

pub(crate) use settings::SMALL;

use crate::effort::Effort;
use crate::finding::{Counterexample, Finding, Setback};
use crate::oracle::{Choices, Exactness, Explained, Mismatch, explain};
use crate::subject::{Fault, FaultKind, Implementation};
use crate::suite::Options;
use crate::wager::{Outcomes, Pool};
use crate::wire::{Answer, Outcome, Program, Start, Step};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::HashSet;

/// A conversation with one implementation.
pub struct Session<'a> {
    implementation: &'a mut dyn Implementation,
    start: Start,
    seed: u64,
    random: ChaCha20Rng,
    entropies: HashSet<u32>,
    choices: Choices,
    history: Vec<Program>,
    name: String,
    cases: usize,
    programs: usize,
    pool: Pool,
    effort: Effort,
    to_the_end: bool,
    interrupted: bool,
    /// The wagers that have begun, with what they left undecided.
    wagers: Vec<(&'static str, Option<String>)>,
    /// Bits of random programs that are not played yet.
    gathered: Vec<Outcomes>,
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
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let mut entropies = HashSet::new();
        let start = implementation.start(fresh(&mut random, &mut entropies))?;
        Ok(Session {
            implementation,
            start,
            seed,
            random,
            entropies,
            choices: Choices::default(),
            history: Vec::new(),
            name: String::new(),
            cases: 0,
            programs: 0,
            pool: Pool::default(),
            effort,
            to_the_end,
            interrupted: false,
            wagers: Vec::new(),
            gathered: Vec::new(),
        })
    }

    /// What the implementation answered to `start`.
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// What is still possible of the choices.
    pub fn choices(&self) -> &Choices {
        &self.choices
    }

    /// The programs that were sent since the implementation was started.
    pub(crate) fn take_history(&mut self) -> Vec<Program> {
        std::mem::take(&mut self.history)
    }

    /// As if these programs had been sent.
    pub(crate) fn set_history(&mut self, history: Vec<Program>) {
        self.history = history;
    }

    /// The seed of the run.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The program that was sent last, if one was since the implementation was started.
    pub fn last_program(&self) -> Option<&Program> {
        self.history.last()
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
        name.clone_into(&mut self.name);
    }

    /// Starts the implementation anew.
    ///
    /// # Errors
    /// If it does not start.
    pub fn restart(&mut self) -> Result<(), Setback> {
        self.history.clear();
        let entropy = fresh(&mut self.random, &mut self.entropies);
        let started = self.implementation.start(entropy);
        started.map(|_| ()).map_err(|fault| self.setback(fault))
    }

    /// Runs a program of the check's own.
    ///
    /// # Errors
    /// If it is refused, or there is no answer.
    pub fn run(&mut self, program: &[Step]) -> Result<Answer, Setback> {
        let text = serde_json::to_string(program).expect("a program is JSON");
        // The id follows from the program: a recorded answer never meets another one.
        self.run_as(&format!("{:016x}", hash(&text)), program)
    }

    /// Runs a fixture, or any program that has a name.
    ///
    /// # Errors
    /// If it is refused, or there is no answer.
    pub fn run_as(&mut self, item: &str, program: &[Step]) -> Result<Answer, Setback> {
        self.programs += 1;
        self.history.push(program.to_vec());
        let id = format!("{item}@{}", self.name);
        let answer = self.implementation.run(&id, program);
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

    /// Whether somebody ended the run.
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
    /// A counterexample if none does, or whatever else is in the way.
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
        Err(self.broken(program, &answer, mismatch, None))
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
        }))
    }

    /// Whether the rule passes: it cannot be asked.
    pub fn unsupported(&self, why: &str) -> Finding {
        Err(Setback::Refused(why.to_owned()))
    }
}

/// FNV-1a: any function that tells texts apart would do.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// An entropy that no process had before: with the same one a right implementation draws the same
/// masks, and would be accused of that.
fn fresh(random: &mut ChaCha20Rng, before: &mut HashSet<u32>) -> u32 {
    loop {
        let entropy = random.next_u32() >> 1;
        if before.insert(entropy) {
            return entropy;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Session, hash};
    use crate::Options;
    use crate::subject::{Engine, Reference};

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
        session.start.max_elements = 8;
        assert_eq!(session.fitting(&[2, 4]), [2, 4]);
        assert_eq!(session.fitting(&[3, 3]), [8]);
    }
}
