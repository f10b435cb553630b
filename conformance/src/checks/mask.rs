use super::{Ask, Check, Setting, look, round_ratio};
use crate::finding::{Finding, Setback};
use crate::oracle::Exactness::Must;
use crate::session::Session;
use crate::statistics::Tally;
use crate::steps::*;
use crate::wire::{Array, Dtype, Program, Seeding, Seen, Step};

/// Masks: their rate, their independence, and their seed.
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
        check("mask.seeded", &["train", "seeded"], seeded),
    ]
}

/// The false alarm probability of one rule; the three of them stay below 10^-9 together.
const LEVEL: f64 = 1e-9 / 3.0;

/// The deviation of the rate that a pass rules out, and how sure it is, in standard deviations.
const POINT: f64 = 0.01;
const SURE: f64 = 2.58;

/// The masks of `calls` calls in a row: for each call, for each element, whether it was kept.
struct Masks {
    x: Array,
    calls: Vec<Vec<bool>>,
}

/// Draws masks with inputs that show them: normal numbers, and the output observed. `around` puts
/// the calls in their context.
fn draw(
    session: &mut Session,
    dtype: Dtype,
    shape: &[usize],
    ratio: f64,
    calls: usize,
    around: fn(Vec<Step>) -> Program,
) -> Result<Masks, Setback> {
    let write = |setting: &mut Setting| {
        let turn = vec![variable("x", setting.normal()), train("y", "x", ratio), value("y")];
        vec![around(vec![repeat(calls, turn)])]
    };
    let program = session.with_setting(dtype, shape, write).remove(0);
    let answer = session.run(&program)?;
    let explained = session.explained(&program, &answer, Must)?;
    let mut turns = explained.assignments;
    turns.sort_by_key(|turn| turn.turn);
    // One call: the assignment with bit 0 set keeps, the other one drops.
    let kept = |alive: &u64| *alive == 0b10;
    let calls = turns.iter().map(|turn| turn.alive.iter().map(kept).collect()).collect();
    let x = program.iter().find_map(find_input).expect("the program has an input");
    Ok(Masks { x, calls })
}

fn find_input(step: &Step) -> Option<Array> {
    match step {
        Step::Variable { array, .. } => Some(array.clone()),
        _ => step.body().iter().find_map(find_input),
    }
}

fn plain(steps: Vec<Step>) -> Program {
    steps
}

fn rate(session: &mut Session) -> Finding {
    let mut tallies = Vec::new();
    for (index, dtype) in session.float_dtypes().into_iter().enumerate() {
        for ratio in [0.1, 0.3, 0.5, 0.9, 0.99] {
            let ratio = round_ratio(session.start(), dtype, ratio);
            // The first dtype gets 2^18 bits a ratio. The others get 2^17: with fewer, a right rate
            // would be inconclusive too often.
            let calls = if index == 0 { 64 } else { 32 };
            let n = 4096.min(session.start().max_elements);
            let masks = draw(session, dtype, &[n], ratio, calls, plain)?;
            let name = format!("kept at ratio {ratio} in {dtype}");
            let bits = masks.calls.into_iter().flatten();
            tallies.push(Tally::of(name, 1.0 - ratio, bits));
        }
    }
    let evidence = session.likely(&tallies, LEVEL)?;
    let width =
        |tally: &Tally| (tally.frequency() - tally.probability).abs() + SURE * tally.deviation();
    match tallies.iter().find(|tally| width(tally) >= POINT) {
        None => session.passes(format!("{evidence}; no rate is off by {POINT} or more")),
        Some(tally) => Err(Setback::Inconclusive(format!(
            "{}: {} masks leave ± {:.3}",
            tally.name,
            tally.trials,
            width(tally)
        ))),
    }
}

fn dependence(session: &mut Session) -> Finding {
    let mut tallies = Vec::new();
    let floats = session.float_dtypes();
    for (&dtype, ratio) in floats.iter().zip([0.5, 0.25, 0.5, 0.25]) {
        let ratio = round_ratio(session.start(), dtype, ratio);
        for shape in [vec![1021], vec![32, 33]] {
            let masks = draw(session, dtype, &shape, ratio, 96, plain)?;
            let name = format!("{dtype}, shape {shape:?}, ratio {ratio}");
            tallies.extend(within(&masks.calls, *shape.last().unwrap_or(&1), ratio, &name));
            tallies.extend(across(&masks.calls, ratio, &name));
        }
    }
    tallies.extend(contexts(session, floats[0])?);
    session.likely(&tallies, LEVEL)
}

/// Two elements are alike, both kept or both dropped, with this probability.
fn alike(ratio: f64) -> f64 {
    ratio * ratio + (1.0 - ratio) * (1.0 - ratio)
}

/// Pairs within a call, each element in at most one, and the parity of the number kept.
fn within(calls: &[Vec<bool>], row: usize, ratio: f64, name: &str) -> Vec<Tally> {
    let mut tallies = Vec::new();
    for distance in [1, 2, 4, 8, row] {
        let pairs = calls.iter().flat_map(|mask| {
            let blocks = mask.chunks_exact(2 * distance);
            blocks
                .flat_map(move |block| (0..distance).map(move |i| block[i] == block[i + distance]))
        });
        let name = format!("{name}: alike at distance {distance}");
        tallies.push(Tally::of(name, alike(ratio), pairs));
    }
    let n = calls.first().map_or(0, Vec::len) as i32;
    let even = (1.0 + (2.0 * ratio - 1.0).powi(n)) / 2.0;
    let parities = calls.iter().map(|mask| mask.iter().filter(|&&kept| kept).count() % 2 == 0);
    tallies.push(Tally::of(format!("{name}: an even number kept in a call"), even, parities));
    tallies
}

