//! Threads that run together: barriers divide their steps, so that nothing depends on which thread is
//! faster.

use super::scene::{Closed, EarlyEnd, Refused, Scene};
use crate::wire::{Program, Step};

/// Goes on by the bodies of `threads`.
pub(super) fn threads(scene: &mut Scene, bodies: &[Program]) -> Result<(), EarlyEnd> {
    scene.on_threads()?;
    let refuse = |why| Err(EarlyEnd::Refused(Refused(why)));
    let active = bodies.iter().map(|body| activity(body)).collect::<Vec<_>>();
    match active.as_slice() {
        [alone] if alone.len() == 1 => {}
        [a, b] if a.len() == b.len() => {
            if a.iter().zip(b).any(|(a, b)| *a && *b) {
                return refuse("two threads that do something at the same time");
            }
        }
        _ => return refuse("threads that wait for no other thread"),
    }
    for body in bodies {
        scene.closed(body, Closed::Thread)?;
    }
    let sets = |body: &Program| {
        Step::numbered(body).iter().any(|(_, step)| matches!(step, Step::SetConfig { .. }))
    };
    if bodies.len() > 1 || bodies.iter().any(sets) {
        scene.forget_flags();
    }
    Ok(())
}

/// Between which barriers a body does something; to enter and to leave a scope is something.
fn activity(body: &[Step]) -> Vec<bool> {
    fn look(body: &[Step], active: &mut Vec<bool>) {
        let now = |active: &mut Vec<bool>| *active.last_mut().expect("there is a first") = true;
        for step in body {
            if matches!(step, Step::Barrier {}) {
                active.push(false);
                continue;
            }
            now(active);
            for inner in step.bodies() {
                look(inner, active);
                now(active);
            }
        }
    }
    let mut active = vec![false];
    look(body, &mut active);
    active
}

/// What one of several threads does next.
#[derive(Clone, Debug)]
pub(crate) enum Move {
    /// A step.
    Does(Step),
    /// Begins a scope, which is left by [`Move::Leaves`].
    Enters(Step),
    /// Leaves the scope that it entered last; with an error that it catches, or without.
    Leaves(bool),
}

/// The bodies of so many threads in which `moves` happen one after the other: the thread, and its move.
pub(crate) fn interleaved(moves: &[(usize, Move)], threads: usize) -> Vec<Program> {
    (0..threads).map(|thread| nested(&mut timeline(thread, moves).into_iter())).collect()
}

/// The moves of one thread, with the barriers at which it waits for those of others.
fn timeline(thread: usize, moves: &[(usize, Move)]) -> Vec<Move> {
    let mut line = Vec::new();
    for (index, (who, what)) in moves.iter().enumerate() {
        if index > 0 && moves[index - 1].0 != *who {
            line.push(Move::Does(Step::Barrier {}));
        }
        if *who == thread {
            line.push(what.clone());
        }
    }
    line
}

/// The moves up to the one that leaves, as a program.
fn nested(moves: &mut impl Iterator<Item = Move>) -> Program {
    let mut program = Vec::new();
    while let Some(next) = moves.next() {
        match next {
            Move::Does(step) => program.push(step),
            Move::Leaves(errs) => {
                if errs {
                    program.push(Step::Raise { kind: None });
                }
                return program;
            }
            Move::Enters(mut scope) => {
                let mut body = nested(moves);
                let errs = matches!(body.last(), Some(Step::Raise { .. }));
                for inner in scope.bodies_mut() {
                    *inner = std::mem::take(&mut body);
                }
                program.push(if errs { Step::Catch { body: vec![scope] } } else { scope });
            }
        }
    }
    program
}
