use super::look;
use crate::bet::numerics::ln_two_sided;
use crate::bet::{APART, RESOLUTION};
use crate::oracle::Exactness::Must;
use crate::oracle::{Mismatch, Wrong};
use crate::session::{Finding, Session, Setback, Setting, round_ratio};
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, Mode, Program, Step};

/// The seeds: neighbours, powers of two and theirs, and the last ones. A seed of which some bits are not
/// heard is like another one of them.
const SEEDS: [u32; 26] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    16,
    64,
    255,
    256,
    1 << 12,
    (1 << 16) - 1,
    1 << 16,
    (1 << 16) + 1,
    1 << 20,
    (1 << 24) - 1,
    1 << 24,
    (1 << 24) + 1,
    1 << 27,
    1 << 30,
    (1 << 30) + (1 << 16),
    1_234_567_890,
    (1 << 31) - 3,
    (1 << 31) - 2,
    (1 << 31) - 1,
];

/// How far masks of two seeds may be shifted against each other.
const SHIFTS: std::ops::RangeInclusive<isize> = -4..=4;

/// How many small seeds, and how many elements, show that the first ones are drawn as others are.
const SMALL_SEEDS: (u32, usize) = (128, 8);

/// A mask that was drawn after a seed.
struct SeededMask {
    /// The step that showed it, and in which program.
    at: usize,
    program: usize,
    device: Option<String>,
    seed: u32,
    /// Whether it is the first one after the seed, or the second.
    number: usize,
    kept: Vec<bool>,
}

impl SeededMask {
    fn name(&self) -> String {
        let which = if self.number == 0 { "the mask" } else { "the second mask" };
        let device = self.device.as_ref().map_or(String::new(), |it| format!(" on {it}"));
        format!("{which} after seed {}{device}", self.seed)
    }

    /// How many elements are not as those of `other`, which is shifted, and of how many.
    fn apart(&self, other: &SeededMask, shift: isize) -> (u64, u64) {
        let (first, second) = match usize::try_from(shift) {
            Ok(shift) => (&self.kept[shift.min(self.kept.len())..], &other.kept[..]),
            Err(_) => {
                let shift = shift.unsigned_abs().min(other.kept.len());
                (&self.kept[..], &other.kept[shift..])
            }
        };
        let pairs = first.iter().zip(second);
        let n = pairs.len() as u64;
        (pairs.filter(|(a, b)| a != b).count() as u64, n)
    }
}

/// How a mask is drawn, of x and at a half.
type Draw = fn(&str) -> Vec<Step>;

/// Same seed, same mask, within a program and in the next one; another seed, another mask.
pub(super) fn seeded(session: &mut Session) -> Finding {
    let plain: Draw = |to| vec![train(to, "x", 0.5), value(to)];
    for dtype in session.float_dtypes() {
        let n = session.at_most(256);
        let forwards = SEEDS.to_vec();
        let backwards = SEEDS.iter().rev().copied().collect();
        masks_are_those_of_their_seeds(session, (dtype, &[n]), plain, &[forwards, backwards])?;
    }
    // A layer that is made anew, and another form; arrays of several axes, and a large one; other devices.
    let layered: Draw =
        |to| vec![layer(to, 0.5), layer_mode(to, true), apply("y", "x", to), value("y")];
    let directed: Draw = |to| vec![direct(to, "x", 0.5, Mode::Train), value(to)];
    let dtype = session.float_dtypes()[0];
    let few = vec![vec![1, 2, 1, 1 << 16, 2, 1 << 24, 0, 1]];
    let claims = |session: &Session, capability: &str| session.start().claims(capability);
    // Numbers that are drawn in advance, in blocks, are left when the next seed comes: in those that small
    // calls draw from, too.
    for (capability, draw) in [("layers", layered), ("direct", directed)] {
        for n in [60, 231].map(|n| session.at_most(n)) {
            if claims(session, capability) {
                masks_are_those_of_their_seeds(session, (dtype, &[n]), draw, &few)?;
            }
        }
    }
    let n = session.at_most(231);
    for shape in [&[231][..], &[16, 16], &[4, 8, 8], &[5000]] {
        let shape = session.fitting(shape);
        masks_are_those_of_their_seeds(session, (dtype, &shape), plain, &few)?;
    }
    if claims(session, "device") {
        // Of two devices another seed draws other masks, too.
        let mut drawn = Vec::new();
        for device in session.start().devices.clone().iter().take(3) {
            let of = (dtype, &[n][..], Some(device.as_str()));
            draw_after_seeds(session, of, plain, &few, &mut drawn)?;
        }
    }
    first_elements(session, dtype)?;
    // Seeded masks are known; none that is counted may follow from them.
    session.restart()?;
    session.passes(format!("{} seeds each draw masks of their own", SEEDS.len()))
}

/// Draws two masks after each seed, in programs that follow each other. What is refused is left out.
fn masks_are_those_of_their_seeds(
    session: &mut Session,
    (dtype, shape): (Dtype, &[usize]),
    draw: Draw,
    programs: &[Vec<u32>],
) -> Result<(), Setback> {
    draw_after_seeds(session, (dtype, shape, None), draw, programs, &mut Vec::new())
}

