//! The surroundings of a disagreement: what a program did up to there.

mod calls;
mod flags;
mod layers;

use super::attribution::{Of, Saw};
use crate::oracle::{Exactness, Mismatch};
use crate::wire::{FlagValue, Mode, Step};

/// How a scope was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    Return,
    Error,
    Panic,
    /// After its flag was set by hand.
    Set,
    /// Into another scope of its flag.
    Nested,
}

/// A step with what is around it, outermost first.
struct Placed<'a> {
    at: usize,
    step: &'a Step,
    around: Vec<(usize, &'a Step)>,
}

impl Placed<'_> {
    fn on_a_thread(&self) -> bool {
        self.around.iter().any(|(_, step)| matches!(step, Step::Threads { .. }))
    }
}

/// A program up to the observation that disagrees.
pub(super) struct Context<'a> {
    program: &'a [Step],
    mismatch: &'a Mismatch,
    exactness: Exactness,
    steps: Vec<Placed<'a>>,
    /// The step that is blamed.
    at: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(program: &'a [Step], mismatch: &'a Mismatch, exactness: Exactness) -> Self {
        let mut steps = Vec::new();
        place(program, &mut Vec::new(), &mut steps);
        let context = Context { program, mismatch, exactness, steps, at: mismatch.at };
        Context { at: context.blamed(), ..context }
    }

    /// A value that contradicts a gradient that was seen before it: with the gradient taken away, it
    /// would have contradicted nothing, or there would be a smaller program without it.
    fn blamed(&self) -> usize {
        let value = matches!(self.here().map(|placed| placed.step), Some(Step::Value { .. }));
        let gradient = |placed: &&Placed| {
            placed.at < self.mismatch.at && matches!(placed.step, Step::Grad { .. })
        };
        let of_call = value && self.of() != Of::Input;
        let before =
            self.steps.iter().rfind(gradient).filter(|_| of_call && !self.dtype_or_shape());
        before.map_or(self.mismatch.at, |placed| placed.at)
    }

    /// The step that disagrees.
    fn here(&self) -> Option<&Placed<'a>> {
        self.steps.iter().find(|placed| placed.at == self.at)
    }

    /// What came before it, and what it has inside.
    fn before(&self) -> impl Iterator<Item = &Placed<'a>> {
        let here = self.at;
        let inside =
            move |placed: &&Placed| placed.around.iter().any(|&(around, _)| around == here);
        self.steps.iter().filter(move |placed| placed.at <= here || inside(placed))
    }

    fn any(&self, is: impl Fn(&Step) -> bool) -> bool {
        self.before().any(|placed| is(placed.step))
    }

    pub(super) fn saw(&self) -> Saw {
        match self.here().map(|placed| placed.step) {
            Some(Step::Value { .. }) if self.mismatch.expected.starts_with("no error") => {
                Saw::Error
            }
            Some(Step::Value { .. }) => Saw::Value,
            Some(Step::Grad { .. }) => Saw::Gradient,
            Some(Step::Config { .. }) => Saw::Flag,
            Some(Step::Recorded { .. }) => Saw::Recorded,
            Some(Step::Same { .. }) => Saw::Same,
            Some(Step::Draws {}) => Saw::Draws,
            Some(Step::Device { .. }) => Saw::Device,
            _ => Saw::Error,
        }
    }

    /// The call, or the input, that the observation is of.
    pub(super) fn of(&self) -> Of {
        self.call().map_or(Of::Input, |call| self.kind(call))
    }

    /// The last dropout on the way to what is observed; of a gradient, on the way that was gone back.
    fn call(&self) -> Option<&Placed<'a>> {
        let name = match self.here()?.step {
            Step::Value { of } | Step::Backward { of, .. } => of.clone(),
            Step::Grad { .. } => self.went_back()?.to_owned(),
            // This one, if it is a call; of what else is observed no row asks what it is of.
            _ => {
                let calls = |placed: &&Placed| placed.step.is_call();
                return self.before().filter(calls).last();
            }
        };
        self.maker(&name, self.at)
    }

    fn went_back(&self) -> Option<&str> {
        self.before()
            .filter_map(|placed| match placed.step {
                Step::Backward { of, .. } => Some(of.as_str()),
                _ => None,
            })
            .last()
    }

    /// The last dropout on the way to what `name` stands for at step `at`.
    fn maker(&self, name: &str, at: usize) -> Option<&Placed<'a>> {
        let binds = |placed: &&Placed| placed.at < at && placed.step.binds() == Some(name);
        let made = self.steps.iter().rfind(binds)?;
        match made.step {
            Step::Dropout(_) | Step::DirectDropout(_) | Step::Apply { .. } => Some(made),
            Step::Add { a, b, .. } | Step::Mul { a, b, .. } => {
                self.maker(a, made.at).or_else(|| self.maker(b, made.at))
            }
            Step::GradAs { .. } => {
                let calls = |placed: &&Placed| placed.at < made.at && placed.step.is_call();
                self.steps.iter().rfind(calls)
            }
            _ => None,
        }
    }

    fn kind(&self, placed: &Placed) -> Of {
        let train = match placed.step.call().and_then(|call| call.mode) {
            Some(mode) => mode == Mode::Train,
            // Or a layer, whose mode no row asks for.
            None => self.flag_at(placed, "train"),
        };
        match (placed.step, train) {
            (Step::DirectDropout(_), true) => Of::DirectTrain,
            (Step::DirectDropout(_), false) => Of::DirectTest,
            (_, true) => Of::Train,
            (_, false) => Of::Test,
        }
    }

    /// What a flag should be at a step, as its innermost scope has it, or who set it last by hand.
    fn flag_at(&self, placed: &Placed, flag: &str) -> bool {
        let scope =
            placed.around.iter().rev().find_map(|&(at, step)| Some((at, sets(step, flag)?)));
        let by_hand = self.steps.iter().rev().find_map(|other| match other.step {
            Step::SetConfig { flag: set, value } if set == flag && other.at < placed.at => {
                let alive = other.around.iter().all(|around| {
                    sets(around.1, flag).is_none()
                        || placed.around.iter().any(|mine| mine.0 == around.0)
                });
                alive.then_some((other.at, *value))
            }
            _ => None,
        });
        let latest = match (scope, by_hand) {
            (Some(scope), Some(by_hand)) if by_hand.0 > scope.0 => Some(by_hand),
            (Some(scope), _) => Some(scope),
            (None, by_hand) => by_hand,
        };
        latest.is_none_or(|(_, value)| value)
    }

    /// The flag that is observed; `train` where it is not a flag.
    fn flag(&self) -> &str {
        match self.here().map(|placed| placed.step) {
            Some(Step::Config { flag }) => flag,
            _ => "train",
        }
    }
}

fn place<'a>(steps: &'a [Step], around: &mut Vec<(usize, &'a Step)>, all: &mut Vec<Placed<'a>>) {
    for step in steps {
        let at = all.len();
        all.push(Placed { at, step, around: around.clone() });
        around.push((at, step));
        for body in step.bodies() {
            place(body, around, all);
        }
        around.pop();
    }
}

/// What a scope sets `flag` to, if the step is a scope of it.
fn sets(step: &Step, flag: &str) -> Option<bool> {
    match step {
        Step::TestMode { .. } if flag == "train" => Some(false),
        Step::NoGrad { .. } if flag == "enable_backprop" => Some(false),
        Step::UsingConfig { flag: set, value: FlagValue::Bool(value), .. } if set == flag => {
            Some(*value)
        }
        _ => None,
    }
}
