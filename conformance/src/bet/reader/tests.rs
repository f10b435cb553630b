use super::*;
use crate::wire::ViewKind;
use crate::wire::steps::*;

fn array(values: &[f64]) -> Array {
    row(Dtype::Float32, values)
}

/// A look: with which probability an element comes through and by how much it is multiplied then,
/// and whether it may be bet on; `None` for what is no look at an array.
type Told = Option<(f64, f64, bool)>;

/// The looks on the longest ways through a program, as far as these agree.
fn looks(program: &[Step]) -> Vec<Look> {
    let readings = Reading::all(program, Dtype::Float32);
    let longest = readings.iter().max_by_key(|reading| reading.looks.len());
    let places = longest.map(|reading| reading.places().collect::<Vec<_>>()).unwrap_or_default();
    Reading::agreed(readings, &places).map(|reading| reading.looks).unwrap_or_default()
}

/// What is read of a program that begins with `x` of two elements.
fn told(steps: Vec<Step>) -> Vec<Told> {
    let program = [vec![variable("x", array(&[1.0, -2.0]))], steps].concat();
    let told = |Look { passage, .. }: Look| {
        let Passage { keep, scale, fair, .. } = passage?;
        assert!([0, 2].contains(&fair.ones()), "both or none");
        Some((keep, scale, fair.ones() == 2))
    };
    looks(&program).into_iter().map(told).collect()
}

/// A call in the mode that holds, at ratio 0.75, and a look at what came out.
fn call() -> Vec<Step> {
    vec![dropout("y", "x", 0.75), value("y")]
}

/// The same on a thread, which has names of its own.
fn thread() -> Vec<Step> {
    [vec![variable("x", array(&[1.0, -2.0]))], call()].concat()
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
        (threads(vec![thread()]), TRAINED),
        (repeat(1, call()), TRAINED),
    ] {
        let what = format!("{scoped:?}");
        // Behind the scope it is as before.
        let program = [vec![scoped], call()].concat();
        assert_eq!(told(program), vec![expected, TRAINED], "{what}");
    }
}

/// Where modes depend on the implementation, or what is drawn on a seed, nothing may be bet on.
#[test]
fn what_depends_on_the_implementation_is_not_told() {
    for (unknown, behind) in [
        (using_text("train", "False", call()), vec![None, TRAINED]),
        (Step::Seed { value: 1 }, vec![None]),
        (threads(vec![vec![set("train", false)]]), vec![None]),
        (threads(vec![[vec![test_mode(vec![])], thread()].concat(), thread()]), vec![None; 3]),
        (test_mode(vec![threads(vec![thread()])]), vec![None, TRAINED]),
        (repeat(2, vec![within("s", call())]), vec![TESTED, TESTED, TRAINED]),
    ] {
        let what = format!("{unknown:?}");
        let program = [vec![scope("s", "train", false)], call(), vec![unknown], call()].concat();
        assert_eq!(told(program), [vec![TRAINED], behind].concat(), "{what}");
    }
}

/// A flag that is set in a scope of the other flag stays set.
#[test]
fn a_scope_gives_back_its_own_flag_alone() {
    for scoped in [no_grad, |body| using("enable_backprop", true, body)] {
        let program = [vec![scoped(vec![set("train", false)])], call()].concat();
        assert_eq!(told(program), [TESTED]);
    }
    let given_back = [vec![test_mode(vec![set("train", true)])], call()].concat();
    assert_eq!(told(given_back), [TRAINED]);
}

/// A refusal that is caught hides what would have been done behind it, flags that are set too.
#[test]
fn what_may_be_refused_leaves_two_ways() {
    let caught = |steps: Vec<Step>| [vec![catch(steps)], call()].concat();
    let between = vec![set("train", false), train("z", "x", 1.5), set("train", true)];
    assert_eq!(told(caught(between)), [None, None]);
    assert_eq!(told(caught(vec![train("z", "x", 1.5), set("train", true)])), [None, TRAINED]);
    // Where the ways are told apart by what is observed, that tells the mode.
    let seen = vec![set("train", false), train("z", "x", 1.5), config("train"), set("train", true)];
    let program = [vec![variable("x", array(&[1.0, -2.0]))], caught(seen)].concat();
    let ways = |places: &[usize]| {
        let agreed = Reading::agreed(Reading::all(&program, Dtype::Float32), places);
        agreed.map(|reading| reading.looks.last().unwrap().passage.as_ref().unwrap().keep)
    };
    assert_eq!((ways(&[4, 1, 7]), ways(&[1, 7])), (Some(0.25), Some(1.0)));
    assert_eq!(ways(&[7]), None);
}

