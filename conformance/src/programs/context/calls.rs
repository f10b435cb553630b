use super::{Context, Left, Placed, sets};
use crate::oracle::Exactness;
use crate::programs::attribution::Of;
use crate::wire::{Dropout, Dtype, Real, Step};

/// What a disagreement about calls and their gradients has around it.
impl<'a> Context<'a> {
    fn the_call(&self) -> Option<&'a Dropout> {
        self.call().and_then(|placed| placed.step.call())
    }

    fn ratio(&self) -> Option<f64> {
        self.the_call()?.ratio.map(|Real(ratio)| ratio)
    }

    pub(in crate::programs) fn ratio_zero(&self) -> bool {
        self.ratio() == Some(0.0)
    }

    pub(in crate::programs) fn ratio_one(&self) -> bool {
        self.ratio() == Some(1.0)
    }

    pub(in crate::programs) fn ratio_invalid(&self) -> bool {
        self.ratio().is_some_and(|ratio| !(0.0..=1.0).contains(&ratio))
    }

    pub(in crate::programs) fn default_ratio(&self) -> bool {
        self.the_call().is_some_and(|call| call.ratio.is_none())
    }

    pub(in crate::programs) fn by_flags(&self) -> bool {
        self.the_call().is_some_and(|call| call.mode.is_none())
    }

    pub(in crate::programs) fn thread_flags(&self) -> bool {
        self.by_flags() && self.call().is_some_and(Placed::on_a_thread)
    }

    /// A call by the flag, after a scope that was left so.
    pub(in crate::programs) fn leaked(&self, how: Left) -> bool {
        self.by_flags() && self.call().is_some_and(|call| self.was_left("train", call.at, how))
    }

    pub(in crate::programs) fn under_no_grad(&self) -> bool {
        self.call().is_some_and(|call| !self.flag_at(call, "enable_backprop"))
    }

    pub(in crate::programs) fn after_test(&self) -> bool {
        let Some(call) = self.call() else { return false };
        self.steps
            .iter()
            .any(|other| other.at < call.at && other.step.is_call() && self.kind(other) == Of::Test)
    }

    pub(in crate::programs) fn other_ratios(&self) -> bool {
        let Some(call) = self.call() else { return false };
        let ratio = |placed: &Placed| placed.step.call().and_then(|call| call.ratio);
        self.steps.iter().any(|other| {
            other.at < call.at && other.step.call().is_some() && ratio(other) != ratio(call)
        })
    }

    pub(in crate::programs) fn integers(&self) -> bool {
        Step::dtype(self.program).is_some_and(|dtype| !dtype.is_float())
    }

    pub(in crate::programs) fn view(&self) -> bool {
        self.any(|step| matches!(step, Step::View { .. }))
    }

    pub(in crate::programs) fn bitwise(&self) -> bool {
        self.exactness == Exactness::Bitwise
    }

    pub(in crate::programs) fn ties(&self) -> bool {
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

    pub(in crate::programs) fn nonfinite(&self) -> bool {
        self.numbers(|x| !x.is_finite())
    }

    pub(in crate::programs) fn shape(&self) -> bool {
        self.mismatch.expected.starts_with("shape")
    }

    pub(in crate::programs) fn dtype(&self) -> bool {
        Dtype::ALL.iter().any(|dtype| self.mismatch.expected == dtype.name())
    }

    pub(in crate::programs) fn dtype_or_shape(&self) -> bool {
        self.dtype() || self.shape()
    }

    pub(in crate::programs) fn goes_back(&self) -> bool {
        self.any(|step| matches!(step, Step::Backward { .. }))
    }

    pub(in crate::programs) fn unrecorded(&self) -> bool {
        self.goes_back() && self.under_no_grad()
    }

    pub(in crate::programs) fn second_derivative(&self) -> bool {
        self.any(|step| matches!(step, Step::Backward { create_graph: true, .. }))
    }

    pub(in crate::programs) fn cleared(&self) -> bool {
        self.any(|step| matches!(step, Step::ClearGrad { .. }))
    }

    pub(in crate::programs) fn several_backwards(&self) -> bool {
        let back = |placed: &&Placed| matches!(placed.step, Step::Backward { .. });
        self.before().filter(back).count() > 1
    }

    pub(in crate::programs) fn back_in_a_scope(&self) -> bool {
        self.before().any(|placed| {
            let flag = |step: &Step| {
                sets(step, "train").is_some() || sets(step, "enable_backprop").is_some()
            };
            let call = self.call().map_or(0, |call| call.at);
            matches!(placed.step, Step::Backward { .. })
                && placed.around.iter().any(|&(at, step)| at > call && flag(step))
        })
    }

    pub(in crate::programs) fn several_calls(&self) -> bool {
        self.before().filter(|placed| placed.step.is_call()).count() > 1
    }

    pub(in crate::programs) fn nonfinite_gradient(&self) -> bool {
        self.any(|step| match step {
            Step::Backward { gy: Some(gy), .. } => gy.values.iter().any(|gy| !gy.is_finite()),
            _ => false,
        })
    }

    pub(in crate::programs) fn zero_input(&self) -> bool {
        self.numbers(|x| x == 0.0)
    }

    /// Something where nothing should be, or the other way round.
    pub(in crate::programs) fn other_mask(&self) -> bool {
        let zero = |text: &str| matches!(text, "0" | "0.0" | "-0.0");
        zero(&self.mismatch.observed) != zero(&self.mismatch.expected)
    }

    pub(in crate::programs) fn body_error(&self) -> bool {
        self.mismatch.expected.contains("body") && self.any(|it| matches!(it, Step::Raise { .. }))
    }

    pub(in crate::programs) fn draws_nothing(&self) -> bool {
        let calls = self.before().filter(|placed| placed.step.is_call());
        self.goes_back() || calls.last().is_some_and(|call| self.kind(call) == Of::Test)
    }
}
