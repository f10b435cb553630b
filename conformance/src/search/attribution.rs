//! Which rule a disagreement is about: what was observed, of what, in which surroundings.

use super::context::{Context, Explains, HowLeft, SILENT};
use crate::book::is_bitwise;
use crate::oracle::{Choices, Exactness, Mismatch, Wrong, explained_up_to};
use crate::session::Counterexample;
use crate::wire::{Answer, Observation, Step};
use std::cell::OnceCell;

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
        row(Flag, Any, "a scope that was just entered", |c| c.just_entered(), USING_SETS),
        row(Flag, Any, "a call or way back that failed", |c| c.failed(), "config.untouched"),
        row(Flag, Any, "left by a panic", |c| c.left(HowLeft::Panic), "config.restore.panic"),
        row(Flag, Any, "left by an error", |c| c.left(HowLeft::Error), "config.restore.error"),
        row(Flag, Any, "the flag set inside", |c| c.left(HowLeft::Set), "config.restore.inner-set"),
        row(
            Flag,
            Any,
            "scopes in scopes",
            |c| c.left(HowLeft::Nested),
            "config.restore.saved-at-entry",
        ),
        row(Flag, Any, "a scope left", |c| c.left(HowLeft::Return), "config.restore.return"),
        row(Flag, Any, "layers given modes", |c| c.layer_modes(), "layer.independent"),
        row(Flag, Any, "in a scope of the flag", |c| c.unchanged_in_scope(), USING_SETS),
        row(Flag, Any, "scopes of the other flag", |c| c.other_scope(), "config.independent"),
        row(Flag, Any, "calls and the like", |c| c.calls_or_the_like(), "config.untouched"),
        row(Flag, Any, "no scope", |_| true, "config.default"),
        row(Error, Any, "an error of the program", |c| c.body_error(), "config.propagate"),
        row(Error, Any, "an unknown flag", |c| c.of_scopes() && c.unknown(), "config.unknown-name"),
        row(Error, Any, "a text for a flag", |c| c.of_scopes() && c.text(), "config.other-value"),
        row(
            Error,
            Any,
            "left in another order",
            |c| c.of_scopes() && c.crossed(),
            "config.scope.order",
        ),
        row(
            Error,
            Any,
            "a scope entered again",
            |c| c.of_scopes() && c.again(),
            "config.scope.again",
        ),
        row(Error, Any, "a scope entered", |c| c.of_scopes() && c.entered(), "config.scope.entry"),
        row(Error, Any, "going back, unrecorded", |c| c.unrecorded(), "gradient.without-graph"),
        row(
            Error,
            Any,
            "going back in another mode",
            |c| c.back_in_another_mode(),
            FORWARD_DECIDES,
        ),
        row(Error, Any, "going back again", |c| c.back_from_gradient(), "gradient.double"),
        row(Error, Any, "back from a layer", |c| c.back_from_a_layer(), "layer.backward"),
        row(Error, Test, "going back", |c| c.goes_back(), "gradient.test.identity"),
        row(Error, Train, "going back", |c| c.goes_back(), "gradient.train.scale"),
        row(Error, Train, "without a ratio", |c| c.default_ratio(), DEFAULT_RATIO),
        row(Error, Test, "integers", |c| c.integers(), "dropout.test.integer"),
        row(Error, Train, "integers", |c| c.integers(), "dropout.train.integer"),
        row(Error, Test, "ratio 1", |c| c.ratio_one(), "dropout.test.ratio-one"),
        row(Error, Test, "no ratio", |c| c.ratio_invalid(), "dropout.test.ratio-ignored"),
        row(Error, Train, "ratio 1", |c| c.ratio_one(), "dropout.train.ratio-one"),
        row(Error, Train, "no ratio", |c| c.ratio_invalid(), "dropout.train.ratio-invalid"),
        row(Error, Train, "ratio 0", |c| c.ratio_zero(), "dropout.train.ratio-zero"),
        row(Error, DirectTrain, "going back", |c| c.goes_back(), "gradient.direct.train"),
        row(Error, DirectTest, "going back", |c| c.goes_back(), "gradient.direct.test"),
        row(Error, DirectTrain, "", |_| true, "direct.train.values"),
        row(Error, DirectTest, "", |_| true, "direct.test.scale"),
        row(Error, Train, "a view", |c| c.view(), "dropout.view"),
        row(Error, Test, "a view", |c| c.view(), "dropout.view"),
        row(Error, Train, "", |_| true, "dropout.train.scale"),
        row(Error, Test, "", |_| true, "dropout.test.identity"),
        row(Error, Any, "", |_| true, "config.propagate"),
        row(Value, Train, "the shape", |c| c.shape(), "dropout.train.shape"),
        row(Value, Train, "the dtype", |c| c.dtype(), "dropout.train.dtype"),
        row(Value, Test, "the dtype or shape", |c| c.dtype_or_shape(), "dropout.test.identity"),
        row(Value, Train, "another ratio for none", |c| c.default_is_another(), DEFAULT_RATIO),
        row(
            Value,
            Any,
            "test mode without recording",
            |c| c.not_trained_unrecorded(),
            NO_GRAD_DROPS,
        ),
        row(
            Value,
            Any,
            "a layer of a model in the other mode",
            |c| c.layer_of_model_in_other_mode(),
            "layer.model",
        ),
        row(
            Value,
            Any,
            "one of several layers in the other mode",
            |c| c.one_of_layers_in_other_mode(),
            "layer.independent",
        ),
        row(Value, Any, "a layer in the other mode", |c| c.layer_in_other_mode(), "layer.mode"),
        row(Value, Any, "the mode of a layer", |c| c.flag_of_a_layer(), "layer.independent"),
        row(
            Value,
            Any,
            "the other mode on a thread",
            |c| c.mistaken_on_a_thread(),
            "config.thread.dropout",
        ),
        row(Value, Any, "train mode in test mode", |c| c.not_tested(), "config.test-mode"),
        row(Value, Any, "test mode in train mode", |c| c.not_trained(), "config.train-mode"),
        row(Value, Any, "the mode of a call before", |c| c.kept_the_mode(), "dropout.test.between"),
        row(Value, Any, "a layer", |c| c.of_a_layer(), "layer.ratio"),
        row(Value, Any, "a view", |c| c.view(), "dropout.view"),
        row(Value, Input, "", |_| true, "dropout.train.input"),
        row(Value, DirectTrain, "", |_| true, "direct.train.values"),
        row(Value, DirectTest, "", |_| true, "direct.test.scale"),
        row(Value, Test, "integers", |c| c.integers(), "dropout.test.integer"),
        row(Value, Train, "integers", |c| c.integers(), "dropout.train.integer"),
        row(Value, Train, "ties, to the bit", |c| c.ties(), "dropout.bitwise.strict"),
        row(Value, Train, "to the bit", |c| c.bitwise(), "dropout.bitwise.arithmetic"),
        row(Value, Test, "ratio 1", |c| c.ratio_one(), "dropout.test.ratio-one"),
        row(Value, Test, "no ratio", |c| c.ratio_invalid(), "dropout.test.ratio-ignored"),
        row(Value, Test, "", |_| true, "dropout.test.identity"),
        row(Value, Train, "after test mode", |c| c.after_test(), "dropout.test.between"),
        row(Value, Train, "another ratio", |c| c.other_ratio(), "dropout.train.ratio-changes"),
        row(Value, Train, "ratio 0", |c| c.ratio_zero(), "dropout.train.ratio-zero"),
        row(Value, Train, "ratio 1", |c| c.ratio_one(), "dropout.train.ratio-one"),
        row(Value, Train, "x not finite", |c| c.nonfinite(), "dropout.train.nonfinite"),
        row(Value, Train, "without a ratio", |c| c.default_ratio(), DEFAULT_RATIO),
        row(Value, Any, "the mask of given uniforms", |c| c.given_mask(), "ensemble.mean"),
        row(Value, Train, "", |_| true, "dropout.train.scale"),
        row(Gradient, Any, "a layer", |c| c.layers(), "layer.backward"),
        row(Gradient, Any, "unrecorded", |c| c.unrecorded(), "gradient.without-graph"),
        row(Gradient, DirectTrain, "", |_| true, "gradient.direct.train"),
        row(Gradient, DirectTest, "", |_| true, "gradient.direct.test"),
        row(Gradient, Any, "the dtype or shape", |c| c.dtype_or_shape(), "gradient.train.dtype"),
        row(Gradient, Any, "as in test mode", |c| c.gradient_of_mode_back(), FORWARD_DECIDES),
        row(Gradient, Any, "another call's ratio", |c| c.back_with_another_ratio(), CHAIN),
        row(Gradient, Any, "twice back", |c| c.second_derivative(), "gradient.double"),
        row(Gradient, Any, "cleared", |c| c.cleared(), "gradient.clear"),
        row(Gradient, Any, "in another mode", |c| c.back_in_another_mode(), FORWARD_DECIDES),
        row(Gradient, Any, "several ways back", |c| c.several_backwards(), ACCUMULATE),
        row(Gradient, Any, "several paths", |c| c.several_paths(), CHAIN),
        row(Gradient, Test, "", |_| true, "gradient.test.identity"),
        row(Gradient, Train, "several calls", |c| c.several_calls(), CHAIN),
        row(Gradient, Train, "not finite", |c| c.nonfinite_gradient(), "gradient.train.nonfinite"),
        row(Gradient, Train, "x is 0", |c| c.zero_input(), "gradient.train.zero-input"),
        row(Gradient, Train, "another mask", |c| c.other_mask(), GRADIENT_MASK),
        row(Gradient, Any, "", |_| true, GRADIENT_SCALE),
        row(Recorded, Any, "", |_| true, "config.no-grad.records-nothing"),
        row(Same, Any, "to the bit", |c| c.bitwise(), "dropout.bitwise.same"),
        row(Same, Any, "", |_| true, "dropout.result.consistent"),
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

