//! The space of programs: what varies from one to the next. A row has a value for each dimension; rows
//! that cover the pairs and triples of values are asked of every implementation.
//!
//! A value is one line of its table.

use super::covering::{Grid, Met, Values};
use crate::bet::Tag;
use crate::session::{Effort, Setting, round_ratio};
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, Mode, Program, Start, Step, ViewKind};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// A value of a dimension: its name, what an implementation has to claim for it, and what it is.
struct Value<T> {
    name: &'static str,
    needs: &'static [&'static str],
    is: T,
}

const fn value_of<T>(name: &'static str, needs: &'static [&'static str], is: T) -> Value<T> {
    Value { name, needs, is }
}

/// The shapes of x, without those that are too large for an implementation. Sides are drawn anew for each
/// program.
type Shape = fn(&mut Setting) -> Vec<usize>;

const SHAPES: [Value<Shape>; 13] = [
    value_of(SINGLE, &[], |_| vec![]),
    value_of(FEW, &[], |it| vec![it.between(2, 67)]),
    value_of("some hundred elements", &[], |it| vec![it.between(129, 1100)]),
    value_of("a power of two", &[], |it| vec![1 << it.between(7, 12)]),
    value_of("thousands of elements", &[], |it| vec![it.between(4097, 4500)]),
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
    value_of(MANY, &[], |it| vec![(1 << 17) + it.between(2000, 9000)]),
];

const SINGLE: &str = "a single number";
const FEW: &str = "few elements";

/// Larger than any block or grid that kernels have; they are dear.
const MANY: &str = "more than 2^17 elements";

/// The ratios.
type Ratio = fn(&mut Setting) -> f64;

const RATIOS: [Value<Ratio>; 10] = [
    value_of(TINY, &[], |it| it.one_of(&[0.0004, 0.001, 0.003, 0.007])),
    value_of("1/20", &[], |_| 0.05),
    value_of("1/10", &[], |_| 0.1),
    value_of("1/4", &[], |_| 0.25),
    value_of(HALF, &[], |_| 0.5),
    value_of("3/4", &[], |_| 0.75),
    value_of("9/10", &[], |_| 0.9),
    value_of("19/20", &[], |_| 0.95),
    value_of(HUGE, &[], |it| it.one_of(&[0.993, 0.995, 0.999])),
    value_of("any", &[], |it| 0.02 + 0.96 * it.uniform()),
];

const TINY: &str = "below 1/100";
const HALF: &str = "1/2";
const HUGE: &str = "above 99/100";

/// How dropout is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Inverted,
    Default,
    Direct,
    Layer,
}

const FORMS: [Value<Form>; 4] = [
    value_of("a call", &[], Form::Inverted),
    value_of("a call without a ratio", &["default_ratio"], Form::Default),
    value_of("direct dropout", &["direct"], Form::Direct),
    value_of("a layer", &["layers"], Form::Layer),
];

/// Where the mode comes from.
struct Origin {
    /// Whether it is that of a layer.
    of_layer: bool,
    /// What is done before the calls.
    before: fn() -> Program,
    /// Whether calls are made in the mode that the flags say.
    by_flags: bool,
    /// What is around the calls.
    around: fn(Program) -> Program,
}

const PLAIN: Origin =
    Origin { of_layer: false, before: Vec::new, by_flags: false, around: |steps| steps };
const BY_FLAGS: Origin = Origin { by_flags: true, ..PLAIN };
const OF_LAYER: Origin = Origin { of_layer: true, ..PLAIN };

const ORIGINS: [Value<Origin>; 11] = [
    value_of(ARGUMENT, &[], PLAIN),
    value_of(FLAG, &["config.train"], BY_FLAGS),
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
                [vec![layer_mode("l", false)], models.to_vec(), vec![layer_mode("o", true)]]
                    .concat()
            },
            ..OF_LAYER
        },
    ),
];

const ARGUMENT: &str = "its argument";
const FLAG: &str = "the flag";
const THE_LAYERS: &str = "the layer's mode";
const SET_BY_HAND: &str = "the flag, set by hand";

