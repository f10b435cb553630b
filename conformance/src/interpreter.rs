//! Runs programs on the engine: for the reference, for the oracle and for wrong implementations.

use crate::framework::{Call, Framework, Stop};
use crate::wire::{Array, Dropout, Mode, Origin, RaiseKind, Real, Same, Step};
use dezero_reference::{Config, Element, Flag, Variable, using_config};
use ndarray::{ArrayD, IxDyn};
use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What `raise` panics with; no hook prints anything for it.
struct ProgramPanic;

/// An observation made by the interpreter.
#[derive(Clone)]
pub struct Observed<E: Element> {
    /// The number of the step.
    pub at: usize,
    /// 0 outside `repeat`, else the number of the turn, counted over the whole program.
    pub turn: usize,
    /// What was seen.
    pub saw: Saw<E>,
}

/// What an observation saw.
#[derive(Clone)]
#[expect(missing_docs, reason = "the protocol chapter describes every observation")]
pub enum Saw<E: Element> {
    Array(Variable<E>),
    NoGradient,
    Config(bool),
    Recorded(bool),
    Same(Same),
    Draws(u64),
    Raised(Option<Origin>, String),
}

/// Runs one program on a framework.
pub struct Interpreter<'f, E: Element, F: Framework<E>> {
    framework: &'f mut F,
    state: State<E>,
}

struct State<E: Element> {
    names: HashMap<String, Variable<E>>,
    observed: Vec<Observed<E>>,
    drawn_before: u64,
    turn: usize,
    turns: usize,
    stopped_at: usize,
}

/// What a program saw, and where and why it ended early if it did.
pub type Ran<E> = (Vec<Observed<E>>, Option<(usize, Stop)>);

impl<'f, E: Element, F: Framework<E>> Interpreter<'f, E, F> {
    /// Runs `program` from its first step.
    pub fn run(framework: &'f mut F, program: &[Step]) -> Ran<E> {
        let state = State {
            names: HashMap::new(),
            observed: Vec::new(),
            drawn_before: framework.drawn(),
            turn: 0,
            turns: 0,
            stopped_at: 0,
        };
        let mut interpreter = Interpreter { framework, state };
        let ended =
            catch_unwind(AssertUnwindSafe(|| interpreter.block(program, 0))).unwrap_or_else(raised);
        let State { observed, stopped_at, .. } = interpreter.state;
        (observed, ended.err().map(|stop| (stopped_at, stop)))
    }

