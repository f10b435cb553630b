use super::{Ask, Check, look};
use crate::oracle::{Exactness, Wrong};
use crate::session::{Effort, Finding, Over, SMALL, Session, Setback, Setting};
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, Program, same_bits};
use std::collections::BTreeMap;

/// Rules that every value in train mode stands on.
pub(super) const SHAPED: &[&str] = &["dropout.train.shape", "dropout.train.dtype"];

/// Inverted dropout, in both modes.
pub(super) fn checks() -> Vec<Check> {
    use Ask::{Drops, Explain, Judge, Look};
    use Exactness::{Must, Should};
    use Over::{Dtypes, Integers, Shapes};
    let check = |rule, needs, after, ask| Check { rule, needs, after, ask };
    let scaled: &[&str] = &["dropout.train.scale"];
    // Where masks are counted in passing, their rate must be right.
    let rated: &[&str] = &["mask.rate"];
    let both: &[&str] = &["mask.rate", "dropout.test.identity"];
    vec![
        check("dropout.test.identity", &["test"], &[], Explain(Must, Shapes, test_identity)),
        check("dropout.test.ratio-one", &["test"], &[], Explain(Must, Shapes, test_ratio_one)),
        check("dropout.test.ratio-ignored", &["test"], &[], Explain(Must, Dtypes, test_invalid)),
        check("dropout.train.shape", &["train"], &[], Look(Shapes, shapes_in_turn, look::shape)),
        check("dropout.train.dtype", &["train"], &[], Look(Shapes, one_call, look::dtype)),
        check("dropout.train.input", &["train", "test"], &[], Explain(Must, Shapes, input_kept)),
        check("dropout.train.scale", &["train"], SHAPED, Explain(Must, Shapes, train_values)),
        check("dropout.train.scale.precise", &["train"], scaled, Explain(Should, Shapes, precise)),
        check("dropout.train.subnormal", &["train"], scaled, Explain(Must, Dtypes, subnormal)),
        check("dropout.train.overflow", &["train"], scaled, Explain(Must, Dtypes, overflow)),
        check("dropout.train.nonfinite", &["train"], rated, Drops(Shapes, nonfinite)),
        check("dropout.train.ratio-changes", &["train"], scaled, Explain(Must, Shapes, ratios)),
        check(
            "dropout.train.default-ratio",
            &["train", "default_ratio"],
            rated,
            Drops(Dtypes, no_ratio),
        ),
        check("dropout.train.ratio-zero", &["train"], SHAPED, Judge(ratio_zero)),
        check("dropout.train.ratio-one", &["train"], SHAPED, Explain(Must, Shapes, ratio_one)),
        check(
            "dropout.train.ratio-invalid",
            &["train"],
            SHAPED,
            Look(Dtypes, invalid, look::refused),
        ),
        check("dropout.train.integer", &["train"], &[], Explain(Must, Integers, integers)),
        check("dropout.test.integer", &["test"], &[], Explain(Must, Integers, test_integers)),
        check("dropout.test.between", &["train", "test"], both, Drops(Dtypes, between)),
        check(
            "dropout.result.consistent",
            &["test", "identity"],
            &[],
            Explain(Must, Shapes, identity),
        ),
    ]
}

fn one_call(setting: &mut Setting) -> Vec<Program> {
    let ratio = setting.ratio();
    vec![vec![variable("x", setting.normal()), train("y", "x", ratio), value("y")]]
}

/// The same; and shapes of as many elements, or of the same digits, one after the other.
fn shapes_in_turn(setting: &mut Setting) -> Vec<Program> {
    let mut programs = one_call(setting);
    if setting.shape == SMALL && setting.start.max_elements >= 164 {
        let shapes: [&[usize]; 5] = [&[1, 64], &[16, 4], &[4, 16], &[64], &[164]];
        programs.extend(shapes.iter().flat_map(|shape| one_call(&mut setting.reshaped(shape))));
    }
    programs
}