/// Names of a thread are its own.
#[test]
fn threads_do_not_bind_the_names_of_others() {
    let other = vec![variable("x", array(&[0.0, 0.0])), train("y", "x", 0.5)];
    let program = [call()[..1].to_vec(), vec![threads(vec![other]), value("y")]].concat();
    assert_eq!(told(program), [TRAINED]);
}

/// Steps of which the text does not tell what comes of them, or which raise, and which change nothing else.
#[test]
fn what_is_not_decided_hides_only_what_comes_of_it() {
    for unknown in [
        injected("z", "x", 0.5, array(&[0.1, 0.9])),
        train("z", "x", 0.0),
        train("z", "x", 1.0),
        train("z", "x", 1.5),
        train("z", "x", -0.5),
        train("z", "x", f64::NAN),
        direct("z", "x", 0.5, Mode::Test),
        add("z", "x", "y"),
        mul("z", "x", "y"),
        grad_as("z", "x"),
    ] {
        let what = format!("{unknown:?}");
        let program = [call(), vec![unknown, value("z")], call()].concat();
        assert_eq!(told(program), [TRAINED, None, TRAINED], "{what}");
    }
    for silent in [
        clear_grad("x"),
        back("x"),
        back_with_graph("y"),
        set("enable_backprop", false),
        scope("s", "train", false),
        catch(vec![using("trian", false, vec![])]),
    ] {
        let what = format!("{silent:?}");
        let catches = matches!(silent, Step::Catch { .. });
        let program = [call(), vec![silent], call()].concat();
        let looks = if catches { vec![TRAINED, None, TRAINED] } else { vec![TRAINED; 2] };
        assert_eq!(told(program), looks, "{what}");
    }
}

#[test]
fn flags_that_are_set_by_hand_hold_until_their_scope_ends() {
    let tested = [vec![set("train", false)], call()].concat();
    let program = [tested.clone(), vec![set("train", true)], call()].concat();
    assert_eq!(told(program), [TESTED, TRAINED]);
    let scoped = [vec![using("train", true, tested.clone())], call()].concat();
    assert_eq!(told(scoped), [TESTED, TRAINED]);
    let entered = [vec![scope("s", "train", false), within("s", call())], call()].concat();
    assert_eq!(told(entered), [TESTED, TRAINED]);
    let by_hand = [vec![scope("s", "train", false), enter("s")], call(), vec![exit("s")], call()];
    assert_eq!(told(by_hand.concat()), [TESTED, TRAINED]);
    let three = threads(vec![thread(), thread(), thread()]);
    assert_eq!(told(vec![three]), [TRAINED; 3]);
}

/// Each look has the number of its step, in bodies, too.
#[test]
fn looks_are_numbered_as_their_steps_are() {
    let body = vec![repeat(2, call()), config("train")];
    let program = [vec![catch(body), threads(vec![thread(), thread()])], call()].concat();
    let looks = looks(&[vec![variable("x", array(&[1.0]))], program].concat());
    let at = looks.iter().map(|look| look.at).collect::<Vec<_>>();
    assert_eq!(at, [4, 4, 5, 1, 9, 12, 14]);
}

#[test]
fn looks_at_other_things_take_their_place() {
    let others = [
        config("train"),
        recorded("x"),
        same("x", "x"),
        device("x"),
        catch(vec![]),
        Step::Draws {},
    ];
    for other in others {
        let program = [vec![other], call()].concat();
        assert_eq!(told(program), [None, TRAINED]);
    }
    assert_eq!(told(vec![grad("x")]), [None]);
}