/// The rules on which mode a call is made in. A wrong value is about one of them only where the other mode
/// explains it.
const ABOUT_MODES: [&str; 9] = [
    "config.test-mode",
    "config.train-mode",
    NO_GRAD_DROPS,
    FORWARD_DECIDES,
    "config.thread.dropout",
    "layer.mode",
    "layer.default",
    "layer.independent",
    "layer.model",
];

/// Whether a rule is on which mode a call is made in.
pub(crate) fn is_about_modes(rule: &str) -> bool {
    ABOUT_MODES.contains(&rule)
}

/// The rule that `mismatch`, in an answer to `program`, is about; `choices` are the answers that were possible
/// before it.
pub fn attribute(
    program: &[Step],
    mismatch: &Mismatch,
    answer: &Answer,
    exactness: Exactness,
    choices: &Choices,
) -> &'static str {
    if mismatch.protocol {
        return "protocol.answers";
    }
    let explains = explains(program, answer, exactness);
    // A program whose last observation is of nothing at all is about what the adapter answers.
    let row = rows(&Context::new(program, mismatch, exactness, choices, &explains)).next();
    row.map_or("protocol.answers", |row| row.rule)
}

/// How much of `answer`, which `program` does not explain, another program does. Of what that program does not
/// observe nothing is explained.
fn explains<'a>(
    program: &'a [Step],
    answer: &'a Answer,
    exactness: Exactness,
) -> impl Fn(&[Step]) -> Explains + 'a {
    let own = OnceCell::new();
    move |other| {
        let own = *own.get_or_init(|| explained_up_to(program, answer, exactness));
        let silent = Step::numbered(other).into_iter().filter(|(_, step)| **step == SILENT);
        let silent = silent.map(|(at, _)| at).collect::<Vec<_>>();
        let observed = |it: &Observation| !silent.contains(&it.at);
        let left = answer.observations.iter().filter(|it| observed(it)).cloned().collect();
        let before = answer.observations.iter().take(own).filter(|it| observed(it)).count();
        let answer = Answer { observations: left, ..answer.clone() };
        match explained_up_to(other, &answer, exactness) {
            usize::MAX => Explains::All,
            further if own < usize::MAX && further > before => Explains::ThisFar,
            _ => Explains::Nothing,
        }
    }
}

