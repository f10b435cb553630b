use super::*;
use crate::catalogue::{Mutated, variants};
use crate::implementation::{Engine, Implementation};
use crate::wire::steps::*;
use crate::wire::{Mode, Same, needs};

fn array(values: &[f64]) -> Array {
    row(Dtype::Float32, values)
}

fn x() -> Step {
    variable("x", array(&[1.0, 2.0, 3.0]))
}

fn saw(at: usize, values: &[f64]) -> Observation {
    Observation { at, seen: Seen::Array(Some(array(values))) }
}

fn explained(program: &[Step], answer: &Answer) -> Result<Explained, Mismatch> {
    explain(program, answer, Exactness::Must, &mut Choices::default())
}

fn done(observations: Vec<Observation>) -> Answer {
    Answer { observations, outcome: Outcome::Done }
}

/// The assignments that remain of each element, where there is one shape and no turn.
fn alive(program: &[Step], observations: Vec<Observation>) -> Vec<u64> {
    let explained = explained(program, &done(observations)).unwrap();
    let [Assignments { calls, shape, turn: 0, alive }] = &explained.assignments[..] else {
        panic!("{explained:?}")
    };
    assert_eq!((shape, calls.len()), (&vec![3], program.iter().filter(|it| it.is_call()).count()));
    alive.clone()
}

/// What was not explained: the step, the place, what was expected, what was observed, and whether it
/// is the adapter's fault.
type Told = (usize, String, String, String, bool);

fn told(program: &[Step], answer: &Answer) -> Told {
    let Mismatch { at, place, expected, observed, protocol, .. } =
        explained(program, answer).expect_err("nothing explains it");
    (at, place, expected, observed, protocol)
}

fn of(at: usize, place: &str, expected: &str, observed: &str, protocol: bool) -> Told {
    (at, place.into(), expected.into(), observed.into(), protocol)
}

/// Bit `a` of a word is there while the assignment `a` is: bit `i` of `a` says whether call `i` kept.
#[test]
fn what_remains_of_the_masks_is_told() {
    let (dropped, kept) = (0b01, 0b10);
    let one = [x(), train("y", "x", 0.5), value("y")];
    assert_eq!(alive(&one, vec![saw(2, &[2.0, 0.0, 6.0])]), [kept, dropped, kept]);
    // Of two calls in a row an element comes through both, or it does not.
    let chain = |looks: &[&str]| {
        let calls = vec![x(), train("y", "x", 0.5), train("z", "y", 0.5)];
        [calls, looks.iter().map(|look| value(look)).collect()].concat()
    };
    let both = 1 << 3;
    assert_eq!(alive(&chain(&["z"]), vec![saw(3, &[4.0, 0.0, 0.0])]), [both, 0b0111, 0b0111]);
    let looks = vec![saw(3, &[4.0, 0.0, 0.0]), saw(4, &[2.0, 4.0, 0.0])];
    assert_eq!(alive(&chain(&["z", "y"]), looks), [both, 1 << 1, 1 | 1 << 2]);
    // What was not dropped says nothing of masks.
    let told = explained(&chain(&["x"]), &done(vec![saw(3, &[1.0, 2.0, 3.0])])).unwrap();
    assert!(told.assignments.is_empty());
}

#[test]
fn the_first_element_that_nothing_explains_is_told() {
    let program = [x(), train("y", "x", 0.5), value("y"), value("y")];
    let right = || saw(2, &[2.0, 0.0, 6.0]);
    let (at, place, expected, observed, protocol) =
        told(&program, &done(vec![saw(2, &[2.0, 0.0, 6.5]), saw(3, &[2.0, 0.0, 6.5])]));
    assert_eq!((at, place.as_str(), observed.as_str(), protocol), (2, "[2]", "6.5", false));
    assert!(expected.starts_with("0, or 6.0 ± "), "{expected}");
    // What was kept once was not dropped the next time.
    let other = told(&program, &done(vec![right(), saw(3, &[2.0, 4.0, 6.0])]));
    assert_eq!(other, of(3, "[1]", "0", "4.0", false));
    let dropped = told(&program, &done(vec![right(), saw(3, &[0.0, 0.0, 6.0])]));
    assert!(dropped.2.starts_with("2.0 ± ") && dropped.1 == "[0]", "{dropped:?}");
    let integers = Array::new(Dtype::Float64, &[3], vec![2.0, 0.0, 6.0]);
    let seen = Observation { at: 2, seen: Seen::Array(Some(integers)) };
    assert_eq!(told(&program, &done(vec![seen])), of(2, "", "float32", "float64", false));
    let short = told(&program, &done(vec![saw(2, &[2.0, 0.0])]));
    assert_eq!(short, of(2, "", "shape [3]", "[2]", false));
}

