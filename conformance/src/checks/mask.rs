use super::contexts::contexts;
use super::{Ask, Check, Setting, look, round_ratio};
use crate::finding::{Finding, Setback, unless_refused};
use crate::oracle::Exactness::Must;
use crate::session::{SMALL, Session};
use crate::statistics::Tally;
use crate::steps::*;
use crate::wire::{Array, Dtype, Mode, Program, Seen, Step};

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

/// Draws masks with inputs that show them: normal numbers, and the output observed.
fn draw(
    session: &mut Session,
    dtype: Dtype,
    shape: &[usize],
    ratio: f64,
    calls: usize,
    call: fn(&str, &str, f64) -> Step,
) -> Result<Masks, Setback> {
    let write = |setting: &mut Setting| {
        let turn = vec![variable("x", setting.of_all_sizes()), call("y", "x", ratio), value("y")];
        vec![vec![repeat(calls, turn)]]
    };
    let program = session.with_setting(dtype, shape, write).remove(0);
    let answer = session.run(&program)?;
    let explained = session.explained(&program, &answer, Must)?;
    let mut turns = explained.assignments;
    turns.sort_by_key(|turn| turn.turn);
    // One call: the assignment with bit 0 set keeps, the other one drops.
    let kept = |alive: &u64| *alive == 0b10;
    let calls = turns.iter().map(|turn| turn.alive.iter().map(kept).collect()).collect();
    let input = Step::numbered(&program).into_iter().find_map(|(_, step)| match step {
        Step::Variable { array, .. } => Some(array.clone()),
        _ => None,
    });
    Ok(Masks { x: input.expect("the program has an input"), calls })
}

fn rate(session: &mut Session) -> Finding {
    let mut tallies = Vec::new();
    for (index, dtype) in session.float_dtypes().into_iter().enumerate() {
        for ratio in [0.1, 0.3, 0.5, 0.9, 0.99, 0.995] {
            let ratio = round_ratio(session.start(), dtype, ratio);
            // The first dtype gets 2^18 bits a ratio. The others get 2^17: with fewer, a right rate
            // would be inconclusive too often.
            let bits = if index == 0 { 1 << 18 } else { 1usize << 17 };
            let n = session.at_most(4096);
            let masks = draw(session, dtype, &[n], ratio, bits.div_ceil(n), train)?;
            let name = format!("kept at ratio {ratio} in {dtype}");
            let bits = masks.calls.into_iter().flatten();
            tallies.push(Tally::of(name, 1.0 - ratio, bits));
        }
    }
    let mut more = small_arrays(session)?;
    if session.start().claims("direct") {
        let n = session.at_most(4096);
        for &dtype in &session.float_dtypes() {
            let ratio = round_ratio(session.start(), dtype, 0.75);
            let masks =
                draw(session, dtype, &[n], ratio, 4096usize.div_ceil(n), |to, of, ratio| {
                    direct(to, of, ratio, Mode::Train)
                })?;
            let name = format!("kept by direct dropout at ratio {ratio} in {dtype}");
            more.push(Tally::of(name, 1.0 - ratio, masks.calls.into_iter().flatten()));
        }
    }
    let evidence = session.likely(&[tallies.clone(), more].concat(), LEVEL)?;
    let width =
        |tally: &Tally| (tally.frequency() - tally.probability).abs() + SURE * tally.deviation();
    let close = |tally: &&Tally| width(tally) < POINT;
    match tallies.iter().find(|tally| !close(tally)) {
        None => session.passes(format!("{evidence}; no rate is off by {POINT} or more")),
        Some(tally) => Err(Setback::Inconclusive(format!(
            "{}: {} masks leave ± {:.3}",
            tally.name,
            tally.trials,
            width(tally)
        ))),
    }
}

