//! What varies in programs: a table for each dimension, with a line for each value.

use super::renamed;
use crate::session::Setting;
use crate::wire::steps::*;
use crate::wire::{Array, Mode, Program, Step, ViewKind};

/// A value of a dimension: its name, what an implementation has to claim for it, and what it is.
pub(super) struct Value<T> {
    pub(super) name: &'static str,
    pub(super) needs: &'static [&'static str],
    pub(super) is: T,
}

pub(super) const fn value_of<T>(
    name: &'static str,
    needs: &'static [&'static str],
    is: T,
) -> Value<T> {
    Value { name, needs, is }
}

/// The shapes of x, without those that are too large for an implementation. Sides are drawn anew for each
/// program.
pub(super) type Shape = fn(&mut Setting) -> Vec<usize>;

pub(super) const SHAPES: [Value<Shape>; 14] = [
    value_of(SINGLE, &[], |_| vec![]),
    value_of(FEW, &[], |it| vec![it.between(2, 67)]),
    value_of("some hundred elements", &[], |it| vec![it.between(129, 1100)]),
    value_of("a power of two", &[], |it| match it.between(0, 1) {
        0 => vec![1 << it.between(7, 12)],
        _ => vec![1 << it.between(3, 6), 1 << it.between(3, 6)],
    }),
    value_of("thousands of elements", &[], |it| match it.between(0, 1) {
        0 => vec![it.between(4097, 4500)],
        _ => vec![67, it.between(62, 67)],
    }),
    value_of("a matrix", &[], |it| vec![it.between(5, 60), it.between(5, 60)]),
    value_of("one column", &[], |it| vec![it.between(64, 1200), 1]),
    value_of("one row", &[], |it| vec![1, it.between(64, 1200)]),
    value_of("a thin matrix", &[], |it| vec![it.between(64, 600), it.between(2, 3)]),
    value_of("three axes", &[], |it| match it.between(0, 3) {
        0 => vec![it.between(2, 9), it.between(16, 64), 1],
        1 => vec![1, it.between(6, 32), it.between(6, 32)],
        _ => vec![it.between(2, 5), it.between(3, 16), it.between(4, 16)],
    }),
    value_of("four axes", &[], |it| {
        vec![it.between(2, 3), it.between(2, 4), it.between(4, 9), it.between(4, 9)]
    }),
    value_of("five axes", &[], |it| {
        vec![2, it.between(2, 3), it.between(2, 3), it.between(3, 5), it.between(3, 6)]
    }),
    value_of(SEVERAL_BLOCKS, &[], |it| match it.between(0, 1) {
        0 => vec![it.between(33_000, 65_500)],
        _ => vec![it.between(165, 325), 201],
    }),
    value_of(MANY, &[], |it| match it.between(0, 3) {
        0 => vec![(1 << 18) + it.between(2000, 9000)],
        1 => vec![2, 7, it.between(18_800, 19_400)],
        _ => vec![it.between(514, 530), 513],
    }),
];

pub(super) const SINGLE: &str = "a single number";
pub(super) const FEW: &str = "few elements";

/// Larger than any block, and than any grid, that kernels have; they are dear.
pub(super) const DEAR: [&str; 2] = [SEVERAL_BLOCKS, MANY];
pub(super) const SEVERAL_BLOCKS: &str = "more than 2^15 elements";
pub(super) const MANY: &str = "more than 2^18 elements";

/// The ratios.
pub(super) type Ratio = fn(&mut Setting) -> f64;

pub(super) const RATIOS: [Value<Ratio>; 11] = [
    value_of(ZERO, &[], |_| 0.0),
    value_of(TINY, &[], |it| it.one_of(&[0.00005, 0.0004, 0.001, 0.003, 0.007])),
    value_of(SMALL, &[], |it| it.one_of(&[0.02, 0.03, 0.05])),
    value_of("1/10", &[], |_| 0.1),
    value_of("1/4", &[], |_| 0.25),
    value_of(HALF, &[], |_| 0.5),
    value_of("3/4", &[], |_| 0.75),
    value_of("9/10", &[], |_| 0.9),
    value_of("19/20", &[], |_| 0.95),
    value_of(HUGE, &[], |it| it.one_of(&[0.993, 0.995, 0.999, 0.9997])),
    value_of("any", &[], |it| 0.02 + 0.96 * it.uniform()),
];

