use super::mask::alike;
use super::{Setting, look};
use crate::finding::{Setback, unless_refused};
use crate::oracle::Exactness::Must;
use crate::session::Session;
use crate::statistics::Tally;
use crate::steps::*;
use crate::wire::{Array, Dtype, Program, Seeding, Step, ViewKind};

const RATIO: f64 = 0.5;
const TURNS: usize = 8;

/// A program that shows two masks of one shape a turn, in some surroundings.
struct Context {
    name: &'static str,
    needs: &'static [&'static str],
    write: fn(&mut Setting) -> Program,
}

/// Both calls, each observed at once, with `between` between them.
fn pair(between: Vec<Step>) -> Vec<Step> {
    let first = vec![train("a", "x", RATIO), value("a")];
    [first, between, vec![train("b", "x", RATIO), value("b")]].concat()
}

fn by_flags() -> Vec<Step> {
    vec![dropout("a", "x", RATIO), value("a"), dropout("b", "x", RATIO), value("b")]
}

/// The variable once, and the calls in each turn: whoever keeps a mask with a variable is seen.
fn turns(setting: &mut Setting, around: fn(Vec<Step>) -> Vec<Step>, turn: Vec<Step>) -> Program {
    let x = variable("x", setting.normal());
    [vec![x], around(vec![repeat(TURNS, turn)])].concat()
}

const CONTEXTS: [Context; 12] = [
    Context {
        name: "calls on one variable",
        needs: &[],
        write: |setting| turns(setting, |steps| steps, pair(vec![])),
    },
    Context {
        name: "calls on fresh variables",
        needs: &[],
        write: |setting| {
            let fresh = variable("x", setting.normal());
            vec![repeat(TURNS, [vec![fresh], pair(vec![])].concat())]
        },
    },
    Context {
        name: "calls in two dimensions",
        needs: &[],
        write: |setting| {
            let rows = [8, setting.shape[0] / 8];
            turns(&mut setting.reshaped(&rows), |steps| steps, pair(vec![]))
        },
    },
    Context {
        name: "calls with the way back between them",
        needs: &["gradient.train"],
        write: |setting| {
            let gy = setting.normal();
            turns(setting, |steps| steps, pair(vec![backward("a", gy)]))
        },
    },
    Context {
        // Whoever draws a mask again on the way back may leave the generator where that call left it.
        name: "calls with the way back of an earlier one between them",
        needs: &["gradient.train"],
        write: |setting| {
            let gy = setting.normal();
            let turn = [vec![train("z", "x", RATIO)], pair(vec![backward("z", gy)])].concat();
            turns(setting, |steps| steps, turn)
        },
    },
    Context {
        name: "calls with test mode between them",
        needs: &["test"],
        write: |setting| turns(setting, |steps| steps, pair(vec![test("t", "x", RATIO)])),
    },
    Context {
        name: "calls under no_grad",
        needs: &["config.enable_backprop"],
        write: |setting| turns(setting, |steps| vec![no_grad(steps)], pair(vec![])),
    },
    Context {
        name: "calls under the flags",
        needs: &["config.train"],
        write: |setting| turns(setting, |steps| steps, by_flags()),
    },
    Context {
        name: "calls in train mode in test mode",
        needs: &["config.train"],
        write: |setting| {
            let around = |steps| vec![test_mode(vec![using("train", true, steps)])];
            turns(setting, around, by_flags())
        },
    },
    Context {
        name: "calls after a caught error",
        needs: &[],
        write: |setting| turns(setting, |steps| steps, pair(vec![catch(vec![raise()])])),
    },
    Context {
        name: "calls on two threads",
        needs: &["threads"],
        write: |setting| {
            let body =
                |x: &str, y: &str, array| vec![variable(x, array), train(y, x, RATIO), value(y)];
            let bodies = vec![body("x", "a", setting.normal()), body("w", "b", setting.normal())];
            vec![repeat(TURNS, vec![threads(bodies)])]
        },
    },
    Context {
        // One array, seen twice; it is cut in two where the masks are read.
        name: HALVES,
        needs: &["views"],
        write: |setting| {
            let half = [setting.shape[0] / 2];
            let x = variable("x", setting.reshaped(&half).normal());
            let call = vec![train("a", "v", RATIO), value("a")];
            vec![x, view("v", "x", ViewKind::Broadcast), repeat(TURNS, call)]
        },
    },
];