/// The same on a device, where other masks may have been drawn before.
fn draw_after_seeds(
    session: &mut Session,
    (dtype, shape, device): (Dtype, &[usize], Option<&str>),
    draw: Draw,
    programs: &[Vec<u32>],
    drawn: &mut Vec<SeededMask>,
) -> Result<(), Setback> {
    let write = |setting: &mut Setting| {
        let placed = |name: &str, array| match device {
            Some(device) => on_device(name, array, device),
            None => variable(name, array),
        };
        let x = placed("x", setting.normal());
        let w = placed("w", setting.reshaped(&[1]).normal());
        let written = programs.iter().map(|seeds| {
            let draws = seeds.iter().enumerate().flat_map(|(turn, &value)| {
                let names = [format!("a{turn}"), format!("b{turn}")];
                // Numbers that are drawn by twos, or by fours, are left behind an odd one.
                let seed = vec![train("odd", "w", 0.5), Step::Seed { value }];
                [seed, draw(&names[0]), draw(&names[1])].concat()
            });
            [x.clone(), w.clone()].into_iter().chain(draws).collect::<Program>()
        });
        written.collect()
    };
    for (number, program) in session.with_setting(dtype, shape, write).into_iter().enumerate() {
        let answer = match session.run(&program) {
            Err(Setback::Refused(_)) if !drawn.is_empty() || device.is_some() => return Ok(()),
            answer => answer?,
        };
        let arrays = match look::arrays(&answer) {
            Ok(arrays) => arrays,
            Err(mismatch) => return session.fails(&program, mismatch).map(drop),
        };
        let seeds = &programs[number];
        if arrays.len() != 2 * seeds.len() {
            let [expected, observed] =
                [2 * seeds.len(), arrays.len()].map(|count| format!("{count} outputs"));
            let ended = look::wrong(0, Wrong::Steps, expected, observed);
            return session.fails(&program, ended).map(drop);
        }
        for (index, (at, array)) in arrays.into_iter().enumerate() {
            let kept = array.values.iter().map(|&y| y != 0.0).collect();
            let (seed, turn) = (seeds[index / 2], index % 2);
            let device = device.map(str::to_owned);
            let mask = SeededMask { at, program: number, device, seed, number: turn, kept };
            if let Some(mismatch) = unlike_its_name(&mask, drawn) {
                return session.fails(&program, mismatch).map(drop);
            }
            drawn.push(mask);
        }
    }
    Ok(())
}

/// Whether a mask is not what its name says, beside those before it: the same after the same seed, and
/// otherwise as far from another one as chance has it. This is one of the exact tests.
fn unlike_its_name(mask: &SeededMask, before: &[SeededMask]) -> Option<Mismatch> {
    let wrong = |expected, observed| Some(look::wrong(mask.at, Wrong::Masks, expected, observed));
    for other in before {
        let name = other.name();
        if mask.device != other.device && mask.seed == other.seed {
            continue;
        }
        if (mask.seed, mask.number) == (other.seed, other.number) {
            let (apart, of) = mask.apart(other, 0);
            if apart > 0 {
                let place =
                    if mask.program == other.program { "" } else { " in the program before" };
                let observed = format!("another one, in {apart} of {of} elements");
                return wrong(format!("{name}{place}, once more"), observed);
            }
            continue;
        }
        for shift in SHIFTS {
            let (apart, of) = mask.apart(other, shift);
            if ln_two_sided(apart, of, 0.5) < APART.ln() {
                let shifted =
                    if shift == 0 { String::new() } else { format!(", shifted by {shift}") };
                let observed = format!("{name}{shifted}, but for {apart} of {of} elements");
                return wrong(format!("{}, which is none of those before", mask.name()), observed);
            }
        }
    }
    None
}

/// After small seeds each of the first elements is kept as often as others are.
fn first_elements(session: &mut Session, dtype: Dtype) -> Result<(), Setback> {
    let (seeds, n) = SMALL_SEEDS;
    let n = session.at_most(n);
    let write = |setting: &mut Setting| {
        let x = variable("x", Array::full(setting.dtype, &setting.shape, 1.0));
        let call = |seed| [Step::Seed { value: seed }, train("y", "x", 0.5), value("y")];
        vec![std::iter::once(x).chain((0..seeds).flat_map(call)).collect::<Program>()]
    };
    let program = session.with_setting(dtype, &[n], write).remove(0);
    let answer = session.run(&program)?;
    let masks = look::arrays(&answer).unwrap_or_default();
    for place in 0..n {
        let kept = masks.iter().filter(|(_, y)| y.values.get(place).is_some_and(|&y| y != 0.0));
        let (kept, of) = (kept.count() as u64, masks.len() as u64);
        if ln_two_sided(kept, of, 0.5) < APART.ln() {
            let expected = format!("element {place} kept after about half of {of} small seeds");
            let at = masks.first().map_or(0, |(at, _)| *at);
            let wrong =
                look::wrong(at, Wrong::Masks, expected, format!("kept after {kept} of them"));
            return session.fails(&program, wrong).map(drop);
        }
    }
    Ok(())
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