pub(super) const ZERO: &str = "0";
pub(super) const TINY: &str = "below 1/100";
pub(super) const SMALL: &str = "1/50 to 1/20";
pub(super) const HALF: &str = "1/2";
pub(super) const HUGE: &str = "above 99/100";

/// How dropout is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Inverted,
    Default,
    Direct,
    Layer,
}

pub(super) const FORMS: [Value<Form>; 4] = [
    value_of("a call", &[], Form::Inverted),
    value_of("a call without a ratio", &["default_ratio"], Form::Default),
    value_of("direct dropout", &["direct"], Form::Direct),
    value_of("a layer", &["layers"], Form::Layer),
];

/// Where the mode comes from.
pub(super) struct Origin {
    /// Whether it is that of a layer.
    pub(super) of_layer: bool,
    /// What is done before the calls.
    pub(super) before: fn() -> Program,
    /// Whether calls are made in the mode that the flags say.
    pub(super) by_flags: bool,
    /// Whether that is test mode.
    pub(super) tests: bool,
    /// What is around the calls.
    pub(super) around: fn(Program) -> Program,
}

pub(super) const PLAIN: Origin = Origin {
    of_layer: false,
    before: Vec::new,
    by_flags: false,
    tests: false,
    around: |steps| steps,
};
pub(super) const BY_FLAGS: Origin = Origin { by_flags: true, ..PLAIN };
pub(super) const OF_LAYER: Origin = Origin { of_layer: true, ..PLAIN };

pub(super) const ORIGINS: [Value<Origin>; 15] = [
    value_of(ARGUMENT, &[], PLAIN),
    value_of(TEST_ARGUMENT, &["test"], Origin { tests: true, ..PLAIN }),
    value_of(FLAG, &["config.train"], BY_FLAGS),
    value_of(
        TEST_FLAG,
        &["config.train", "test"],
        Origin { tests: true, around: |steps| vec![test_mode(steps)], ..BY_FLAGS },
    ),
    value_of(
        "the flag, after test mode",
        &["config.train", "test"],
        Origin { before: || vec![test_mode(vec![config("train")])], ..BY_FLAGS },
    ),
    value_of(
        "the flag, after an error in test mode",
        &["config.train", "test"],
        Origin { before: || vec![catch(vec![test_mode(vec![raise()])])], ..BY_FLAGS },
    ),
    value_of(
        "a scope of train mode in test mode",
        &["config.train", "test"],
        Origin { around: |steps| vec![test_mode(vec![using("train", true, steps)])], ..BY_FLAGS },
    ),
    value_of(
        SET_BY_HAND,
        &["config.train", "test"],
        Origin { before: || vec![set("train", false), set("train", true)], ..BY_FLAGS },
    ),
    value_of(
        THE_LAYERS,
        &["layers"],
        Origin { before: || vec![layer_mode("l", true)], ..OF_LAYER },
    ),
    value_of(
        THE_LAYERS_TEST,
        &["layers", "test"],
        Origin { tests: true, before: || vec![layer_mode("l", false)], ..OF_LAYER },
    ),
    value_of(
        "the mode of a model, which is test mode",
        &["layers", "test"],
        Origin {
            tests: true,
            before: || vec![layer_mode("l", true), model("m", &["l"]), layer_mode("m", false)],
            ..OF_LAYER
        },
    ),
    value_of(
        "the layer's mode, after test mode",
        &["layers", "test"],
        Origin { before: || vec![layer_mode("l", false), layer_mode("l", true)], ..OF_LAYER },
    ),
    value_of(
        "the mode of a model",
        &["layers", "test"],
        Origin {
            // A layer is in two models, and obeys both.
            before: || {
                let models = [model("m", &["l"]), model("n", &["l"])];
                [vec![layer_mode("l", false)], models.to_vec(), vec![layer_mode("m", true)]]
                    .concat()
            },
            ..OF_LAYER
        },
    ),
    value_of(
        "the layer's mode, before a model was made of it",
        &["layers"],
        Origin { before: || vec![layer_mode("l", true), model("m", &["l"])], ..OF_LAYER },
    ),
    value_of(
        "the mode of a model of models",
        &["layers", "test"],
        Origin {
            before: || {
                let models = [model("m", &["l"]), model("n", &["m"]), model("o", &["n"])];
                let modes = [layer_mode("o", false), layer_mode("o", true)];
                [vec![layer_mode("l", false)], models.to_vec(), modes.to_vec()].concat()
            },
            ..OF_LAYER
        },
    ),
];

