//! The surroundings of a disagreement: what a program did up to there.

mod calls;
mod flags;
mod layers;

use super::attribution::{Of, Saw};
use crate::oracle::{Choices, Exactness, Mismatch, World, Wrong};
use crate::wire::{Dropout, Dtype, FlagValue, Mode, Placed, Program, Real, Step, Walk};
use std::cell::OnceCell;

/// How a scope was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HowLeft {
    Return,
    Error,
    Panic,
    /// After its flag was set by hand.
    Set,
    /// Into another scope of its flag.
    Nested,
}

/// A step with what is around it, outermost first.
struct Surrounded<'a> {
    at: usize,
    step: &'a Step,
    around: Vec<(usize, &'a Step)>,
    /// What holds when it begins, for the first time.
    placed: Option<Placed<'a>>,
}

impl Surrounded<'_> {
    /// What a flag should be here; true in what is not run.
    fn flag(&self, flag: &str) -> bool {
        self.placed.as_ref().and_then(|placed| placed.flag(flag)).unwrap_or(true)
    }

    /// Whether a call is to be made in train mode.
    fn trains(&self) -> bool {
        let mode = self.placed.as_ref().and_then(Placed::mode);
        mode.is_none_or(|mode| mode == Mode::Train)
    }

    fn on_a_thread(&self) -> bool {
        self.around.iter().any(|(_, step)| matches!(step, Step::Threads { .. }))
    }
}

/// What another program explains of what was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Explains {
    /// Not what disagrees.
    Nothing,
    /// All up to what disagrees, and that.
    ThisFar,
    /// All of it.
    All,
}

/// What was observed, as the answer to another program; of a step that is [`SILENT`] there nothing was observed.
pub(super) type ExplainedBy<'a> = &'a dyn Fn(&[Step]) -> Explains;

/// A step that does nothing, in the place of one that observes something.
pub(super) const SILENT: Step = Step::Repeat { times: 0, body: Vec::new() };

