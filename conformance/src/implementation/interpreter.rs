//! Runs programs on the engine: for the reference, for the oracle and for wrong implementations.

mod arrays;
mod layers;
mod scopes;
mod threads;

pub use arrays::ShownArray;
pub(crate) use arrays::viewed;

use crate::implementation::framework::{Call, Framework, ScopeObject, Stop};
use crate::wire::{Dropout, FlagValue, Mode, RaiseKind, Real, Seen, Step, ViewKind};
use arrays::{shown, to_ndarray};
use dezero_reference::{Config, Element, Flag, Layer, Variable, using_config};
use scopes::raised;
pub(crate) use scopes::{ProgramPanic, caught, raised as ended_by};
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use threads::Rendezvous;

/// An observation made by the interpreter.
#[derive(Clone)]
pub struct Observed<E: Element> {
    /// The number of the step.
    pub at: usize,
    /// 0 outside `repeat`, else the number of the turn, counted over the whole program.
    pub turn: usize,
    /// What was seen.
    pub seen: Seen<ShownArray<E>>,
}

/// Runs one program on a framework.
pub struct Interpreter<'f, E: Element, F: Framework<E>> {
    framework: &'f mut F,
    state: State<E>,
}

struct State<E: Element> {
    names: HashMap<String, BoundName<E>>,
    scopes: HashMap<String, Rc<RefCell<ScopeObject>>>,
    layers: HashMap<String, Layer>,
    observed: Vec<Observed<E>>,
    drawn_before: u64,
    turn: usize,
    turns: usize,
    stopped_at: usize,
    /// Where the threads that run together wait for each other.
    rendezvous: Option<Arc<Rendezvous>>,
}

/// What a name stands for.
#[derive(Clone)]
struct BoundName<E: Element> {
    variable: Variable<E>,
    /// How it shows the memory of another variable, if it does.
    view: Option<ViewKind>,
    /// Where it lives.
    device: String,
    /// Whether its numbers are those that the program gave.
    given: bool,
}

/// What a program saw, and where and why it ended early if it did.
pub type Ran<E> = (Vec<Observed<E>>, Option<(usize, Stop)>);

impl<'f, E: Element, F: Framework<E>> Interpreter<'f, E, F> {
    /// Runs `program` from its first step.
    pub fn run(framework: &'f mut F, program: &[Step]) -> Ran<E> {
        let state = State { drawn_before: framework.drawn(), ..State::empty() };
        let mut interpreter = Interpreter { framework, state };
        let ended =
            catch_unwind(AssertUnwindSafe(|| interpreter.block(program, 0))).unwrap_or_else(raised);
        let State { observed, stopped_at, .. } = interpreter.state;
        (observed, ended.err().map(|stop| (stopped_at, stop)))
    }

    fn block(&mut self, steps: &[Step], first: usize) -> Result<(), Stop> {
        let mut at = first;
        for step in steps {
            // If the program ends here, by a panic too, this number stays behind.
            let outside = std::mem::replace(&mut self.state.stopped_at, at);
            match step {
                // What it knew before it waited for the others is not to stand for all.
                Step::Barrier {} => self.step(step, at)?,
                _ => self.on_shared_flags(|interpreter| interpreter.step(step, at))?,
            }
            self.state.stopped_at = outside;
            at += step.count();
        }
        Ok(())
    }

    /// Does a step on the flags as they stand for all threads, and lets all see what became of them,
    /// on every way out.
    fn on_shared_flags<R>(&mut self, step: impl FnOnce(&mut Self) -> R) -> R {
        self.framework.look_around();
        let done = catch_unwind(AssertUnwindSafe(|| step(self)));
        self.framework.make_known();
        done.unwrap_or_else(|payload| resume_unwind(payload))
    }