/// The same element of two calls, each call in at most one pair.
fn across(calls: &[Vec<bool>], ratio: f64, name: &str) -> Vec<Tally> {
    let tally = |distance: usize| {
        let pairs = calls.chunks_exact(2 * distance).flat_map(move |block| {
            (0..distance)
                .flat_map(move |i| block[i].iter().zip(&block[i + distance]).map(|(a, b)| a == b))
        });
        Tally::of(format!("{name}: alike in calls {distance} apart"), alike(ratio), pairs)
    };
    [1, 2, 3].map(tally).to_vec()
}

/// The first masks of two processes, and of calls in different surroundings.
fn contexts(session: &mut Session, dtype: Dtype) -> Result<Vec<Tally>, Setback> {
    const RATIO: f64 = 0.5;
    let mut drawn: Vec<(&str, Vec<bool>)> = Vec::new();
    let mut look_at = |session: &mut Session, name, shape: &[usize], around| {
        let masks = draw(session, dtype, shape, RATIO, 2, around)?;
        drawn.push((name, masks.calls.into_iter().flatten().collect()));
        Ok::<(), Setback>(())
    };
    if session.start().seeding != Seeding::Fixed {
        session.restart()?;
        look_at(session, "a fresh process", &[512], plain)?;
        session.restart()?;
        look_at(session, "another fresh process", &[512], plain)?;
    }
    look_at(session, "a later call", &[512], plain)?;
    look_at(session, "another shape", &[16, 32], plain)?;
    if session.start().claims("config.enable_backprop") {
        look_at(session, "under no_grad", &[512], |steps| vec![no_grad(steps)])?;
    }
    if session.start().claims("config.train") {
        look_at(session, "train mode in test mode", &[512], |steps| {
            vec![test_mode(vec![using("train", true, steps)])]
        })?;
    }
    look_at(session, "after a caught error", &[512], |mut steps| {
        steps.insert(0, catch(vec![raise()]));
        steps
    })?;
    let mut tallies = Vec::new();
    for (index, (a, first)) in drawn.iter().enumerate() {
        for (b, second) in &drawn[index + 1..] {
            let pairs = first.iter().zip(second).map(|(a, b)| a == b);
            tallies.push(Tally::of(format!("alike in {a} and {b}"), alike(RATIO), pairs));
        }
    }
    Ok(tallies)
}

fn data(session: &mut Session) -> Finding {
    let mut tallies = Vec::new();
    for dtype in session.float_dtypes() {
        // No multiple of 4, 8, 16 …: a vectorised loop has a tail there.
        for ratio in [0.5, 0.1] {
            let ratio = round_ratio(session.start(), dtype, ratio);
            let masks = draw(session, dtype, &[1003], ratio, 64, plain)?;
            tallies.extend(strata(&masks, ratio, &format!("{dtype}, ratio {ratio}")));
        }
    }
    session.likely(&tallies, LEVEL)
}

fn strata(masks: &Masks, ratio: f64, name: &str) -> Vec<Tally> {
    type Stratum = (&'static str, fn(usize, f64, usize) -> bool);
    let strata: [Stratum; 7] = [
        ("where x is negative", |_, x, _| x < 0.0),
        ("where x is positive", |_, x, _| x > 0.0),
        ("where x is small", |_, x, _| x.abs() < 0.75),
        ("where x is large", |_, x, _| x.abs() > 1.5),
        ("of the first element", |index, _, _| index == 0),
        ("of the last element", |index, _, n| index + 1 == n),
        ("of the last 3 elements", |index, _, n| index + 3 >= n),
    ];
    let n = masks.x.values.len();
    let tally = |(what, belongs): Stratum| {
        let values = &masks.x.values;
        let bits = masks.calls.iter().flat_map(|mask| {
            let elements = mask.iter().zip(values).enumerate();
            elements.filter_map(|(index, (&kept, &x))| belongs(index, x, n).then_some(kept))
        });
        Tally::of(format!("{name}: kept {what}"), 1.0 - ratio, bits)
    };
    strata.map(tally).to_vec()
}

/// Same seed, same mask, within a program and in the next one; another seed, another mask.
fn seeded(session: &mut Session) -> Finding {
    let write = |setting: &mut Setting| {
        let x = variable("x", setting.normal());
        let drawn = |seed| vec![Step::Seed { value: seed }, train("y", "x", 0.5), value("y")];
        let seeds = [0, 0, 1, 2_147_483_647, 1, 0];
        let calls = seeds.into_iter().flat_map(drawn);
        let program = std::iter::once(x).chain(calls).collect::<Program>();
        vec![program.clone(), program]
    };
    for dtype in session.float_dtypes() {
        let mut first: Option<Vec<Array>> = None;
        for program in session.with_setting(dtype, &[256], write) {
            let answer = session.run(&program)?;
            let masks = answer.observations.iter().filter_map(|seen| match &seen.seen {
                Seen::Array(Some(array)) => Some((seen.at, array.clone())),
                _ => None,
            });
            let masks = masks.collect::<Vec<_>>();
            let [a, b, c, d, e, f] = masks.as_slice() else {
                let ended = look::wrong(0, "six outputs", format!("{} outputs", masks.len()));
                return session.fails(&program, ended);
            };
            let alike = [(a, b, "0"), (a, f, "0"), (c, e, "1")];
            for ((_, first), (at, again), seed) in alike {
                if first != again {
                    let expected = format!("the mask that seed {seed} drew before");
                    return session.fails(&program, look::wrong(*at, expected, "another mask"));
                }
            }
            for ((_, one), (at, other)) in [(a, c), (a, d), (c, d)] {
                if one == other {
                    let observed = "the same mask, of 256 elements";
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
    session.passes("seeds 0, 1 and 2147483647 each draw their own mask again".to_owned())
}
