use super::{Ask, Check};
use crate::oracle::Exactness::Must;
use crate::session::{Over, SMALL, Setting};
use crate::wire::steps::*;
use crate::wire::{Program, Step};

/// Layers with modes of their own. The rules on values, gradients and masks are asked of single
/// calls; here it is which mode, which ratio and which mask a layer uses.
pub(super) fn checks() -> Vec<Check> {
    use Ask::{Drops, Explain};
    use Over::{Dtypes, Once, Shapes};
    let check = |rule, needs, after, ask| Check { rule, needs, after, ask };
    let both: &[&str] = &["layers", "train", "test"];
    vec![
        check(
            "layer.mode",
            both,
            &["dropout.train.scale", "dropout.test.identity"],
            Drops(Shapes, mode),
        ),
        check("layer.default", both, &["layer.mode"], Drops(Once, default)),
        check("layer.independent", both, &["layer.mode"], Drops(Once, independent)),
        check("layer.ratio", &["layers", "train"], &["layer.mode"], Explain(Must, Dtypes, ratio)),
        check("layer.model", both, &["layer.mode", "layer.independent"], Drops(Once, models)),
        check(
            "layer.backward",
            &["layers", "train", "gradient.train"],
            &["layer.mode", "gradient.train.scale"],
            Explain(Must, Dtypes, back),
        ),
    ]
}

const RATIO: f64 = 0.5;

/// Enough elements that a layer which drops nothing is told from one that drops.
fn many(setting: &mut Setting) -> Step {
    let shape = if setting.shape == SMALL { vec![64] } else { setting.shape.clone() };
    variable("x", setting.reshaped(&shape).normal())
}

fn called(layer: &str, y: &str) -> [Step; 2] {
    [apply(y, "x", layer), value(y)]
}

/// Every mode after every other, made in and called before in either.
fn mode(setting: &mut Setting) -> Vec<Program> {
    let through = |setting: &mut Setting, modes: &[bool]| {
        let mut program = vec![many(setting), layer("l", RATIO)];
        for (turn, &train) in modes.iter().enumerate() {
            program.push(layer_mode("l", train));
            program.extend(called("l", &format!("y{turn}")));
        }
        program
    };
    let (on, off) = (true, false);
    // Who sets a flag instead of the layer leaves it on: another rule is about that.
    [[on, off, off, on], [off, on, off, on], [off, off, on, on]]
        .iter()
        .map(|modes| through(setting, modes))
        .collect()
}

fn default(setting: &mut Setting) -> Vec<Program> {
    let call = || called("l", "y").to_vec();
    let mut programs = vec![[vec![many(setting), layer("l", RATIO)], call()].concat()];
    if setting.claims("config.train") {
        // The flags at the time of making are not the layer's.
        let made = vec![many(setting), test_mode(vec![layer("l", RATIO)])];
        programs.push([made, call()].concat());
    }
    programs
}

/// One of two layers is given a mode, before or after the other one was made.
fn independent(setting: &mut Setting) -> Vec<Program> {
    let mut programs = Vec::new();
    for train in [true, false] {
        let x = many(setting);
        let both = |first: bool| {
            let calls = [called("l", "a"), called("k", "b")].concat();
            let after = [layer_mode("l", first), layer_mode("k", !first)].to_vec();
            [after, calls].concat()
        };
        let made = vec![x.clone(), layer("l", RATIO), layer("k", RATIO)];
        programs.push([made, both(train)].concat());
        let early = vec![x, layer("l", RATIO), layer_mode("l", train)];
        let late = [layer("k", RATIO), layer_mode("k", !train)].to_vec();
        let calls = [called("l", "a"), called("k", "b"), called("l", "c")].concat();
        programs.push([early, late, calls].concat());
    }
    programs
}

/// Layers made one after the other, and called in the same order, backwards, and in turn.
fn ratio(setting: &mut Setting) -> Vec<Program> {
    let (small, large) = (setting.rounded(0.25), setting.rounded(0.875));
    let x = variable("x", setting.normal());
    let made = [layer("l", small), layer("k", large), layer_mode("l", true), layer_mode("k", true)];
    let calls = [called("k", "a"), called("l", "b"), called("k", "c"), called("l", "d")].concat();
    vec![[vec![x], made.to_vec(), calls].concat()]
}

/// A layer in a model, one in a model within it, and one in neither.
fn models(setting: &mut Setting) -> Vec<Program> {
    let mut programs = Vec::new();
    for train in [false, true] {
        let layers = ["l", "k", "outside"];
        let made = layers.map(|name| [layer(name, RATIO), layer_mode(name, !train)]).concat();
        let nested = [model("inner", &["k"]), model("m", &["l", "inner"])].to_vec();
        let calls = [called("l", "a"), called("k", "b"), called("outside", "c")].concat();
        let deep = [model("inner", &["k"]), model("middle", &["inner"]), model("m", &["middle"])];
        let shared = [model("m", &["l", "k"]), model("n", &["k"])].to_vec();
        let given = || layer_mode("m", train);
        let ways = [
            (nested.clone(), vec![given()]),
            // Three levels, and a layer in two models.
            (deep.to_vec(), vec![given()]),
            (shared, vec![given(), layer_mode("n", !train)]),
            // To make a model of them gives layers no mode.
            (nested, vec![]),
        ];
        for (models, given) in ways {
            let program = [vec![many(setting)], made.clone(), models, given, calls.clone()];
            programs.push(program.concat());
        }
        programs.push(many_alike(setting, train));
    }
    programs
}

/// A model of nine layers that are equal.
fn many_alike(setting: &mut Setting, train: bool) -> Program {
    let names = ["l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9"];
    let made = names.map(|name| [layer(name, RATIO), layer_mode(name, !train)]).concat();
    let given = [model("m", &names), layer_mode("m", train)];
    let calls = names.map(|name| called(name, &format!("y{name}"))).concat();
    [&[many(setting)][..], &made, &given, &calls].concat()
}

/// Between a call and its way back the layer is called again, also unrecorded, or given another mode.
fn back(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let w = variable("w", setting.normal());
    let ready = |setting: &mut Setting| {
        let ratio = setting.rounded(0.25);
        vec![layer("l", ratio), layer_mode("l", true)]
    };
    let first = || called("l", "y").to_vec();
    let home = |setting: &mut Setting| vec![backward("y", setting.normal()), grad("x")];
    let again = vec![apply("z", "w", "l"), value("z")];
    let mut programs =
        vec![[vec![x.clone(), w.clone()], ready(setting), first(), again, home(setting)].concat()];
    let mut between = Vec::new();
    if setting.claims("test") {
        between.push(vec![layer_mode("l", false), apply("z", "w", "l"), value("z")]);
    }
    if setting.claims("config.enable_backprop") {
        between.push(vec![no_grad(vec![apply("z", "w", "l"), value("z")])]);
    }
    for between in between {
        let called = [vec![x.clone(), w.clone()], ready(setting), first()].concat();
        programs.push([called, between, home(setting)].concat());
    }
    programs
}
