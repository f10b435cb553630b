use super::scopes::raised;
use super::{Interpreter, Observed, State};
use crate::implementation::framework::{Framework, Stop};
use crate::wire::{Origin, Program, Step};
use dezero_reference::Element;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// Where threads wait until all of them are there. One that has ended is not waited for, so that an
/// error on one thread does not leave the others waiting for ever.
pub(super) struct Rendezvous {
    expected: Mutex<Expected>,
    all_here: Condvar,
}

struct Expected {
    threads: usize,
    waiting: usize,
    times: usize,
}

impl Rendezvous {
    fn of(threads: usize) -> Rendezvous {
        let expected = Mutex::new(Expected { threads, waiting: 0, times: 0 });
        Rendezvous { expected, all_here: Condvar::new() }
    }

    fn wait(&self) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        let times = expected.times;
        expected.waiting += 1;
        self.open_if_complete(&mut expected);
        while expected.times == times {
            expected = self.all_here.wait(expected).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn leave(&self) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.threads -= 1;
        self.open_if_complete(&mut expected);
    }

    fn open_if_complete(&self, expected: &mut Expected) {
        if expected.waiting == expected.threads {
            expected.waiting = 0;
            expected.times += 1;
            self.all_here.notify_all();
        }
    }
}

/// What a thread leaves behind: its observations, how many turns of a `repeat` it counted, the step
/// at which it stopped, and how it ended.
type Left<E> = (Vec<Observed<E>>, usize, usize, Result<(), Stop>);

impl<E: Element, F: Framework<E>> Interpreter<'_, E, F> {
    /// Runs each body on a new thread, waits for all, and lists their observations body by body. Of
    /// several errors the first body's goes on.
    pub(super) fn threads(&mut self, bodies: &[Program], at: usize) -> Result<(), Stop> {
        let mut first = at + 1;
        let mut starts = Vec::new();
        for body in bodies {
            let make = self.framework.for_thread(body, first);
            let none = || Stop::Unsupported("there are no threads".to_owned());
            starts.push((make.ok_or_else(none)?, body, first));
            first += Step::count_all(body);
        }
        let rendezvous = Arc::new(Rendezvous::of(bodies.len()));
        let turns = self.state.turns;
        let left = thread::scope(|scope| {
            let threads = starts.into_iter().map(|(make, body, first)| {
                let rendezvous = Some(Arc::clone(&rendezvous));
                let state = move || State { rendezvous, turns, ..State::empty() };
                scope.spawn(move || on_thread(&mut make(), state(), body, first))
            });
            let threads = threads.collect::<Vec<_>>();
            threads.into_iter().map(|thread| thread.join().expect("panics are caught")).collect()
        });
        self.framework.look_around();
        let left: Vec<Left<E>> = left;
        let mut ended = Ok(());
        for (observed, turns, stopped_at, how) in left {
            self.state.observed.extend(observed);
            self.state.turns = self.state.turns.max(turns);
            if ended.is_ok() && how.is_err() {
                self.state.stopped_at = stopped_at;
                ended = how;
            }
        }
        ended
    }

    /// Waits for the other threads.
    pub(super) fn barrier(&mut self) -> Result<(), Stop> {
        let alone = || Stop::Raised(Origin::Adapter, "a barrier outside of threads".to_owned());
        self.state.rendezvous.as_ref().ok_or_else(alone)?.wait();
        self.framework.look_around();
        Ok(())
    }
}

fn on_thread<E: Element, F: Framework<E>>(
    framework: &mut F,
    state: State<E>,
    body: &[Step],
    first: usize,
) -> Left<E> {
    let mut inner = Interpreter { framework, state };
    let ended = catch_unwind(AssertUnwindSafe(|| inner.block(body, first)));
    let State { observed, turns, stopped_at, rendezvous, .. } = inner.state;
    if let Some(rendezvous) = rendezvous {
        rendezvous.leave();
    }
    (observed, turns, stopped_at, ended.unwrap_or_else(raised))
}