/// A program up to the observation that disagrees.
pub(super) struct Context<'a> {
    program: &'a [Step],
    mismatch: &'a Mismatch,
    exactness: Exactness,
    explains: ExplainedBy<'a>,
    steps: Vec<Surrounded<'a>>,
    /// The step that is blamed.
    at: usize,
    /// The call that was made in the other mode, if that explains all that was observed.
    in_other_mode: OnceCell<Option<usize>>,
    /// The call that was made with another ratio of the program, likewise.
    with_other_ratio: OnceCell<Option<usize>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        program: &'a [Step],
        mismatch: &'a Mismatch,
        exactness: Exactness,
        choices: &Choices,
        explains: ExplainedBy<'a>,
    ) -> Self {
        let mut steps = Vec::new();
        place(program, &mut Vec::new(), &mut steps);
        let world = World::new(choices, Step::dtype(program).unwrap_or(Dtype::Float32));
        let walk = Walk::of(program, &|question, about| match about {
            None => world.ask(question),
            Some(value) => world.ask_about(question, value),
        });
        for placed in walk.steps {
            let at = placed.at;
            steps[at].placed.get_or_insert(placed);
        }
        let (in_other_mode, with_other_ratio) = (OnceCell::new(), OnceCell::new());
        let at = mismatch.at;
        let context = Context {
            program,
            mismatch,
            exactness,
            explains,
            steps,
            at,
            in_other_mode,
            with_other_ratio,
        };
        Context { at: context.blamed(), ..context }
    }

    /// The calls before the observation, the last first.
    fn calls(&self) -> impl Iterator<Item = &Surrounded<'a>> {
        self.steps.iter().rev().filter(|placed| placed.at < self.at && placed.step.is_call())
    }

    /// The call that was made in the other mode, if one was: it explains all that was observed, or, where it does
    /// not say its mode, all up to what disagrees.
    fn in_other_mode(&self) -> Option<&Surrounded<'a>> {
        let found = self.in_other_mode.get_or_init(|| {
            let other = |placed: &&Surrounded| {
                let mode = if placed.trains() { Mode::Test } else { Mode::Train };
                let instead =
                    self.as_a_call(placed).map(|call| Dropout { mode: Some(mode), ..call });
                instead.map_or(Explains::Nothing, |call| self.would_explain(placed, call))
            };
            // A call that says its mode is the last that one suspects.
            let says_mode =
                |placed: &&Surrounded| placed.step.call().is_some_and(|call| call.mode.is_some());
            let (saying, others) = self.calls().partition::<Vec<_>, _>(says_mode);
            let others = others.into_iter().map(|placed| (placed, other(&placed)));
            let others = others.collect::<Vec<_>>();
            let all = |(_, explains): &&(_, Explains)| *explains == Explains::All;
            let this_far = |(_, explains): &&(_, Explains)| *explains == Explains::ThisFar;
            let one = others.iter().find(all).map(|(placed, _)| *placed);
            let one = one.or_else(|| saying.into_iter().find(|it| other(it) == Explains::All));
            let found = one.or_else(|| self.all_in_other_mode());
            let found = found.or_else(|| others.iter().find(this_far).map(|(placed, _)| *placed));
            found.map(|placed| placed.at)
        });
        found.map(|at| &self.steps[at])
    }

    /// The first of the calls by the flag that are to be made in one mode, if the other one for all of them
    /// explains all that was observed.
    fn all_in_other_mode(&self) -> Option<&Surrounded<'a>> {
        let says_no_mode = |placed: &&Surrounded| {
            placed.step.is_call() && placed.step.call().is_none_or(|call| call.mode.is_none())
        };
        let calls = self.steps.iter().filter(says_no_mode).collect::<Vec<_>>();
        [Mode::Train, Mode::Test].into_iter().find_map(|mode| {
            let mistaken = calls.iter().filter(|it| it.trains() != (mode == Mode::Train));
            let mistaken = mistaken.copied().collect::<Vec<_>>();
            let mut program = self.program.to_vec();
            for placed in &mistaken {
                let call = Dropout { mode: Some(mode), ..self.as_a_call(placed)? };
                program = replaced(&program, placed.at, &as_step(placed.step, call));
            }
            (mistaken.len() > 1 && (self.explains)(&program) == Explains::All)
                .then(|| mistaken.first().copied())?
        })
    }

    /// The call that was made with another ratio of the program, if one was: it explains all that was
    /// observed.
    fn with_other_ratio(&self) -> Option<&Surrounded<'a>> {
        let found = self.with_other_ratio.get_or_init(|| {
            let ratio = |placed: &Surrounded| self.as_a_call(placed)?.ratio;
            let ratios = self.calls().filter_map(ratio).collect::<Vec<_>>();
            let other = |placed: &&Surrounded| {
                let Some(call) = self.as_a_call(placed) else { return false };
                let mode = if placed.trains() { Mode::Train } else { Mode::Test };
                let others = ratios.iter().filter(|&&ratio| Some(ratio) != call.ratio);
                others.into_iter().any(|&ratio| {
                    let (ratio, mode) = (Some(ratio), Some(mode));
                    let call = Dropout { ratio, mode, ..call.clone() };
                    self.would_explain(placed, call) == Explains::All
                })
            };
            self.calls().find(other).map(|placed| placed.at)
        });
        found.map(|at| &self.steps[at])
    }

    /// A call, or a call of a layer as the call of dropout that it is.
    fn as_a_call(&self, placed: &Surrounded) -> Option<Dropout> {
        match placed.step {
            Step::Apply { to, layer, of } => {
                let (ratio, _) = placed.placed.as_ref()?.layers.get(layer.as_str())?;
                let ratio = Some(Real(*ratio));
                Some(Dropout { to: to.clone(), of: of.clone(), ratio, mode: None, u: None })
            }
            step => step.call().cloned(),
        }
    }

    fn would_explain(&self, placed: &Surrounded, call: Dropout) -> Explains {
        (self.explains)(&replaced(self.program, placed.at, &as_step(placed.step, call)))
    }

    /// The same, of gradients alone: nothing else that is observed of calls counts, and it takes the other call.
    fn would_explain_gradients(&self, placed: &Surrounded, call: Dropout) -> bool {
        let of_calls = |step: &Step| {
            matches!(step, Step::Value { .. } | Step::Recorded { .. } | Step::Same { .. })
        };
        let others = self.steps.iter().filter(|other| of_calls(other.step));
        let silent = others
            .fold(self.program.to_vec(), |program, other| replaced(&program, other.at, &SILENT));
        let other = replaced(&silent, placed.at, &as_step(placed.step, call));
        (self.explains)(&silent) == Explains::Nothing
            && (self.explains)(&other) != Explains::Nothing
    }

    /// A value that contradicts a gradient that was seen before it, and nothing without that.
    fn blamed(&self) -> usize {
        let value = matches!(self.here().map(|placed| placed.step), Some(Step::Value { .. }));
        let gradient = |placed: &&Surrounded| {
            placed.at < self.mismatch.at && matches!(placed.step, Step::Grad { .. })
        };
        let of_call = value && self.of() != Of::Input && !self.dtype_or_shape();
        let gradients = self.steps.iter().filter(gradient).map(|placed| placed.at);
        let gradients = gradients.filter(|_| of_call).collect::<Vec<_>>();
        let Some(&last) = gradients.last() else { return self.mismatch.at };
        let without = gradients
            .iter()
            .fold(self.program.to_vec(), |program, &at| replaced(&program, at, &SILENT));
        let explained = (self.explains)(&without) != Explains::Nothing;
        if explained { last } else { self.mismatch.at }
    }

    /// The step that disagrees.
    fn here(&self) -> Option<&Surrounded<'a>> {
        self.steps.iter().find(|placed| placed.at == self.at)
    }

    /// What came before it, and what it has inside.
    fn before(&self) -> impl Iterator<Item = &Surrounded<'a>> {
        let here = self.at;
        let inside =
            move |placed: &&Surrounded| placed.around.iter().any(|&(around, _)| around == here);
        self.steps.iter().filter(move |placed| placed.at <= here || inside(placed))
    }

    fn any(&self, is: impl Fn(&Step) -> bool) -> bool {
        self.before().any(|placed| is(placed.step))
    }

    pub(super) fn saw(&self) -> Saw {
        match self.here().map(|placed| placed.step) {
            Some(Step::Value { .. }) if matches!(self.mismatch.wrong, Wrong::Error { .. }) => {
                Saw::Error
            }
            Some(Step::Value { of }) if self.is_a_gradient(of) => Saw::Gradient,
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
    fn call(&self) -> Option<&Surrounded<'a>> {
        let name = match self.here()?.step {
            Step::Value { of } | Step::Backward { of, .. } => of.clone(),
            Step::Grad { .. } => self.went_back()?.to_owned(),
            // This one, if it is a call; of what else is observed no row asks what it is of.
            _ => {
                let calls = |placed: &&Surrounded| placed.step.is_call();
                return self.before().filter(calls).last();
            }
        };
        self.maker(&name, self.at)
    }

    fn went_back(&self) -> Option<&'a str> {
        self.before()
            .filter_map(|placed| match placed.step {
                Step::Backward { of, .. } => Some(of.as_str()),
                _ => None,
            })
            .last()
    }

    /// The step that has bound `name`, as it stands at step `at`.
    fn bound_by(&self, name: &str, at: usize) -> Option<&Surrounded<'a>> {
        self.steps.iter().rfind(|placed| placed.at < at && placed.step.binds() == Some(name))
    }

    /// The last dropout on the way to what `name` stands for at step `at`.
    fn maker(&self, name: &str, at: usize) -> Option<&Surrounded<'a>> {
        let made = self.bound_by(name, at)?;
        match made.step {
            Step::Dropout(_) | Step::DirectDropout(_) | Step::Apply { .. } => Some(made),
            Step::Add { a, b, .. } | Step::Mul { a, b, .. } => {
                self.maker(a, made.at).or_else(|| self.maker(b, made.at))
            }
            Step::GradAs { .. } => {
                let calls = |placed: &&Surrounded| placed.at < made.at && placed.step.is_call();
                self.steps.iter().rfind(calls)
            }
            _ => None,
        }
    }

    /// A gradient that the program took as a variable.
    fn is_a_gradient(&self, name: &str) -> bool {
        let made = self.bound_by(name, self.at);
        made.is_some_and(|made| matches!(made.step, Step::GradAs { .. }))
    }

    fn kind(&self, placed: &Surrounded) -> Of {
        match (placed.step, placed.trains()) {
            (Step::DirectDropout(_), true) => Of::DirectTrain,
            (Step::DirectDropout(_), false) => Of::DirectTest,
            (_, true) => Of::Train,
            (_, false) => Of::Test,
        }
    }

    /// The flag that is observed; that on recording where it is not a flag, but a way back.
    fn flag(&self) -> &str {
        match self.here().map(|placed| placed.step) {
            Some(Step::Config { flag }) => flag,
            _ => "enable_backprop",
        }
    }
}

fn place<'a>(
    steps: &'a [Step],
    around: &mut Vec<(usize, &'a Step)>,
    all: &mut Vec<Surrounded<'a>>,
) {
    for step in steps {
        let at = all.len();
        all.push(Surrounded { at, step, around: around.clone(), placed: None });
        around.push((at, step));
        for body in step.bodies() {
            place(body, around, all);
        }
        around.pop();
    }
}

/// A call in the form of `step`.
fn as_step(step: &Step, call: Dropout) -> Step {
    match step {
        Step::DirectDropout(_) => Step::DirectDropout(call),
        _ => Step::Dropout(call),
    }
}

/// The program with another step in the place of one that has no body.
fn replaced(program: &[Step], at: usize, other: &Step) -> Program {
    fn inside(steps: &[Step], at: usize, other: &Step, number: &mut usize) -> Program {
        let step = |step: &Step| {
            let here = *number == at;
            *number += 1;
            let mut step = if here { other.clone() } else { step.clone() };
            for body in step.bodies_mut() {
                *body = inside(body, at, other, number);
            }
            step
        };
        steps.iter().map(step).collect()
    }
    inside(program, at, other, &mut 0)
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