    fn step(&mut self, step: &Step, at: usize) -> Result<(), Stop> {
        match step {
            Step::Variable { to, array, device } => {
                let variable = Variable::new(to_ndarray(array));
                let device = device.clone().unwrap_or_else(|| PROCESSOR.to_owned());
                self.state
                    .names
                    .insert(to.clone(), BoundName { variable, view: None, device, given: true });
            }
            Step::View { to, of, kind } => {
                let BoundName { variable, device, given, .. } = self.look_up(of)?.clone();
                let variable = Variable::new(viewed(variable.data(), *kind)?);
                let view = Some(*kind);
                self.state.names.insert(to.clone(), BoundName { variable, view, device, given });
            }
            Step::Dropout(call) => self.dropout(call, at, false)?,
            Step::DirectDropout(call) => self.dropout(call, at, true)?,
            Step::Backward { of, gy, create_graph } => {
                let y = self.get(of)?;
                let gy = gy.as_ref().map(to_ndarray);
                let result = self.framework.backward(&y, gy, *create_graph);
                result?;
            }
            Step::GradAs { of, to } => {
                let gradient = self.get(of)?.grad();
                let gradient = gradient
                    .ok_or_else(|| Stop::Unsupported(format!("{of} has no gradient to name")))?;
                self.bind(to, gradient, of)?;
            }
            Step::ClearGrad { of } => {
                let x = self.get(of)?;
                self.framework.clear_grad(&x);
            }
            Step::Add { to, a, b } => {
                let sum = &self.get(a)? + &self.get(b)?;
                self.bind(to, sum, a)?;
            }
            Step::Mul { to, a, b } => {
                let product = &self.get(a)? * &self.get(b)?;
                self.bind(to, product, a)?;
            }
            Step::UsingConfig { flag, value, body } => {
                let value = match value {
                    FlagValue::Bool(value) => *value,
                    FlagValue::Text(text) => self.framework.truth(parse(flag)?, text)?,
                };
                self.using_config(flag, value, body, at)?;
            }
            Step::TestMode { body } => self.using_config("train", false, body, at)?,
            Step::NoGrad { body } => self.using_config("enable_backprop", false, body, at)?,
            Step::Layer { to, ratio: Real(ratio) } => self.make_layer(to, *ratio),
            Step::Model { to, layers } => self.make_model(to, layers)?,
            Step::LayerMode { of, train } => self.set_layer_mode(of, *train)?,
            Step::Apply { to, of, layer } => self.apply(to, of, layer, at)?,
            Step::Scope { to, flag, value } => self.make_scope(to, flag, *value)?,
            Step::Enter { of, body: Some(body) } => self.inside(of, body, at)?,
            Step::Enter { of, body: None } => {
                self.framework.enter(&mut self.scope(of)?.borrow_mut())?;
            }
            Step::Exit { of } => self.framework.exit(&mut self.scope(of)?.borrow_mut())?,
            Step::Threads { bodies } => self.threads(bodies, at)?,
            Step::Barrier {} => self.barrier()?,
            Step::SetConfig { flag, value } => Config::set(parse(flag)?, *value),
            Step::Raise { kind: Some(RaiseKind::Panic) } => {
                resume_unwind(Box::new(scopes::ProgramPanic))
            }
            Step::Raise { kind: None } => {
                return Err(Stop::by_the_program());
            }
            Step::Catch { body } => self.catch(body, at)?,
            Step::Repeat { times, body } => self.repeat(*times, body, at)?,
            Step::Seed { value } => self.framework.seed(*value),
            Step::Value { of } => {
                let x = shown(&self.get(of)?);
                self.observe(at, Seen::Array(Some(x)));
            }
            Step::Grad { of } => {
                let gradient = self.get(of)?.grad();
                self.observe(at, Seen::Array(gradient.as_ref().map(shown)));
            }
            Step::Config { flag } => self.observe(at, Seen::Config(Config::get(parse(flag)?))),
            Step::Recorded { of } => {
                let x = self.get(of)?;
                let recorded = self.framework.recorded(&x);
                self.observe(at, Seen::Recorded(recorded));
            }
            Step::Same { a, b } => {
                let same = self.framework.same(&self.get(a)?, &self.get(b)?);
                self.observe(at, Seen::Same(same));
            }
            Step::Draws {} => {
                let drawn = self.framework.drawn() - self.state.drawn_before;
                self.observe(at, Seen::Draws(drawn));
            }
            Step::Device { of } => {
                let device = self.look_up(of)?.device.clone();
                self.observe(at, Seen::Device(device));
            }
        }
        Ok(())
    }

