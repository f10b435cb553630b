mod values;

use super::{
    ATTRIBUTION, Answer, Choices, Context, Exactness, Explains, Mismatch, Observation, Row, SILENT,
    Wrong, attribute, rows,
};
use crate::oracle::Exactness::{Bitwise, Must};
use crate::oracle::explain;
use crate::wire::steps::*;
use crate::wire::{Dtype, Mode, Origin, Outcome, Seen, Step, ViewKind};
use std::collections::BTreeSet;
use values::about_values;

fn x() -> Step {
    variable("x", row(Dtype::Float32, &[1.0, -2.0]))
}

fn with_x(steps: Vec<Step>) -> Vec<Step> {
    [vec![x()], steps].concat()
}

fn whole_numbers(steps: Vec<Step>) -> Vec<Step> {
    [vec![variable("x", row(Dtype::Int32, &[1.0, -2.0]))], steps].concat()
}

/// A program of x, with a layer l and a model m of l and k.
fn with_layers(steps: Vec<Step>) -> Vec<Step> {
    with_x([vec![layer("l", 0.5)], steps].concat())
}

/// Two scopes that are entered, and left in the wrong order.
fn crossed(last: Vec<Step>) -> Vec<Step> {
    let made = ["a", "b"].map(|name| scope(name, "train", false)).to_vec();
    let left = ["a", "b"].map(|name| catch(vec![exit(name)])).to_vec();
    [made, vec![enter("a"), enter("b")], left, last].concat()
}

/// What was wrong, and how closely it was compared.
#[derive(Clone)]
struct Told(Wrong, Exactness);

const VALUE: Told = Told(value_of(false, false), Must);
const TO_THE_BIT: Told = Told(value_of(false, false), Bitwise);
const FLAG: Told = Told(Wrong::Flag, Must);

const fn value_of(expected_zero: bool, observed_zero: bool) -> Wrong {
    Wrong::Value { expected_zero, observed_zero }
}

fn error(expected: Option<Origin>) -> Told {
    let observed = (expected.is_none()).then(|| (Origin::Library, "so it is".into()));
    Told(Wrong::Error { expected, observed }, Must)
}

/// What else explains what was observed: a call in the other mode, or with another ratio.
#[derive(Clone, Copy, PartialEq)]
enum Explained {
    Unexplained,
    OtherMode,
    AnotherRatio,
}
use Explained::{AnotherRatio, OtherMode, Unexplained};

/// The row for a program whose last step disagrees; its last one inside of scopes and threads, but not
/// of a `catch`, of which it is observed that it caught.
fn found(program: &[Step], told: Told, explained: Explained) -> Option<&'static Row> {
    fn last(steps: &[Step], before: usize) -> Option<usize> {
        let count = |steps: &[Step]| Step::count_all(steps);
        let step = steps.last()?;
        let at = before + count(&steps[..steps.len() - 1]);
        if matches!(step, Step::Catch { .. }) {
            return Some(at);
        }
        let bodies = step.bodies();
        let first = bodies.first().copied().unwrap_or_default();
        last(first, at + 1).or(Some(at))
    }
    let Told(wrong, exactness) = told;
    let mismatch = Mismatch {
        at: last(program, 0).unwrap(),
        place: String::new(),
        expected: String::new(),
        observed: String::new(),
        wrong,
        protocol: false,
    };
    let ratios = |program: &[Step]| {
        let numbered = Step::numbered(program).into_iter();
        let calls = numbered.filter_map(|(_, step)| Some(step.call()?.ratio?.0));
        calls.fold(0.0, |sum: f64, ratio| sum + ratio)
    };
    let layers = |program: &[Step]| {
        Step::numbered(program).iter().any(|(_, step)| matches!(step, Step::Apply { .. }))
    };
    let explains = |other: &[Step]| {
        let same_ratios = layers(program) || ratios(other) == ratios(program);
        let silent = Step::numbered(other).iter().any(|(_, step)| **step == SILENT);
        let explains = match explained {
            _ if other == program => false,
            // A gradient that is taken away contradicts nothing.
            _ if silent => true,
            Unexplained => false,
            OtherMode => same_ratios,
            AnotherRatio => !same_ratios,
        };
        if explains { Explains::All } else { Explains::Nothing }
    };
    rows(&Context::new(program, &mismatch, exactness, &Choices::default(), &explains)).next()
}

