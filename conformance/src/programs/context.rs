//! The surroundings of a disagreement: what a program did up to there.

use super::attribution::{Of, Saw};
use crate::oracle::{Exactness, Mismatch};
use crate::wire::{Dropout, Dtype, FlagValue, Mode, RaiseKind, Real, Step};
use std::cell::OnceCell;

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

/// A program up to the observation that disagrees.
pub(super) struct Context<'a> {
    program: &'a [Step],
    mismatch: &'a Mismatch,
    exactness: Exactness,
    steps: Vec<Placed<'a>>,
    /// The step that is blamed.
    at: usize,
    of: OnceCell<Of>,
}

impl<'a> Context<'a> {
    pub(super) fn new(program: &'a [Step], mismatch: &'a Mismatch, exactness: Exactness) -> Self {
        let mut steps = Vec::new();
        place(program, &mut Vec::new(), &mut steps);
        let mut context =
            Context { program, mismatch, exactness, steps, at: mismatch.at, of: OnceCell::new() };
        context.at = context.blamed();
        context.of = OnceCell::new();
        context
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
        *self.of.get_or_init(|| self.call().map_or(Of::Input, |call| self.kind(call)))
    }

    /// The last dropout on the way to what is observed; of a gradient, on the way that was gone back.
    fn call(&self) -> Option<&Placed<'a>> {
        let name = match self.here()?.step {
            Step::Value { of } | Step::Recorded { of } | Step::Device { of } => of.clone(),
            Step::Same { b, .. } => b.clone(),
            Step::Grad { .. } => self.went_back()?.to_owned(),
            Step::Backward { of, .. } => of.clone(),
            Step::Dropout(_) | Step::DirectDropout(_) => return self.here(),
            _ => {
                let calls = |placed: &&Placed| is_call(placed.step);
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
        let binds = |placed: &&Placed| placed.at < at && binds(placed.step) == Some(name);
        let made = self.steps.iter().rfind(binds)?;
        match made.step {
            Step::Dropout(_) | Step::DirectDropout(_) => Some(made),
            Step::Add { a, b, .. } | Step::Mul { a, b, .. } => {
                self.maker(a, made.at).or_else(|| self.maker(b, made.at))
            }
            Step::GradAs { .. } => {
                let calls = |placed: &&Placed| placed.at < made.at && is_call(placed.step);
                self.steps.iter().rfind(calls)
            }
            _ => None,
        }
    }

    fn kind(&self, placed: &Placed) -> Of {
        let train = match as_call(placed.step).and_then(|call| call.mode) {
            Some(mode) => mode == Mode::Train,
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

    // Of flags.

    pub(super) fn threads(&self) -> bool {
        self.any(|step| matches!(step, Step::Threads { .. }))
    }

    /// The flag is read after a scope that a thread has left.
    pub(super) fn thread_left(&self) -> bool {
        let here = self.at;
        self.before().any(|placed| {
            let on_thread =
                placed.around.iter().any(|(_, step)| matches!(step, Step::Threads { .. }));
            let closed = placed.at + placed.step.count() <= here;
            on_thread && closed && sets(placed.step, self.flag()).is_some()
        })
    }

    pub(super) fn crossed(&self) -> bool {
        self.any(|step| match step {
            Step::Catch { body } => matches!(body.as_slice(), [Step::Exit { .. }]),
            _ => false,
        })
    }

    fn entries(&self) -> Vec<&str> {
        self.before()
            .filter_map(|placed| match placed.step {
                Step::Enter { of, .. } => Some(of.as_str()),
                _ => None,
            })
            .collect()
    }

    pub(super) fn again(&self) -> bool {
        let entries = self.entries();
        entries.iter().enumerate().any(|(index, of)| entries[..index].contains(of))
    }

    pub(super) fn entered(&self) -> bool {
        !self.entries().is_empty()
    }

    pub(super) fn made_scope(&self) -> bool {
        self.any(|step| matches!(step, Step::Scope { .. }))
    }

    pub(super) fn text(&self) -> bool {
        self.any(|step| matches!(step, Step::UsingConfig { value: FlagValue::Text(_), .. }))
    }

    pub(super) fn unknown(&self) -> bool {
        let known = |flag: &str| ["train", "enable_backprop"].contains(&flag);
        self.any(|step| matches!(step, Step::UsingConfig { flag, .. } if !known(flag)))
    }

    pub(super) fn in_scope(&self) -> bool {
        let flag = self.flag();
        self.here()
            .is_some_and(|here| here.around.iter().any(|(_, step)| sets(step, flag).is_some()))
    }

    pub(super) fn other_scope(&self) -> bool {
        let other = if self.flag() == "train" { "enable_backprop" } else { "train" };
        self.any(|step| sets(step, other).is_some())
    }

    /// Whether the flag that is observed was left so.
    pub(super) fn left(&self, how: Left) -> bool {
        self.was_left(self.flag(), self.at, how)
    }

    fn was_left(&self, flag: &str, here: usize, how: Left) -> bool {
        let closed = |placed: &&Placed| placed.at + placed.step.count() <= here;
        let scopes = self.steps.iter().filter(closed).filter(|it| sets(it.step, flag).is_some());
        let mut scopes = scopes.collect::<Vec<_>>().into_iter();
        let raises = |scope: &Placed, kind: Option<RaiseKind>| {
            let inner = scope.step.bodies();
            let inner = inner.iter().flat_map(|body| Step::numbered(body));
            inner.into_iter().any(|(_, step)| *step == Step::Raise { kind })
        };
        match how {
            Left::Return => scopes.next().is_some(),
            Left::Panic => scopes.any(|scope| raises(scope, Some(RaiseKind::Panic))),
            Left::Error => scopes.any(|scope| {
                let caught = scope.around.iter().any(|(_, it)| matches!(it, Step::Catch { .. }));
                raises(scope, None) || caught && !raises(scope, Some(RaiseKind::Panic))
            }),
            Left::Set => scopes.any(|scope| {
                Step::numbered(std::slice::from_ref(scope.step)).iter().any(
                    |(_, step)| matches!(step, Step::SetConfig { flag: set, .. } if set == flag),
                )
            }),
            Left::Nested => {
                let scopes = scopes.collect::<Vec<_>>();
                let again = |placed: &Placed| {
                    placed.around.iter().any(|(_, step)| sets(step, flag).is_some())
                };
                scopes.iter().any(|scope| again(scope))
            }
        }
    }

    // Of calls.

    fn the_call(&self) -> Option<&'a Dropout> {
        self.call().and_then(|placed| as_call(placed.step))
    }

    fn ratio(&self) -> Option<f64> {
        self.the_call()?.ratio.map(|Real(ratio)| ratio)
    }

    pub(super) fn ratio_zero(&self) -> bool {
        self.ratio() == Some(0.0)
    }

    pub(super) fn ratio_one(&self) -> bool {
        self.ratio() == Some(1.0)
    }

    pub(super) fn ratio_invalid(&self) -> bool {
        self.ratio().is_some_and(|ratio| !(0.0..=1.0).contains(&ratio))
    }

    pub(super) fn default_ratio(&self) -> bool {
        self.the_call().is_some_and(|call| call.ratio.is_none())
    }

    pub(super) fn by_flags(&self) -> bool {
        self.the_call().is_some_and(|call| call.mode.is_none())
    }

    pub(super) fn thread_flags(&self) -> bool {
        let on_thread = |placed: &Placed| {
            placed.around.iter().any(|(_, step)| matches!(step, Step::Threads { .. }))
        };
        self.by_flags() && self.call().is_some_and(on_thread)
    }

    /// A call by the flag, after a scope that was left so.
    pub(super) fn leaked(&self, how: Left) -> bool {
        self.by_flags() && self.call().is_some_and(|call| self.was_left("train", call.at, how))
    }

    pub(super) fn under_no_grad(&self) -> bool {
        self.call().is_some_and(|call| !self.flag_at(call, "enable_backprop"))
    }

    pub(super) fn after_test(&self) -> bool {
        let Some(call) = self.call() else { return false };
        self.steps
            .iter()
            .any(|other| other.at < call.at && is_call(other.step) && self.kind(other) == Of::Test)
    }

    pub(super) fn other_ratios(&self) -> bool {
        let Some(call) = self.call() else { return false };
        let ratio = |placed: &Placed| as_call(placed.step).and_then(|call| call.ratio);
        self.steps
            .iter()
            .any(|other| other.at < call.at && is_call(other.step) && ratio(other) != ratio(call))
    }

    pub(super) fn integers(&self) -> bool {
        Step::dtype(self.program).is_some_and(|dtype| !dtype.is_float())
    }

    pub(super) fn view(&self) -> bool {
        self.any(|step| matches!(step, Step::View { .. }))
    }

    pub(super) fn bitwise(&self) -> bool {
        self.exactness == Exactness::Bitwise
    }

    pub(super) fn ties(&self) -> bool {
        let tie = |call: &Dropout| {
            let ratio = call.ratio.map_or(0.5, |Real(ratio)| ratio);
            call.u.as_ref().is_some_and(|u| u.values.contains(&ratio))
        };
        self.bitwise() && self.the_call().is_some_and(tie)
    }

    // Of numbers.

    fn numbers(&self, is: impl Fn(f64, Dtype) -> bool) -> bool {
        self.any(|step| match step {
            Step::Variable { array, .. } => array.values.iter().any(|&x| is(x, array.dtype)),
            _ => false,
        })
    }

    pub(super) fn nonfinite(&self) -> bool {
        self.numbers(|x, _| !x.is_finite())
    }

    pub(super) fn subnormal(&self) -> bool {
        self.numbers(|x, dtype| x != 0.0 && x.abs() < 2.0 * dtype.smallest_normal())
    }

    pub(super) fn huge(&self) -> bool {
        self.numbers(|x, dtype| x.abs() > dtype.largest() / 4.0)
    }

    pub(super) fn shape(&self) -> bool {
        self.mismatch.expected.starts_with("shape")
    }

    pub(super) fn dtype(&self) -> bool {
        Dtype::ALL.iter().any(|dtype| self.mismatch.expected == dtype.name())
    }

    pub(super) fn dtype_or_shape(&self) -> bool {
        self.dtype() || self.shape()
    }

    // Of gradients.

    pub(super) fn goes_back(&self) -> bool {
        self.any(|step| matches!(step, Step::Backward { .. }))
    }

    pub(super) fn unrecorded(&self) -> bool {
        self.goes_back() && self.under_no_grad()
    }

    pub(super) fn second_derivative(&self) -> bool {
        self.any(|step| matches!(step, Step::Backward { create_graph: true, .. }))
    }

    pub(super) fn cleared(&self) -> bool {
        self.any(|step| matches!(step, Step::ClearGrad { .. }))
    }

    pub(super) fn several_backwards(&self) -> bool {
        let back = |placed: &&Placed| matches!(placed.step, Step::Backward { .. });
        self.before().filter(back).count() > 1
    }

    pub(super) fn back_in_a_scope(&self) -> bool {
        self.before().any(|placed| {
            let flag = |step: &Step| {
                sets(step, "train").is_some() || sets(step, "enable_backprop").is_some()
            };
            let call = self.call().map_or(0, |call| call.at);
            matches!(placed.step, Step::Backward { .. })
                && placed.around.iter().any(|&(at, step)| at > call && flag(step))
        })
    }

    pub(super) fn several_calls(&self) -> bool {
        let calls = self.before().filter(|placed| is_call(placed.step));
        calls.count() > 1
    }

    pub(super) fn nonfinite_gradient(&self) -> bool {
        self.any(|step| match step {
            Step::Backward { gy: Some(gy), .. } => gy.values.iter().any(|gy| !gy.is_finite()),
            _ => false,
        })
    }

    pub(super) fn zero_input(&self) -> bool {
        self.numbers(|x, _| x == 0.0)
    }

    /// Something where nothing should be, or the other way round.
    pub(super) fn other_mask(&self) -> bool {
        let zero = |text: &str| matches!(text, "0" | "0.0" | "-0.0");
        zero(&self.mismatch.observed) != zero(&self.mismatch.expected)
            && (zero(&self.mismatch.observed) || zero(&self.mismatch.expected))
    }

    // Of other things.

    pub(super) fn body_error(&self) -> bool {
        self.mismatch.expected.contains("body") && self.any(|it| matches!(it, Step::Raise { .. }))
    }

    pub(super) fn draws_nothing(&self) -> bool {
        let calls = self.before().filter(|placed| is_call(placed.step));
        self.goes_back() || calls.last().is_some_and(|call| self.kind(call) == Of::Test)
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

fn as_call(step: &Step) -> Option<&Dropout> {
    match step {
        Step::Dropout(call) | Step::DirectDropout(call) => Some(call),
        _ => None,
    }
}

fn is_call(step: &Step) -> bool {
    as_call(step).is_some()
}

fn binds(step: &Step) -> Option<&str> {
    match step {
        Step::Variable { to, .. }
        | Step::View { to, .. }
        | Step::GradAs { to, .. }
        | Step::Add { to, .. }
        | Step::Mul { to, .. } => Some(to),
        Step::Dropout(call) | Step::DirectDropout(call) => Some(&call.to),
        _ => None,
    }
}
