use super::cells::{play_contexts, play_plain};
use super::{Ask, Check, Setting, look};
use crate::finding::{Finding, Setback};
use crate::session::Session;
use crate::steps::*;
use crate::wager::gamblers::interval;
use crate::wager::{Cell, Standing, smallest_correlation};
use crate::wire::{Array, Program, Seen, Step};

/// Masks: their rate, their independence, and their seed. The first four rules share one pool of
/// gamblers; each fails if the gambler that names what is wrong bets against it.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, needs, judge: fn(&mut Session) -> Finding| Check {
        rule,
        needs,
        after: &["dropout.train.scale"],
        ask: Ask::Judge(judge),
    };
    vec![
        check("mask.rate", &["train"], rate),
        check("mask.dependence", &["train"], dependence),
        check("mask.data", &["train"], data),
        check("mask.law", &["train"], law),
        check("mask.seeded", &["train", "seeded"], seeded),
    ]
}

fn rate(session: &mut Session) -> Finding {
    let undecided = play_plain(session)?;
    if let Some(found) = named(session, "mask.rate") {
        return found;
    }
    if let Some(why) = undecided {
        return Err(Setback::Inconclusive(why));
    }
    let rates = session.pool().cells().iter().filter(|cell| cell.rate.is_some());
    let mean = rates.map(|cell| {
        let (kept, trials) = cell.counts();
        let (low, high) = interval(kept, trials, cell.keep);
        (low / cell.keep, high / cell.keep)
    });
    let (low, high) =
        mean.fold((1.0f64, 1.0f64), |all, mean| (all.0.min(mean.0), all.1.max(mean.1)));
    let shown = session.pool().cells().iter().filter_map(|cell| cell.rate).fold(0.0, f64::max);
    let evidence = format!(
        "no rate is off by {shown} or more, the mean of y is {low:.4} to {high:.4} of x; {}",
        bits(session)
    );
    session.passes(evidence)
}

/// Draws all masks, if that was not done before.
fn play(session: &mut Session) -> Result<(), Setback> {
    // A rate that is undecided is no dependence.
    play_plain(session)?;
    match play_contexts(session)? {
        Some(why) => Err(Setback::Inconclusive(why)),
        None => Ok(()),
    }
}

fn dependence(session: &mut Session) -> Finding {
    play(session)?;
    let masks = |cell: &&Cell| cell.size >= 256;
    let most = session.pool().cells().iter().filter(masks).map(|cell| cell.counts().1).max();
    let Some(most) = most else {
        return session.unsupported("every array that shows a dependence was refused");
    };
    let caught = smallest_correlation(most);
    let evidence = format!("a correlation of {caught:.3} would have been seen; {}", bits(session));
    named(session, "mask.dependence").unwrap_or(Ok(evidence))
}

fn data(session: &mut Session) -> Finding {
    play(session)?;
    let evidence = bits(session);
    named(session, "mask.data").unwrap_or(Ok(evidence))
}

/// All gamblers together. They may be rich though none of them is.
fn law(session: &mut Session) -> Finding {
    play(session)?;
    let money = bits(session);
    if !session.pool().is_rich() {
        return session.passes(money);
    }
    let named = match session.pool().leader() {
        Some(leader) => format!("{} says what is wrong", leader.rule),
        None => {
            let standings = session.pool().standings();
            let richest = standings.iter().take(3).map(|standing| spoken(session, standing));
            format!("nobody is rich alone: {}", richest.collect::<Vec<_>>().join("; "))
        }
    };
    Err(Setback::Unlikely(format!("{named}; {money}")))
}

/// What the gambler has to say who names what is wrong, if there is one: that this rule is broken, or
/// that another one is, if some bet against this rule has won too.
fn named(session: &mut Session, rule: &str) -> Option<Finding> {
    let leader = session.pool().leader()?;
    if leader.rule == rule {
        return Some(Err(Setback::Unlikely(spoken(session, &leader))));
    }
    let also = session.pool().standings();
    let also = also.into_iter().find(|standing| standing.rule == rule && standing.is_rich())?;
    let (also, rule) = (spoken(session, &also), leader.rule);
    Some(Err(Setback::Inconclusive(format!(
        "{rule} is broken, and this may follow from it: {also}"
    ))))
}

fn spoken(session: &mut Session, standing: &Standing) -> String {
    let belief = session.pool().belief(standing);
    let Standing { gambler, cell, ln_wealth, .. } = standing;
    let place = if cell.is_empty() { String::new() } else { format!(" ({cell})") };
    let log10 = ln_wealth / std::f64::consts::LN_10;
    format!("{belief}{place}; the gambler `{gambler}` multiplied its money by 10^{log10:.1}")
}

fn bits(session: &mut Session) -> String {
    let log10 = session.pool().ln_wealth() / std::f64::consts::LN_10;
    let bits = session.pool().bits();
    format!("{bits} bits, and the pool has 10^{log10:.1} of its money")
}

/// Same seed, same mask, within a program and in the next one; another seed, another mask.
fn seeded(session: &mut Session) -> Finding {
    let write = |setting: &mut Setting| {
        let x = variable("x", setting.normal());
        let drawn = |seed| vec![Step::Seed { value: seed }, train("y", "x", 0.5), value("y")];
        let seeds = [0, 0, 1, 2_147_483_647, 1, 0, 65_536];
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
            let [a, b, c, d, e, f, g] = masks.as_slice() else {
                let ended = look::wrong(0, "seven outputs", format!("{} outputs", masks.len()));
                return session.fails(&program, ended);
            };
            let alike = [(a, b, "0"), (a, f, "0"), (c, e, "1")];
            for ((_, first), (at, again), seed) in alike {
                if first != again {
                    let expected = format!("the mask that seed {seed} drew before");
                    return session.fails(&program, look::wrong(*at, expected, "another mask"));
                }
            }
            for ((_, one), (at, other)) in [(a, c), (a, d), (c, d), (a, g)] {
                if one == other {
                    let observed = format!("the same mask, of {n} elements");
                    return session.fails(
                        &program,
                        look::wrong(*at, "another mask after another seed", observed),
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