/// Programs, what was told of them, what else explains it, and the rule that this is about.
type Case = (Vec<Step>, Told, Explained, &'static str);

/// The cases of which nothing else is an explanation.
fn plain(cases: Vec<(Vec<Step>, Told, &'static str)>) -> Vec<Case> {
    let plain = |(program, told, rule)| (program, told, Unexplained, rule);
    cases.into_iter().map(plain).collect()
}

fn about_flags() -> Vec<Case> {
    let flag = || config("train");
    let mode = |body| test_mode(body);
    let made = || scope("s", "train", false);
    let cases = vec![
        (vec![made(), within("s", vec![]), within("s", vec![]), flag()], "config.scope.again"),
        (
            vec![
                made(),
                scope("t", "train", true),
                within("s", vec![]),
                within("t", vec![]),
                flag(),
            ],
            "config.scope.entry",
        ),
        (vec![threads(vec![vec![mode(vec![])], vec![]]), flag()], "config.thread.restore"),
        (vec![threads(vec![vec![no_grad(vec![])], vec![]]), flag()], "config.thread.scope"),
        (vec![threads(vec![vec![mode(vec![flag()])], vec![]])], "config.thread.scope"),
        (crossed(vec![flag()]), "config.scope.order"),
        (vec![made(), within("s", vec![]), flag()], "config.scope.entry"),
        (vec![made(), flag()], "config.scope.unentered"),
        (vec![using_text("train", "no", vec![flag()])], "config.other-value"),
        (vec![using("trian", false, vec![flag()])], "config.unknown-name"),
        (vec![catch(vec![mode(vec![panic()])]), flag()], "config.restore.panic"),
        (vec![catch(vec![mode(vec![raise()])]), flag()], "config.restore.error"),
        (vec![mode(vec![set("train", true)]), flag()], "config.restore.inner-set"),
        (vec![mode(vec![using("train", true, vec![])]), flag()], "config.restore.saved-at-entry"),
        (with_x(vec![mode(vec![]), catch(vec![back("x")]), flag()]), "config.untouched"),
        (
            with_layers(vec![layer_mode("l", true), catch(vec![apply("y", "x", "l")]), flag()]),
            "config.untouched",
        ),
        (vec![mode(vec![]), flag()], "config.restore.return"),
        (vec![no_grad(vec![]), config("enable_backprop")], "config.restore.return"),
        (vec![layer("l", 0.5), layer_mode("l", false), flag()], "layer.independent"),
        (vec![mode(vec![flag()])], "config.using.sets"),
        (with_x(vec![mode(vec![train("y", "x", 0.5), flag()])]), "config.using.sets"),
        (vec![no_grad(vec![flag()])], "config.independent"),
        (vec![mode(vec![config("enable_backprop")])], "config.independent"),
        (with_x(vec![train("y", "x", 0.5), back("y"), flag()]), "config.untouched"),
        (vec![flag()], "config.default"),
    ];
    plain(cases.into_iter().map(|(program, rule)| (program, FLAG, rule)).collect())
}

fn about_errors() -> Vec<Case> {
    let body = error(Some(Origin::Body));
    let whole = |call| whole_numbers(vec![call]);
    let call = |call| with_x(vec![call]);
    let seen = vec![view("v", "x", ViewKind::Transpose)];
    let of_view = |call| with_x([seen.clone(), vec![call]].concat());
    let raised = vec![catch(vec![raise()])];
    let entered = vec![scope("s", "train", false), catch(vec![within("s", vec![])])];
    let entered_again =
        vec![scope("s", "train", false), within("s", vec![]), catch(vec![within("s", vec![])])];
    let back_from = |calls: Vec<Step>| with_x([calls, vec![back("y")]].concat());
    let mut cases = vec![(raised.clone(), body, "config.propagate")];
    let others = vec![
        (raised, "config.propagate"),
        (vec![using("trian", false, vec![])], "config.unknown-name"),
        (vec![using_text("train", "no", vec![])], "config.other-value"),
        (crossed(vec![]), "config.scope.order"),
        (entered_again, "config.scope.again"),
        (entered, "config.scope.entry"),
        (back_from(vec![no_grad(vec![train("y", "x", 0.5)])]), "gradient.without-graph"),
        (with_layers(vec![apply("y", "x", "l")]), "dropout.train.scale"),
        (with_layers(vec![layer_mode("l", false), apply("y", "x", "l")]), "dropout.test.identity"),
        (
            with_x(vec![train("y", "x", 0.5), back_with_graph("y"), grad_as("g", "x"), back("g")]),
            "gradient.double",
        ),
        (with_layers(vec![apply("y", "x", "l"), back("y")]), "layer.backward"),
        (back_from(vec![test("y", "x", 0.5)]), "gradient.test.identity"),
        (back_from(vec![train("y", "x", 0.5)]), "gradient.train.scale"),
        (with_x(vec![train("y", "x", 0.5), no_grad(vec![back("y")])]), "config.forward-decides"),
        // The way back begins at y; the later call does not matter.
        (back_from(vec![train("y", "x", 0.5), test("z", "x", 0.5)]), "gradient.train.scale"),
        (whole(test("y", "x", 0.5)), "dropout.test.integer"),
        (whole(train("y", "x", 0.5)), "dropout.train.integer"),
        (whole(default_ratio("y", "x")), "dropout.train.default-ratio"),
        (call(test("y", "x", 1.0)), "dropout.test.ratio-one"),
        (call(test("y", "x", 1.5)), "dropout.test.ratio-ignored"),
        (call(train("y", "x", 1.0)), "dropout.train.ratio-one"),
        (call(train("y", "x", -0.5)), "dropout.train.ratio-invalid"),
        (call(train("y", "x", 0.0)), "dropout.train.ratio-zero"),
        (back_from(vec![direct("y", "x", 0.5, Mode::Train)]), "gradient.direct.train"),
        (back_from(vec![direct("y", "x", 0.5, Mode::Test)]), "gradient.direct.test"),
        (call(direct("y", "x", 0.5, Mode::Train)), "direct.train.values"),
        (call(direct("y", "x", 0.5, Mode::Test)), "direct.test.scale"),
        (of_view(train("y", "v", 0.5)), "dropout.view"),
        (of_view(test("y", "v", 0.5)), "dropout.view"),
        (call(train("y", "x", 0.5)), "dropout.train.scale"),
        (call(test("y", "x", 0.5)), "dropout.test.identity"),
        // A value that could not be had, of which it is said that there was to be no error.
        (with_x(vec![train("y", "x", -0.5), value("y")]), "dropout.train.ratio-invalid"),
    ];
    cases.extend(others.into_iter().map(|(program, rule)| (program, error(None), rule)));
    plain(cases)
}

fn about_gradients() -> Vec<Case> {
    let seen = |steps: Vec<Step>| with_x([steps, vec![back("y"), grad("x")]].concat());
    let layers = |steps: Vec<Step>| with_layers([steps, vec![back("y"), grad("x")]].concat());
    let call = || train("y", "x", 0.5);
    let of_infinity = backward("y", row(Dtype::Float32, &[f64::INFINITY, 1.0]));
    let mode = Mode::Train;
    let zero = variable("x", row(Dtype::Float32, &[0.0, 1.0]));
    let mut cases = vec![
        (seen(vec![call()]), Told(Wrong::Shape, Must), "gradient.train.dtype"),
        (seen(vec![call()]), Told(Wrong::Dtype, Must), "gradient.train.dtype"),
        (seen(vec![call()]), Told(value_of(true, false), Must), "gradient.train.mask"),
        (seen(vec![call()]), Told(value_of(false, true), Must), "gradient.train.mask"),
        (seen(vec![call()]), Told(value_of(true, true), Must), "gradient.train.scale"),
    ];
    let others = vec![
        (layers(vec![apply("y", "x", "l"), layer_mode("l", false)]), "layer.backward"),
        (layers(vec![apply("y", "x", "l"), apply("z", "x", "l")]), "layer.backward"),
        (
            layers(vec![layer_mode("l", true), train("z", "x", 0.5), apply("y", "z", "l")]),
            "layer.backward",
        ),
        (layers(vec![layer_mode("l", true), apply("y", "x", "l")]), "layer.backward"),
        (seen(vec![no_grad(vec![call()])]), "gradient.without-graph"),
        (seen(vec![direct("y", "x", 0.5, mode)]), "gradient.direct.train"),
        (seen(vec![direct("y", "x", 0.5, Mode::Test)]), "gradient.direct.test"),
        (with_x(vec![call(), back_with_graph("y"), grad("x")]), "gradient.double"),
        (seen(vec![call(), clear_grad("x")]), "gradient.clear"),
        (with_x(vec![call(), test_mode(vec![back("y")]), grad("x")]), "config.forward-decides"),
        (with_x(vec![call(), no_grad(vec![back("y")]), grad("x")]), "config.forward-decides"),
        (
            with_x(vec![call(), set("enable_backprop", false), back("y"), grad("x")]),
            "config.forward-decides",
        ),
        // All of it in one scope is no other mode.
        (
            with_x(vec![using("train", true, vec![call(), back("y"), grad("x")])]),
            "gradient.train.scale",
        ),
        (seen(vec![call(), back("y")]), "gradient.accumulate"),
        (seen(vec![test("y", "x", 0.5)]), "gradient.test.identity"),
        (seen(vec![train("a", "x", 0.5), train("y", "a", 0.5)]), "gradient.chain"),
        (seen(vec![add("y", "x", "x")]), "gradient.chain"),
        (seen(vec![train("a", "x", 0.5), add("y", "x", "a")]), "gradient.chain"),
        // It was gone back from y, which a later call is not on the way to.
        (seen(vec![call(), test("z", "x", 0.5)]), "gradient.chain"),
        (with_x(vec![call(), of_infinity, grad("x")]), "gradient.train.nonfinite"),
        (vec![zero, call(), back("y"), grad("x")], "gradient.train.zero-input"),
        (seen(vec![call()]), "gradient.train.scale"),
        // A value that contradicts the gradient that was seen before it.
        (with_x(vec![call(), back("y"), grad("x"), value("y")]), "gradient.train.scale"),
        (with_x(vec![call(), back("y"), grad("x"), value("x")]), "dropout.train.input"),
    ];
    cases.extend(others.into_iter().map(|(program, rule)| (program, VALUE, rule)));
    let of_shape = with_x(vec![call(), back("y"), grad("x"), value("y")]);
    cases.push((of_shape, Told(Wrong::Shape, Must), "dropout.train.shape"));
    let mut cases = plain(cases);
    // What other calls would explain.
    let in_test_mode = with_x(vec![call(), test_mode(vec![back("y")]), grad("x")]);
    cases.push((in_test_mode, VALUE, OtherMode, "config.forward-decides"));
    let two = seen(vec![call(), train("z", "x", 0.25)]);
    cases.push((two, VALUE, AnotherRatio, "gradient.chain"));
    cases
}

fn about_the_rest() -> Vec<Case> {
    let call = || train("y", "x", 0.5);
    let one = || same("x", "y");
    let draws = || Step::Draws {};
    let mut cases = vec![(with_x(vec![call(), one()]), TO_THE_BIT, "dropout.bitwise.same")];
    let others = vec![
        (vec![call(), recorded("y")], "config.no-grad.records-nothing"),
        (vec![call(), one()], "dropout.result.consistent"),
        (vec![test("y", "x", 0.5), draws()], "dropout.bitwise.no-draws"),
        (vec![call(), back("y"), draws()], "dropout.bitwise.no-draws"),
        (vec![test("z", "x", 0.5), call(), draws()], "dropout.bitwise.draws"),
        (vec![call(), draws()], "dropout.bitwise.draws"),
        (vec![call(), device("y")], "dropout.device"),
    ];
    cases.extend(others.into_iter().map(|(steps, rule)| (with_x(steps), VALUE, rule)));
    plain(cases)
}

/// There is a program for each row, and it is about the row's rule.
#[test]
fn each_row_has_a_program_that_it_is_about() {
    let cases =
        [about_flags(), about_errors(), about_values(), about_gradients(), about_the_rest()];
    let key = |row: &Row| format!("{:?} {:?} {} {}", row.saw, row.of, row.when, row.rule);
    let mut reached = BTreeSet::new();
    for (program, told, explained, rule) in cases.concat() {
        let row = found(&program, told, explained).unwrap();
        assert_eq!(row.rule, rule, "{program:#?}");
        reached.insert(key(row));
    }
    let rows = ATTRIBUTION.iter().map(key).collect::<BTreeSet<_>>();
    assert_eq!(rows.difference(&reached).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// What was observed is tried as the answer to other calls, also to one that says its mode.
#[test]
fn a_call_that_says_its_mode_may_have_been_made_in_the_other_one() {
    let x = row(Dtype::Float32, &[1.0, -2.0]);
    let call = vec![train("y", "x", 0.5), value("y"), config("train")];
    let program = with_x(vec![using("enable_backprop", false, call)]);
    let seen = [Seen::Array(Some(x)), Seen::Config(true)];
    let observations = (3..).zip(seen).map(|(at, seen)| Observation { at, seen }).collect();
    let answer = Answer { observations, outcome: Outcome::Done };
    let choices = &mut Choices::default();
    let mismatch = explain(&program, &answer, Must, choices).unwrap_err();
    assert_eq!(attribute(&program, &mismatch, &answer, Must, choices), "config.no-grad.drops");
}
