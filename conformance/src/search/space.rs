//! The space of programs: what varies from one to the next. A row has a value for each dimension; rows
//! that cover the pairs and triples of values are asked of every implementation.
//!
//! A value is one line of its table.

mod dimensions;

use super::covering::{Grid, Met, Values};
use crate::bet::Tag;
use crate::session::{Effort, Setting, round_ratio};
use crate::wire::steps::*;
use crate::wire::{Dtype, Mode, Program, Start, Step};
use dimensions::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

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
            SEVERAL_BLOCKS => start.max_elements >= 1 << 16,
            MANY => start.max_elements >= (1 << 18) + 10_000,
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
        Grid::new(&counts, together, |value| DEAR.contains(&names[value].value))
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
        let call = |to: &str, of: &str| called(form, origin, to, of, ratio);
        let accumulate = self.start.claims("accumulate");
        // What is handed back may be x itself, and going back from that may be refused.
        let handed_back = origin.tests || ratio == 0.0;
        let identity = self.start.claims("identity");
        // Whether direct dropout hands x back at ratio 0 is not said.
        let direct = form == Form::Direct;
        let Alive { calls, looks } = ALIVE[place[10]].is;
        let input = if calls.len() == 1 { calls[0] } else { "x" };
        let seen = |of: &str| {
            let mut looks = if *output || handed_back { vec![value(of)] } else { vec![] };
            looks.extend((place[7] > 0).then(|| crate::wire::steps::device(of)));
            // Of several results in a row each may be another name of the one before.
            looks.extend((handed_back && identity && !direct).then(|| same(input, of)));
            if let Some(gy) = look.as_ref().filter(|_| !direct || ratio != 0.0) {
                let gy = gy.clone();
                let back = Step::Backward { of: of.to_owned(), gy, create_graph: false };
                let home = vec![back, grad("x")];
                looks.extend(if handed_back { vec![catch(home)] } else { home });
                looks.extend(accumulate.then(|| clear_grad("x")));
            }
            looks
        };
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
        // Where nothing is dropped there are no bits to bet on.
        let turns = (bits / elements.max(1)).clamp(1, if handed_back { 1 } else { 12 });
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
        rounded if rounded <= 0.0 && ratio > 0.0 => 0.03125,
        rounded => rounded,
    }
}

fn called(form: Form, origin: &Origin, to: &str, of: &str, ratio: f64) -> Step {
    let mut step = match form {
        Form::Inverted => train(to, of, ratio),
        Form::Default => default_ratio(to, of),
        Form::Direct => direct(to, of, ratio, Mode::Train),
        Form::Layer => apply(to, of, "l"),
    };
    if let Step::Dropout(call) | Step::DirectDropout(call) = &mut step {
        let mode = if origin.tests { Mode::Test } else { Mode::Train };
        call.mode = (!origin.by_flags).then_some(mode);
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

/// Whether the mode of this name comes from where `is` says.
fn has_origin(mode: &str, is: fn(&Origin) -> bool) -> bool {
    ORIGINS.iter().any(|it| it.name == mode && is(&it.is))
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
    let of_layer = |mode: &str| has_origin(mode, |it| it.of_layer);
    let layer = has("form", &["a layer"]) || is("mode", &of_layer) || has("between", &[ITS_MODE]);
    let no_layer = is("form", &|form| form != "a layer") || is("mode", &|mode| !of_layer(mode));
    let back = is("seen by", &|seen| seen != OUTPUT);
    let by_flags = is("mode", &|mode| has_origin(mode, |it| it.by_flags));
    let changes_flags = is("mode", &|mode| mode.starts_with("the flag,") || mode.contains("scope"))
        || has("between", &[TESTED, TEST_SCOPE, BY_HAND, UNKNOWN]);
    let changes_layers = has("between", &[A_LAYER, A_MODE, ITS_MODE]);
    let tests = is("mode", &|mode| has_origin(mode, |it| it.tests));
    let of_tests = has("x", &[ANY_FINITE]);
    let several = is("alive", &|alive| alive != ONE);
    let extreme = has("ratio", &[TINY, HUGE]);
    let never = [
        layer && no_layer,
        has("form", &["a call without a ratio"]) && is("ratio", &|ratio| ratio != HALF),
        // There is no way back, or none that every implementation has.
        has("around", &[NO_GRAD]) && (back || has("between", &[BACK, TWICE_BACK])),
        has("around", &[TEST_MODE]) && by_flags,
        back && tests && !start.claims("gradient.test"),
        // Layers are changed on the first thread, and where nothing is caught.
        has("around", &[THREAD, THREADS, CATCH]) && (layer || changes_layers),
        // A scope of one thread may be one of all threads, an argument may be a scope of the call, and a way back a
        // scope without gradients; the oracle has no place for so many calls there.
        has("around", &[THREADS])
            && (changes_flags
                || tests
                || of_tests
                || back
                || several
                || is("between", &|it| it != NOTHING)),
        has("around", &[THREAD, THREADS])
            && (has("between", &[ON_A_THREAD, BY_HAND]) || has("mode", &[SET_BY_HAND])),
        // What may be refused is caught by itself, outside of another catch.
        has("around", &[CATCH])
            && is("between", &|it| it.contains("error") || it.contains("ratio 1")),
        back && !accumulate && (several || has("variable", &[ONE_FOR_ALL])),
        (tests || of_tests) && is("between", &|it| !BETWEEN_TESTS.contains(&it)),
        of_tests && is("mode", &|_| !tests),
        has("alive", &[CHAIN]) && (extreme || has("x", &["large", "small", "outliers among them"])),
        has("alive", &[CHAIN]) && is("seen by", &|seen| seen.ends_with("numbers")),
        // They are dear.
        has("shape", &DEAR)
            && (several
                || is("between", &|it| ![NOTHING, IN_TEST_MODE].contains(&it))
                || is("around", &|it| !["nothing", NO_GRAD].contains(&it))
                || is("mode", &|it| !MODES_OF_DEAR.contains(&it))
                || has("form", &["a call without a ratio"])
                || is("ratio", &|it| ![ZERO, TINY, SMALL, "1/4", "9/10"].contains(&it))
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