    fn block(&mut self, steps: &[Step], first: usize) -> Result<(), Stop> {
        let mut at = first;
        for step in steps {
            self.step(step, at).inspect_err(|_| {
                self.state.stopped_at = self.state.stopped_at.max(at);
            })?;
            at += step.count();
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, at: usize) -> Result<(), Stop> {
        match step {
            Step::Variable { to, array } => {
                let x = Variable::new(to_ndarray(array));
                self.bind(to, x);
            }
            Step::Dropout(call) => self.dropout(call, at, false)?,
            Step::DirectDropout(call) => self.dropout(call, at, true)?,
            Step::Backward { of, gy, create_graph } => {
                let y = self.get(of)?;
                let gy = gy.as_ref().map(to_ndarray);
                let result = self.framework.backward(&y, gy, *create_graph);
                result.map_err(Stop::library)?;
            }
            Step::GradAs { of, to } => {
                let gradient = self.get(of)?.grad();
                let gradient = gradient
                    .ok_or_else(|| Stop::Unsupported(format!("{of} has no gradient to name")))?;
                self.bind(to, gradient);
            }
            Step::ClearGrad { of } => {
                let x = self.get(of)?;
                self.framework.clear_grad(&x);
            }
            Step::Add { to, a, b } => {
                let sum = &self.get(a)? + &self.get(b)?;
                self.bind(to, sum);
            }
            Step::Mul { to, a, b } => {
                let product = &self.get(a)? * &self.get(b)?;
                self.bind(to, product);
            }
            Step::UsingConfig { flag, value, body } => self.scope(flag, *value, body, at)?,
            Step::TestMode { body } => self.scope("train", false, body, at)?,
            Step::NoGrad { body } => self.scope("enable_backprop", false, body, at)?,
            Step::SetConfig { flag, value } => Config::set(parse(flag)?, *value),
            Step::Raise { kind: Some(RaiseKind::Panic) } => {
                self.state.stopped_at = at;
                resume_unwind(Box::new(ProgramPanic))
            }
            Step::Raise { kind: None } => {
                return Err(Stop::Raised(Origin::Body, "raised by the program".to_owned()));
            }
            Step::Catch { body } => self.catch(body, at)?,
            Step::Repeat { times, body } => self.repeat(*times, body, at)?,
            Step::Seed { value } => self.framework.seed(*value),
            Step::Value { of } => {
                let x = self.get(of)?;
                self.observe(at, Saw::Array(x));
            }
            Step::Grad { of } => {
                let saw = match self.get(of)?.grad() {
                    Some(gradient) => Saw::Array(gradient),
                    None => Saw::NoGradient,
                };
                self.observe(at, saw);
            }
            Step::Config { flag } => self.observe(at, Saw::Config(Config::get(parse(flag)?))),
            Step::Recorded { of } => {
                let x = self.get(of)?;
                let recorded = self.framework.recorded(&x);
                self.observe(at, Saw::Recorded(recorded));
            }
            Step::Same { a, b } => {
                let same = self.framework.same(&self.get(a)?, &self.get(b)?);
                self.observe(at, Saw::Same(same));
            }
            Step::Draws {} => {
                let drawn = self.framework.drawn() - self.state.drawn_before;
                self.observe(at, Saw::Draws(drawn));
            }
        }
        Ok(())
    }

    fn dropout(&mut self, step: &Dropout, at: usize, direct: bool) -> Result<(), Stop> {
        let mut x = self.get(&step.of)?;
        let ratio = step.ratio.map(|Real(ratio)| ratio);
        let uniforms = step.u.as_ref().map(|u| u.values.clone());
        if uniforms.as_ref().is_some_and(|u| u.len() != x.data().len()) {
            return Err(Stop::Unsupported("`u` has not one uniform for each element".to_owned()));
        }
        let call = Call { at, mode: step.mode, direct, ratio, uniforms };
        let framework = &mut *self.framework;
        let y = match step.mode {
            None => framework.dropout(&mut x, &call),
            Some(mode) => {
                using_config(Flag::Train, mode == Mode::Train, || framework.dropout(&mut x, &call))
            }
        };
        let y = y.map_err(Stop::library)?;
        self.bind(&step.of, x);
        self.bind(&step.to, y);
        Ok(())
    }

    fn scope(&mut self, flag: &str, value: bool, body: &[Step], at: usize) -> Result<(), Stop> {
        let state = &mut self.state;
        self.framework.using_config(flag, value, &mut |framework| {
            let taken = std::mem::replace(state, State::empty());
            let mut inner = Interpreter { framework, state: taken };
            let ended = catch_unwind(AssertUnwindSafe(|| inner.block(body, at + 1)));
            *state = inner.state;
            ended.unwrap_or_else(|payload| resume_unwind(payload))
        })
    }

    // r[protocol.catch]
    fn catch(&mut self, body: &[Step], at: usize) -> Result<(), Stop> {
        let ended = catch_unwind(AssertUnwindSafe(|| self.block(body, at + 1)));
        let (origin, message) = match ended.unwrap_or_else(raised) {
            Ok(()) => (None, String::new()),
            Err(Stop::Raised(origin, message)) if origin != Origin::Adapter => {
                (Some(origin), message)
            }
            Err(stop) => return Err(stop),
        };
        self.state.stopped_at = 0;
        self.observe(at, Saw::Raised(origin, message));
        Ok(())
    }

    // r[protocol.repeat]
    fn repeat(&mut self, times: usize, body: &[Step], at: usize) -> Result<(), Stop> {
        let outer = self.state.turn;
        let mut done = 0;
        while done < times {
            self.state.turns += 1;
            self.state.turn = self.state.turns;
            let before = self.state.observed.len();
            self.block(body, at + 1)?;
            done += 1;
            while self.framework.turns_are_alike() && done < times {
                self.state.turns += 1;
                let (from, to) = (before, before + (self.state.observed.len() - before) / done);
                for index in from..to {
                    let copy =
                        Observed { turn: self.state.turns, ..self.state.observed[index].clone() };
                    self.state.observed.push(copy);
                }
                done += 1;
            }
        }
        self.state.turn = outer;
        Ok(())
    }

    fn get(&self, name: &str) -> Result<Variable<E>, Stop> {
        let found = self.state.names.get(name);
        // r[protocol.blame]
        found
            .cloned()
            .ok_or_else(|| Stop::Raised(Origin::Adapter, format!("no variable `{name}` is bound")))
    }

    fn bind(&mut self, name: &str, x: Variable<E>) {
        self.state.names.insert(name.to_owned(), x); // r[protocol.names]
    }

    fn observe(&mut self, at: usize, saw: Saw<E>) {
        let turn = self.state.turn;
        self.state.observed.push(Observed { at, turn, saw });
    }
}

impl<E: Element> State<E> {
    fn empty() -> State<E> {
        State {
            names: HashMap::new(),
            observed: Vec::new(),
            drawn_before: 0,
            turn: 0,
            turns: 0,
            stopped_at: 0,
        }
    }
}

fn parse(flag: &str) -> Result<Flag, Stop> {
    flag.parse().map_err(Stop::library)
}

/// A panic as the end of a program: the program's own, or one of the framework.
fn raised(payload: Box<dyn Any + Send>) -> Result<(), Stop> {
    if payload.is::<ProgramPanic>() {
        return Err(Stop::Raised(Origin::Body, "raised by the program, as a panic".to_owned()));
    }
    let message = payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()));
    Err(Stop::Raised(Origin::Library, message.unwrap_or_else(|| "a panic".to_owned())))
}

fn to_ndarray<E: Element>(array: &Array) -> ArrayD<E> {
    let values = array.values.iter().map(|&value| E::nearest(value)).collect();
    ArrayD::from_shape_vec(IxDyn(&array.shape), values).expect("the wire checked the shape")
}