#[test]
fn places_are_told_axis_by_axis() {
    let told = [0, 1, 5, 23].map(|index| place(index, &[2, 3, 4]));
    assert_eq!(told, ["[0, 0, 0]", "[0, 0, 1]", "[0, 1, 1]", "[1, 2, 3]"]);
    assert_eq!((place(0, &[]), place(6, &[7])), (String::new(), "[6]".to_owned()));
}

/// Flags, records, identity, draws and devices are compared as they are, and say so.
#[test]
fn other_observations_are_compared() {
    let looks = |step: Step, right: Seen, wrong: Seen, expected: &str, observed: &str| {
        let program = [x(), train("y", "x", 0.5), step];
        let saw = |seen| done(vec![Observation { at: 2, seen }]);
        assert!(explained(&program, &saw(right)).is_ok(), "{expected}");
        assert_eq!(told(&program, &saw(wrong)), of(2, "", expected, observed, false));
        let (protocol, kind) = (true, "an observation of the kind that the step makes");
        let other = told(&program, &saw(Seen::Raised(None, String::new())));
        assert_eq!(other, of(2, "", kind, "another kind", protocol));
    };
    looks(config("train"), Seen::Config(true), Seen::Config(false), "True", "False");
    looks(recorded("y"), Seen::Recorded(true), Seen::Recorded(false), "True", "False");
    looks(same("x", "y"), Seen::Same(Same::No), Seen::Same(Same::Memory), "No", "Memory");
    let (three, four) = (Seen::Draws(3), Seen::Draws(4));
    looks(Step::Draws {}, three, four, "3 uniforms drawn", "4 uniforms drawn");
    let on = |name: &str| Seen::Device(name.to_owned());
    looks(device("y"), on("cpu"), on("cuda:0"), "on cpu", "on cuda:0");
}

#[test]
fn where_no_gradient_is_zeros_will_do() {
    let program = [x(), train("y", "x", 0.5), grad("x")];
    let none = Observation { at: 2, seen: Seen::Array(None) };
    assert!(explained(&program, &done(vec![none.clone()])).is_ok());
    assert!(explained(&program, &done(vec![saw(2, &[0.0, -0.0, 0.0])])).is_ok());
    let some = told(&program, &done(vec![saw(2, &[0.0, 1.5, 2.0])]));
    assert_eq!(some, of(2, "", "no gradient, or zeros", "1.5", false));
    // And zeros are what a gradient is that is not there.
    let back = [x(), train("y", "x", 0.5), backward("y", array(&[0.0; 3])), grad("x")];
    let none = Observation { at: 3, ..none };
    assert!(explained(&back, &done(vec![none])).is_ok());
}

#[test]
fn errors_are_told_with_their_origin() {
    let caught = |at, origin, message: &str| Observation {
        at,
        seen: Seen::Raised(origin, message.to_owned()),
    };
    let (body, library) = (Some(Origin::Body), Some(Origin::Library));
    let program = [catch(vec![raise()])];
    assert!(explained(&program, &done(vec![caught(0, body, "mine")])).is_ok());
    let other = told(&program, &done(vec![caught(0, library, "why")]));
    let (expected, observed) = ("an error from the body", "an error from the library: \"why\"");
    assert_eq!(other, of(0, "", expected, observed, false));
    let none = told(&program, &done(vec![caught(0, None, "")]));
    assert_eq!(none, of(0, "", "an error from the body", "no error", false));
    // At the end of the program.
    let ended = |at, from, message: &str| Answer {
        observations: vec![],
        outcome: Outcome::Raised { at, from, message: message.to_owned(), traceback: Vec::new() },
    };
    assert!(explained(&[raise()], &ended(0, Origin::Body, "mine")).is_ok());
    let library = told(&[raise()], &ended(0, Origin::Library, "why"));
    assert_eq!(library, of(0, "", "an error from the body", observed, false));
    let adapter = told(&[raise()], &ended(0, Origin::Adapter, "bug"));
    let bug = "an error from the adapter: \"bug\"";
    assert_eq!(adapter, of(0, "", "an error from the body", bug, true));
    assert_eq!(
        told(&[raise()], &done(vec![])),
        of(0, "", "an error from the body", "no error", false)
    );
    let early = told(&[config("train")], &ended(0, Origin::Library, ""));
    assert_eq!(early, of(0, "", "no error", "an error from the library", false));
    // An error that comes before something that should be seen is none that was to come.
    let before = told(&[config("train"), raise()], &ended(0, Origin::Body, "mine"));
    let mine = "an error from the body: \"mine\"";
    assert_eq!(before, of(0, "", "an error from the body", mine, false));
    let missing = "the program ended without the observation of this step";
    let silent = told(&[config("train")], &done(vec![]));
    assert_eq!(silent, of(0, "", "no error", missing, true));
}

