use super::*;
use crate::framework::NewThread;
use crate::mutants::{Mutated, mutant};
use crate::steps::*;
use crate::subject::{Engine, Implementation};
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