pub(super) const ARGUMENT: &str = "its argument";
pub(super) const TEST_ARGUMENT: &str = "its argument, which is test mode";
pub(super) const FLAG: &str = "the flag";
pub(super) const TEST_FLAG: &str = "the flag, in test mode";
pub(super) const THE_LAYERS: &str = "the layer's mode";
pub(super) const THE_LAYERS_TEST: &str = "the layer's mode, which is test mode";
/// In which dear arrays are asked.
pub(super) const MODES_OF_DEAR: [&str; 6] =
    [ARGUMENT, TEST_ARGUMENT, FLAG, TEST_FLAG, THE_LAYERS, THE_LAYERS_TEST];
pub(super) const SET_BY_HAND: &str = "the flag, set by hand";

/// What is around the calls: what is done before them stands outside of a scope and inside of a thread.
pub(super) type Around = fn(Program, Program) -> Program;

pub(super) const AROUND: [Value<Around>; 8] = [
    value_of("nothing", &[], |before, turns| [before, turns].concat()),
    value_of(NO_GRAD, &["config.enable_backprop"], |before, turns| {
        [before, vec![no_grad(turns)]].concat()
    }),
    value_of(TEST_MODE, &["config.train", "test"], |before, turns| {
        [before, vec![test_mode(turns)]].concat()
    }),
    value_of(CATCH, &[], |before, turns| [before, vec![catch(turns)]].concat()),
    value_of("two scopes", &["config.train", "config.enable_backprop"], |before, turns| {
        let inner = using("enable_backprop", true, turns);
        [before, vec![using("train", true, vec![inner])]].concat()
    }),
    value_of("a scope that is an object", &["scopes", "config.train"], |before, turns| {
        [before, vec![scope("s", "train", true), within("s", turns)]].concat()
    }),
    value_of(THREAD, &["threads"], |before, turns| vec![threads(vec![[before, turns].concat()])]),
    value_of(THREADS, &["threads"], |before, turns| {
        let body = |name: &str| renamed([before.clone(), turns.clone()].concat(), name);
        vec![threads(["1", "2", "3"].map(body).to_vec())]
    }),
];

pub(super) const NO_GRAD: &str = "no_grad";
pub(super) const TEST_MODE: &str = "test mode";
pub(super) const CATCH: &str = "a catch";
pub(super) const THREAD: &str = "a thread";
pub(super) const THREADS: &str = "three threads at once";

/// What stands between two calls.
pub(super) type Between = fn(&mut Setting, f64) -> Program;