    fn dropout(&mut self, step: &Dropout, at: usize, direct: bool) -> Result<(), Stop> {
        let BoundName { variable, view, given, .. } = self.look_up(&step.of)?;
        let ratio = step.ratio.map(|Real(ratio)| ratio);
        let uniforms = step.u.as_ref().map(|u| u.values.clone());
        if uniforms.as_ref().is_some_and(|u| u.len() != variable.data().len()) {
            return Err(Stop::Unsupported("`u` has not one uniform for each element".to_owned()));
        }
        let (view, layer, given) = (*view, None, *given);
        let call = Call { at, mode: step.mode, direct, ratio, uniforms, view, layer, given };
        self.call(&call, &step.to, &step.of)
    }

    fn call(&mut self, call: &Call, to: &str, of: &str) -> Result<(), Stop> {
        let BoundName { variable: before, view, device, given } = self.look_up(of)?.clone();
        let mut x = before.clone();
        let framework = &mut *self.framework;
        let y = match call.mode {
            None => framework.dropout(&mut x, call),
            Some(mode) => {
                using_config(Flag::Train, mode == Mode::Train, || framework.dropout(&mut x, call))
            }
        };
        let y = y?;
        let given = given && x.is(&before);
        let handed_back = given && y.is(&before);
        self.state.names.insert(of.to_owned(), BoundName { variable: x, view, device, given });
        self.bind(to, y, of)?;
        self.state.names.entry(to.to_owned()).and_modify(|bound| bound.given = handed_back);
        Ok(())
    }

    // r[protocol.repeat]
    fn repeat(&mut self, times: usize, body: &[Step], at: usize) -> Result<(), Stop> {
        let outer = self.state.turn;
        let ended = catch_unwind(AssertUnwindSafe(|| self.turns(times, body, at)));
        self.state.turn = outer;
        ended.unwrap_or_else(|payload| resume_unwind(payload))
    }

    fn turns(&mut self, times: usize, body: &[Step], at: usize) -> Result<(), Stop> {
        let mut done = 0;
        while done < times {
            self.state.turns += 1;
            self.state.turn = self.state.turns;
            let (first, flags) = (self.state.observed.len(), Config::current());
            self.block(body, at + 1)?;
            done += 1;
            let last = self.state.observed.len();
            // A turn that begins with other flags is another one.
            let alike = self.framework.turns_are_alike() && Config::current() == flags;
            while alike && done < times {
                self.state.turns += 1;
                for index in first..last {
                    let copy =
                        Observed { turn: self.state.turns, ..self.state.observed[index].clone() };
                    self.state.observed.push(copy);
                }
                done += 1;
            }
        }
        Ok(())
    }

    fn look_up(&self, name: &str) -> Result<&BoundName<E>, Stop> {
        let found = self.state.names.get(name);
        // r[protocol.blame]
        found.ok_or_else(|| Stop::unbound(name))
    }

    fn get(&self, name: &str) -> Result<Variable<E>, Stop> {
        Ok(self.look_up(name)?.variable.clone())
    }

    /// Binds a result, which was computed from what `of` is bound to.
    fn bind(&mut self, name: &str, variable: Variable<E>, of: &str) -> Result<(), Stop> {
        let device = self.look_up(of)?.device.clone();
        let device = self.framework.device_of_result(&device);
        self.state
            .names
            .insert(name.to_owned(), BoundName { variable, view: None, device, given: false }); // r[protocol.names]
        Ok(())
    }

    fn observe(&mut self, at: usize, seen: Seen<ShownArray<E>>) {
        let turn = self.state.turn;
        self.state.observed.push(Observed { at, turn, seen });
    }
}

impl<E: Element> State<E> {
    fn empty() -> State<E> {
        State {
            names: HashMap::new(),
            scopes: HashMap::new(),
            layers: HashMap::new(),
            observed: Vec::new(),
            drawn_before: 0,
            turn: 0,
            turns: 0,
            stopped_at: 0,
            rendezvous: None,
        }
    }
}

/// The device of the engine, and where variables live that name none.
const PROCESSOR: &str = "cpu";

fn parse(flag: &str) -> Result<Flag, Stop> {
    Ok(flag.parse()?)
}

#[cfg(test)]
mod tests;
