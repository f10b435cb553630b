use super::look;
use crate::bet::RESOLUTION;
use crate::oracle::Exactness::Must;
use crate::oracle::{Mismatch, Wrong};
use crate::session::{Finding, Session, Setting, round_ratio};
use crate::wire::steps::*;
use crate::wire::{Array, Program, Step};

/// What a program of [`seeded`] draws, in its order: the seed before the call, if it has one of its own,
/// and the name of the mask. Masks of one name are equal, and those of two names are not.
const DRAWN: [(Option<u32>, &str); 8] = [
    (Some(0), "the mask after seed 0"),
    (Some(0), "the mask after seed 0"),
    (Some(1), "the mask after seed 1"),
    (Some(2_147_483_647), "the mask after seed 2147483647"),
    (Some(1), "the mask after seed 1"),
    (Some(0), "the mask after seed 0"),
    (None, "the second mask after seed 0"),
    (Some(65_536), "the mask after seed 65536"),
];

/// Same seed, same mask, within a program and in the next one; another seed, another mask.
pub(super) fn seeded(session: &mut Session) -> Finding {
    let write = |setting: &mut Setting| {
        let x = variable("x", setting.normal());
        let calls = DRAWN.iter().flat_map(|(seed, _)| {
            let seed = seed.map(|value| Step::Seed { value });
            seed.into_iter().chain([train("y", "x", 0.5), value("y")])
        });
        let program = std::iter::once(x).chain(calls).collect::<Program>();
        vec![program.clone(), program]
    };
    for dtype in session.float_dtypes() {
        let n = session.at_most(256);
        let mut before: Option<Vec<Array>> = None;
        for program in session.with_setting(dtype, &[n], write) {
            let answer = session.run(&program)?;
            let arrays = look::arrays(&answer)
                .or_else(|mismatch| session.fails(&program, mismatch).map(|_| vec![]))?;
            let (steps, masks): (Vec<_>, Vec<_>) =
                arrays.into_iter().map(|(at, array)| (at, array.clone())).unzip();
            if masks.len() != DRAWN.len() {
                let [expected, observed] =
                    [DRAWN.len(), masks.len()].map(|count| format!("{count} outputs"));
                let ended = look::wrong(0, Wrong::Steps, expected, observed);
                return session.fails(&program, ended);
            }
            if let Some(mismatch) = unlike_its_name(&steps, &masks, before.as_deref()) {
                return session.fails(&program, mismatch);
            }
            before = Some(masks);
        }
    }
    // Seeded masks are known; none that is counted may follow from them.
    session.restart()?;
    session.passes("seeds 0, 1, 65536 and 2147483647 each draw a mask of their own".to_owned())
}

/// The first mask that is not what its name says, compared with those before it and those of the program
/// before.
fn unlike_its_name(steps: &[usize], masks: &[Array], before: Option<&[Array]>) -> Option<Mismatch> {
    for (index, (_, name)) in DRAWN.iter().enumerate() {
        let (at, mask) = (steps[index], &masks[index]);
        let wrong = |expected, observed| Some(look::wrong(at, Wrong::Masks, expected, observed));
        let earlier = DRAWN[..index].iter().zip(masks).map(|((_, name), mask)| (name, mask, ""));
        let same = before.map(|masks| (name, &masks[index], " in the program before"));
        for (other, drawn, place) in earlier.chain(same) {
            let elements = mask.values.len();
            let differ = mask.values.iter().zip(&drawn.values).filter(|(a, b)| a != b).count();
            match (name == other, mask == drawn) {
                (true, false) => {
                    let observed = format!("another one, in {differ} of {elements} elements");
                    return wrong(format!("{other}{place}, once more"), observed);
                }
                (false, true) => {
                    let observed = format!("{other}{place}, in all {elements} elements");
                    return wrong(format!("{name}, which is none of those before"), observed);
                }
                _ => {}
            }
        }
    }
    None
}

/// Where pairs of ratios begin. Steps of a grid fall between some of them, so there are several, and
/// none is a multiple of 2^-8.
const BEGINNINGS: [f64; 8] = [0.103, 0.201, 0.304, 0.402, 0.599, 0.701, 0.803, 0.898];

/// With one seed, two ratios that differ by ε: an element changes with probability ε at least,
/// independently, so that none of n does with `(1 - ε)^n` at most. This is one of the exact tests.
pub(super) fn resolution(session: &mut Session) -> Finding {
    let difference = session.effort().resolution();
    let declared = session.start().ratio_step;
    if declared >= difference {
        return session
            .passes(format!("a step of {declared} is declared; nothing finer was asked"));
    }
    let enough = (BEGINNINGS.len() as f64 / RESOLUTION).ln() / -(-difference).ln_1p();
    let dtype = session.float_dtypes()[0];
    let n = session.at_most(1 << 16);
    let programs = (enough / n as f64).ceil() as u32;
    for begin in BEGINNINGS {
        let ratios = [begin, begin + difference].map(|r| round_ratio(session.start(), dtype, r));
        if ratios[1] - ratios[0] < 0.5 * difference {
            continue;
        }
        let (mut changed, mut last) = (0, Vec::new());
        for seed in 1..=programs {
            let write = |setting: &mut Setting| {
                let call = |ratio| [Step::Seed { value: seed }, train("y", "x", ratio), value("y")];
                let calls = ratios.iter().flat_map(|&ratio| call(ratio));
                let x = variable("x", Array::full(setting.dtype, &setting.shape, 1.0));
                vec![std::iter::once(x).chain(calls).collect::<Program>()]
            };
            last = session.with_setting(dtype, &[n], write).remove(0);
            let answer = session.run(&last)?;
            session.explained(&last, &answer, Must)?;
            let masks = look::arrays(&answer).unwrap_or_default();
            if let [(_, first), (_, second)] = masks.as_slice() {
                let pairs = first.values.iter().zip(&second.values);
                changed += pairs.filter(|&(&a, &b)| (a == 0.0) != (b == 0.0)).count();
            }
        }
        if changed == 0 {
            let elements = programs as usize * n;
            let expected = format!("about {:.0} of {elements}", difference * elements as f64);
            let wrong =
                look::wrong(6, Wrong::Masks, expected + " elements changed", "none changed");
            return session.fails(&last, wrong);
        }
    }
    session.restart()?;
    session.passes(format!("ratios that differ by {difference} are told apart"))
}
