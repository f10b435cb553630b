use crate::session::Setting;
use crate::wire::steps::*;
use crate::wire::{Array, Mode, Program, Step, ViewKind};

pub(super) const RATIO: f64 = 0.5;
const TURNS: usize = 8;

/// A program that shows two masks of one shape a turn, in some surroundings, or one of both at once.
pub(super) struct CallContext {
    pub(super) name: &'static str,
    pub(super) needs: &'static [&'static str],
    pub(super) write: fn(&mut Setting) -> Program,
}

/// Both calls, each observed at once, with `between` between them.
fn pair(between: Vec<Step>) -> Vec<Step> {
    let first = vec![train("a", "x", RATIO), value("a")];
    [first, between, vec![train("b", "x", RATIO), value("b")]].concat()
}

fn by_flags() -> Vec<Step> {
    vec![dropout("a", "x", RATIO), value("a"), dropout("b", "x", RATIO), value("b")]
}

/// The variable once, and the calls in each turn: a mask that is kept with the variable is seen.
fn turns(setting: &mut Setting, around: fn(Vec<Step>) -> Vec<Step>, turn: Vec<Step>) -> Program {
    let x = variable("x", setting.normal());
    [vec![x], around(vec![repeat(TURNS, turn)])].concat()
}

/// The variable anew in each turn, and the calls: no gradients add up.
fn fresh_turns(x: Array, turn: Vec<Step>) -> Program {
    vec![repeat(TURNS, [vec![variable("x", x)], turn].concat())]
}

/// Calls of which the output shows no mask, and the gradient does.
fn by_gradient(setting: &mut Setting, numbers: &[f64], looks: Vec<Step>) -> Program {
    let x = setting.array(|setting| setting.one_of(numbers));
    let back = vec![backward("y", setting.normal()), grad("x")];
    let turn = [vec![variable("x", x), train("y", "x", RATIO)], looks, back];
    vec![repeat(2 * TURNS, turn.concat())]
}