#[test]
fn errors_go_up_to_the_catch_around_them() {
    let raised = [call(), vec![raise()], call()].concat();
    assert_eq!(told(raised.clone()), []);
    let caught = [vec![catch(raised)], call()].concat();
    assert_eq!(told(caught), [TRAINED, None, TRAINED]);
    // A scope that is left by an error has given its flag back.
    let left = [vec![catch(vec![test_mode(vec![raise()])])], call()].concat();
    assert_eq!(told(left), [None, TRAINED]);
}

#[test]
fn layers_have_a_mode_of_their_own() {
    let applied = || vec![apply("y", "x", "d"), value("y")];
    let made = |steps: Vec<Step>| [vec![layer("d", 0.75)], steps].concat();
    // The mode of a new one is asked, not known.
    assert_eq!(told(made(applied())), [None]);
    let eval = |of: &str| [vec![layer_mode(of, false)], applied()].concat();
    assert_eq!(told(made(eval("d"))), [TESTED]);
    // `Config.train` is nothing to them, and the model's mode is theirs.
    let training = vec![layer_mode("d", true), test_mode(applied())];
    assert_eq!(told(made(training)), [TRAINED]);
    let modelled = [vec![model("m", &["d"])], eval("m")].concat();
    assert_eq!(told(made(modelled)), [TESTED]);
    let both = [eval("d"), vec![layer_mode("d", true)], applied()].concat();
    assert_eq!(told(made(both)), [TESTED, TRAINED]);
}

#[test]
fn what_comes_through_several_calls_is_told_as_one() {
    let direct_call = direct("y", "x", 0.75, Mode::Train);
    assert_eq!(told(vec![direct_call, value("y")]), [Some((0.25, 1.0, true))]);
    let chain = vec![train("a", "x", 0.75), train("b", "a", 0.5), value("b"), value("a")];
    assert_eq!(told(chain), [Some((0.125, 8.0, true)), Some((0.25, 4.0, false))]);
    let default = vec![default_ratio("y", "x"), value("y")];
    assert_eq!(told(default), [Some((0.5, 2.0, true))]);
    // A test mode of the call's own, inside train mode, and the other way round.
    let own = vec![test("a", "x", 0.75), train("b", "a", 0.75), value("b")];
    assert_eq!(told(vec![test_mode(own)]), [TRAINED]);
}

/// What was read of a program: of each look what went in, and which elements may be bet on.
fn looked(program: &[Step]) -> Vec<(f64, Vec<f64>, Vec<bool>)> {
    let passages = looks(program).into_iter().filter_map(|look| look.passage);
    let each = passages.map(|Passage { keep, went_in, fair, .. }| {
        (keep, went_in.to_vec(), (0..fair.len()).map(|place| fair.get(place)).collect())
    });
    each.collect()
}

#[test]
fn views_are_what_they_show() {
    let viewed = |kind| {
        let x = Array::new(Dtype::Float32, &[2, 2], vec![1.0, 2.0, 3.0, 4.0]);
        let call = vec![train("y", "v", 0.75), value("y")];
        let program = [vec![variable("x", x), view("v", "x", kind)], call].concat();
        let look = looks(&program).remove(0);
        let passage = look.passage.unwrap();
        assert_eq!(passage.fair.ones() as usize, passage.x.len());
        (passage.shape, passage.went_in.to_vec())
    };
    assert_eq!(viewed(ViewKind::Transpose), (vec![2, 2], vec![1.0, 3.0, 2.0, 4.0]));
    assert_eq!(viewed(ViewKind::Step), (vec![1, 2], vec![1.0, 2.0]));
    let twice = vec![1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0];
    assert_eq!(viewed(ViewKind::Broadcast), (vec![2, 2, 2], twice));
    let drawn =
        [variable("x", array(&[1.0])), train("y", "x", 0.5), view("v", "y", ViewKind::Reverse)];
    assert_eq!(looked(&[drawn.to_vec(), vec![value("v")]].concat()), []);
}

