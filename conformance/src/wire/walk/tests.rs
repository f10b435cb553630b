use super::*;
use crate::book::choice_answers;
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, ViewKind};

/// The walk where these answers are given, and to each other question the book's first.
fn walk<'p>(program: &'p [Step], given: &[(&str, &'static str)]) -> Walk<'p> {
    Walk::of(program, &|question, _| {
        let given = given.iter().find(|(id, _)| *id == question);
        given.map_or_else(|| choice_answers(question)[0], |&(_, answer)| answer)
    })
}

/// What the program reads of its flags, in the order of the walk.
fn read(program: &[Step], given: &[(&str, &'static str)]) -> Vec<bool> {
    let steps = walk(program, given).steps;
    let read = |placed: &Placed| match placed.step {
        Step::Config { flag } => placed.flag(flag),
        _ => None,
    };
    steps.iter().filter_map(read).collect()
}

fn stopped(program: &[Step], given: &[(&str, &'static str)]) -> Option<(usize, Option<Origin>)> {
    walk(program, given).stopped.map(|Stopped { at, from }| (at, from))
}

fn x() -> Step {
    variable("x", Array::full(Dtype::Float32, &[2], 1.0))
}

fn reads() -> Step {
    config("train")
}

#[test]
fn a_step_is_placed_in_what_is_around_it() {
    let program = [test_mode(vec![catch(vec![no_grad(vec![reads()]), panic()])]), reads()];
    let Walk { steps, stopped, flags } = walk(&program, &[]);
    let order = steps.iter().map(|placed| placed.at).collect::<Vec<_>>();
    assert_eq!((order, stopped, flags), (vec![0, 1, 2, 3, 4, 5], None, [true; 2]));
    let innermost = &steps[3];
    assert_eq!(innermost.around.iter().map(|&(at, _)| at).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(innermost.around[0].1, &program[0]);
    assert_eq!((innermost.flags, innermost.thread), ([false; 2], 0));
    let open = [0, 1].map(|flag| Open { flag, saved: true });
    assert_eq!(innermost.open, open);
    // The panic leaves the `catch`, which has caught it, and goes no further.
    let raised = steps.iter().map(|placed| placed.raised).collect::<Vec<_>>();
    let panic = Some(Stopped { at: 4, from: Some(Origin::Body) });
    assert_eq!(raised, [None, panic, None, None, panic, None]);
    assert_eq!(steps[4].flags, [false, true]);
}

#[test]
fn scopes_restore_what_was_there_on_every_way_out() {
    for way_out in [vec![], vec![raise()], vec![panic()]] {
        let inner = using("train", true, [vec![set("train", false)], way_out].concat());
        let program = [test_mode(vec![catch(vec![inner]), reads(), set("train", true)]), reads()];
        assert_eq!(read(&program, &[]), [false, true]);
    }
}

#[test]
fn what_is_not_caught_ends_a_program() {
    let body = Some(Origin::Body);
    assert_eq!(stopped(&[test_mode(vec![reads(), raise()]), reads()], &[]), Some((2, body)));
    assert_eq!(read(&[test_mode(vec![reads(), raise()]), reads()], &[]), [false]);
    let unknown = [catch(vec![using("trian", true, vec![reads()])]), set("trian", true)];
    assert_eq!(stopped(&unknown, &[]), Some((3, Some(Origin::Library))));
    let adapter = Some(Origin::Adapter);
    for fault in [value("x"), exit("s"), layer_mode("d", true), barrier(), model("m", &["d"])] {
        assert_eq!(stopped(&[test_mode(vec![catch(vec![fault])])], &[]), Some((2, adapter)));
    }
    let number = variable("n", Array::full(Dtype::Float32, &[], 1.0));
    let view_of = |kind| [number.clone(), catch(vec![view("v", "n", kind)])];
    assert_eq!(stopped(&view_of(ViewKind::Step), &[]), Some((2, None)));
    assert_eq!(stopped(&view_of(ViewKind::Broadcast), &[]), None);
    let called = [x(), layer("d", 0.5), model("m", &["d"]), apply("y", "x", "m")];
    assert_eq!(stopped(&called, &[]), Some((3, None)));
}

#[test]
fn flags_belong_to_the_thread_or_to_the_process() {
    let worker = vec![reads(), set("train", true), no_grad(vec![config("enable_backprop")])];
    let program = [set("train", false), threads(vec![worker]), reads()];
    let read_in = |given: &[(&str, &'static str)]| read(&program, given);
    assert_eq!(read_in(&[]), [true, false, false]);
    assert_eq!(read_in(&[("new_thread", "inherited")]), [false, false, false]);
    assert_eq!(read_in(&[("mode_scope", "process")]), [false, false, true]);
}

/// The scope of the second thread ends last, and restores the test mode that it found (DeZero).
#[test]
fn threads_go_from_barrier_to_barrier() {
    let bodies = vec![
        vec![test_mode(vec![barrier(), barrier()]), reads(), barrier()],
        vec![barrier(), test_mode(vec![barrier(), barrier()]), reads()],
    ];
    let program = [threads(bodies), reads()];
    assert_eq!(read(&program, &[]), [true, true, true]);
    assert_eq!(read(&program, &[("mode_scope", "process")]), [true, false, false]);
    let steps = walk(&program, &[]).steps;
    let order = steps.iter().map(|placed| (placed.thread, placed.at)).collect::<Vec<_>>();
    let first = [(0, 0), (1, 1), (1, 2), (2, 6), (1, 3), (2, 7), (2, 8)];
    let then = [(1, 4), (1, 5), (2, 9), (2, 10), (0, 11)];
    assert_eq!(order, [&first[..], &then[..]].concat());
    assert_eq!(steps[4].around.iter().map(|&(at, _)| at).collect::<Vec<_>>(), [0, 1]);
}

/// A thread that has ended is not waited for; its error goes on when all have ended.
#[test]
fn an_error_on_a_thread_goes_on_in_the_end() {
    let bodies = vec![vec![barrier(), panic()], vec![raise(), barrier()], vec![barrier(), reads()]];
    let program = [catch(vec![threads(bodies)]), reads()];
    assert_eq!(read(&program, &[]), [true, true]);
    let caught = Stopped { at: 3, from: Some(Origin::Body) };
    assert_eq!(walk(&program, &[]).steps[0].raised, Some(caught));
}

#[test]
fn objects_are_entered_again_or_not() {
    let s = || scope("s", "train", false);
    let twice = [s(), within("s", vec![catch(vec![within("s", vec![reads()])]), reads()]), reads()];
    assert_eq!(read(&twice, &[]), [false, true]);
    assert_eq!(read(&twice, &[("scope_entered_twice", "fresh")]), [false, false, true]);
    let again = [s(), within("s", vec![]), set("train", false), enter("s"), exit("s"), reads()];
    assert_eq!(stopped(&again, &[]), Some((3, Some(Origin::Library))));
    assert_eq!(read(&again, &[("scope_entered_again", "fresh")]), [false]);
    // The object that was entered is left, even if its name stands for another one by then.
    let renamed = [s(), within("s", vec![scope("s", "train", true)]), reads()];
    assert_eq!(read(&renamed, &[]), [true]);
}

#[test]
fn scopes_are_left_in_another_order_or_not() {
    let made = [scope("a", "train", false), scope("b", "train", false), enter("a"), enter("b")];
    let left = [catch(vec![exit("a")]), reads(), catch(vec![exit("b")]), reads()];
    let program = [made, left].concat();
    assert_eq!(read(&program, &[]), [true, false]);
    assert_eq!(read(&program, &[("scope_order", "stack")]), [false, true]);
    assert_eq!(read(&program, &[("scope_order", "error")]), [false, false]);
}

#[test]
fn calls_are_in_the_mode_that_decides() {
    let program = [
        x(),
        layer("d", 0.5),
        layer("e", 0.5),
        model("m", &["d"]),
        model("n", &["m"]),
        layer_mode("n", false),
        apply("y", "x", "d"),
        test_mode(vec![dropout("y", "x", 0.5), train("y", "x", 0.5), apply("y", "x", "e")]),
        dropout("y", "x", 0.5),
    ];
    let steps = walk(&program, &[]).steps;
    let modes = steps.iter().filter_map(Placed::mode).collect::<Vec<_>>();
    assert_eq!(modes, [Mode::Test, Mode::Test, Mode::Train, Mode::Train, Mode::Train]);
    let layers = BTreeMap::from([("d", (0.5, Some(false))), ("e", (0.5, None))]);
    assert_eq!(steps[6].layers, layers);
}

#[test]
fn calls_are_refused_where_the_choice_says_so() {
    let integers = variable("x", Array::full(Dtype::Int32, &[1], 1.0));
    let cases = [
        (x(), train("y", "x", f64::NAN), "nan_ratio.train"),
        (x(), test("y", "x", f64::NAN), "nan_ratio.test"),
        (x(), train("y", "x", -1.0), "invalid_ratio.train"),
        (x(), test("y", "x", 1.5), "invalid_ratio.test"),
        (x(), train("y", "x", 1.0), "ratio_one"),
        (x(), test("y", "x", 1.0), "ratio_one.test"),
        (integers.clone(), train("y", "x", 0.5), "integer.train"),
        (integers, test("y", "x", 0.5), "integer.test"),
        (x(), test_mode(vec![using_text("train", "no", vec![])]), "other_value"),
    ];
    for (x, step, choice) in cases {
        let program = [x, step];
        for answer in choice_answers(choice) {
            let refused = stopped(&program, &[(choice, answer)]).is_some();
            assert_eq!(refused, *answer == "error", "{choice}: {answer}");
        }
    }
}

/// What is handed back as it came in is a variable that nothing recorded.
#[test]
fn the_way_back_is_refused_where_the_choice_says_so() {
    let refused = |call: &[Step], given: &[(&str, &'static str)]| {
        stopped(&[&[x()][..], call, &[back("y")]].concat(), given).is_some()
    };
    let (of_input, without_graph) = ("backward_of_input", "backward_without_graph");
    assert!(!refused(&[train("y", "x", 0.5)], &[]));
    assert!(refused(&[no_grad(vec![train("y", "x", 0.5)])], &[]));
    assert!(!refused(&[no_grad(vec![train("y", "x", 0.5)])], &[(without_graph, "null")]));
    for call in [test("y", "x", 0.5), train("y", "x", 0.0)] {
        assert!(refused(std::slice::from_ref(&call), &[(without_graph, "null")]));
        assert!(!refused(&[call], &[(of_input, "gradient")]));
    }
    assert!(!refused(&[train("y", "x", 0.0)], &[("ratio_zero_result", "new")]));
}

#[test]
fn a_repeat_runs_its_body_so_often() {
    let turn = vec![reads(), set("train", false)];
    assert_eq!(read(&[repeat(3, turn.clone()), repeat(0, turn)], &[]), [true, false, false]);
    let fails = [catch(vec![repeat(3, vec![reads(), raise()])])];
    assert_eq!(read(&fails, &[]), [true]);
}