/// Single numbers and short arrays take other paths than long ones, and the smallest and the
/// largest ratios other branches.
fn small_arrays(session: &mut Session) -> Result<Vec<Tally>, Setback> {
    let mut tallies = Vec::new();
    for dtype in session.float_dtypes() {
        for (shape, calls) in [(&[][..], 512), (SMALL, 128)] {
            for ratio in [0.25, 0.8] {
                let ratio = round_ratio(session.start(), dtype, ratio);
                // Some frameworks have no single numbers.
                let masks = unless_refused(draw(session, dtype, shape, ratio, calls, train))?;
                let name = format!("kept at ratio {ratio} in {dtype}, shape {shape:?}");
                let tally =
                    |masks: Masks| Tally::of(name, 1.0 - ratio, masks.calls.into_iter().flatten());
                tallies.extend(masks.map(tally));
            }
        }
    }
    Ok(tallies)
}

fn dependence(session: &mut Session) -> Finding {
    let mut tallies = Vec::new();
    let floats = session.float_dtypes();
    for (&dtype, ratio) in floats.iter().zip([0.5, 0.25, 0.5, 0.25]) {
        let ratio = round_ratio(session.start(), dtype, ratio);
        // The last two are a batch of images, and one array that no kernel takes in one piece.
        for (shape, calls) in
            [(&[1021][..], 96), (&[32, 33], 96), (&[2, 3, 16, 16], 24), (&[70_001], 2)]
        {
            let shape = session.fitting(shape);
            let drawn = draw(session, dtype, &shape, ratio, calls, train);
            let Some(masks) = unless_refused(drawn)? else { continue };
            let name = format!("{dtype}, shape {shape:?}, ratio {ratio}");
            tallies.extend(within(&masks.calls, &shape, ratio, &name));
            tallies.extend(across(&masks.calls, ratio, &name));
        }
    }
    tallies.extend(contexts(session, floats[0])?);
    if tallies.is_empty() {
        return session.unsupported("every array that shows a dependence was refused");
    }
    session.likely(&tallies, LEVEL)
}

/// Two elements are alike, both kept or both dropped, with this probability.
pub(super) fn alike(ratio: f64) -> f64 {
    ratio * ratio + (1.0 - ratio) * (1.0 - ratio)
}

/// Pairs within a call, each element in at most one, and the parity of the number kept.
fn within(calls: &[Vec<bool>], shape: &[usize], ratio: f64, name: &str) -> Vec<Tally> {
    let mut tallies = Vec::new();
    let elements = shape.iter().product::<usize>();
    // A row, a channel, a sample; and where a block of threads, or of a generator, would repeat.
    let strides = (1..shape.len()).map(|axis| shape[axis..].iter().product::<usize>());
    let blocks = (0..16).map(|power| 1 << power);
    let mut distances = strides.chain(blocks).collect::<Vec<_>>();
    distances.sort_unstable();
    distances.dedup();
    for distance in distances.into_iter().filter(|distance| 2 * distance <= elements) {
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

fn data(session: &mut Session) -> Finding {
    let mut tallies = Vec::new();
    for dtype in session.float_dtypes() {
        // No multiple of 4, 8, 16 …: a vectorised loop has a tail there.
        for ratio in [0.5, 0.1] {
            let ratio = round_ratio(session.start(), dtype, ratio);
            let n = session.at_most(1003);
            let masks = draw(session, dtype, &[n], ratio, 64, train)?;
            tallies.extend(strata(&masks, ratio, &format!("{dtype}, ratio {ratio}")));
        }
    }
    session.likely(&tallies, LEVEL)
}

fn strata(masks: &Masks, ratio: f64, name: &str) -> Vec<Tally> {
    type Stratum = (&'static str, fn(usize, f64, usize) -> bool);
    let strata: [Stratum; 8] = [
        ("where x is negative", |_, x, _| x < 0.0),
        ("where x is positive", |_, x, _| x > 0.0),
        ("where x is tiny", |_, x, _| x.abs() < 0.01),
        ("where x is about 1", |_, x, _| (0.5..2.0).contains(&x.abs())),
        ("where x is large", |_, x, _| x.abs() > 2.0),
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
