use super::*;
use crate::mutants::{Mutated, mutant};
use crate::steps::*;
use crate::subject::{Engine, Implementation};
use crate::wire::{Observation, Program, Seen};

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
