//! Holds the interpreter, as the oracle runs it, to the second reading of programs.
//!
//! `WALK_PROGRAMS` says how many random programs of each kind are compared, `WALK_SEED` which.

mod loose;

use super::model::{AskedElement, Exactness, Oracle, WithElement, from_fresh_flags, with_element};
use super::{Choices, World};
use crate::implementation::framework::{Call, Framework, NewThread, ScopeObject, Stop};
use crate::implementation::interpreter::Interpreter;
use crate::search::Programs;
use crate::wire::steps::config;
use crate::wire::{
    Dtype, FLAGS, JUDGED, Mode, Origin, Program, Same, Seen, Start, Step, Stopped, Walk, pseudocode,
};
use dezero_reference::{Config, Error, Flag, Variable};
use ndarray::ArrayD;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

/// The oracle, and the flags under which each step called dropout.
struct Spy<'w, E: AskedElement> {
    oracle: Oracle<'w, E>,
    calls: Arc<Mutex<Calls>>,
}

/// Calls of dropout: the step, and the flags in the order of [`FLAGS`].
type Calls = Vec<(usize, [bool; 2])>;

impl<E: AskedElement> Framework<E> for Spy<'_, E> {
    fn dropout(&mut self, x: &mut Variable<E>, call: &Call) -> Result<Variable<E>, Error> {
        self.calls.lock().unwrap().push((call.at, current()));
        self.oracle.dropout(x, call)
    }

    fn backward(
        &mut self,
        y: &Variable<E>,
        made: Option<usize>,
        gy: Option<ArrayD<E>>,
        create_graph: bool,
    ) -> Result<(), Error> {
        self.oracle.backward(y, made, gy, create_graph)
    }

    fn same(&mut self, a: &Variable<E>, b: &Variable<E>, made: Option<usize>) -> Same {
        self.oracle.same(a, b, made)
    }

    fn turns_are_alike(&self) -> bool {
        self.oracle.turns_are_alike()
    }

    fn truth(&mut self, flag: Flag, text: &str) -> Result<bool, Stop> {
        self.oracle.truth(flag, text)
    }

    fn enter(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        self.oracle.enter(scope)
    }

    fn exit(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        self.oracle.exit(scope)
    }

    fn for_thread<'a>(&mut self, body: &[Step], first: usize) -> Option<NewThread<'a, Self>>
    where
        Self: 'a,
    {
        let calls = Arc::clone(&self.calls);
        let make = self.oracle.for_thread(body, first)?;
        Some(Box::new(move || Spy { oracle: make(), calls }))
    }

    fn look_around(&mut self) {
        self.oracle.look_around();
    }

    fn make_known(&mut self) {
        self.oracle.make_known();
    }
}

/// The flags of this thread, in the order of [`FLAGS`].
fn current() -> [bool; 2] {
    let Config { train, enable_backprop } = Config::current();
    [train, enable_backprop]
}

/// What both readings say of a program in one world.
#[derive(Debug, Default, PartialEq)]
struct ProgramAccount {
    stopped: Option<Stopped>,
    /// The flags that it leaves.
    left: [bool; 2],
    /// What each step saw, in the order of its executions.
    seen: BTreeMap<usize, Vec<Said>>,
    /// The flags under which each step called dropout, equal ones once: of turns that are alike the
    /// oracle runs one.
    calls: BTreeMap<usize, BTreeSet<[bool; 2]>>,
}

#[derive(Debug, PartialEq)]
enum Said {
    Flag(bool),
    Caught(Option<Origin>),
}

impl ProgramAccount {
    fn of_interpreter<E: AskedElement>(program: &[Step], world: &World) -> ProgramAccount {
        let oracle = Oracle::new(program, world, crate::oracle::model::Assumed::Whole(0));
        let mut spy = Spy::<E> { oracle, calls: Arc::default() };
        let ((observed, ended), left) =
            from_fresh_flags(|| (Interpreter::run(&mut spy, program), current()));
        let stopped = ended.map(|(at, stop)| match stop {
            Stop::Raised(from, _) => Stopped { at, from: Some(from) },
            Stop::Unsupported(_) => Stopped { at, from: None },
        });
        let mut account = ProgramAccount { stopped, left, ..ProgramAccount::default() };
        for observed in observed {
            let said = match observed.seen {
                Seen::Config(value) => Said::Flag(value),
                Seen::Raised(origin, _) => Said::Caught(origin),
                _ => continue,
            };
            account.seen.entry(observed.at).or_default().push(said);
        }
        for &(at, flags) in spy.calls.lock().unwrap().iter() {
            account.calls.entry(at).or_default().insert(flags);
        }
        account
    }

    fn of_walk(program: &[Step], world: &World) -> ProgramAccount {
        let Walk { steps, stopped, flags } = Walk::of(program, &|question, about| match about {
            None => world.ask(question),
            Some(value) => world.ask_about(question, value),
        });
        let mut account = ProgramAccount { stopped, left: flags, ..ProgramAccount::default() };
        for placed in &steps {
            let own = placed.raised.is_none_or(|raised| raised.at == placed.at);
            let from = placed.raised.map(|raised| raised.from);
            let said = match (placed.step, from) {
                (Step::Config { flag }, None) => placed.flag(flag).map(Said::Flag),
                (Step::Catch { .. }, None) => Some(Said::Caught(None)),
                (Step::Catch { .. }, Some(Some(from))) if from != Origin::Adapter => {
                    Some(Said::Caught(Some(from)))
                }
                _ => None,
            };
            if let Some(said) = said {
                account.seen.entry(placed.at).or_default().push(said);
            }
            let comes_to_it = own && matches!(from, None | Some(Some(Origin::Library)));
            if let Some(mode) = placed.mode().filter(|_| comes_to_it) {
                let flags = [mode == Mode::Train, placed.flags[1]];
                account.calls.entry(placed.at).or_default().insert(flags);
            }
        }
        account
    }
}