pub(super) const CONTEXTS: [CallContext; 18] = [
    CallContext {
        name: "calls on one variable",
        needs: &[],
        write: |setting| turns(setting, |steps| steps, pair(vec![])),
    },
    CallContext {
        name: "calls on fresh variables",
        needs: &[],
        write: |setting| {
            let x = setting.normal();
            fresh_turns(x, pair(vec![]))
        },
    },
    CallContext {
        name: "calls in two dimensions",
        needs: &[],
        write: |setting| {
            let rows = [8, setting.shape[0] / 8];
            turns(&mut setting.reshaped(&rows), |steps| steps, pair(vec![]))
        },
    },
    CallContext {
        name: "calls with the way back between them",
        needs: &["gradient.train"],
        write: |setting| {
            let (x, gy) = (setting.normal(), setting.normal());
            fresh_turns(x, pair(vec![backward("a", gy)]))
        },
    },
    CallContext {
        // An implementation may draw a mask again on the way back, and leave the generator where that
        // call left it.
        name: "calls with the way back of an earlier one between them",
        needs: &["gradient.train"],
        write: |setting| {
            let (gy, x) = (setting.normal(), setting.normal());
            fresh_turns(x, [vec![train("z", "x", RATIO)], pair(vec![backward("z", gy)])].concat())
        },
    },
    CallContext {
        name: "calls with test mode between them",
        needs: &["test"],
        write: |setting| turns(setting, |steps| steps, pair(vec![test("t", "x", RATIO)])),
    },
    CallContext {
        name: "calls under no_grad",
        needs: &["config.enable_backprop"],
        write: |setting| turns(setting, |steps| vec![no_grad(steps)], pair(vec![])),
    },
    CallContext {
        name: "calls under the flags",
        needs: &["config.train"],
        write: |setting| turns(setting, |steps| steps, by_flags()),
    },
    CallContext {
        name: "calls in train mode in test mode",
        needs: &["config.train"],
        write: |setting| {
            let around = |steps| vec![test_mode(vec![using("train", true, steps)])];
            turns(setting, around, by_flags())
        },
    },
    CallContext {
        name: "calls after a caught error",
        needs: &[],
        write: |setting| turns(setting, |steps| steps, pair(vec![catch(vec![raise()])])),
    },
    CallContext {
        name: "calls on three threads at once",
        needs: &["threads"],
        write: |setting| {
            let body =
                |x: &str, y: &str, array| vec![variable(x, array), train(y, x, RATIO), value(y)];
            let names = [("x", "a"), ("v", "b"), ("w", "c")];
            let bodies = names.map(|(x, y)| body(x, y, setting.normal())).to_vec();
            vec![repeat(TURNS, vec![threads(bodies)])]
        },
    },
    CallContext {
        // The second of two layers has a generator, a mask and a ratio to itself.
        name: "calls of two layers",
        needs: &["layers"],
        write: |setting| {
            let made = ["l", "k"].map(|name| [layer(name, RATIO), layer_mode(name, true)]);
            let first = [apply("a", "x", "l"), value("a")];
            let second = [apply("b", "x", "k"), value("b")];
            let turn = [first, second].concat();
            let x = variable("x", setting.normal());
            [vec![x], made.concat(), vec![repeat(TURNS, turn)]].concat()
        },
    },
    CallContext {
        // What a first dropout kept, a second one keeps with its own probability, so that both do
        // with the square of it.
        name: "calls in a chain",
        needs: &[],
        write: |setting| {
            let chain = vec![train("a", "x", RATIO), train("b", "a", RATIO), value("b")];
            turns(setting, |steps| steps, chain)
        },
    },
    CallContext {
        // Generators of their own for the two ratios, seeded alike, keep an element in both calls or
        // in neither, until one of them is ahead. So the process is fresh.
        name: FRESH,
        needs: &[],
        write: |setting| {
            let other = setting.rounded(0.25);
            let chain = vec![train("a", "x", RATIO), train("b", "a", other), value("b")];
            turns(setting, |steps| steps, chain)
        },
    },
    CallContext {
        name: BY_GRADIENT[0],
        needs: &["gradient.train"],
        write: |setting| by_gradient(setting, &[0.0, -0.0], vec![]),
    },
    CallContext {
        name: BY_GRADIENT[1],
        needs: &["gradient.train"],
        write: |setting| {
            // Such numbers may be refused, and as late as when the result is looked at.
            let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
            by_gradient(setting, &numbers, vec![value("y")])
        },
    },
    CallContext {
        // One array, seen twice; it is cut in two where the masks are read.
        name: HALVES,
        needs: &["views"],
        write: |setting| {
            let half = [setting.shape[0] / 2];
            let x = variable("x", setting.reshaped(&half).normal());
            let mut calls = vec![train("a", "v", RATIO), value("a")];
            if setting.claims("direct") {
                calls.extend([direct("b", "v", RATIO, Mode::Train), value("b")]);
            }
            vec![x, view("v", "x", ViewKind::Broadcast), repeat(TURNS, calls)]
        },
    },
    CallContext {
        name: "a view in which neighbours are stored once",
        needs: &["views"],
        write: |setting| {
            let half = [setting.shape[0] / 2];
            let x = variable("x", setting.reshaped(&half).normal());
            let views = [view("b", "x", ViewKind::Broadcast), view("v", "b", ViewKind::Transpose)];
            let call = vec![train("a", "v", RATIO), value("a")];
            [vec![x], views.to_vec(), vec![repeat(TURNS, call)]].concat()
        },
    },
];

pub(super) const FRESH: &str = "calls in a chain of two ratios in a fresh process";

pub(super) const BY_GRADIENT: [&str; 2] = [
    "calls whose x is 0, seen by the gradient",
    "calls whose x is NaN or infinite, seen by the gradient",
];

pub(super) const HALVES: &str = "the two halves of a broadcast view";
