use super::{Context, Surrounded};
use crate::oracle::{Exactness, Wrong};
use crate::search::attribution::Of;
use crate::wire::{Dropout, Mode, Origin, Real, Step};
use std::collections::BTreeSet;

/// What a disagreement about calls and their gradients has around it.
impl<'a> Context<'a> {
    fn the_call(&self) -> Option<&'a Dropout> {
        self.call().and_then(|placed| placed.step.call())
    }

    fn ratio(&self) -> Option<f64> {
        self.the_call()?.ratio.map(|Real(ratio)| ratio)
    }

    pub(in crate::search) fn ratio_zero(&self) -> bool {
        self.ratio() == Some(0.0)
    }

    /// Of the calls before, one was at ratio 0.
    pub(in crate::search) fn calls_at_ratio_zero(&self) -> bool {
        self.any(|step| step.call().is_some_and(|call| call.ratio == Some(Real(0.0))))
    }

    /// Of the calls before, one gave no ratio.
    pub(in crate::search) fn calls_without_ratio(&self) -> bool {
        self.any(|step| step.call().is_some_and(|call| call.ratio.is_none()))
    }

    /// Of the calls before, one was made while nothing was to be recorded.
    pub(in crate::search) fn calls_unrecorded(&self) -> bool {
        self.before().any(|placed| placed.step.is_call() && !placed.flag("enable_backprop"))
    }

    /// Of the calls before, one was made in test mode.
    pub(in crate::search) fn calls_in_test_mode(&self) -> bool {
        self.before().any(|placed| placed.step.is_call() && !placed.trains())
    }

    pub(in crate::search) fn ratio_one(&self) -> bool {
        self.ratio() == Some(1.0)
    }

    pub(in crate::search) fn ratio_invalid(&self) -> bool {
        self.ratio().is_some_and(|ratio| !(0.0..=1.0).contains(&ratio))
    }

    pub(in crate::search) fn default_ratio(&self) -> bool {
        self.the_call().is_some_and(|call| call.ratio.is_none())
    }

    pub(in crate::search) fn by_flags(&self) -> bool {
        self.call().is_some_and(Context::mode_is_of_flags)
    }

    /// What is observed, or something that it is made of, was given to another call than to the one that
    /// made something of it.
    pub(in crate::search) fn was_given_to_another_call(&self) -> bool {
        let name = match self.here().map(|here| here.step) {
            Some(Step::Value { of }) => Some(of.as_str()),
            _ => self.went_back(),
        };
        let used = self.used_for(name);
        let on_the_way = |at| used.iter().any(|&(_, user)| user == at);
        let other = |placed: &Surrounded, name| {
            placed.step.is_call() && placed.step.input() == Some(name) && !on_the_way(placed.at)
        };
        used.iter().any(|&(name, user)| {
            self.before().any(|placed| other(placed, name)) || self.given_in_each_turn(name, user)
        })
    }

    /// The names that `name` is made of, and itself, each with the step that uses it; more than once what is used
    /// more than once.
    fn used_for(&self, name: Option<&'a str>) -> Vec<(&'a str, usize)> {
        let (mut used, mut open) = (Vec::new(), Vec::from_iter(name.map(|name| (name, self.at))));
        while let Some((name, at)) = open.pop() {
            used.push((name, at));
            let Some(made) = self.bound_by(name, at) else { continue };
            match made.step {
                Step::Add { a, b, .. } | Step::Mul { a, b, .. } => {
                    open.extend([a, b].map(|operand| (operand.as_str(), made.at)));
                }
                Step::View { of, .. } => open.push((of, made.at)),
                step => open.extend(step.input().map(|x| (x, made.at))),
            }
        }
        used
    }

    /// A step is in a `repeat`, and what it uses was made before that.
    fn given_in_each_turn(&self, name: &str, user: usize) -> bool {
        let made = self.steps.iter().rfind(|it| it.at < user && it.step.binds() == Some(name));
        let repeats = |it: &Surrounded| {
            let repeats = it.around.iter().filter(|(_, step)| matches!(step, Step::Repeat { .. }));
            repeats.count()
        };
        made.is_some_and(|made| repeats(made) < repeats(&self.steps[user]))
    }

    fn mode_is_of_flags(placed: &Surrounded) -> bool {
        placed.step.call().is_some_and(|call| call.mode.is_none())
    }

    /// A call by the flag was made in the other mode than the one that it `is` to be made in.
    fn mistaken(&self, is: Mode) -> bool {
        let mistaken = self.in_other_mode();
        mistaken
            .is_some_and(|it| Context::mode_is_of_flags(it) && it.trains() == (is == Mode::Train))
    }

    /// The same, on a thread.
    pub(in crate::search) fn mistaken_on_a_thread(&self) -> bool {
        self.in_other_mode().is_some_and(|it| Context::mode_is_of_flags(it) && it.on_a_thread())
    }

    /// It should have been test mode.
    pub(in crate::search) fn not_tested(&self) -> bool {
        self.mistaken(Mode::Test)
    }

    /// It should have been train mode.
    pub(in crate::search) fn not_trained(&self) -> bool {
        self.mistaken(Mode::Train)
    }

    /// A call was made in test mode that was to be made in train mode, and not to be recorded.
    pub(in crate::search) fn not_trained_unrecorded(&self) -> bool {
        self.in_other_mode().is_some_and(|it| it.trains() && !it.flag("enable_backprop"))
    }

    /// A call that says its mode was made in the other one, which a call before it was made in.
    pub(in crate::search) fn kept_the_mode(&self) -> bool {
        self.in_other_mode().is_some_and(|it| {
            let before = self.calls().filter(|other| other.at < it.at);
            it.step.call().is_some_and(|call| call.mode.is_some())
                && before.into_iter().any(|other| other.trains() != it.trains())
        })
    }

    pub(in crate::search) fn under_no_grad(&self) -> bool {
        self.call().is_some_and(|call| !call.flag("enable_backprop"))
    }

    pub(in crate::search) fn after_test(&self) -> bool {
        let Some(call) = self.call() else { return false };
        self.steps
            .iter()
            .any(|other| other.at < call.at && other.step.is_call() && self.kind(other) == Of::Test)
    }

    pub(in crate::search) fn other_ratio(&self) -> bool {
        self.with_other_ratio().is_some()
    }

    /// A call without a ratio was made with one of another call.
    pub(in crate::search) fn default_is_another(&self) -> bool {
        self.calls_without_ratio()
            && self
                .with_other_ratio()
                .is_some_and(|placed| placed.step.call().is_some_and(|call| call.ratio.is_none()))
    }

    /// Where uniforms are given, another element was dropped than they say.
    pub(in crate::search) fn given_mask(&self) -> bool {
        self.other_mask() && self.the_call().is_some_and(|call| call.u.is_some())
    }

    pub(in crate::search) fn integers(&self) -> bool {
        Step::dtype(self.program).is_some_and(|dtype| !dtype.is_float())
    }

    pub(in crate::search) fn view(&self) -> bool {
        self.any(|step| matches!(step, Step::View { .. }))
    }

    pub(in crate::search) fn bitwise(&self) -> bool {
        self.exactness == Exactness::Bitwise
    }

    pub(in crate::search) fn ties(&self) -> bool {
        let tie = |call: &Dropout| {
            let ratio = call.ratio.map_or(0.5, |Real(ratio)| ratio);
            call.u.as_ref().is_some_and(|u| u.values.contains(&ratio))
        };
        self.bitwise() && self.the_call().is_some_and(tie)
    }

    fn numbers(&self, is: impl Fn(f64) -> bool) -> bool {
        self.any(|step| match step {
            Step::Variable { array, .. } => array.values.iter().any(|&x| is(x)),
            _ => false,
        })
    }

    pub(in crate::search) fn nonfinite(&self) -> bool {
        self.numbers(|x| !x.is_finite())
    }

    pub(in crate::search) fn shape(&self) -> bool {
        self.mismatch.wrong == Wrong::Shape
    }

    pub(in crate::search) fn dtype(&self) -> bool {
        self.mismatch.wrong == Wrong::Dtype
    }

    pub(in crate::search) fn dtype_or_shape(&self) -> bool {
        self.dtype() || self.shape()
    }

    pub(in crate::search) fn goes_back(&self) -> bool {
        self.any(|step| matches!(step, Step::Backward { .. }))
    }

    pub(in crate::search) fn unrecorded(&self) -> bool {
        self.goes_back() && (self.under_no_grad() || self.went_back_from_unrecorded())
    }

    /// What the program went back from was made while nothing was to be recorded.
    fn went_back_from_unrecorded(&self) -> bool {
        let ways_back = self.before().filter_map(|placed| match placed.step {
            Step::Backward { of, .. } => Some((placed.at, of.as_str())),
            _ => None,
        });
        let Some((back, name)) = ways_back.last() else { return false };
        let made = self.bound_by(name, back);
        made.is_some_and(|made| !made.flag("enable_backprop"))
    }

    pub(in crate::search) fn second_derivative(&self) -> bool {
        self.any(|step| matches!(step, Step::Backward { create_graph: true, .. }))
    }

    /// Gradients were cleared, and the program has gone back once since.
    pub(in crate::search) fn cleared(&self) -> bool {
        self.any(|step| matches!(step, Step::ClearGrad { .. })) && !self.several_backwards()
    }

    /// Since gradients were cleared, if they were, the program has gone back more than once.
    pub(in crate::search) fn several_backwards(&self) -> bool {
        let cleared = self.before().filter(|it| matches!(it.step, Step::ClearGrad { .. })).last();
        let cleared = cleared.map_or(0, |placed| placed.at);
        let back = |placed: &&Surrounded| matches!(placed.step, Step::Backward { .. });
        self.before().filter(back).filter(|placed| placed.at >= cleared).count() > 1
    }

    /// It was gone back while a flag was another than at the call.
    pub(in crate::search) fn back_in_another_mode(&self) -> bool {
        let Some(call) = self.call() else { return false };
        ["train", "enable_backprop"]
            .into_iter()
            .any(|flag| self.goes_back_not_in(flag, call.flag(flag)))
    }

    /// It was gone back in test mode from a call in train mode, and the gradient is that of test mode.
    pub(in crate::search) fn gradient_of_mode_back(&self) -> bool {
        let Some(call) = self.call().filter(|call| call.trains()) else { return false };
        let mode = Some(Mode::Test);
        let instead = self.as_a_call(call).map(|call| Dropout { mode, ..call });
        self.goes_back_not_in("train", true)
            && instead.is_some_and(|instead| self.would_explain_gradients(call, instead))
    }

    fn goes_back_not_in(&self, flag: &str, value: bool) -> bool {
        let mut back = self.before().filter(|it| matches!(it.step, Step::Backward { .. }));
        back.any(|placed| placed.flag(flag) != value)
    }

    /// The gradient is that of the ratio of another call.
    pub(in crate::search) fn back_with_another_ratio(&self) -> bool {
        let ratio = |placed: &Surrounded| self.as_a_call(placed)?.ratio;
        let ratios = self.calls().filter_map(ratio).collect::<Vec<_>>();
        self.calls().any(|placed| {
            let Some(call) = self.as_a_call(placed) else { return false };
            let mode = Some(if placed.trains() { Mode::Train } else { Mode::Test });
            let mut others = ratios.iter().filter(|&&ratio| Some(ratio) != call.ratio);
            others.any(|&ratio| {
                let other = Dropout { ratio: Some(ratio), mode, ..call.clone() };
                self.would_explain_gradients(placed, other)
            })
        })
    }

    /// Going back from a gradient.
    pub(in crate::search) fn back_from_gradient(&self) -> bool {
        let back = self.here().map(|placed| placed.step);
        matches!(back, Some(Step::Backward { of, .. }) if self.is_a_gradient(of))
    }

    /// Something was used twice on the way that was gone back.
    pub(in crate::search) fn several_paths(&self) -> bool {
        let used = self.used_for(self.went_back());
        let made = used.iter().map(|&(name, at)| self.bound_by(name, at).map(|made| made.at));
        let made = made.flatten().collect::<Vec<_>>();
        made.iter().collect::<BTreeSet<_>>().len() < made.len()
    }

    pub(in crate::search) fn several_calls(&self) -> bool {
        self.before().filter(|placed| placed.step.is_call()).count() > 1
    }

    pub(in crate::search) fn nonfinite_gradient(&self) -> bool {
        self.any(|step| match step {
            Step::Backward { gy: Some(gy), .. } => gy.values.iter().any(|gy| !gy.is_finite()),
            _ => false,
        })
    }

    pub(in crate::search) fn zero_input(&self) -> bool {
        self.numbers(|x| x == 0.0)
    }

    /// Something where nothing should be, or the other way round.
    pub(in crate::search) fn other_mask(&self) -> bool {
        match self.mismatch.wrong {
            Wrong::Value { expected_zero, observed_zero } => expected_zero != observed_zero,
            _ => false,
        }
    }

    pub(in crate::search) fn body_error(&self) -> bool {
        let of_the_body =
            matches!(self.mismatch.wrong, Wrong::Error { expected: Some(Origin::Body), .. });
        of_the_body && self.any(|it| matches!(it, Step::Raise { .. }))
    }

    pub(in crate::search) fn draws_nothing(&self) -> bool {
        let calls = self.before().filter(|placed| placed.step.is_call());
        self.goes_back() || calls.last().is_some_and(|call| self.kind(call) == Of::Test)
    }
}