/// Compares both readings of a program in each world, up to a number of worlds.
struct Compared<'p>(&'p [Step], Dtype);

const MOST_WORLDS: usize = 64;

impl WithElement for Compared<'_> {
    type Output = Result<usize, String>;

    fn run<E: AskedElement>(self) -> Self::Output {
        let Compared(program, dtype) = self;
        let mut open = vec![World::new(&Choices::default(), dtype)];
        let mut worlds = 0;
        while let Some(world) = open.pop() {
            let interpreted = ProgramAccount::of_interpreter::<E>(program, &world);
            let walked = ProgramAccount::of_walk(program, &world);
            if interpreted != walked {
                let answers = world.answers();
                return Err(format!(
                    "{answers:?}\n  it runs: {interpreted:?}\n  it walks: {walked:?}"
                ));
            }
            worlds += 1;
            if worlds == MOST_WORLDS {
                break;
            }
            open.extend(world.take_open());
        }
        Ok(worlds)
    }
}

/// In how many worlds both readings agree; or a world in which they do not, and what they say there.
fn compared(program: &[Step]) -> Result<usize, String> {
    let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
    let both = |program: &[Step]| with_element(dtype, Exactness::Must, Compared(program, dtype));
    Ok(both(program)? + both(&watched(program))?)
}

/// The program, with a look at both flags wherever it may take one: not behind a barrier, where
/// another thread may be setting them.
fn watched(program: &[Step]) -> Program {
    let looks = FLAGS.map(config);
    let mut all = Vec::new();
    for step in program {
        let mut step = step.clone();
        let within = !matches!(step, Step::Threads { .. });
        for body in step.bodies_mut() {
            let first = if within { &looks[..] } else { &[] };
            *body = [first, &watched(body)].concat();
        }
        let then = if matches!(step, Step::Barrier {}) { &[] } else { &looks[..] };
        all.push(step);
        all.extend_from_slice(then);
    }
    all
}

/// The smallest program that still disagrees, and how.
fn smallest(mut program: Program, mut why: String) -> (Program, String) {
    let disagrees = |smaller: Program| compared(&smaller).err().map(|why| (smaller, why));
    while let Some(found) = smaller(&program).into_iter().find_map(disagrees) {
        (program, why) = found;
    }
    (program, why)
}

/// Programs without one step, or with the body of one in its place. Barriers stay.
fn smaller(program: &[Step]) -> Vec<Program> {
    let waits = |step: &Step| {
        let own = std::slice::from_ref(step);
        Step::numbered(own).iter().any(|(_, step)| matches!(step, Step::Barrier {}))
    };
    let mut all = Vec::new();
    for (index, step) in program.iter().enumerate() {
        let with = |middle: &[Step]| [&program[..index], middle, &program[index + 1..]].concat();
        let threads = matches!(step, Step::Threads { .. });
        if threads || !waits(step) {
            all.push(with(&[]));
        }
        for (number, body) in step.bodies().into_iter().enumerate() {
            if !threads {
                all.push(with(body));
            }
            for body in smaller(body) {
                let mut step = step.clone();
                *step.bodies_mut()[number] = body;
                all.push(with(&[step]));
            }
        }
    }
    all
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Draws `draw`'s programs and compares both readings of each.
fn compare(kind: &str, default: usize, draw: &dyn Fn(&mut TestRunner) -> Program) {
    let seed = variable("WALK_SEED").unwrap_or_else(crate::session::fresh_seed);
    let programs = variable("WALK_PROGRAMS").unwrap_or(default);
    let (mut worlds, mut steps, began) = (0, 0, std::time::Instant::now());
    println!("{kind}: WALK_SEED={seed}");
    for number in 0..programs {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&(number as u64).to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let program = draw(&mut TestRunner::new_with_rng(Default::default(), random));
        match compared(&program) {
            Ok(more) => worlds += more,
            Err(why) => {
                let (program, why) = smallest(program, why);
                let text = pseudocode(&program).into_iter().map(|(at, line)| match at {
                    usize::MAX => format!("      {line}\n"),
                    at => format!("{at:>4}  {line}\n"),
                });
                let text = text.collect::<String>();
                panic!("{kind}: WALK_SEED={seed}, program {number}\n{text}{why}");
            }
        }
        steps += Step::count_all(&program);
    }
    let each = programs as f64 / began.elapsed().as_secs_f64();
    println!("{kind}: {programs} programs, {steps} steps, {worlds} worlds, {each:.0} a second");
}

/// What an implementation answers to `start` that claims all there is.
fn everything() -> Start {
    Start { max_elements: 64, ..Start::new("everything", &JUDGED, &Dtype::ALL) }
}

/// The programs that are asked, and those that only their text allows to be asked.
#[test]
fn written_programs_run_as_they_are_walked_through() {
    let programs = Programs::new(everything());
    compare("written", 4000, &|runner| programs.written(runner).program);
}

/// Programs that are not asked: errors that end them, flags and scopes that are left behind, threads
/// within threads.
#[test]
fn loose_programs_run_as_they_are_walked_through() {
    compare("loose", 4000, &loose::program);
}
