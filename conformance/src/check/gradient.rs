use super::dropout::large;
use super::{Ask, Check, look};
use crate::oracle::Exactness::Must;
use crate::session::{Over, SMALL, Setting};
use crate::wire::steps::*;
use crate::wire::{Mode, Program, Step};

/// The way back through inverted dropout; that of the direct form is judged with it.
pub(super) fn checks() -> Vec<Check> {
    use Ask::{Drops, Explain, Look};
    use Over::{Dtypes, Shapes};
    let after = |premises, rule, needs, ask| Check { rule, needs, after: premises, ask };
    let check = |rule, needs, ask| after(&["gradient.train.scale"], rule, needs, ask);
    let train: &[&str] = &["train", "gradient.train"];
    vec![
        after(
            &["dropout.train.scale"],
            "gradient.train.dtype",
            train,
            Look(Shapes, train_and_back, look::dtype_and_shape),
        ),
        after(
            &["gradient.train.dtype"],
            "gradient.train.mask",
            train,
            Look(Shapes, masks_of_the_way_there, look::one_mask),
        ),
        after(
            &["gradient.train.mask"],
            "gradient.train.scale",
            train,
            Explain(Must, Shapes, values_of_x),
        ),
        after(
            &["gradient.train.scale", "mask.rate"],
            "gradient.train.zero-input",
            train,
            Drops(Shapes, zero_input),
        ),
        check("gradient.train.nonfinite", train, Explain(Must, Dtypes, nonfinite)),
        check("gradient.train.ratio-one", train, Explain(Must, Dtypes, ratio_one)),
        after(
            &["gradient.train.scale", "dropout.test.identity"],
            "gradient.test.identity",
            &["train", "test", "gradient.train", "gradient.test"],
            Explain(Must, Shapes, test_identity),
        ),
        check("gradient.chain", train, Explain(Must, Shapes, chain)),
        check(
            "gradient.accumulate",
            &["gradient.train", "accumulate"],
            Explain(Must, Shapes, accumulate),
        ),
        after(
            &["gradient.train.scale", "gradient.train.nonfinite"],
            "gradient.clear",
            &["gradient.train", "accumulate"],
            Explain(Must, Shapes, clear),
        ),
        check(
            "gradient.double",
            &["gradient.train", "double_backward", "arithmetic"],
            Explain(Must, Shapes, double),
        ),
        check(
            "gradient.without-graph",
            &["gradient.train", "config.enable_backprop"],
            Explain(Must, Dtypes, without_graph),
        ),
    ]
}

fn train_and_back(setting: &mut Setting) -> Vec<Program> {
    let there =
        |setting: &mut Setting, call| vec![variable("x", setting.normal()), call, value("y")];
    let home = |setting: &mut Setting| vec![backward("y", setting.normal()), grad("x")];
    // An empty array may be handed back as it is, and going back from a leaf may be refused.
    let empty = setting.shape.contains(&0);
    let back = |setting: &mut Setting| match empty {
        true => vec![catch(home(setting))],
        false => home(setting),
    };
    let mut programs = Vec::new();
    for ratio in [0.1, 0.5, 0.9] {
        let call = train("y", "x", setting.rounded(ratio));
        programs.push([there(setting, call), back(setting)].concat());
    }
    // At ratio 0 the result may be x itself, too.
    let zero = train("y", "x", 0.0);
    programs.push([there(setting, zero), vec![catch(home(setting))]].concat());
    if setting.claims("default_ratio") {
        let call = default_ratio("y", "x");
        programs.push([there(setting, call), back(setting)].concat());
    }
    programs
}