pub(super) const BETWEEN: [Value<Between>; 28] = [
    value_of(NOTHING, &[], |_, _| vec![]),
    value_of(IN_TEST_MODE, &["test"], |_, ratio| vec![test("t", "x", ratio), value("t")]),
    value_of(TESTED, &["test", "config.train"], |_, ratio| {
        vec![test_mode(vec![dropout("t", "x", ratio), value("t")])]
    }),
    value_of(OTHER_RATIO, &[], |it, ratio| {
        let other = it.rounded(if ratio == 0.25 { 0.5 } else { 0.25 });
        vec![train("t", "x", other), value("t")]
    }),
    value_of("a call that is not looked at", &[], |_, ratio| vec![train("t", "x", ratio)]),
    value_of("a call at ratio 0", &[], |_, _| vec![train("t", "x", 0.0)]),
    value_of("a call at ratio 1", &[], |_, _| vec![catch(vec![train("t", "x", 1.0), value("t")])]),
    value_of("a call of another shape", &[], |it, ratio| {
        // Of other elements, or of as many in other axes.
        let w = match it.between(0, 2) {
            0 => other_array(it),
            1 => it.reshaped(&[it.shape.iter().product()]).normal(),
            _ => it.reshaped(&it.shape.iter().rev().copied().collect::<Vec<_>>()).normal(),
        };
        vec![variable("w", w), train("t", "w", ratio), value("t")]
    }),
    value_of("a call of an empty array", &[], |it, _| {
        vec![variable("w", Array::new(it.dtype, &[0], vec![])), train("t", "w", 0.5)]
    }),
    value_of("direct dropout", &["direct"], |_, _| {
        vec![direct("t", "x", 0.5, Mode::Train), value("t")]
    }),
    value_of("direct dropout in test mode", &["direct", "test"], |_, _| {
        vec![direct("t", "x", 0.5, Mode::Test)]
    }),
    value_of(BACK, &["gradient.train", "accumulate"], |it, ratio| {
        let calls = [other_variable(it), train("t", "w", moderate(it, ratio)), value("t")];
        // A way back that draws its mask anew may put the generator back to before this one.
        let later = [train("u", "w", ratio), value("u")];
        [&calls[..], &later, &[back("t"), grad("w"), clear_grad("w")]].concat()
    }),
    value_of(
        TWICE_BACK,
        &["double_backward", "arithmetic", "gradient.train", "accumulate"],
        |it, ratio| {
            let call = train("t", "w", moderate(it, ratio));
            let calls = [other_variable(it), call, value("t"), mul("p", "t", "t")];
            let later = [train("u", "w", ratio), value("u")];
            let ways = [back_with_graph("p"), grad_as("g", "w"), clear_grad("w"), back("g")];
            [&calls[..], &later, &ways, &[grad("w"), clear_grad("w")]].concat()
        },
    ),
    value_of("an error", &[], |_, _| vec![catch(vec![raise()])]),
    value_of("a call in a scope that an error leaves", &["config.train"], |it, ratio| {
        let call = vec![other_variable(it), train("t", "w", ratio), value("t"), raise()];
        vec![catch(vec![using("train", true, call)])]
    }),
    value_of(REFUSED, &[], |_, _| vec![catch(vec![train("t", "x", 2.0), value("t")])]),
    value_of(UNKNOWN, &["names", "config.train"], |_, _| {
        vec![catch(vec![using("trian", false, vec![])])]
    }),
    value_of(TEST_SCOPE, &["config.train", "test"], |_, _| vec![test_mode(vec![])]),
    value_of("a scope of no_grad", &["config.enable_backprop"], |_, _| vec![no_grad(vec![])]),
    value_of(BY_HAND, &["config.train", "test"], |_, _| {
        vec![set("train", false), set("train", true)]
    }),
    value_of("a look at the flags", &["config.train"], |_, _| vec![config("train")]),
    value_of("a sum", &["arithmetic"], |_, _| vec![add("t", "x", "x")]),
    value_of(A_VIEW, &["views"], |it, _| {
        let w = it.reshaped(&[3, 2]).normal();
        let call = [variable("w", w), view("v", "w", ViewKind::Transpose), train("t", "v", 0.5)];
        [call.to_vec(), vec![value("t")]].concat()
    }),
    value_of(ITS_MODE, &["layers"], |_, _| vec![layer_mode("l", true)]),
    value_of(A_LAYER, &["layers"], |_, _| vec![layer("k", 0.5), layer_mode("k", true)]),
    value_of(A_MODE, &["layers", "test"], |_, _| {
        vec![layer("k", 0.5), model("q", &["k"]), layer_mode("q", false)]
    }),
    value_of(ON_A_THREAD, &["threads"], |it, ratio| {
        vec![threads(vec![vec![other_variable(it), train("t", "w", ratio), value("t")]])]
    }),
    value_of("a call on another device", &["device", "devices"], |it, ratio| {
        let w = other_array(it);
        let place = it.start.devices.get(1).cloned().unwrap_or_default();
        vec![on_device("w", w, &place), train("t", "w", ratio), value("t")]
    }),
];