const HALVES: &str = "the two halves of a broadcast view";

/// Within each context its two calls, its turns and its rate; and across contexts and processes the
/// first masks.
pub(super) fn contexts(session: &mut Session, dtype: Dtype) -> Result<Vec<Tally>, Setback> {
    let mut tallies = Vec::new();
    let mut firsts: Vec<(String, Vec<bool>)> = Vec::new();
    if session.start().seeding != Seeding::Fixed {
        for name in ["a fresh process", "another fresh process"] {
            session.restart()?;
            if let Some(masks) = masks(session, dtype, CONTEXTS[0].write)? {
                firsts.push((name.to_owned(), masks[0].clone()));
            }
        }
    }
    for context in &CONTEXTS {
        if !context.needs.iter().all(|need| session.start().claims(need)) {
            continue;
        }
        let Some(mut masks) = masks(session, dtype, context.write)? else { continue };
        let name = context.name;
        if name == HALVES {
            let halves = masks.iter().flat_map(|mask| mask.chunks(mask.len() / 2));
            masks = halves.map(<[bool]>::to_vec).collect();
        }
        let alike_in = |offset: usize| {
            let pairs = masks[offset..].chunks_exact(2);
            pairs.flat_map(|pair| pair[0].iter().zip(&pair[1]).map(|(a, b)| a == b))
        };
        tallies.push(Tally::of(format!("{name}: alike in both"), alike(RATIO), alike_in(0)));
        tallies.push(Tally::of(format!("{name}: alike in two turns"), alike(RATIO), alike_in(1)));
        let kept = masks.iter().flatten().copied();
        tallies.push(Tally::of(format!("{name}: kept"), 1.0 - RATIO, kept));
        firsts.push((name.to_owned(), masks[0].clone()));
    }
    for (index, (a, first)) in firsts.iter().enumerate() {
        for (b, second) in &firsts[index + 1..] {
            let pairs = first.iter().zip(second).map(|(a, b)| a == b);
            tallies.push(Tally::of(format!("alike in {a} and {b}"), alike(RATIO), pairs));
        }
    }
    tallies.extend(chained(session, dtype)?);
    Ok(tallies)
}

/// The masks that a program shows, in order; none if it is refused.
fn masks(
    session: &mut Session,
    dtype: Dtype,
    write: fn(&mut Setting) -> Program,
) -> Result<Option<Vec<Vec<bool>>>, Setback> {
    let n = session.at_most(512) / 8 * 8;
    let program = session.with_setting(dtype, &[n], |setting| vec![write(setting)]).remove(0);
    let Some(answer) = unless_refused(session.run(&program))? else { return Ok(None) };
    session.explained(&program, &answer, Must)?;
    // What is normal is 0 if and only if it was dropped, since some mask explains the answer.
    let kept = |(_, array): (usize, &Array)| array.values.iter().map(|&y| y != 0.0).collect();
    let arrays = look::arrays(&answer).unwrap_or_default();
    Ok(Some(arrays.into_iter().map(kept).collect()))
}

/// Of what a first dropout keeps, a second one keeps its share again.
fn chained(session: &mut Session, dtype: Dtype) -> Result<Option<Tally>, Setback> {
    let write = |setting: &mut Setting| {
        let chain = vec![train("a", "x", RATIO), value("a"), train("b", "a", RATIO), value("b")];
        turns(setting, |steps| steps, chain)
    };
    let Some(masks) = masks(session, dtype, write)? else { return Ok(None) };
    let again = masks.chunks_exact(2).flat_map(|pair| {
        pair[0].iter().zip(&pair[1]).filter(|&(&first, _)| first).map(|(_, &second)| second)
    });
    Ok(Some(Tally::of("kept again in a chain".to_owned(), 1.0 - RATIO, again)))
}