/// The same, and many calls whose way back is still to come.
fn masks_of_the_way_there(setting: &mut Setting) -> Vec<Program> {
    let mut programs = train_and_back(setting);
    if setting.shape == SMALL && setting.watched {
        let ratio = setting.rounded(0.25);
        let names = (0..CALLS_ALIVE).map(|call| (format!("x{call}"), format!("y{call}")));
        let names = names.collect::<Vec<_>>();
        let there = names.iter().flat_map(|(x, y)| {
            let made = variable(x, setting.normal());
            [made, train(y, x, ratio)]
        });
        let mut program = there.collect::<Program>();
        for (x, y) in &names {
            program.extend([value(y), backward(y, setting.normal()), grad(x)]);
        }
        programs.push(program);
    }
    programs
}

/// So many calls are between one and its way back.
const CALLS_ALIVE: usize = 40;

/// The way back may not depend on what x is, nor write to it, nor on how large the gradient is; and one large
/// array.
fn values_of_x(setting: &mut Setting) -> Vec<Program> {
    let mut programs = train_and_back(setting);
    let kinds = [f64::INFINITY, f64::NAN, 1.0, -2.0];
    let special = setting.array(|setting| setting.one_of(&kinds));
    let usual = [(special, setting.normal()), (setting.any_finite(), setting.normal())];
    let of_any_size = (setting.normal(), setting.any_finite());
    for (x, gy) in usual.into_iter().chain([of_any_size]) {
        let ratio = setting.rounded(0.25);
        programs.push(vec![
            variable("x", x),
            train("y", "x", ratio),
            value("y"),
            backward("y", gy),
            grad("x"),
            value("x"),
        ]);
    }
    if let Some(n) = large(setting).filter(|_| setting.watched) {
        programs.push(train_and_back(&mut setting.reshaped(&[n])).swap_remove(0));
    }
    programs
}

fn zero_input(setting: &mut Setting) -> Vec<Program> {
    let (zeros, ratio) = ([0.0, -0.0, 1.5], setting.rounded(0.25));
    let turn = vec![
        variable("x", setting.array(|setting| setting.one_of(&zeros))),
        train("y", "x", ratio),
        value("y"),
        backward("y", setting.normal()),
        grad("x"),
    ];
    // Where x is 0, nothing but the gradient shows the mask; sixteen turns of
    // seven elements see both sides of it.
    vec![vec![repeat(16, turn)]]
}

fn nonfinite(setting: &mut Setting) -> Vec<Program> {
    let kinds = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0];
    let turn = vec![
        variable("x", setting.normal()),
        train("y", "x", 0.5),
        value("y"),
        backward("y", setting.array(|setting| setting.one_of(&kinds))),
        grad("x"),
    ];
    vec![vec![repeat(8, turn)]]
}

fn ratio_one(setting: &mut Setting) -> Vec<Program> {
    let (x, gy) = (setting.normal(), setting.normal());
    let body = vec![train("y", "x", 1.0), value("y"), backward("y", gy), grad("x")];
    vec![vec![variable("x", x), catch(body)]]
}

fn test_identity(setting: &mut Setting) -> Vec<Program> {
    let kinds = [f64::NAN, f64::INFINITY, -0.0, 0.0, 1.0, -2.0];
    let special = setting.array(|setting| setting.one_of(&kinds));
    let (x, gy, ratio) = (setting.normal(), setting.normal(), setting.ratio());
    // Through ratio 0, where the way back changes nothing, every bit of gy must arrive.
    let bits = vec![
        variable("x", x.clone()),
        train("a", "x", 0.0),
        test("y", "a", ratio),
        catch(vec![backward("y", special), grad("x")]),
    ];
    let through = vec![
        variable("x", x.clone()),
        train("a", "x", 0.5),
        value("a"),
        test("y", "a", ratio),
        backward("y", gy.clone()),
        grad("x"),
    ];
    // Where test mode hands x itself back, going back from it may be refused: it is a leaf.
    let leaf =
        vec![variable("x", x), test("y", "x", ratio), catch(vec![backward("y", gy), grad("x")])];
    vec![bits, through, leaf]
}

