use super::*;
use crate::wire::ViewKind;
use crate::wire::steps::*;

fn array(values: &[f64]) -> Array {
    row(Dtype::Float32, values)
}

/// A look: with which probability an element comes through and by how much it is multiplied then,
/// and whether it may be bet on; `None` for what is no look at an array.
type Told = Option<(f64, f64, bool)>;

/// What is read of a program that begins with `x`, and whether its text tells all.
fn told(steps: Vec<Step>) -> (Vec<Told>, bool) {
    let program = [vec![variable("x", array(&[1.0, -2.0]))], steps].concat();
    let Read { looks, to_the_end } = Reader::read(&program, Dtype::Float32);
    let look = |Look { passage: Passage { keep, scale, .. }, fair }| (keep, scale, fair);
    (looks.into_iter().map(|looked| looked.map(look)).collect(), to_the_end)
}

/// A call in the mode that holds, at ratio 0.75, and a look at what came out.
fn call() -> Vec<Step> {
    vec![dropout("y", "x", 0.75), value("y")]
}

/// The looks in train mode and in test mode.
const TRAINED: Told = Some((0.25, 4.0, true));
const TESTED: Told = Some((1.0, 1.0, false));

#[test]
fn scopes_have_the_mode_that_they_set() {
    for (scoped, expected) in [
        (test_mode(call()), TESTED),
        (no_grad(call()), TRAINED),
        (using("train", false, call()), TESTED),
        (using("train", true, call()), TRAINED),
        (using("enable_backprop", false, call()), TRAINED),
        (test_mode(vec![no_grad(call())]), TESTED),
        (test_mode(vec![using("enable_backprop", true, call())]), TESTED),
        (test_mode(vec![using("train", true, call())]), TRAINED),
        (threads(vec![call()]), TRAINED),
        (test_mode(vec![threads(vec![call()])]), TESTED),
        (repeat(1, call()), TRAINED),
    ] {
        let what = format!("{scoped:?}");
        // Behind the scope it is as before.
        let program = [vec![scoped], call()].concat();
        assert_eq!(told(program), (vec![expected, TRAINED], true), "{what}");
    }
}

#[test]
fn a_step_that_the_text_does_not_decide_ends_the_reading() {
    for unknown in [
        using_text("train", "False", call()),
        using("trian", false, call()),
        set("train", false),
        scope("s", "train", false),
        Step::Seed { value: 1 },
        Step::Draws {},
        clear_grad("x"),
        injected("y", "x", 0.5, array(&[0.1, 0.9])),
        train("y", "x", 0.0),
        train("y", "x", 1.0),
        train("y", "x", 1.5),
        train("y", "x", -0.5),
        train("y", "x", f64::NAN),
        train("y", "unbound", 0.5),
        direct("y", "x", 0.5, Mode::Test),
        apply("y", "x", "unbound"),
        layer_mode("unbound", true),
        grad("x"),
        value("unbound"),
        view("v", "unbound", ViewKind::Transpose),
        back("x"),
    ] {
        let what = format!("{unknown:?}");
        let program = [call(), vec![unknown], call()].concat();
        assert_eq!(told(program), (vec![TRAINED], false), "{what}");
    }
}

#[test]
fn looks_at_other_things_take_their_place() {
    for other in [config("train"), recorded("x"), same("x", "x"), device("x"), catch(vec![])] {
        let program = [vec![other], call()].concat();
        assert_eq!(told(program), (vec![None, TRAINED], true));
    }
    assert_eq!(told([vec![barrier()], call()].concat()), (vec![TRAINED], true));
}

#[test]
fn errors_go_up_to_the_catch_around_them() {
    let raised = [call(), vec![raise()], call()].concat();
    assert_eq!(told(raised.clone()), (vec![TRAINED], false));
    let caught = [vec![catch(raised)], call()].concat();
    assert_eq!(told(caught), (vec![TRAINED, None, TRAINED], true));
    let unknown = vec![catch(vec![set("train", false)]), value("x")];
    assert_eq!(told(unknown), (vec![], false));
    // A scope that is left by an error has given its flag back.
    let left = [vec![catch(vec![test_mode(vec![raise()])])], call()].concat();
    assert_eq!(told(left), (vec![None, TRAINED], true));
}

#[test]
fn layers_have_a_mode_of_their_own() {
    let applied = || vec![apply("y", "x", "d"), value("y")];
    let made = |steps: Vec<Step>| [vec![layer("d", 0.75)], steps].concat();
    // The mode of a new one is asked, not known.
    assert_eq!(told(made(applied())), (vec![], false));
    let eval = |of: &str| [vec![layer_mode(of, false)], applied()].concat();
    assert_eq!(told(made(eval("d"))), (vec![TESTED], true));
    // `Config.train` is nothing to them, and the model's mode is theirs.
    let training = vec![layer_mode("d", true), test_mode(applied())];
    assert_eq!(told(made(training)), (vec![TRAINED], true));
    let modelled = [vec![model("m", &["d"])], eval("m")].concat();
    assert_eq!(told(made(modelled)), (vec![TESTED], true));
    let both = [eval("d"), vec![layer_mode("d", true)], applied()].concat();
    assert_eq!(told(made(both)), (vec![TESTED, TRAINED], true));
}

