//! Writes programs, a step or a few at a time; what the scene refuses is not written.

use super::arrays::{self, Numbers, one_by_weight};
use super::graph::Made;
use super::idioms::{IDIOMS, Idiom};
use super::scene::{Closed, EarlyEnd, MOST_STEPS, Scene};
use crate::session::round_ratio;
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, Program, RaiseKind, Start, Step};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What a program is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// Everything, with moderate numbers.
    Everything,
    /// Flags and scopes, without arrays.
    Flags,
    /// One call, with extreme numbers and ratios.
    Edges,
    /// The chapter's arithmetic to the bit, with uniforms of the judge's.
    Bits,
    /// Integers.
    Integers,
}

/// Writes one program.
pub(super) struct Writer<'a, 'r> {
    pub(super) start: &'a Start,
    pub(super) subject: Topic,
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    /// Whether results on the way are observed.
    pub(super) watched: bool,
    runner: &'r mut TestRunner,
    /// How many steps may be added.
    left: usize,
    names: usize,
}

/// Arrays of more elements than this are drawn sparingly.
const LARGE: usize = 1000;

/// Scopes within scopes within scopes.
const DEEPEST: usize = 4;

impl<'a, 'r> Writer<'a, 'r> {
    pub(super) fn new(start: &'a Start, subject: Topic, runner: &'r mut TestRunner) -> Self {
        let (dtype, shape) = (Dtype::Float32, Vec::new());
        let (left, names) = (MOST_STEPS, 0);
        let mut writer =
            Writer { start, subject, dtype, shape, watched: true, runner, left, names };
        let of_subject = |dtype: &Dtype| dtype.is_float() == (subject != Topic::Integers);
        let dtypes = start.dtypes.iter().copied().filter(of_subject).collect::<Vec<_>>();
        if !dtypes.is_empty() {
            writer.dtype = writer.one_of(&dtypes);
        }
        writer.shape = writer.draw(&arrays::shapes(start.max_elements));
        writer.watched = writer.chance(0.5);
        // Of one call there is little to say, and large arrays take long to draw.
        let large = writer.shape.iter().product::<usize>() > LARGE;
        let most = if subject == Topic::Edges || large { 8 } else { MOST_STEPS - 4 };
        writer.left = writer.draw(&(4..=most));
        writer
    }