/// The rule that a counterexample is about which a check of `own` has found, of those that are not `known` to
/// fail. It is another one if what was observed is of another chapter: a wrong dtype in test mode says
/// nothing of flags, nor a flag that is left wrong anything of values.
pub(crate) fn about(
    own: &'static str,
    found: &Counterexample,
    known: &dyn Fn(&'static str) -> Option<&'static str>,
) -> &'static str {
    let Some(exactness) = found.exactness else { return own };
    if found.mismatch.protocol
        || matches!(found.mismatch.wrong, Wrong::Kept(..) | Wrong::Masks | Wrong::Steps)
    {
        return own;
    }
    let chapter = |rule: &'static str| rule.split('.').next();
    let rule = attribute(&found.program, &found.mismatch, &found.answer, exactness, &found.choices);
    let causes = stands_on(found);
    let of_a_flag = found.mismatch.wrong == Wrong::Flag;
    // What shows the flag as its own rule says is about that, but for a scope that sets nothing.
    let shows_own = of_a_flag && causes.contains(&own) && (own != USING_SETS || rule == own);
    let mut others = causes.iter().filter(|rule| **rule != own);
    if let Some(known) =
        others.find_map(|rule| known(rule).filter(|_| !shows_own || *rule == USING_SETS))
    {
        return known;
    }
    let wrong_value = matches!(found.mismatch.wrong, Wrong::Value { .. });
    let of_results = wrong_value || found.mismatch.wrong.unexpected_error().is_some();
    // The rule on x says nothing of results, which are observed beside it.
    if of_results && own == INPUT && rule != INPUT {
        return known(rule).unwrap_or(rule);
    }
    let of_modes = |rule: &&str| wrong_value && is_about_modes(rule);
    // A wrong value that happens to be that of the other mode is no news where values are wrong, and one that
    // another rule is about is none where that one fails. What is wrong to the bit is wrong for several rules.
    let fails = known(rule) == Some(rule) && !is_bitwise(own);
    if let Some(known) =
        known(rule).filter(|_| rule != own && (of_modes(&own) || of_modes(&rule) || fails))
    {
        return known;
    }
    let says_of_flags =
        |rule| ATTRIBUTION.iter().any(|row| row.saw == Saw::Flag && row.rule == rule);
    let same = match of_modes(&own) {
        true => of_modes(&rule),
        // A program of scopes may show a flag where what its rule says has not happened yet.
        false if of_a_flag && says_of_flags(own) => shows_own,
        // What going back says, it says of no flag.
        false if rule == FORWARD_DECIDES => false,
        // Where the gradient is 0 and should not be, or the other way round, its size says nothing.
        false if rule == GRADIENT_MASK && own == GRADIENT_SCALE => false,
        false => chapter(own) == chapter(rule) || chapter(own) == Some("protocol"),
    };
    if same { own } else { known(rule).unwrap_or(rule) }
}