/// Two dropouts of one variable, with different gradients coming back.
fn twice(setting: &mut Setting, between: Vec<Step>) -> Program {
    let first = vec![backward("a", setting.normal())];
    twice_from(setting, [first, between].concat())
}

/// The same, where the first gradient comes back as `first` says.
fn twice_from(setting: &mut Setting, first: Vec<Step>) -> Program {
    let ratio = setting.rounded(0.25);
    let x = variable("x", setting.normal());
    let calls = [train("a", "x", 0.5), value("a"), train("b", "x", ratio), value("b")];
    let second = [backward("b", setting.normal()), grad("x")];
    [vec![x], calls.to_vec(), first, second.to_vec()].concat()
}

fn accumulate(setting: &mut Setting) -> Vec<Program> {
    let between = if setting.watched { vec![grad("x")] } else { vec![] };
    let mut programs = vec![twice(setting, between)];
    if setting.claims("arithmetic") {
        programs.extend(sums(setting));
    }
    programs
}

/// Gradients that two variables have in common, until one of them has more.
fn sums(setting: &mut Setting) -> [Program; 2] {
    let variables = [variable("x", setting.normal()), variable("w", setting.normal())];
    let [gy, other] = [setting.normal(), setting.normal()];
    let looks = vec![grad("x"), grad("w")];
    let call = [train("a", "x", 0.5), value("a"), add("b", "x", "a"), add("c", "b", "w")];
    let once = [variables.to_vec(), call.to_vec(), vec![backward("c", gy.clone())]].concat();
    let same = [add("a", "x", "w"), add("b", "x", "w")];
    let ways = vec![backward("a", gy), backward("b", other)];
    let twice = [variables.to_vec(), same.to_vec(), ways].concat();
    [once, twice].map(|program| [program, looks.clone()].concat())
}

fn clear(setting: &mut Setting) -> Vec<Program> {
    let clear = || clear_grad("x");
    let both = [vec![clear()], vec![grad("x"), clear(), grad("x")]];
    let mut programs = both.map(|between| twice(setting, between)).to_vec();
    // NaN times 0 is NaN.
    let special = setting.array(|setting| setting.one_of(&[f64::NAN, f64::INFINITY, -2.0]));
    let first = vec![catch(vec![backward("a", special), grad("x")]), clear()];
    programs.push(twice_from(setting, first));
    programs.push(twice_after_clearing(setting));
    if setting.claims("arithmetic") {
        // What two variables have in common is cleared of the one.
        let variables = [variable("x", setting.normal()), variable("w", setting.normal())];
        let back = [add("y", "x", "w"), backward("y", setting.normal())];
        let cleared = [clear(), grad("w"), grad("x")];
        programs.push([&variables[..], &back, &cleared].concat());
    }
    programs
}

/// Three dropouts of one variable, whose gradient is cleared after the first way back.
fn twice_after_clearing(setting: &mut Setting) -> Program {
    let mut program = vec![variable("x", setting.normal())];
    for name in ["a", "b", "c"] {
        program.extend([train(name, "x", setting.rounded(0.25)), value(name)]);
    }
    program.extend([backward("a", setting.normal()), clear_grad("x")]);
    program.extend(["b", "c"].map(|name| backward(name, setting.normal())));
    program.push(grad("x"));
    program
}

fn chain(setting: &mut Setting) -> Vec<Program> {
    let mut program = vec![variable("x", setting.normal())];
    let names = ["x", "a", "b", "c"];
    for (index, ratio) in [0.5, 0.25, 0.75].into_iter().enumerate() {
        program.push(train(names[index + 1], names[index], setting.rounded(ratio)));
        if setting.watched {
            program.push(value(names[index + 1]));
        }
    }
    if !setting.watched {
        program.push(value("c"));
    }
    program.extend([backward("c", setting.normal()), grad("x")]);
    let mut programs = vec![program];
    if setting.claims("arithmetic") {
        programs.push(branches(setting));
        programs.extend(shortcuts(setting));
    }
    programs
}