/// Below 0.5 a ratio has finer digits than its complement, so that a coarse `1 - ratio` is seen.
fn precise(setting: &mut Setting) -> Vec<Program> {
    let ratios = [0.1, 0.3].map(|ratio| setting.rounded(ratio));
    let of = |ratio| vec![variable("x", setting.normal()), train("y", "x", ratio), value("y")];
    let mut programs = ratios.map(of).to_vec();
    programs.extend(one_call(setting));
    programs
}

/// Larger than what one thread, one block or one page takes.
pub(super) const LARGE: usize = 65_537;

/// The length of one large array, where small ones are asked.
pub(super) fn large(setting: &Setting) -> Option<usize> {
    (setting.shape == SMALL && setting.start.max_elements >= LARGE).then_some(LARGE)
}

/// Larger than what all of several threads take, in the first dtype alone: it takes its time.
pub(super) fn larger(setting: &Setting) -> Option<usize> {
    const LARGER: usize = (1 << 18) + 3;
    let first = setting.start.dtypes.iter().find(|dtype| dtype.is_float());
    let asked = setting.shape == SMALL && first == Some(&setting.dtype);
    (asked && setting.start.max_elements >= LARGER).then_some(LARGER)
}

/// All lengths up to 67, where the tails of vectorised loops are, around powers of two, and one
/// large array; in the first dtype one that is larger.
fn train_values(setting: &mut Setting) -> Vec<Program> {
    let mut programs = Vec::new();
    for ratio in [0.001, 0.1, 0.5, 0.9, 0.99] {
        let ratio = setting.rounded(ratio);
        let x = setting.of_all_sizes();
        programs.push(vec![variable("x", x), train("y", "x", ratio), value("y")]);
    }
    let (x, ratio) = (setting.any_finite(), setting.ratio());
    programs.push(vec![variable("x", x), train("y", "x", ratio), value("y")]);
    if setting.shape == SMALL && setting.watched {
        let most = setting.start.max_elements;
        let lengths = (1..=67).chain([127, 129, 255, 257]);
        let lengths = lengths.chain(large(setting)).chain(larger(setting));
        for length in lengths.filter(|&length| length <= most) {
            programs.extend(one_call(&mut setting.reshaped(&[length])));
        }
    }
    programs
}

fn input_kept(setting: &mut Setting) -> Vec<Program> {
    let (x, ratio) = (variable("x", setting.any_finite()), setting.ratio());
    let tested = || vec![test("z", "x", ratio), value("x")];
    let mut programs =
        vec![[vec![x.clone(), train("y", "x", ratio), value("x")], tested()].concat()];
    // Ratios with a way of their own through many frameworks; 1 may be refused.
    for ratio in [0.0, 1.0] {
        let call = catch(vec![train("y", "x", ratio), value("y")]);
        programs.push([vec![x.clone(), call, value("x")], tested()].concat());
    }
    if setting.claims("config.enable_backprop") {
        // Where no way back needs x, its memory may seem to be free.
        let call = no_grad(vec![train("y", "x", ratio), value("x")]);
        programs.push([vec![x, call, value("x")], tested()].concat());
    }
    programs
}

fn subnormal(setting: &mut Setting) -> Vec<Program> {
    let smallest = setting.dtype.smallest_normal();
    let x = setting.array(|setting| smallest * (0.05 + 2.0 * setting.uniform()));
    vec![vec![variable("x", x), train("y", "x", 0.75), value("y")]]
}

fn overflow(setting: &mut Setting) -> Vec<Program> {
    let largest = setting.dtype.largest();
    let x = setting.array(|setting| {
        let sign = setting.one_of(&[-1.0, 1.0]);
        sign * largest * setting.one_of(&[1.0, 0.5, 0.75, 0.25])
    });
    [0.5, 0.75]
        .map(|ratio| vec![variable("x", x.clone()), train("y", "x", ratio), value("y")])
        .to_vec()
}