/// Where errors are caught the framework may have gone another way; elsewhere the adapter has.
#[test]
fn another_way_is_told() {
    let config_at = |at| Observation { at, seen: Seen::Config(true) };
    let flat = [config("train"), config("train")];
    let other = told(&flat, &done(vec![config_at(1)]));
    let of_step = |at: usize| format!("the observation of step {at}");
    assert_eq!(other, of(1, "", &of_step(0), &of_step(1), true));
    let more = told(&flat, &done([0, 1, 1].map(config_at).to_vec()));
    assert_eq!(more, of(1, "", "no further observation", &of_step(1), true));
    let within = [catch(vec![config("train"), raise()]), config("train")];
    let raised = |at, message: &str| Observation {
        at,
        seen: Seen::Raised(Some(Origin::Library), message.to_owned()),
    };
    let early = told(&within, &done(vec![raised(0, "why")]));
    let caught = "an error caught at step 0: \"why\"";
    assert_eq!(early, of(0, "", &of_step(1), caught, false));
    let late = told(&within, &done(vec![config_at(1), config_at(3)]));
    assert_eq!(late, of(3, "", "an error caught at step 0", &of_step(3), false));
}

/// In a `repeat` the masks of each turn are their own.
#[test]
fn turns_have_masks_of_their_own() {
    let program = [x(), repeat(2, vec![train("y", "x", 0.5), value("y")])];
    let seen = vec![saw(3, &[2.0, 0.0, 6.0]), saw(3, &[0.0, 4.0, 0.0])];
    let Explained { mut assignments } = explained(&program, &done(seen)).unwrap();
    let calls = assignments[0].calls.len();
    assignments.sort_by_key(|turn| turn.turn);
    let turns = assignments.into_iter().map(|turn| (turn.turn, turn.alive)).collect::<Vec<_>>();
    assert_eq!((turns, calls), (vec![(1, vec![2, 1, 2]), (2, vec![1, 2, 1])], 1));
}

/// Of several ways that an open question leaves, the one that goes furthest tells what is wrong.
#[test]
fn the_way_that_explains_most_is_told() {
    // At ratio 1 an implementation that divides 0 by 0 has NaN, others have zeros; both go on to the
    // flag.
    let program = [x(), train("y", "x", 1.0), value("y"), config("train")];
    let flag = |value| Observation { at: 3, seen: Seen::Config(value) };
    for y in [[f64::NAN; 3], [0.0; 3]] {
        assert!(explained(&program, &done(vec![saw(2, &y), flag(true)])).is_ok());
        let wrong = told(&program, &done(vec![saw(2, &y), flag(false)]));
        assert_eq!(wrong, of(3, "", "True", "False", false));
    }
}

/// Some refuse a ratio above 1 in test mode, others hand x back. An implementation that goes the way of
/// the latter is told which element is wrong, however much was seen before.
#[test]
fn an_implementation_on_the_same_way_is_told_what_is_wrong() {
    for before in [0, 1, 4, 9] {
        let reads = vec![config("train"); before];
        let call = catch(vec![test("y", "x", 1.5), value("y")]);
        let program = [vec![x()], reads, vec![call]].concat();
        let seen = (1..=before).map(|at| Observation { at, seen: Seen::Config(true) });
        let at = before + 3;
        let answer = done(seen.chain([saw(at, &[9.0, 2.0, 3.0])]).collect());
        assert_eq!(told(&program, &answer), of(at, "[0]", "1.0", "9.0", false), "{before}");
    }
}

