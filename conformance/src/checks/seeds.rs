use super::{Setting, look, round_ratio};
use crate::finding::Finding;
use crate::oracle::Exactness::Must;
use crate::session::Session;
use crate::steps::*;
use crate::wire::{Array, Program, Seen, Step};

/// Same seed, same mask, within a program and in the next one; another seed, another mask.
pub(super) fn seeded(session: &mut Session) -> Finding {
    let write = |setting: &mut Setting| {
        let x = variable("x", setting.normal());
        let call = || [train("y", "x", 0.5), value("y")];
        let drawn =
            |seed: Option<u32>| seed.map(|value| Step::Seed { value }).into_iter().chain(call());
        // The call without a seed of its own is the second one after seed 0.
        let (large, larger) = (Some(65_536), Some(2_147_483_647));
        let seeds = [Some(0), Some(0), Some(1), larger, Some(1), Some(0), None, large];
        let calls = seeds.into_iter().flat_map(drawn);
        let program = std::iter::once(x).chain(calls).collect::<Program>();
        vec![program.clone(), program]
    };
    for dtype in session.float_dtypes() {
        let mut first: Option<Vec<Array>> = None;
        let n = session.at_most(256);
        for program in session.with_setting(dtype, &[n], write) {
            let answer = session.run(&program)?;
            let masks = answer.observations.iter().filter_map(|seen| match &seen.seen {
                Seen::Array(Some(array)) => Some((seen.at, array.clone())),
                _ => None,
            });
            let masks = masks.collect::<Vec<_>>();
            let [a, b, c, d, e, f, second, g] = masks.as_slice() else {
                let ended = look::wrong(0, "eight outputs", format!("{} outputs", masks.len()));
                return session.fails(&program, ended);
            };
            let alike = [(a, b, "0"), (a, f, "0"), (c, e, "1")];
            for ((_, first), (at, again), seed) in alike {
                if first != again {
                    let expected = format!("the mask that seed {seed} drew before");
                    return session.fails(&program, look::wrong(*at, expected, "another mask"));
                }
            }
            for ((_, one), (at, other)) in [(a, c), (a, d), (c, d), (c, second), (a, g)] {
                if one == other {
                    let observed = format!("the same mask, of {n} elements");
                    return session.fails(
                        &program,
                        look::wrong(*at, "another mask, after another seed", observed),
                    );
                }
            }
            let arrays = masks.iter().map(|(_, array)| array.clone()).collect::<Vec<_>>();
            match &first {
                Some(before) if *before != arrays => {
                    let wrong =
                        look::wrong(3, "the masks that the same seeds drew before", "others");
                    return session.fails(&program, wrong);
                }
                _ => first = Some(arrays),
            }
        }
    }
    // Seeded masks are known; none that is counted may follow from them.
    session.restart()?;
    session.passes("seeds 0, 1, 65536 and 2147483647 each draw a mask of their own".to_owned())
}

/// Where pairs of ratios begin. Steps of a grid fall between some of them, so there are several, and
/// none is a multiple of 2^-8.
const BEGINNINGS: [f64; 8] = [0.103, 0.201, 0.304, 0.402, 0.599, 0.701, 0.803, 0.898];

/// With one seed, two ratios that differ by ε: an element changes with probability ε at least,
/// independently, so that none of n does with `(1 - ε)^n` at most. Outside of the pool: it is known
/// which masks are compared, and a right implementation may as well draw others.
pub(super) fn resolution(session: &mut Session) -> Finding {
    let difference = session.effort().resolution();
    let declared = session.start().ratio_step;
    if declared >= difference {
        return session
            .passes(format!("a step of {declared} is declared; nothing finer was asked"));
    }
    // One of 10^10 runs is told wrong: a tenth of what the pool may cost.
    let enough = (1e10 * BEGINNINGS.len() as f64).ln() / -(-difference).ln_1p();
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
            let wrong = look::wrong(6, expected + " elements changed", "none changed");
            return session.fails(&last, wrong);
        }
    }
    session.restart()?;
    session.passes(format!("ratios that differ by {difference} are told apart"))
}