/// The ratio, where some elements are kept and some dropped.
pub(super) fn moderate(it: &Setting, ratio: f64) -> f64 {
    it.rounded(ratio.clamp(0.05, 0.95))
}

/// Numbers that are not those of x, for calls between those of x: long enough that a mask of theirs is told again
/// if it comes again.
pub(super) fn other_array(it: &mut Setting) -> Array {
    let shape = [it.start.max_elements.min(75)];
    it.reshaped(&shape).normal()
}

pub(super) fn other_variable(it: &mut Setting) -> Step {
    variable("w", other_array(it))
}

/// What may change what test mode does: a call in train mode, or something that has to do with modes.
pub(super) const BETWEEN_TESTS: [&str; 9] =
    [NOTHING, IN_TEST_MODE, OTHER_RATIO, BACK, REFUSED, TEST_SCOPE, BY_HAND, ITS_MODE, A_MODE];
pub(super) const NOTHING: &str = "nothing";
pub(super) const OTHER_RATIO: &str = "a call at another ratio";
pub(super) const REFUSED: &str = "an error of the library";
pub(super) const IN_TEST_MODE: &str = "a call in test mode";
pub(super) const TESTED: &str = "a call in a scope of test mode";
pub(super) const BACK: &str = "the way back of a call";
pub(super) const TWICE_BACK: &str = "a second derivative";
pub(super) const UNKNOWN: &str = "an unknown flag";
pub(super) const TEST_SCOPE: &str = "a scope of test mode";
pub(super) const BY_HAND: &str = "flags set by hand";
pub(super) const A_VIEW: &str = "a call of a view";
pub(super) const ITS_MODE: &str = "the mode of the layer, given again";
pub(super) const A_LAYER: &str = "a layer that is made";
pub(super) const A_MODE: &str = "a model that is given a mode";
pub(super) const ON_A_THREAD: &str = "a call on a thread";

/// Where x lives.
pub(super) const DEVICES: [Value<usize>; 3] = [
    value_of("the first", &[], 0),
    value_of("another one", &["device", "devices"], 1),
    value_of("the last", &["device", "three devices"], usize::MAX),
];

/// The numbers in x; `limit` is what may be divided by `1 - ratio` without an overflow.
pub(super) type Numbers = fn(&mut Setting, f64) -> Array;

pub(super) const NUMBERS: [Value<Numbers>; 10] = [
    value_of("near one", &[], |it, _| it.normal()),
    value_of("of all sizes", &[], |it, limit| {
        let mut x = it.of_all_sizes();
        x.values.iter_mut().for_each(|x| *x = x.clamp(-limit, limit));
        x
    }),
    value_of("negative", &[], |it, _| {
        let mut x = it.normal();
        x.values.iter_mut().for_each(|x| *x = -x.abs());
        x
    }),
    value_of("one number everywhere", &[], |it, _| {
        let x = it.one_of(&[1.0, -1.5, 0.75]);
        it.array(|_| x)
    }),
    value_of("rows that are equal", &[], |it, _| {
        let row = it.reshaped(&[it.shape.last().copied().unwrap_or(1)]).normal().values;
        let mut next = row.iter().cycle();
        it.array(|_| *next.next().unwrap_or(&1.0))
    }),
    value_of("large", &[], |it, limit| {
        let dtype = it.dtype;
        it.array(|it| dtype.round(it.one_of(&[-1.0, 1.0]) * limit * (0.5 + 0.5 * it.uniform())))
    }),
    value_of("small", &[], |it, _| {
        let (dtype, least) = (it.dtype, 2.0 * it.dtype.smallest_normal());
        it.array(|it| dtype.round(it.one_of(&[-1.0, 1.0]) * least * (1.0 + it.uniform())))
    }),
    value_of(ANY_FINITE, &[], |it, _| it.any_finite()),
    value_of("outliers among them", &[], |it, limit| {
        let outlier = limit.min(3000.0);
        it.array(|it| if it.uniform() < 0.1 { outlier } else { it.one_of(&[-1.0, 0.5, 1.5]) })
    }),
    value_of("zeros among them", &[], |it, _| {
        let mut x = it.array(|it| it.one_of(&[0.0, 0.0, 1.0, -1.5]));
        // Of zeros alone the output would show nothing.
        x.values.iter_mut().take(1).for_each(|x| *x = 1.0);
        x
    }),
];