/// An implementation that refuses integers refuses them at every ratio.
#[test]
fn integers_are_refused_at_every_ratio() {
    let integers = variable("x", row(Dtype::Int32, &[1.0]));
    let program = [integers, catch(vec![train("y", "x", f64::NAN)])];
    let mut choices = Choices::default();
    choices.allow("integer.train", Dtype::Int32, &["error".to_owned()]);
    choices.allow("nan_ratio.train", Dtype::Int32, &["accepted".to_owned()]);
    let refused = Seen::Raised(Some(Origin::Library), String::new());
    let answer = done(vec![Observation { at: 1, seen: refused }]);
    assert!(explain(&program, &answer, Exactness::Must, &mut choices).is_ok());
}

/// In test mode a ratio that is accepted is not looked at: x itself may come back, and the way back
/// from that is the one from x.
#[test]
fn an_accepted_ratio_hands_back_as_any_other_does() {
    for (ratio, question) in [(1.5, "invalid_ratio.test"), (f64::NAN, "nan_ratio.test")] {
        let program = [x(), test("y", "x", ratio), back("y"), grad("x")];
        let mut choices = Choices::default();
        choices.allow(question, Dtype::Float32, &["accepted".to_owned()]);
        let answer = done(vec![saw(3, &[1.0, 1.0, 1.0])]);
        let explained = explain(&program, &answer, Exactness::Must, &mut choices);
        assert!(explained.is_ok(), "{explained:?}");
    }
}

/// Two layers that are called on two threads draw two masks.
#[test]
fn layers_on_threads_have_masks_of_their_own() {
    let body = |names: [&str; 3]| {
        let [x, d, y] = names;
        vec![
            variable(x, array(&[1.0])),
            layer(d, 0.5),
            layer_mode(d, true),
            apply(y, x, d),
            value(y),
        ]
    };
    let program = [threads(vec![body(["a", "b", "c"]), body(["d", "e", "f"])])];
    let answer = done(vec![saw(5, &[2.0]), saw(10, &[0.0])]);
    let explained = explained(&program, &answer);
    let calls = explained.map(|explained| explained.assignments.len());
    assert_eq!(calls, Ok(2));
}

/// Some hand back what test mode leaves alone and copy at ratio 0, or the other way round: one result of a program may
/// be x itself, from which one cannot go back, and another a copy.
#[test]
fn each_result_is_x_or_a_copy_of_it() {
    let home = |of| [catch(vec![back(of), grad("x")]), clear_grad("x")];
    let both = [test("a", "x", 0.5), train("b", "x", 0.0)];
    let chain = [test("a", "x", 0.5), train("b", "a", 0.0), test("c", "b", 0.5)];
    for variant in variants() {
        let mut engine = Engine::new(Mutated::new(&variant.mutant));
        for (calls, looks) in [(&both[..], ["a", "b"]), (&both, ["b", "a"]), (&chain, ["c", "b"])] {
            let start = engine.start(1).unwrap();
            let program = [&[x()], calls, &home(looks[0]), &home(looks[1])].concat();
            if needs(&program).iter().all(|need| start.claims(need)) {
                let explained = explained(&program, &engine.run("", &program).unwrap());
                assert!(explained.is_ok(), "{}: {explained:?}", variant.name);
            }
        }
    }
}

/// Direct dropout scales in test mode at ratio 0 too, with the room of every scaling; train mode hands x out.
#[test]
fn direct_dropout_scales_at_ratio_zero() {
    // One unit below each.
    let nearly = [1.0f32, 2.0, 3.0].map(|x| f64::from(x.next_down()));
    for (mode, is) in [(Mode::Test, true), (Mode::Train, false)] {
        let program = [x(), direct("y", "x", 0.0, mode), value("y")];
        assert_eq!(explained(&program, &done(vec![saw(2, &nearly)])).is_ok(), is, "{mode:?}");
        assert!(explained(&program, &done(vec![saw(2, &[1.0, 2.0, 3.0])])).is_ok(), "{mode:?}");
    }
}

/// Some hand an empty x back before they look at the ratio, and refuse ratio 1 elsewhere.
#[test]
fn an_empty_x_comes_back_at_ratio_one() {
    let empty = || Array::new(Dtype::Float32, &[0], vec![]);
    let mut choices = Choices::default();
    for question in ["ratio_one", "ratio_one.test"] {
        choices.allow(question, Dtype::Float32, &["error".to_owned()]);
    }
    for call in [train("y", "x", 1.0), test("y", "x", 1.0)] {
        let program = [variable("x", empty()), call, value("y")];
        let seen = Observation { at: 2, seen: Seen::Array(Some(empty())) };
        let explained = explain(&program, &done(vec![seen]), Exactness::Must, &mut choices);
        assert!(explained.is_ok(), "{explained:?}");
    }
}