/// What is around the calls: what is done before them stands outside of a scope and inside of a thread.
type Around = fn(Program, Program) -> Program;

const AROUND: [Value<Around>; 8] = [
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

const NO_GRAD: &str = "no_grad";
const TEST_MODE: &str = "test mode";
const CATCH: &str = "a catch";
const THREAD: &str = "a thread";
const THREADS: &str = "three threads at once";

/// What stands between two calls.
type Between = fn(&mut Setting, f64) -> Program;

const BETWEEN: [Value<Between>; 27] = [
    value_of(NOTHING, &[], |_, _| vec![]),
    value_of(IN_TEST_MODE, &["test"], |_, ratio| vec![test("t", "x", ratio), value("t")]),
    value_of(TESTED, &["test", "config.train"], |_, ratio| {
        vec![test_mode(vec![dropout("t", "x", ratio), value("t")])]
    }),
    value_of("a call at another ratio", &[], |it, ratio| {
        let other = it.rounded(if ratio == 0.25 { 0.5 } else { 0.25 });
        vec![train("t", "x", other), value("t")]
    }),
    value_of("a call that is not looked at", &[], |_, ratio| vec![train("t", "x", ratio)]),
    value_of("a call at ratio 0", &[], |_, _| vec![train("t", "x", 0.0)]),
    value_of("a call at ratio 1", &[], |_, _| vec![catch(vec![train("t", "x", 1.0), value("t")])]),
    value_of("a call of another shape", &[], |it, ratio| {
        vec![other_variable(it), train("t", "w", ratio), value("t")]
    }),
    value_of("a call of an empty array", &[], |it, _| {
        vec![variable("w", Array::new(it.dtype, &[0], vec![])), train("t", "w", 0.5)]
    }),
    value_of("direct dropout", &["direct"], |_, _| {
        vec![direct("t", "x", 0.5, Mode::Train), value("t")]
    }),
    value_of(DIRECT_TESTED, &["direct", "test"], |_, _| vec![direct("t", "x", 0.5, Mode::Test)]),
    value_of(BACK, &["gradient.train", "accumulate"], |it, ratio| {
        let calls = [other_variable(it), train("t", "w", moderate(it, ratio)), value("t")];
        [calls.to_vec(), vec![back("t"), grad("w"), clear_grad("w")]].concat()
    }),
    value_of(
        TWICE_BACK,
        &["double_backward", "arithmetic", "gradient.train", "accumulate"],
        |it, ratio| {
            let call = train("t", "w", moderate(it, ratio));
            let calls = [other_variable(it), call, value("t"), mul("p", "t", "t")];
            let ways = [back_with_graph("p"), grad_as("g", "w"), clear_grad("w"), back("g")];
            [calls.to_vec(), ways.to_vec(), vec![grad("w"), clear_grad("w")]].concat()
        },
    ),
    value_of("an error", &[], |_, _| vec![catch(vec![raise()])]),
    value_of("an error of the library", &[], |_, _| {
        vec![catch(vec![train("t", "x", 2.0), value("t")])]
    }),
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
fn moderate(it: &Setting, ratio: f64) -> f64 {
    it.rounded(ratio.clamp(0.05, 0.95))
}

/// Numbers that are not those of x, for calls between those of x: long enough that a mask of theirs is told again
/// if it comes again.
fn other_array(it: &mut Setting) -> Array {
    let shape = [it.start.max_elements.min(75)];
    it.reshaped(&shape).normal()
}

fn other_variable(it: &mut Setting) -> Step {
    variable("w", other_array(it))
}

const NOTHING: &str = "nothing";
const IN_TEST_MODE: &str = "a call in test mode";
const DIRECT_TESTED: &str = "direct dropout in test mode";
const TESTED: &str = "a call in a scope of test mode";
const BACK: &str = "the way back of a call";
const TWICE_BACK: &str = "a second derivative";
const UNKNOWN: &str = "an unknown flag";
const TEST_SCOPE: &str = "a scope of test mode";
const BY_HAND: &str = "flags set by hand";
const A_VIEW: &str = "a call of a view";
const ITS_MODE: &str = "the mode of the layer, given again";
const A_LAYER: &str = "a layer that is made";
const A_MODE: &str = "a model that is given a mode";
const ON_A_THREAD: &str = "a call on a thread";

/// Where x lives.
const DEVICES: [Value<usize>; 3] = [
    value_of("the first", &[], 0),
    value_of("another one", &["device", "devices"], 1),
    value_of("the last", &["device", "three devices"], usize::MAX),
];

/// The numbers in x; `limit` is what may be divided by `1 - ratio` without an overflow.
type Numbers = fn(&mut Setting, f64) -> Array;

const NUMBERS: [Value<Numbers>; 9] = [
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

/// What is looked at: the output, and a gradient that sets out so.
struct Look {
    output: bool,
    gradient: Option<SetsOut>,
}

/// Writes what a gradient is at the output, to a size at most; `None` is ones.
type SetsOut = fn(&mut Setting, f64) -> Option<Array>;

const fn gradient(gradient: SetsOut) -> Look {
    Look { output: false, gradient: Some(gradient) }
}

const LOOKS: [Value<Look>; 5] = [
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

const OUTPUT: &str = "the output";

/// The names of the calls of one turn, and the order in which they are looked at.
struct Alive {
    calls: &'static [&'static str],
    looks: &'static [&'static str],
}

const ALIVE: [Value<Alive>; 6] = [
    value_of(ONE, &[], Alive { calls: &[], looks: &[] }),
    value_of("two calls", &[], Alive { calls: &["a", "b"], looks: &["a", "b"] }),
    value_of("two calls, the second first", &[], Alive { calls: &["a", "b"], looks: &["b", "a"] }),
    value_of(FOUR, &[], Alive { calls: &["a", "b", "c", "d"], looks: &["c", "d", "a", "b"] }),
    value_of(FORTY, &[], Alive { calls: &FORTY_CALLS, looks: &FORTY_CALLS }),
    value_of(CHAIN, &[], Alive { calls: &["a"], looks: &["b"] }),
];

const ONE: &str = "one call";
const FOUR: &str = "four calls";
const FORTY: &str = "forty calls";
const FORTY_CALLS: [&str; 40] = [
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3", "b4", "b5",
    "b6", "b7", "b8", "b9", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "d0", "d1",
    "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9",
];
const CHAIN: &str = "a chain";

/// Whether each turn has a variable of its own.
const VARIABLES: [Value<bool>; 2] =
    [value_of(ONE_FOR_ALL, &[], false), value_of("a fresh one", &[], true)];

const ONE_FOR_ALL: &str = "one for all";

/// The dimensions, in the order of a row.
const DIMENSIONS: [&str; 12] = [
    "shape", "dtype", "ratio", "form", "mode", "around", "between", "device", "x", "seen by",
    "alive", "variable",
];

/// The space for one implementation.
#[derive(Clone)]
pub(crate) struct Space {
    start: Start,
    /// For each dimension the values that can be asked: their names and their places in the tables.
    values: Vec<Vec<(&'static str, usize)>>,
}

/// A value for each dimension, as places among those of a [`Space`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row(Values);

/// What of the space was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many programs were asked for that.
    pub programs: usize,
    /// Pairs of values.
    pub pairs: Met,
    /// Triples of values.
    pub triples: Met,
}

fn claimed<T>(table: &[Value<T>], start: &Start) -> Vec<(&'static str, usize)> {
    let claims = |need: &&str| match *need {
        "devices" => start.devices.len() > 1,
        "three devices" => start.devices.len() > 2,
        capability => start.claims(capability),
    };
    let can = |value: &Value<T>| value.needs.iter().all(claims);
    let values = table.iter().enumerate().filter(|(_, value)| can(value));
    values.map(|(place, value)| (value.name, place)).collect()
}

impl Space {
    /// The space for an implementation that answered `start`.
    pub(crate) fn new(start: &Start) -> Space {
        let floats = start.dtypes.iter().enumerate().filter(|(_, dtype)| dtype.is_float());
        let dtypes = floats.map(|(place, dtype)| (dtype.name(), place)).collect();
        let mut shapes = claimed(&SHAPES, start);
        // Those whose longest fits.
        shapes.retain(|&(name, _)| match name {
            SINGLE | FEW => start.max_elements >= 67,
            MANY => start.max_elements >= (1 << 17) + 9000,
            _ => start.max_elements >= 4500,
        });
        let values = vec![
            shapes,
            dtypes,
            claimed(&RATIOS, start),
            claimed(&FORMS, start),
            claimed(&ORIGINS, start),
            claimed(&AROUND, start),
            claimed(&BETWEEN, start),
            claimed(&DEVICES, start),
            claimed(&NUMBERS, start),
            claimed(&LOOKS, start),
            claimed(&ALIVE, start),
            claimed(&VARIABLES, start),
        ];
        Space { start: start.clone(), values }
    }

    fn grid(&self) -> Grid {
        let counts = self.values.iter().map(Vec::len).collect::<Vec<_>>();
        let named = self.values.iter().zip(DIMENSIONS);
        let names = named.flat_map(|(values, dimension)| {
            values.iter().map(move |&(value, _)| Tag { dimension, value })
        });
        let names = names.collect::<Vec<_>>();
        let together =
            |one: usize, other: usize| may_stand_together(names[one], names[other], &self.start);
        Grid::new(&counts, together, |value| names[value].value == MANY)
    }

    /// The rows for a run: every pair of values, and at default effort 96 of 100 triples.
    pub(crate) fn rows(&self, seed: u64, effort: Effort) -> Vec<Row> {
        let (strength, left) = match effort {
            Effort::Quick => (2, 0),
            Effort::Default => (3, 4),
            Effort::Deep => (3, 0),
        };
        if self.values.iter().any(Vec::is_empty) || !self.start.claims("train") {
            return Vec::new();
        }
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let rows = self.grid().rows(strength, (left, effort.rows()), &mut random);
        rows.into_iter().map(Row).collect()
    }

    /// What of the space some rows meet.
    pub(crate) fn coverage(&self, rows: &[Row]) -> Coverage {
        let values = rows.iter().map(|row| row.0.clone()).collect::<Vec<_>>();
        let [pairs, triples] = self.grid().met(&values);
        Coverage { programs: rows.len(), pairs, triples }
    }

    /// The values of a row: their names and their places in the tables.
    fn chosen(&self, row: &Row) -> impl Iterator<Item = (&'static str, usize)> {
        let numbered = self.values.iter().flatten().copied().enumerate();
        let row = row.0.clone();
        numbered.filter(move |(number, _)| row.contains(number)).map(|(_, value)| value)
    }

    /// What a row's calls have in common.
    pub(crate) fn tags(&self, row: &Row) -> Vec<Tag> {
        let named = self.chosen(row).zip(DIMENSIONS);
        named.map(|((value, _), dimension)| Tag { dimension, value }).collect()
    }

    /// The program of a row, with so many elements of masks, more or less; and the shape and the ratio of
    /// its calls.
    pub(crate) fn program(
        &self,
        row: &Row,
        random: &mut ChaCha20Rng,
        bits: usize,
    ) -> (Program, Vec<usize>, f64) {
        let place = self.chosen(row).map(|(_, place)| place).collect::<Vec<_>>();
        let dtype = self.start.dtypes[place[1]];
        let mut drawing =
            Setting { dtype, shape: vec![], watched: true, start: &self.start, random };
        let shape = (SHAPES[place[0]].is)(&mut drawing);
        let ratio = (RATIOS[place[2]].is)(&mut drawing);
        let ratio = usable(&self.start, dtype, ratio);
        let mut setting = drawing.reshaped(&shape);
        let form = FORMS[place[3]].is;
        let origin = &ORIGINS[place[4]].is;
        let limit = dtype.round(dtype.largest() * (1.0 - ratio) / 8.0);
        let x = (NUMBERS[place[8]].is)(&mut setting, limit);
        let device = (place[7] > 0).then(|| {
            self.start.devices[DEVICES[place[7]].is.min(self.start.devices.len() - 1)].clone()
        });
        let x = Step::Variable { to: "x".to_owned(), array: x, device };
        let Look { output, gradient } = &LOOKS[place[9]].is;
        let look = gradient.map(|gy| gy(&mut setting, limit));
        let between = (BETWEEN[place[6]].is)(&mut setting, ratio);
        let call = |to: &str, of: &str| called(form, origin.by_flags, to, of, ratio);
        let accumulate = self.start.claims("accumulate");
        let seen = |of: &str| {
            let mut looks = if *output { vec![value(of)] } else { vec![] };
            if let Some(gy) = &look {
                let gy = gy.clone();
                let back = Step::Backward { of: of.to_owned(), gy, create_graph: false };
                looks.extend([back, grad("x")]);
                looks.extend(accumulate.then(|| clear_grad("x")));
            }
            looks
        };
        let Alive { calls, looks } = ALIVE[place[10]].is;
        let fresh = VARIABLES[place[11]].is;
        let mut turn = if fresh { vec![x.clone()] } else { vec![] };
        match calls.split_first() {
            None => {
                turn.extend([vec![call("a", "x")], seen("a"), between].concat());
                // Without sums of gradients there is one way back in each turn.
                if look.is_none() || accumulate {
                    turn.extend([vec![call("b", "x")], seen("b")].concat());
                }
            }
            Some((first, rest)) => {
                turn.push(call(first, "x"));
                turn.extend(between);
                turn.extend(rest.iter().map(|to| call(to, "x")));
                if calls.len() == 1 {
                    turn.push(call(looks[0], first));
                }
                turn.extend(looks.iter().flat_map(|of| seen(of)));
            }
        }
        let masks =
            turn.iter().filter(|step| matches!(step, Step::Value { .. } | Step::Grad { .. }));
        let elements = shape.iter().product::<usize>() * masks.count().max(1);
        // What is rarely dropped, or rarely kept, shows in more bits.
        let bits = if (0.01..=0.99).contains(&ratio) { bits } else { 4 * bits };
        let turns = (bits / elements.max(1)).clamp(1, 12);
        let layer = if form == Form::Layer { vec![layer("l", ratio)] } else { vec![] };
        let variable = if fresh { vec![] } else { vec![x] };
        let before = [layer, (origin.before)(), variable].concat();
        let turns = (origin.around)(vec![repeat(turns, turn)]);
        ((AROUND[place[5]].is)(before, turns), shape, ratio)
    }
}

/// The ratio in the precision in which the implementation takes ratios; another one where that is 0 or 1.
fn usable(start: &Start, dtype: Dtype, ratio: f64) -> f64 {
    match round_ratio(start, dtype, ratio) {
        rounded if rounded >= 1.0 => round_ratio(start, dtype, 0.98),
        rounded if rounded <= 0.0 => 0.03125,
        rounded => rounded,
    }
}

fn called(form: Form, by_flags: bool, to: &str, of: &str, ratio: f64) -> Step {
    let mut step = match form {
        Form::Inverted => train(to, of, ratio),
        Form::Default => default_ratio(to, of),
        Form::Direct => direct(to, of, ratio, Mode::Train),
        Form::Layer => apply(to, of, "l"),
    };
    if let (true, Step::Dropout(call) | Step::DirectDropout(call)) = (by_flags, &mut step) {
        call.mode = None;
    }
    step
}

/// The same steps with other names, for a body beside one that has these.
fn renamed(mut steps: Program, behind: &str) -> Program {
    for step in &mut steps {
        for name in step.uses_mut() {
            name.push_str(behind);
        }
        if let Some(name) = step.binds_mut() {
            name.push_str(behind);
        }
        for body in step.bodies_mut() {
            *body = renamed(std::mem::take(body), behind);
        }
    }
    steps
}

/// Whether programs may have both values: each is of another dimension.
fn may_stand_together(one: Tag, other: Tag, start: &Start) -> bool {
    let accumulate = start.claims("accumulate");
    let has = |dimension: &str, values: &[&str]| {
        [one, other].iter().any(|tag| tag.dimension == dimension && values.contains(&tag.value))
    };
    let is = |dimension: &str, is: &dyn Fn(&str) -> bool| {
        [one, other].iter().any(|tag| tag.dimension == dimension && is(tag.value))
    };
    let of_layer = |value: &str| ORIGINS.iter().any(|it| it.name == value && it.is.of_layer);
    let layer = has("form", &["a layer"]) || is("mode", &of_layer) || has("between", &[ITS_MODE]);
    let no_layer = is("form", &|form| form != "a layer") || is("mode", &|mode| !of_layer(mode));
    let back = is("seen by", &|seen| seen != OUTPUT);
    let by_flags = is("mode", &|mode| ORIGINS.iter().any(|it| it.name == mode && it.is.by_flags));
    let changes_flags = is("mode", &|mode| mode.starts_with("the flag,") || mode.contains("scope"))
        || has("between", &[TESTED, TEST_SCOPE, BY_HAND, UNKNOWN]);
    let changes_layers = has("between", &[A_LAYER, A_MODE, ITS_MODE]);
    let several = is("alive", &|alive| alive != ONE);
    let extreme = has("ratio", &[TINY, HUGE]);
    let never = [
        layer && no_layer,
        has("form", &["a call without a ratio"]) && is("ratio", &|ratio| ratio != HALF),
        // There is no way back, or none that every implementation has.
        has("around", &[NO_GRAD]) && (back || has("between", &[BACK, TWICE_BACK])),
        has("around", &[TEST_MODE]) && by_flags,
        // Who goes back in a program that has calls in test mode claims their gradient, too.
        back && !start.claims("gradient.test")
            && has("between", &[IN_TEST_MODE, TESTED, DIRECT_TESTED]),
        // Layers are changed on the first thread, and where nothing is caught.
        has("around", &[THREAD, THREADS, CATCH]) && (layer || changes_layers),
        // A scope of one thread may be one of all threads, and a way back may be a scope without gradients; the
        // oracle has no place for so many calls there.
        has("around", &[THREADS])
            && (changes_flags || back || several || is("between", &|it| it != NOTHING)),
        has("around", &[THREAD, THREADS])
            && (has("between", &[ON_A_THREAD, BY_HAND]) || has("mode", &[SET_BY_HAND])),
        // What may be refused is caught by itself, outside of another catch.
        has("around", &[CATCH])
            && is("between", &|it| it.contains("error") || it.contains("ratio 1")),
        back && !accumulate && (several || has("variable", &[ONE_FOR_ALL])),
        has("alive", &[CHAIN]) && (extreme || has("x", &["large", "small", "outliers among them"])),
        has("alive", &[CHAIN]) && is("seen by", &|seen| seen.ends_with("numbers")),
        // They are dear.
        has("shape", &[MANY])
            && (several
                || is("between", &|it| ![NOTHING, IN_TEST_MODE].contains(&it))
                || is("around", &|it| !["nothing", NO_GRAD].contains(&it))
                || is("mode", &|it| ![ARGUMENT, FLAG, THE_LAYERS].contains(&it))
                || is("ratio", &|it| ![TINY, "1/10", HALF, "9/10"].contains(&it))
                || is("x", &|it| !["near one", "one number everywhere", "large"].contains(&it))),
        has("shape", &["thousands of elements"]) && has("alive", &[FOUR]),
        // In a catch gradients may not have been cleared.
        has("alive", &[FORTY]) && has("around", &[CATCH]),
        has("alive", &[FORTY]) && is("shape", &|shape| ![FEW, SINGLE].contains(&shape)),
    ];
    !never.contains(&true)
}

#[cfg(test)]
mod tests;