/// What a call does to x.
pub(crate) const INPUT: &str = "dropout.train.input";

/// What a call does at ratio 0: there a zero of the other sign counts as dropped.
const RATIO_ZERO: &str = "dropout.train.ratio-zero";

/// Which mode and which recording a way back goes by.
const FORWARD_DECIDES: &str = "config.forward-decides";

/// Which mode a call without recording is made in.
const NO_GRAD_DROPS: &str = "config.no-grad.drops";

/// That a scope sets its flag.
const USING_SETS: &str = "config.using.sets";

/// The ratio of a call that gives none.
pub(crate) const DEFAULT_RATIO: &str = "dropout.train.default-ratio";

/// Which elements of the gradient are 0, and how large the others are.
const GRADIENT_MASK: &str = "gradient.train.mask";
const GRADIENT_SCALE: &str = "gradient.train.scale";

/// Several calls on one way back.
const CHAIN: &str = "gradient.chain";

/// Several ways back to one variable.
const ACCUMULATE: &str = "gradient.accumulate";

/// The rules that explain what was observed where they fail. Of a wrong value, of a gradient, of what was recorded
/// or is the same, and of an error on the way back: those on the mode that its call takes from the flag, or its
/// layer has, on what else was done with its input, on a call without a ratio, and on ratio 0; of what goes back,
/// those on other ways back, too. Of a wrong flag, and of an error on the way back, for which the flag on recording
/// may be wrong: all on flags and what was done before.
pub(crate) fn stands_on(found: &Counterexample) -> Vec<&'static str> {
    let Counterexample { program, mismatch, answer, exactness: Some(exactness), .. } = found else {
        return Vec::new();
    };
    let explains = explains(program, answer, *exactness);
    let context = Context::new(program, mismatch, *exactness, &found.choices, &explains);
    let of_flags = || {
        let rows = rows_on(Saw::Flag, &context).map(|row| row.rule);
        rows.chain(context.in_scope().then_some(USING_SETS)).collect::<Vec<_>>()
    };
    let back = match context.saw() {
        Saw::Flag => return of_flags(),
        Saw::Value | Saw::Recorded | Saw::Same => false,
        Saw::Gradient => true,
        Saw::Error if context.goes_back() => true,
        _ => return Vec::new(),
    };
    let mode = match context.of() {
        Of::Test => "config.test-mode",
        _ => "config.train-mode",
    };
    let of_calls = [
        (context.by_flags(), mode),
        (context.calls_unrecorded(), NO_GRAD_DROPS),
        (context.was_given_to_another_call(), INPUT),
        (context.calls_without_ratio(), DEFAULT_RATIO),
        (context.calls_at_ratio_zero(), RATIO_ZERO),
        (back && context.calls_in_test_mode(), "gradient.test.identity"),
        (back && context.several_backwards(), ACCUMULATE),
    ];
    let of_calls = of_calls.into_iter().filter_map(|(stands, rule)| stands.then_some(rule));
    let recorded = if context.saw() == Saw::Error { of_flags() } else { Vec::new() };
    context.rules_on_layers().into_iter().chain(of_calls).chain(recorded).collect()
}

/// All rows that hold.
fn rows(context: &Context) -> impl Iterator<Item = &'static Row> {
    rows_on(context.saw(), context)
}

/// All rows on what was observed, or might have been, that hold.
fn rows_on(saw: Saw, context: &Context) -> impl Iterator<Item = &'static Row> {
    let of = context.of();
    ATTRIBUTION.iter().filter(move |row| {
        row.saw == saw && (row.of == Of::Any || row.of == of) && (row.holds)(context)
    })
}

#[cfg(test)]
mod tests;