/// Only numbers that stay normal on the way, with the room that the specification leaves to rounding; each
/// element by itself.
#[test]
fn what_could_hide_itself_is_not_bet_on() {
    let (smallest, largest) = (Dtype::Float32.smallest_normal(), Dtype::Float32.largest());
    let fair = |x: f64, ratio: f64| {
        let program = [variable("x", array(&[x, 1.0])), train("y", "x", ratio), value("y")];
        let (_, _, fair) = looked(&program).remove(0);
        assert!(fair[1]);
        fair[0]
    };
    assert!(fair(smallest, 0.5) && fair(-smallest, 0.5) && !fair(smallest / 2.0, 0.5));
    assert!(fair(largest / 2.0 / 1.11, 0.5) && !fair(largest / 2.0 / 1.09, 0.5));
    assert!(fair(largest / 5.0, 0.75) && !fair(largest / 3.0, 0.75));
    assert!(!fair(0.0, 0.5) && !fair(f64::INFINITY, 0.5) && !fair(f64::NAN, 0.5));
}

/// The way back: what came to x through the mask, if it came once. No element is bet on twice.
#[test]
fn gradients_are_read_once() {
    let start = |x: &[f64]| vec![variable("x", array(x)), train("y", "x", 0.75)];
    let back = || vec![backward("y", array(&[1.0, 3.0])), grad("x")];
    let came = |fair: [bool; 2]| (0.25, vec![1.0, 3.0], fair.to_vec());
    assert_eq!(looked(&[start(&[1.0, 2.0]), back()].concat()), [came([true; 2])]);
    // What the output has shown, the gradient does not show again.
    let seen = looked(&[start(&[0.0, 2.0]), vec![value("y")], back()].concat());
    assert_eq!(seen, [(0.25, vec![0.0, 2.0], vec![false, true]), came([true, false])]);
    // Of two ways back, or of one that came from somewhere, the text tells nothing.
    let twice = [start(&[1.0, 1.0]), back(), back()].concat();
    assert_eq!(looked(&twice), [came([true; 2])]);
    let sum = vec![add("z", "y", "y"), back_with_graph("z"), grad("x")];
    assert_eq!(looked(&[start(&[1.0, 1.0]), sum.clone()].concat()), []);
    let other = [
        variable("w", array(&[1.0, 1.0])),
        mul("z", "w", "w"),
        back_with_graph("z"),
        grad_as("g", "w"),
        backward("g", array(&[1.0, 1.0])),
    ];
    let beside = [start(&[1.0, 1.0]), other.to_vec(), back()].concat();
    assert_eq!(looked(&beside), [came([true; 2])]);
    let cleared = [start(&[1.0, 1.0]), sum, vec![clear_grad("x")], back()].concat();
    assert_eq!(looked(&cleared), [came([true; 2])]);
    // A new x has no gradient yet; neither has what is computed from it under its name.
    let anew = [start(&[0.0, 0.0]), back(), start(&[0.0, 0.0]), back()].concat();
    assert_eq!(looked(&anew), [came([true; 2]), came([true; 2])]);
    let own = [start(&[1.0, 1.0]), vec![train("x", "x", 0.5)], back()].concat();
    assert_eq!(looked(&own), []);
}

#[test]
fn the_same_numbers_are_not_copied() {
    let turn = vec![variable("x", array(&[1.0, 2.0])), train("y", "x", 0.75), value("y")];
    let looks = looks(&[vec![repeat(2, turn.clone())], turn].concat());
    let x = looks.iter().map(|look| &look.passage.as_ref().unwrap().x).collect::<Vec<_>>();
    assert!(Rc::ptr_eq(x[0], x[1]) && !Rc::ptr_eq(x[1], x[2]) && x[1] == x[2]);
}

/// Where nothing was recorded, no gradient comes back, or one of zeros.
#[test]
fn gradients_of_what_was_not_recorded_are_not_told() {
    let calls = no_grad(vec![dropout("y", "x", 0.75)]);
    let home = catch(vec![back("y"), grad("x")]);
    assert_eq!(told(vec![calls, home, value("y")]), [None, None, TRAINED]);
}
