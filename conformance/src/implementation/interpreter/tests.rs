use super::*;
use crate::catalogue::{Mutated, mutant};
use crate::implementation::framework::NewThread;
use crate::implementation::{Engine, Implementation};
use crate::wire::steps::*;
use crate::wire::{Observation, Program, Seen};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The flags that a program reads, on an implementation whose threads share them.
fn read_where_flags_are_shared(program: &[Step]) -> Vec<bool> {
    let mut shared = Engine::new(Mutated::new(mutant("flags-of-the-process").unwrap()));
    shared.start(1).unwrap();
    let flag = |Observation { seen, .. }| match seen {
        Seen::Config(value) => Some(value),
        _ => None,
    };
    shared.run("", program).unwrap().observations.into_iter().filter_map(flag).collect()
}

/// `steps`, once flags are shared: that begins with the first thread.
fn after_a_thread(steps: Program) -> Program {
    [vec![threads(vec![vec![]])], steps].concat()
}

/// Each scope on the way of an error puts its flag back where all threads see it.
#[test]
fn shared_flags_are_back_after_every_way_out() {
    for way_out in [raise(), panic()] {
        let scopes = no_grad(vec![test_mode(vec![using("train", true, vec![way_out.clone()])])]);
        let objects = vec![within("s", vec![within("t", vec![way_out])])];
        let made = [scope("s", "enable_backprop", false), scope("t", "train", false)];
        let program = after_a_thread(
            [
                &made[..],
                &[catch(vec![scopes]), config("train"), config("enable_backprop")],
                &[catch(objects), config("train"), config("enable_backprop")],
            ]
            .concat(),
        );
        assert_eq!(read_where_flags_are_shared(&program), [true; 4], "{program:?}");
    }
}

/// Counts how often a thread lets the others know its flags.
struct Counting(Arc<AtomicUsize>);

impl Framework<f64> for Counting {
    fn for_thread<'a>(&mut self, _body: &[Step], _first: usize) -> Option<NewThread<'a, Self>>
    where
        Self: 'a,
    {
        let count = Arc::clone(&self.0);
        Some(Box::new(|| Counting(count)))
    }

    fn make_known(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Another thread may set a flag as soon as a barrier has opened; what this one knew before is old.
#[test]
fn a_thread_that_waits_lets_no_flags_be_known() {
    let counted = |body: Program| {
        let mut counting = Counting(Arc::default());
        let (_, ended) = Interpreter::run(&mut counting, &[threads(vec![body])]);
        assert_eq!(ended, None);
        counting.0.load(Ordering::SeqCst)
    };
    // One is of the step that starts the thread.
    assert_eq!(counted(vec![]), 1);
    assert_eq!(counted(vec![barrier(), barrier()]), 1);
    assert_eq!(counted(vec![barrier(), config("train"), barrier()]), 2);
}

/// What the program saw, with the turn of a `repeat` in which it did.
fn flags_in_turns(program: &[Step]) -> Vec<(usize, bool)> {
    let (observed, ended) = Interpreter::<f64, _>::run(&mut Counting(Arc::default()), program);
    assert_eq!(ended, None);
    let flag = |seen: Observed<f64>| match seen.seen {
        Seen::Config(value) => Some((seen.turn, value)),
        _ => None,
    };
    observed.into_iter().filter_map(flag).collect()
}

/// What comes after an error in a `repeat` is in none of its turns.
#[test]
fn a_turn_ends_on_every_way_out() {
    for way_out in [raise(), panic()] {
        let turns = repeat(2, vec![config("train"), way_out]);
        let read = flags_in_turns(&[catch(vec![turns]), config("train")]);
        assert_eq!(read, [(1, true), (0, true)]);
    }
}

/// A framework whose turns of a `repeat` are alike unless something tells them apart.
struct Alike;

impl Framework<f64> for Alike {
    fn turns_are_alike(&self) -> bool {
        true
    }
}

/// A turn that begins with other flags is another one.
#[test]
fn turns_with_other_flags_are_run() {
    let turns = repeat(3, vec![config("train"), set("train", false)]);
    let (observed, _) = Interpreter::<f64, _>::run(&mut Alike, &[turns, set("train", true)]);
    let saw = observed.iter().map(|seen| matches!(seen.seen, Seen::Config(true)));
    assert_eq!(saw.collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(observed.iter().map(|seen| seen.turn).collect::<Vec<_>>(), [1, 2, 3]);
}

/// A scope that was entered is left, also when its name has come to stand for another one.
#[test]
fn the_scope_that_was_entered_is_left() {
    let made = || scope("s", "train", false);
    let read = flags_in_turns(&[made(), within("s", vec![made()]), config("train")]);
    assert_eq!(read, [(0, true)]);
}