/// A dropout and what went into it come together again, in either order: the one way is longer than the other.
fn shortcuts(setting: &mut Setting) -> Vec<Program> {
    let ratio = setting.rounded(0.25);
    let (x, w, gy) = (setting.normal(), setting.normal(), setting.normal());
    let joins = [add("c", "a", "b"), add("c", "b", "a"), mul("c", "a", "b"), mul("c", "b", "a")];
    let program = |join: Step| {
        let begin = [variable("x", x.clone()), variable("w", w.clone()), mul("a", "x", "w")];
        let ways = [train("b", "a", ratio), value("b"), join, backward("c", gy.clone())];
        [begin.to_vec(), ways.to_vec(), vec![grad("x"), grad("w")]].concat()
    };
    let mut programs = joins.map(program).to_vec();
    programs.extend(["ab", "ba"].map(|order| late(setting, order)));
    programs
}

/// A sum of a short way and a long one, and a dropout of the long one, come together: the sum is younger than
/// both of its operands.
fn late(setting: &mut Setting, order: &str) -> Program {
    let ratio = setting.rounded(0.25);
    let begin = [variable("x", setting.normal()), variable("w", setting.normal())];
    let (first, second) = order.split_at(1);
    let ways = [
        mul("a", "x", "w"),
        train("h", "a", 0.5),
        train("b", "h", ratio),
        train("d", "b", ratio),
        add("c", first, second),
        add("e", "c", "d"),
    ];
    let looks = [value("h"), value("b"), value("d"), backward("e", setting.normal())];
    [begin.to_vec(), ways.to_vec(), looks.to_vec(), vec![grad("x"), grad("w")]].concat()
}

/// Two dropouts of one variable that come together again.
fn branches(setting: &mut Setting) -> Program {
    let ratio = setting.rounded(0.25);
    vec![
        variable("x", setting.normal()),
        train("a", "x", 0.5),
        train("b", "x", ratio),
        value("a"),
        value("b"),
        add("c", "a", "b"),
        value("c"),
        backward("c", setting.normal()),
        grad("x"),
    ]
}

fn double(setting: &mut Setting) -> Vec<Program> {
    let (ratio, other) = (setting.rounded(0.75), setting.rounded(0.25));
    // With the square of y the mask is on the way twice; with a second factor it is there once.
    let factors: [(_, _, &[_]); 2] = [("y", "x", &["x"]), ("w", "w", &["x", "w"])];
    let mut calls = vec![vec![train("y", "x", ratio)]];
    if setting.claims("direct") {
        calls.push(vec![direct("y", "x", ratio, Mode::Train)]);
    }
    if setting.claims("layers") {
        calls.push(vec![layer("l", ratio), layer_mode("l", true), apply("y", "x", "l")]);
    }
    let mut program = |(factor, of, reached): (&str, &str, &[&str]), call: &[Step]| {
        let begin = [variable("x", setting.normal()), variable("w", setting.normal())];
        let first = vec![
            value("y"),
            mul("z", "y", factor),
            // Other calls, here and behind the first way back, are none of its business.
            train("o", "w", other),
            back_with_graph("z"),
            grad("x"),
            grad_as("gx", "x"),
            train("p", "x", other),
        ];
        let clear = reached.iter().map(|name| clear_grad(name)).collect::<Vec<_>>();
        let second = [backward("gx", setting.normal()), grad(of)];
        [&begin[..], call, &first, &clear, &second].concat()
    };
    let pairs = calls.iter().flat_map(|call| factors.map(|factor| (factor, call)));
    pairs.map(|(factor, call)| program(factor, call)).collect()
}

fn without_graph(setting: &mut Setting) -> Vec<Program> {
    let (x, gy) = (setting.normal(), setting.normal());
    vec![vec![
        variable("x", x),
        no_grad(vec![train("y", "x", 0.5)]),
        catch(vec![backward("y", gy), grad("x")]),
        grad("x"),
    ]]
}