/// Zeros of both signs, subnormal numbers and the largest. In train mode they may overflow, or be flushed.
pub(super) const ANY_FINITE: &str = "finite ones of every kind";

/// What is looked at: the output, and a gradient that sets out so.
pub(super) struct Look {
    pub(super) output: bool,
    pub(super) gradient: Option<SetsOut>,
}

/// Writes what a gradient is at the output, to a size at most; `None` is ones.
pub(super) type SetsOut = fn(&mut Setting, f64) -> Option<Array>;

pub(super) const fn gradient(gradient: SetsOut) -> Look {
    Look { output: false, gradient: Some(gradient) }
}

pub(super) const LOOKS: [Value<Look>; 5] = [
    value_of(OUTPUT, &[], Look { output: true, gradient: None }),
    value_of(
        "the output and the gradient",
        &["gradient.train"],
        Look { output: true, gradient: Some(|it, _| Some(it.normal())) },
    ),
    value_of("the gradient of ones", &["gradient.train"], gradient(|_, _| None)),
    value_of(
        "the gradient of large numbers",
        &["gradient.train"],
        gradient(|it, limit| {
            let (dtype, size) = (it.dtype, limit.min(2f64.powi(17)));
            Some(it.array(|it| {
                dtype.round(it.one_of(&[-1.0, 1.0]) * size * (0.5 + 0.5 * it.uniform()))
            }))
        }),
    ),
    value_of(
        "the gradient of small numbers",
        &["gradient.train"],
        gradient(|it, _| {
            let (dtype, size) = (it.dtype, 2f64.powi(-20).max(2.0 * it.dtype.smallest_normal()));
            Some(it.array(|it| dtype.round(it.one_of(&[-1.0, 1.0]) * size * (1.0 + it.uniform()))))
        }),
    ),
];

pub(super) const OUTPUT: &str = "the output";

/// The names of the calls of one turn, and the order in which they are looked at.
pub(super) struct Alive {
    pub(super) calls: &'static [&'static str],
    pub(super) looks: &'static [&'static str],
}

pub(super) const ALIVE: [Value<Alive>; 6] = [
    value_of(ONE, &[], Alive { calls: &[], looks: &[] }),
    value_of("two calls", &[], Alive { calls: &["a", "b"], looks: &["a", "b"] }),
    value_of("two calls, the second first", &[], Alive { calls: &["a", "b"], looks: &["b", "a"] }),
    value_of(FOUR, &[], Alive { calls: &["a", "b", "c", "d"], looks: &["c", "d", "a", "b"] }),
    value_of(FORTY, &[], Alive { calls: &FORTY_CALLS, looks: &FORTY_CALLS }),
    value_of(CHAIN, &[], Alive { calls: &["a"], looks: &["b"] }),
];

pub(super) const ONE: &str = "one call";
pub(super) const FOUR: &str = "four calls";
pub(super) const FORTY: &str = "forty calls";
pub(super) const FORTY_CALLS: [&str; 40] = [
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3", "b4", "b5",
    "b6", "b7", "b8", "b9", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "d0", "d1",
    "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9",
];
pub(super) const CHAIN: &str = "a chain";

/// Whether each turn has a variable of its own.
pub(super) const VARIABLES: [Value<bool>; 2] =
    [value_of(ONE_FOR_ALL, &[], false), value_of("a fresh one", &[], true)];

pub(super) const ONE_FOR_ALL: &str = "one for all";

/// The dimensions, in the order of a row.
pub(super) const DIMENSIONS: [&str; 12] = [
    "shape", "dtype", "ratio", "form", "mode", "around", "between", "device", "x", "seen by",
    "alive", "variable",
];