    /// A value of a strategy.
    pub(super) fn draw<S: Strategy>(&mut self, strategy: &S) -> S::Value {
        strategy.new_tree(self.runner).expect("no strategy here refuses").current()
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.draw(&(0.0f64..1.0)) < probability
    }

    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.draw(&(0..choices.len()))].clone()
    }

    pub(super) fn claims(&self, capability: &str) -> bool {
        self.start.claims(capability)
    }

    /// The flags that are claimed.
    pub(super) fn flags(&self) -> Vec<&'static str> {
        self.start.flags().collect()
    }

    /// A name that was not used before.
    pub(super) fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// An array of the program's shape, or now and then of another one.
    pub(super) fn input(&mut self) -> Array {
        let edges = matches!(self.subject, Topic::Edges | Topic::Bits);
        let kind = match (edges && self.chance(0.7), self.chance(0.25)) {
            (true, _) => Numbers::Wild,
            (false, true) => Numbers::OfAllSizes,
            (false, false) => Numbers::Tame,
        };
        if self.chance(0.1) {
            let shape = self.draw(&arrays::shapes(self.start.max_elements.min(100)));
            return self.draw(&arrays::arrays(self.dtype, &shape, kind));
        }
        self.draw(&arrays::arrays(self.dtype, &self.shape.clone(), kind))
    }

    pub(super) fn ratio(&mut self) -> f64 {
        let edges = matches!(self.subject, Topic::Edges | Topic::Bits) && self.chance(0.5);
        let ratio =
            if edges { self.draw(&arrays::edge_ratios()) } else { self.draw(&arrays::ratios()) };
        round_ratio(self.start, self.dtype, ratio)
    }

    /// A gradient that comes back; `None` is ones.
    pub(super) fn gradient(&mut self, shape: &[usize]) -> Option<Array> {
        if self.chance(0.2) {
            return None;
        }
        let wild = self.subject == Topic::Edges && self.chance(0.3);
        let kind = if wild { Numbers::Wild } else { Numbers::Tame };
        let mut gy = self.draw(&arrays::arrays(self.dtype, shape, kind));
        // Of extreme numbers those that are not finite go back; sizes are the forward's affair.
        for value in &mut gy.values {
            if value.is_finite() && *value != 0.0 && !(0.5..=2.0).contains(&value.abs()) {
                *value = 1.0;
            }
        }
        Some(gy)
    }

    /// Steps for one block, as long as there is room.
    pub(super) fn block(&mut self, scene: &mut Scene, depth: usize) -> Program {
        let mut program = Vec::new();
        let stop = if depth == 0 { 0.0 } else { 0.25 };
        let mut seen: Vec<Step> = Vec::new();
        // What is refused again and again will not come.
        let mut refused = 0;
        while self.left > 0
            && refused < self.patience()
            && (program.is_empty() || !self.chance(stop))
        {
            let idiom = self.idiom();
            let left = self.left;
            let written = self.propose(idiom, scene, depth);
            let allowed = written.into_iter().find_map(|steps| {
                let mut after = scene.clone();
                match steps.iter().try_for_each(|step| after.step(step)) {
                    // To look twice at the same thing shows nothing.
                    Ok(()) if !steps.iter().all(|step| seen.contains(step)) => {
                        Some((after, steps, false))
                    }
                    Err(EarlyEnd::Raised) => Some((after, steps, true)),
                    Ok(()) | Err(EarlyEnd::Refused(_)) => None,
                }
            });
            let fits = |(_, steps, _): &(Scene, Program, bool)| Step::count_all(steps) <= left;
            let Some((after, steps, ended)) = allowed.filter(fits) else {
                self.left = left;
                refused += 1;
                continue;
            };
            self.left = left - Step::count_all(&steps);
            *scene = after;
            match steps.iter().all(observes) {
                true => seen.extend(steps.iter().cloned()),
                false => seen.clear(),
            }
            program.extend(steps);
            if ended {
                return program;
            }
        }
        if scene.catches() && self.chance(0.5) {
            let panics = self.chance(0.3);
            program.push(Step::Raise { kind: panics.then_some(RaiseKind::Panic) });
            if let (true, Some(&flag)) = (self.chance(0.15), self.flags().first()) {
                program.push(config(flag));
            }
        }
        program
    }

    /// How many idioms are tried in vain.
    fn patience(&self) -> usize {
        if self.shape.iter().product::<usize>() > LARGE { 8 } else { 40 }
    }

    /// A body inside of something.
    pub(super) fn body(&mut self, mut inside: Scene, depth: usize) -> Program {
        match depth < DEEPEST {
            true => self.block(&mut inside, depth + 1),
            false => Vec::new(),
        }
    }

    /// A body that uses only what it makes.
    pub(super) fn closed_body(&mut self, scene: &Scene, closed: Closed, depth: usize) -> Program {
        match depth < DEEPEST && scene.may_close() {
            true => self.block(&mut scene.in_closed(closed), depth + 1),
            false => Vec::new(),
        }
    }

    /// What is looked at in the end: some of what is still there, among it what went in, and what came
    /// back to it.
    pub(super) fn last_looks(&mut self, scene: &Scene) -> Program {
        let bound = scene.bound();
        let gradients = ["gradient.train", "gradient.test"].iter().any(|it| self.claims(it));
        let mut looks = Vec::new();
        for (name, node) in bound.iter().rev() {
            let (leaf, gradient) = (node.made == Made::Leaf, node.made == Made::Gradient);
            if leaf && gradients && self.subject != Topic::Bits && self.dtype.is_float() {
                looks.push(grad(name));
            }
            if !gradient && (!leaf || self.chance(0.5)) {
                looks.push(value(name));
            }
        }
        looks.truncate(4);
        looks
    }

    fn idiom(&mut self) -> Idiom {
        let (subject, start) = (self.subject, self.start);
        let weighted = IDIOMS.iter().map(|entry| (entry.weight(subject, start), entry.idiom));
        self.draw(&one_by_weight(weighted.collect()))
    }
}

fn observes(step: &Step) -> bool {
    matches!(
        step,
        Step::Value { .. }
            | Step::Grad { .. }
            | Step::Config { .. }
            | Step::Recorded { .. }
            | Step::Device { .. }
            | Step::Draws {}
    )
}
