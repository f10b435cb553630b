//! Which rule a disagreement is about: what was observed, of what, in which surroundings.

use super::context::{Context, Left};
use crate::oracle::{Exactness, Mismatch};
use crate::wire::Step;

/// What was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saw {
    /// A flag.
    Flag,
    /// An error, or none.
    Error,
    /// A value.
    Value,
    /// A gradient.
    Gradient,
    /// Whether a call was recorded.
    Recorded,
    /// Whether two names are one.
    Same,
    /// How many uniforms were drawn.
    Draws,
    /// Where an array lives.
    Device,
}

/// What the observation is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Anything.
    Any,
    /// What the program put in.
    Input,
    /// Inverted dropout in train mode.
    Train,
    /// Inverted dropout in test mode.
    Test,
    /// Direct dropout in train mode.
    DirectTrain,
    /// Direct dropout in test mode.
    DirectTest,
}

/// A row of the table.
pub struct Row {
    saw: Saw,
    of: Of,
    /// The surroundings, in words.
    pub when: &'static str,
    holds: fn(&Context) -> bool,
    /// The rule.
    pub rule: &'static str,
}

const fn row(
    saw: Saw,
    of: Of,
    when: &'static str,
    holds: fn(&Context) -> bool,
    rule: &'static str,
) -> Row {
    Row { saw, of, when, holds, rule }
}