fn nonfinite(setting: &mut Setting) -> Vec<Program> {
    let kinds = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0, -2.0];
    let x = setting.array(|setting| setting.one_of(&kinds));
    let ratio = setting.rounded(0.25);
    let turn = vec![variable("x", x), train("y", "x", ratio), value("y")];
    // Zeros alone would be explained as dropped; so many of them are not.
    vec![vec![repeat(16, turn)]]
}

fn ratios(setting: &mut Setting) -> Vec<Program> {
    let mut program = vec![variable("x", setting.normal())];
    for (name, ratio) in [("a", 0.5), ("b", 0.25), ("c", 0.9), ("d", 0.25)] {
        program.push(train(name, "x", setting.rounded(ratio)));
        if setting.watched {
            program.push(value(name));
        }
    }
    program.push(value("d"));
    vec![program]
}

fn no_ratio(setting: &mut Setting) -> Vec<Program> {
    let before = setting.rounded(0.9);
    let x = variable("x", setting.normal());
    let turn = vec![x.clone(), default_ratio("y", "x"), value("y")];
    vec![
        vec![repeat(32, turn)],
        vec![x, train("z", "x", before), default_ratio("y", "x"), value("y")],
    ]
}

fn ratio_one(setting: &mut Setting) -> Vec<Program> {
    let body = vec![train("y", "x", 1.0), value("y")];
    vec![vec![variable("x", setting.normal()), catch(body)]]
}

const INVALID: [f64; 5] = [-0.1, 1.1, 2.0, f64::NAN, f64::INFINITY];

fn invalid(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    // A framework that computes late raises late: when the value is observed.
    let of = |ratio| vec![x.clone(), catch(vec![train("y", "x", ratio), value("y")])];
    INVALID.map(of).to_vec()
}

fn test_invalid(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let of = |ratio| vec![x.clone(), catch(vec![test("y", "x", ratio), value("y")])];
    INVALID.map(of).to_vec()
}

fn test_identity(setting: &mut Setting) -> Vec<Program> {
    let kinds = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let inputs =
        [setting.normal(), setting.any_finite(), setting.array(|setting| setting.one_of(&kinds))];
    let mut programs = Vec::new();
    for x in inputs {
        let ratio = setting.ratio();
        programs.push(vec![variable("x", x), test("y", "x", ratio), value("y")]);
    }
    if let Some(n) = large(setting) {
        let x = setting.reshaped(&[n]).normal();
        programs.push(vec![variable("x", x), test("y", "x", 0.5), value("y")]);
    }
    programs
}

fn test_ratio_one(setting: &mut Setting) -> Vec<Program> {
    let of = |ratio, x| vec![variable("x", x), catch(vec![test("y", "x", ratio), value("y")])];
    vec![of(1.0, setting.any_finite()), of(1.0, setting.normal())]
}

fn between(setting: &mut Setting) -> Vec<Program> {
    let ratio = setting.rounded(0.75);
    let turn = vec![
        variable("x", setting.normal()),
        train("a", "x", ratio),
        value("a"),
        test("b", "x", ratio),
        value("b"),
        train("c", "x", ratio),
        value("c"),
        test("d", "x", ratio),
        value("d"),
    ];
    let mut programs = vec![vec![repeat(32, turn)]];
    if setting.claims("default_ratio") {
        let x = variable("x", setting.normal());
        let [before, after] = ["a", "c"].map(|name| [default_ratio(name, "x"), value(name)]);
        let tested = [test("b", "x", ratio), value("b")];
        programs.push(vec![repeat(32, [&[x], &before[..], &tested, &after].concat())]);
    }
    programs
}

fn identity(setting: &mut Setting) -> Vec<Program> {
    if setting.shape.contains(&0) {
        // Empty arrays share no memory with anything, not even with themselves.
        return Vec::new();
    }
    let x = variable("x", setting.any_finite());
    let mut program = vec![x];
    for ratio in [0.25, 0.0, 0.75] {
        program.extend([test("y", "x", ratio), same("x", "y")]);
    }
    let mut programs = vec![program];
    if setting.claims("train") {
        let x = variable("x", setting.any_finite());
        programs.push(vec![x, train("y", "x", 0.0), same("x", "y")]);
    }
    programs
}