#[test]
fn what_comes_through_several_calls_is_told_as_one() {
    let direct_call = direct("y", "x", 0.75, Mode::Train);
    assert_eq!(told(vec![direct_call, value("y")]), (vec![Some((0.25, 1.0, true))], true));
    let chain = vec![train("a", "x", 0.75), train("b", "a", 0.5), value("b"), value("a")];
    let looks = vec![Some((0.125, 8.0, true)), Some((0.25, 4.0, false))];
    assert_eq!(told(chain), (looks, true));
    let default = vec![default_ratio("y", "x"), value("y")];
    assert_eq!(told(default), (vec![Some((0.5, 2.0, true))], true));
    // A test mode of the call's own, inside train mode, and the other way round.
    let own = vec![test("a", "x", 0.75), train("b", "a", 0.75), value("b")];
    assert_eq!(told(vec![test_mode(own)]), (vec![TRAINED], true));
}

#[test]
fn views_are_what_they_show() {
    let viewed = |kind| {
        let x = Array::new(Dtype::Float32, &[2, 2], vec![1.0, 2.0, 3.0, 4.0]);
        let call = vec![train("y", "v", 0.75), value("y")];
        let program = [vec![variable("x", x), view("v", "x", kind)], call].concat();
        let Read { looks, .. } = Reader::read(&program, Dtype::Float32);
        let look = looks.into_iter().next().flatten().unwrap();
        assert!(look.fair);
        (look.passage.shape, look.passage.went_in.to_vec())
    };
    assert_eq!(viewed(ViewKind::Transpose), (vec![2, 2], vec![1.0, 3.0, 2.0, 4.0]));
    assert_eq!(viewed(ViewKind::Step), (vec![1, 2], vec![1.0, 2.0]));
    let twice = vec![1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0];
    assert_eq!(viewed(ViewKind::Broadcast), (vec![2, 2, 2], twice));
}

/// Only numbers that stay normal on the way, with the room that the specification leaves to rounding.
#[test]
fn what_could_hide_itself_is_not_bet_on() {
    let (smallest, largest) = (Dtype::Float32.smallest_normal(), Dtype::Float32.largest());
    let fair = |x: f64, ratio: f64| {
        let program = [variable("x", array(&[x])), train("y", "x", ratio), value("y")];
        let Read { looks, .. } = Reader::read(&program, Dtype::Float32);
        looks[0].as_ref().unwrap().fair
    };
    assert!(fair(smallest, 0.5) && fair(-smallest, 0.5) && !fair(smallest / 2.0, 0.5));
    assert!(fair(largest / 2.0 / 1.11, 0.5) && !fair(largest / 2.0 / 1.09, 0.5));
    assert!(fair(largest / 5.0, 0.75) && !fair(largest / 3.0, 0.75));
    assert!(!fair(0.0, 0.5) && !fair(f64::INFINITY, 0.5) && !fair(f64::NAN, 0.5));
}

/// The way back: what came to x through the mask, if it came once.
#[test]
fn gradients_are_read_once() {
    let start = |x: &[f64]| vec![variable("x", array(x)), train("y", "x", 0.75)];
    let back = || vec![backward("y", array(&[1.0, 3.0])), grad("x")];
    let read = |program: Vec<Step>| {
        let Read { looks, to_the_end } = Reader::read(&program, Dtype::Float32);
        let look = |looked: Option<Look>| {
            let Look { passage, fair } = looked.unwrap();
            (passage.keep, passage.went_in.to_vec(), fair)
        };
        (looks.into_iter().map(look).collect::<Vec<_>>(), to_the_end)
    };
    let came = |fair| (0.25, vec![1.0, 3.0], fair);
    // Where x is not 0, y has shown the mask, or could.
    assert_eq!(read([start(&[1.0, 2.0]), back()].concat()), (vec![came(false)], true));
    assert_eq!(read([start(&[0.0, 2.0]), back()].concat()), (vec![came(false)], true));
    assert_eq!(read([start(&[0.0, 0.0]), back()].concat()), (vec![came(true)], true));
    assert_eq!(read([start(&[0.0, 0.0]), back(), back()].concat()), (vec![came(true)], false));
    // A new x has no gradient yet, and the same numbers are the same numbers.
    let anew = [start(&[0.0, 0.0]), back(), start(&[0.0, 0.0]), back()].concat();
    assert_eq!(read(anew), (vec![came(true), came(true)], true));
}

#[test]
fn the_same_numbers_are_not_copied() {
    let turn = |x: &[f64]| vec![variable("x", array(x)), train("y", "x", 0.75), value("y")];
    let program = [turn(&[1.0, 2.0]), turn(&[1.0, 2.0]), turn(&[1.0, 3.0])].concat();
    let Read { looks, .. } = Reader::read(&program, Dtype::Float32);
    let x = looks.iter().map(|look| &look.as_ref().unwrap().passage.x).collect::<Vec<_>>();
    assert!(Rc::ptr_eq(x[0], x[1]) && !Rc::ptr_eq(x[1], x[2]));
    assert_eq!(*x[2].as_slice(), [1.0, 3.0]);
}