/// The table; of several rows that hold, the first. A value that no permission covers breaks the rule
/// that the permission is an exception from, so values lead to no MAY.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method is of one lifetime, and the table of all"
)]
pub const ATTRIBUTION: &[Row] = {
    use Of::{Any, DirectTest, DirectTrain, Input, Test, Train};
    use Saw::{Device, Draws, Error, Flag, Gradient, Recorded, Same, Value};
    &[
        row(Flag, Any, "a scope entered again", |c| c.again(), "config.scope.again"),
        row(Flag, Any, "a thread that left a scope", |c| c.thread_left(), "config.thread.restore"),
        row(Flag, Any, "threads", |c| c.threads(), "config.thread.scope"),
        row(Flag, Any, "scopes left in another order", |c| c.crossed(), "config.scope.order"),
        row(Flag, Any, "a scope entered", |c| c.entered(), "config.scope.entry"),
        row(Flag, Any, "a scope made", |c| c.made_scope(), "config.scope.unentered"),
        row(Flag, Any, "a text for a flag", |c| c.text(), "config.other-value"),
        row(Flag, Any, "an unknown flag", |c| c.unknown(), "config.unknown-name"),
        row(Flag, Any, "left by a panic", |c| c.left(Left::Panic), "config.restore.panic"),
        row(Flag, Any, "left by an error", |c| c.left(Left::Error), "config.restore.error"),
        row(Flag, Any, "the flag set inside", |c| c.left(Left::Set), "config.restore.inner-set"),
        row(
            Flag,
            Any,
            "scopes in scopes",
            |c| c.left(Left::Nested),
            "config.restore.saved-at-entry",
        ),
        row(Flag, Any, "a scope left", |c| c.left(Left::Return), "config.restore.return"),
        row(Flag, Any, "layers given modes", |c| c.layer_modes(), "layer.independent"),
        row(Flag, Any, "in a scope of the flag", |c| c.in_scope(), "config.using.sets"),
        row(Flag, Any, "scopes of the other flag", |c| c.other_scope(), "config.independent"),
        row(Flag, Any, "no scope", |_| true, "config.default"),
        row(Error, Any, "an error of the program", |c| c.body_error(), "config.propagate"),
        row(Error, Any, "an unknown flag", |c| c.unknown(), "config.unknown-name"),
        row(Error, Any, "a text for a flag", |c| c.text(), "config.other-value"),
        row(Error, Any, "scopes left in another order", |c| c.crossed(), "config.scope.order"),
        row(Error, Any, "a scope entered again", |c| c.again(), "config.scope.again"),
        row(Error, Any, "a scope entered", |c| c.entered(), "config.scope.entry"),
        row(Error, Any, "going back, unrecorded", |c| c.unrecorded(), "gradient.without-graph"),
        row(Error, Any, "layers of models", |c| c.models(), "layer.model"),
        row(Error, Any, "a layer", |c| c.layers(), "layer.mode"),
        row(Error, Test, "going back", |c| c.goes_back(), "gradient.test.identity"),
        row(Error, Train, "going back", |c| c.goes_back(), "gradient.train.scale"),
        row(Error, Test, "integers", |c| c.integers(), "dropout.test.integer"),
        row(Error, Train, "integers", |c| c.integers(), "dropout.train.integer"),
        row(Error, Test, "ratio 1", |c| c.ratio_one(), "dropout.test.ratio-one"),
        row(Error, Test, "no ratio", |c| c.ratio_invalid(), "dropout.test.ratio-ignored"),
        row(Error, Train, "ratio 1", |c| c.ratio_one(), "dropout.train.ratio-one"),
        row(Error, Train, "no ratio", |c| c.ratio_invalid(), "dropout.train.ratio-invalid"),
        row(Error, Train, "ratio 0", |c| c.ratio_zero(), "dropout.train.ratio-zero"),
        row(Error, DirectTrain, "", |_| true, "direct.train.values"),
        row(Error, DirectTest, "", |_| true, "direct.test.scale"),
        row(Error, Train, "a view", |c| c.view(), "dropout.view"),
        row(Error, Test, "a view", |c| c.view(), "dropout.view"),
        row(Error, Train, "", |_| true, "dropout.train.scale"),
        row(Error, Test, "", |_| true, "dropout.test.identity"),
        row(Error, Any, "", |_| true, "config.propagate"),
        row(Value, Any, "layers of models", |c| c.models(), "layer.model"),
        row(Value, Any, "layers of several ratios", |c| c.ratios_of_layers(), "layer.ratio"),
        row(Value, Any, "several layers", |c| c.several_layers(), "layer.independent"),
        row(Value, Any, "the flag, and a layer", |c| c.layers_and_flags(), "layer.independent"),
        row(Value, Any, "a layer", |c| c.layers(), "layer.mode"),
        row(Value, Any, "a view", |c| c.view(), "dropout.view"),
        row(Value, Input, "", |_| true, "dropout.train.input"),
        row(Value, DirectTrain, "", |_| true, "direct.train.values"),
        row(Value, DirectTest, "", |_| true, "direct.test.scale"),
        row(Value, Test, "integers", |c| c.integers(), "dropout.test.integer"),
        row(Value, Train, "integers", |c| c.integers(), "dropout.train.integer"),
        row(Value, Train, "the shape", |c| c.shape(), "dropout.train.shape"),
        row(Value, Train, "the dtype", |c| c.dtype(), "dropout.train.dtype"),
        row(Value, Train, "ties, to the bit", |c| c.ties(), "dropout.bitwise.strict"),
        row(Value, Train, "to the bit", |c| c.bitwise(), "dropout.bitwise.arithmetic"),
        row(Value, Test, "on a thread", |c| c.thread_flags(), "config.thread.dropout"),
        row(Value, Train, "on a thread", |c| c.thread_flags(), "config.thread.dropout"),
        row(Value, Test, "ratio 1", |c| c.ratio_one(), "dropout.test.ratio-one"),
        row(Value, Test, "no ratio", |c| c.ratio_invalid(), "dropout.test.ratio-ignored"),
        row(Value, Train, "left by a panic", |c| c.leaked(Left::Panic), "config.restore.panic"),
        row(Value, Train, "left by an error", |c| c.leaked(Left::Error), "config.restore.error"),
        row(
            Value,
            Train,
            "the flag set inside",
            |c| c.leaked(Left::Set),
            "config.restore.inner-set",
        ),
        row(
            Value,
            Test,
            "scopes in scopes",
            |c| c.leaked(Left::Nested),
            "config.restore.saved-at-entry",
        ),
        row(Value, Train, "a scope left", |c| c.leaked(Left::Return), "config.restore.return"),
        row(Value, Test, "by the flag", |c| c.by_flags(), "config.test-mode"),
        row(Value, Test, "", |_| true, "dropout.test.identity"),
        row(Value, Train, "after test mode", |c| c.after_test(), "dropout.test.between"),
        row(Value, Train, "other ratios", |c| c.other_ratios(), "dropout.train.ratio-changes"),
        row(Value, Train, "ratio 0", |c| c.ratio_zero(), "dropout.train.ratio-zero"),
        row(Value, Train, "ratio 1", |c| c.ratio_one(), "dropout.train.ratio-one"),
        row(Value, Train, "x not finite", |c| c.nonfinite(), "dropout.train.nonfinite"),
        row(Value, Train, "without a ratio", |c| c.default_ratio(), "dropout.train.default-ratio"),
        row(Value, Train, "without recording", |c| c.under_no_grad(), "config.no-grad.drops"),
        row(Value, Train, "by the flag", |c| c.by_flags(), "config.train-mode"),
        row(Value, Train, "", |_| true, "dropout.train.scale"),
        row(Gradient, Any, "a layer used since", |c| c.layer_used_since(), "layer.backward"),
        row(Gradient, Any, "layers and calls", |c| c.layers_and_calls(), "layer.backward"),
        row(Gradient, Any, "layers of models", |c| c.models(), "layer.model"),
        row(Gradient, Any, "a layer", |c| c.layers(), "layer.mode"),
        row(Gradient, Any, "unrecorded", |c| c.unrecorded(), "gradient.without-graph"),
        row(Gradient, DirectTrain, "", |_| true, "gradient.direct.train"),
        row(Gradient, DirectTest, "", |_| true, "gradient.direct.test"),
        row(Gradient, Any, "the dtype or shape", |c| c.dtype_or_shape(), "gradient.train.dtype"),
        row(Gradient, Any, "twice back", |c| c.second_derivative(), "gradient.double"),
        row(Gradient, Any, "cleared", |c| c.cleared(), "gradient.clear"),
        row(Gradient, Any, "in another mode", |c| c.back_in_a_scope(), "config.forward-decides"),
        row(Gradient, Any, "several ways back", |c| c.several_backwards(), "gradient.accumulate"),
        row(Gradient, Test, "", |_| true, "gradient.test.identity"),
        row(Gradient, Train, "several calls", |c| c.several_calls(), "gradient.chain"),
        row(Gradient, Train, "not finite", |c| c.nonfinite_gradient(), "gradient.train.nonfinite"),
        row(Gradient, Train, "x is 0", |c| c.zero_input(), "gradient.train.zero-input"),
        row(Gradient, Train, "another mask", |c| c.other_mask(), "gradient.train.mask"),
        row(Gradient, Any, "", |_| true, "gradient.train.scale"),
        row(Recorded, Any, "layers of models", |c| c.models(), "layer.model"),
        row(Recorded, Any, "a layer", |c| c.layers(), "layer.mode"),
        row(Recorded, Any, "", |_| true, "config.no-grad.records-nothing"),
        row(Same, Any, "to the bit", |c| c.bitwise(), "dropout.bitwise.same"),
        row(Same, Any, "", |_| true, "dropout.result.consistent"),
        row(Draws, Any, "layers of models", |c| c.models(), "layer.model"),
        row(Draws, Any, "a layer", |c| c.layers(), "layer.mode"),
        row(
            Draws,
            Any,
            "in test mode, or going back",
            |c| c.draws_nothing(),
            "dropout.bitwise.no-draws",
        ),
        row(Draws, Any, "", |_| true, "dropout.bitwise.draws"),
        row(Device, Any, "", |_| true, "dropout.device"),
    ]
};

/// The rule that `mismatch`, in an answer to `program`, is about.
pub fn attribute(program: &[Step], mismatch: &Mismatch, exactness: Exactness) -> &'static str {
    if mismatch.protocol {
        return "protocol.answers";
    }
    // A program whose last observation is of nothing at all is about what the adapter answers.
    fitting(program, mismatch, exactness).map_or("protocol.answers", |row| row.rule)
}

/// The first row that holds.
fn fitting(program: &[Step], mismatch: &Mismatch, exactness: Exactness) -> Option<&'static Row> {
    let context = Context::new(program, mismatch, exactness);
    let (saw, of) = (context.saw(), context.of());
    let fits =
        |row: &&Row| row.saw == saw && (row.of == Of::Any || row.of == of) && (row.holds)(&context);
    ATTRIBUTION.iter().find(fits)
}

#[cfg(test)]
mod tests;