/// At ratio 0 the values are x's own bits; drops are counted, and one in 2^24 is forgiven. What is
/// subnormal may be 0 without a drop, and is not counted.
fn ratio_zero(session: &mut Session) -> Finding {
    let call = |x| vec![variable("x", x), train("y", "x", 0.0), value("y")];
    let mut programs = Vec::new();
    for (dtype, shape, _) in session.settings(Over::Shapes) {
        let all_kinds = |setting: &mut Setting| vec![call(setting.any_finite())];
        programs.extend(session.with_setting(dtype, &shape, all_kinds));
    }
    let patient = session.effort() != Effort::Quick;
    // Where numbers are short, uniforms may be, too: of 16 bits one in 65536 is 0.
    let short = |dtype| patient && matches!(dtype, Dtype::Float16 | Dtype::Bfloat16);
    for dtype in session.float_dtypes() {
        let (n, times) = if short(dtype) { (1 << 14, 60) } else { (1 << 12, 16) };
        let often = |setting: &mut Setting| vec![vec![repeat(times, call(setting.normal()))]];
        let n = session.at_most(n);
        programs.extend(session.with_setting(dtype, &[n], often));
    }
    let mut changed = BTreeMap::new();
    let mut refused = None;
    for program in programs {
        let answer = match session.run(&program) {
            Err(Setback::Refused(why)) => {
                refused = Some(why);
                continue;
            }
            answer => answer?,
        };
        session.explained(&program, &answer, Exactness::Must)?;
        let x = look::input(&program);
        let dtype = x.dtype;
        let (changed, looked_at) = changed.entry(dtype).or_insert((0, 0));
        for (at, y) in look::arrays(&answer).into_iter().flatten() {
            let pairs = x.values.iter().zip(&y.values).filter(|(x, _)| !dtype.is_subnormal(**x));
            for (x, y) in pairs {
                *changed += usize::from(!same_bits(*x, *y));
                *looked_at += 1;
            }
            // Some 70000 draws at 2^-24 drop 0.004 elements on average, a million 0.06; five or more, and eight
            // or more, come with a probability of 1e-14.
            if *changed >= if short(dtype) { 8 } else { 5 } {
                let observed = format!(
                    "{changed} of the {looked_at} elements in {dtype} so far dropped or changed"
                );
                let zeros = Wrong::Value { expected_zero: false, observed_zero: true };
                let mismatch = look::wrong(at, zeros, "x, bit by bit", observed);
                return session.fails(&program, mismatch);
            }
        }
    }
    let (changed, looked_at) = match (changed.is_empty(), refused) {
        (true, Some(why)) => return session.unsupported(&why),
        _ => changed.values().fold((0, 0), |all, of| (all.0 + of.0, all.1 + of.1)),
    };
    session.passes(format!("{changed} of {looked_at} elements changed at ratio 0"))
}

fn integers(setting: &mut Setting) -> Vec<Program> {
    let ratios = [0.1, 0.25, 0.5, 0.9];
    let of = |x: &Array, ratio| {
        let call = catch(vec![train("y", "x", ratio), value("y")]);
        vec![variable("x", x.clone()), call]
    };
    let small = setting.small_integers();
    let mut programs = ratios.map(|ratio| of(&small, ratio)).to_vec();
    // Twice as much is no int32.
    let half = f64::from(1 << 30);
    let large = setting.array(|setting| setting.one_of(&[half, -half, 3.0, 0.0]));
    programs.push(of(&large, 0.5));
    programs
}

fn test_integers(setting: &mut Setting) -> Vec<Program> {
    // The first integer that float32 does not have.
    let large = f64::from(1 << 24) + 1.0;
    let x = setting.array(|setting| setting.one_of(&[large, -large, 3.0, 0.0]));
    vec![vec![variable("x", x), catch(vec![test("y", "x", 0.5), value("y")])]]
}
