use crate::implementation::{Fault, Implementation};
use crate::session::Effort;
use crate::wire::{Answer, Start, Step};
use std::cell::{Cell, RefCell};
use std::fmt;

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is asked now.
    pub part: Part,
    /// The share of the run that is over, from 0 to 1, if things take as long, compared to each other,
    /// as with the reference.
    pub share: f64,
}

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A rule, by its id.
    Rule(&'static str),
    /// Everything again, shuffled.
    SecondRound,
    /// Random programs.
    RandomPrograms,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Rule(id) => id,
            Part::SecondRound => "everything again, shuffled",
            Part::RandomPrograms => "random programs",
        })
    }
}

/// Of rules that take much longer than the others: how many times as long, and in how many programs, at
/// each effort. Measured with the reference on two cores, 25 November 2026.
const LONG: [(&str, [(f64, usize); 3]); 3] = [
    ("mask.rate", [(15.0, 88), (60.0, 141), (2500.0, 4394)]),
    ("mask.dependence", [(10.0, 18), (20.0, 36), (60.0, 1088)]),
    ("mask.resolution", [(9.0, 8), (18.0, 16), (170.0, 208)]),
];

/// One of the others has some so many programs.
const SHORT: (f64, usize) = (1.0, 50);

/// The second round takes as long as so many rules, and is about so many programs.
const SECOND_ROUND: (f64, usize) = (18.0, 800);

/// So many random programs take as long as a rule.
const RANDOM: f64 = 8.0;

/// Progress is told by thousandths.
const STEP: f64 = 1e-3;

/// What a run consists of, and what is over of it.
pub(super) struct Meter<'a> {
    on_progress: RefCell<&'a mut dyn FnMut(Progress)>,
    effort: Effort,
    random: usize,
    whole: f64,
    part: Cell<Option<Part>>,
    asked: Cell<usize>,
    over: Cell<f64>,
    told: Cell<f64>,
}

impl<'a> Meter<'a> {
    /// For a run of these rules and so many random programs.
    pub(super) fn new(
        rules: impl Iterator<Item = &'static str>,
        effort: Effort,
        random: usize,
        on_progress: &'a mut dyn FnMut(Progress),
    ) -> Meter<'a> {
        let whole = rules
            .map(Part::Rule)
            .chain([Part::SecondRound, Part::RandomPrograms])
            .map(|part| size(part, effort, random).0)
            .sum();
        Meter {
            on_progress: RefCell::new(on_progress),
            effort,
            random,
            whole,
            part: Cell::new(None),
            asked: Cell::new(0),
            over: Cell::new(0.0),
            told: Cell::new(0.0),
        }
    }

    /// Turns to another part.
    pub(super) fn turn_to(&self, part: Part) {
        self.over.set(self.over.get() + self.size().0);
        self.part.set(Some(part));
        self.asked.set(0);
        self.tell();
    }

    /// The size of what is asked now.
    fn size(&self) -> (f64, usize) {
        self.part.get().map_or((0.0, 1), |part| size(part, self.effort, self.random))
    }

    /// A program was asked.
    fn count(&self) {
        self.asked.set(self.asked.get() + 1);
        if self.share() > self.told.get() + STEP {
            self.tell();
        }
    }

    fn share(&self) -> f64 {
        let (weight, programs) = self.size();
        let asked = (self.asked.get() as f64 / programs as f64).min(1.0);
        (self.over.get() + weight * asked) / self.whole
    }

    fn tell(&self) {
        let Some(part) = self.part.get() else { return };
        let share = self.share();
        self.told.set(share);
        (self.on_progress.borrow_mut())(Progress { part, share });
    }
}

/// How many times as long as most rules a part takes, and in how many programs.
fn size(part: Part, effort: Effort, random: usize) -> (f64, usize) {
    match part {
        Part::Rule(rule) => {
            let long = LONG.iter().find(|(id, _)| *id == rule);
            long.map_or(SHORT, |(_, sizes)| sizes[effort as usize])
        }
        Part::SecondRound => SECOND_ROUND,
        Part::RandomPrograms => (random as f64 / RANDOM, random.max(1)),
    }
}

/// An implementation whose programs are counted.
pub(super) struct Metered<'m, 'a> {
    pub(super) implementation: &'m mut dyn Implementation,
    pub(super) meter: &'m Meter<'a>,
}

impl Implementation for Metered<'_, '_> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.implementation.start(entropy)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let answer = self.implementation.run(id, program);
        self.meter.count();
        answer
    }

    fn begin(&mut self, id: &str, program: &[Step]) -> bool {
        self.implementation.begin(id, program)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Options, verify_with};
    use super::*;
    use crate::catalogue::{Mutated, mutant};
    use crate::check::checks;
    use crate::implementation::Engine;

    #[test]
    fn shares_grow_from_nothing_to_the_whole() {
        let mut engine = Engine::new(Mutated::new(mutant("pcg").unwrap()));
        let options = Options { effort: Effort::Quick, programs: Some(32), ..Options::default() };
        let mut shares = Vec::new();
        verify_with(&mut engine, &options, &mut |progress| shares.push(progress.share)).unwrap();
        assert!(shares.is_sorted(), "{shares:?}");
        assert!(shares[0] == 0.0 && shares[shares.len() - 1] > 0.99, "{shares:?}");
        assert!(shares.windows(2).all(|pair| pair[1] - pair[0] < 0.1), "{shares:?}");
    }

    #[test]
    fn what_takes_long_is_a_rule() {
        for (rule, _) in LONG {
            assert!(checks().iter().any(|check| check.rule == rule), "{rule}");
        }
    }
}
