//! Runs programs on the engine: for the reference, for the oracle and for wrong implementations.

use super::framework::{Call, Framework, ScopeObject, Stop};
use crate::wire::{
    Array, Dropout, FlagValue, Mode, Origin, Program, RaiseKind, Real, Seen, Step, ViewKind,
};
use dezero_reference::{Config, Element, Flag, Layer, Variable, using_config};
use ndarray::{ArrayD, Axis, IxDyn, Slice};
use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

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
    /// The number of the call whose result it is, if it is one.
    made: Option<usize>,
}

/// What a program saw, and where and why it ended early if it did.
pub type Ran<E> = (Vec<Observed<E>>, Option<(usize, Stop)>);

impl<'f, E: Element, F: Framework<E>> Interpreter<'f, E, F> {
    /// Runs `program` from its first step.
    pub fn run(framework: &'f mut F, program: &[Step]) -> Ran<E> {
        let state = State { drawn_before: framework.drawn(), ..State::empty() };
        let mut interpreter = Interpreter { framework, state };
        let ended = catch_unwind(AssertUnwindSafe(|| interpreter.block(program, 0)))
            .unwrap_or_else(ended_by);
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
                self.state.names.insert(
                    to.clone(),
                    BoundName { variable, view: None, device, given: true, made: None },
                );
            }
            Step::View { to, of, kind } => {
                let bound = self.look_up(of)?.clone();
                let variable = Variable::new(viewed(bound.variable.data(), *kind)?);
                let view = BoundName { variable, view: Some(*kind), made: None, ..bound };
                self.state.names.insert(to.clone(), view);
            }
            Step::Dropout(call) => self.dropout(call, at, false)?,
            Step::DirectDropout(call) => self.dropout(call, at, true)?,
            Step::Backward { of, gy, create_graph } => {
                let BoundName { variable, made, .. } = self.look_up(of)?.clone();
                let gy = gy.as_ref().map(to_ndarray);
                let result = self.framework.backward(&variable, made, gy, *create_graph);
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
            Step::Raise { kind: Some(RaiseKind::Panic) } => resume_unwind(Box::new(ProgramPanic)),
            Step::Raise { kind: None } => {
                return Err(Stop::by_the_program());
            }
            Step::Catch { body } => self.catch(body, at)?,
            Step::Repeat { times, body } => self.repeat(*times, body, at)?,
            Step::Seed { value } => self.framework.seed(*value),
            Step::Value { of } => {
                let x = self.get(of)?;
                self.framework.look_at(&x)?;
                self.observe(at, Seen::Array(Some(shown(&x))));
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
                let made = self.look_up(b)?.made;
                let same = self.framework.same(&self.get(a)?, &self.get(b)?, made);
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
        let BoundName { variable, view, given, made, .. } = self.look_up(&step.of)?;
        let ratio = step.ratio.map(|Real(ratio)| ratio);
        let uniforms = step.u.as_ref().map(|u| u.values.clone());
        if uniforms.as_ref().is_some_and(|u| u.len() != variable.data().len()) {
            return Err(Stop::Unsupported("`u` has not one uniform for each element".to_owned()));
        }
        let (view, layer, given, made) = (*view, None, *given, *made);
        let mode = step.mode;
        let call = Call { at, mode, direct, ratio, uniforms, view, layer, given, made };
        self.call(&call, &step.to, &step.of)
    }

    fn call(&mut self, call: &Call, to: &str, of: &str) -> Result<(), Stop> {
        let bound = self.look_up(of)?.clone();
        let before = bound.variable.clone();
        let mut x = before.clone();
        let framework = &mut *self.framework;
        let y = match call.mode {
            None => framework.dropout(&mut x, call),
            Some(mode) => {
                using_config(Flag::Train, mode == Mode::Train, || framework.dropout(&mut x, call))
            }
        };
        let y = y?;
        let given = bound.given && x.is(&before);
        let handed_back = given && y.is(&before);
        self.state.names.insert(of.to_owned(), BoundName { variable: x, given, ..bound });
        self.bind(to, y, of)?;
        self.state.names.entry(to.to_owned()).and_modify(|bound| {
            (bound.given, bound.made) = (handed_back, Some(call.at));
        });
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
        self.state.names.insert(
            name.to_owned(),
            BoundName { variable, view: None, device, given: false, made: None },
        ); // r[protocol.names]
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

/// What `raise` panics with; no hook prints anything for it.
pub(crate) struct ProgramPanic;

impl<E: Element, F: Framework<E>> Interpreter<'_, E, F> {
    fn using_config(
        &mut self,
        flag: &str,
        value: bool,
        body: &[Step],
        at: usize,
    ) -> Result<(), Stop> {
        let state = &mut self.state;
        self.framework.using_config(flag, value, &mut |framework| {
            let taken = std::mem::replace(state, State::empty());
            let mut inner = Interpreter { framework, state: taken };
            let ended = inner.body(body, at);
            *state = inner.state;
            ended.unwrap_or_else(|payload| resume_unwind(payload))
        })
    }

    /// Runs the body of a scope that was entered: all threads see that from now on, and the scope is
    /// left on the flags as they stand for all then.
    fn body(&mut self, body: &[Step], at: usize) -> thread::Result<Result<(), Stop>> {
        self.framework.make_known();
        let ended = catch_unwind(AssertUnwindSafe(|| self.block(body, at + 1)));
        self.framework.look_around();
        ended
    }

    fn make_scope(&mut self, to: &str, flag: &str, value: bool) -> Result<(), Stop> {
        let scope = self.framework.make_scope(flag, value)?;
        self.state.scopes.insert(to.to_owned(), Rc::new(RefCell::new(scope)));
        Ok(())
    }

    /// Runs `body` in a scope that was made before, and leaves that scope though its name may stand for
    /// another one by then.
    fn inside(&mut self, of: &str, body: &[Step], at: usize) -> Result<(), Stop> {
        let scope = self.scope(of)?;
        self.framework.enter(&mut scope.borrow_mut())?;
        let ended = self.body(body, at);
        let left = self.framework.exit(&mut scope.borrow_mut());
        ended.unwrap_or_else(|payload| resume_unwind(payload)).and(left)
    }

    fn scope(&self, name: &str) -> Result<Rc<RefCell<ScopeObject>>, Stop> {
        let none = || Stop::Raised(Origin::Adapter, format!("no scope `{name}` was made"));
        self.state.scopes.get(name).cloned().ok_or_else(none)
    }

    // r[protocol.catch]
    fn catch(&mut self, body: &[Step], at: usize) -> Result<(), Stop> {
        let ended = catch_unwind(AssertUnwindSafe(|| self.block(body, at + 1)));
        let (origin, message) = caught(ended.unwrap_or_else(ended_by))?;
        self.observe(at, Seen::Raised(origin, message));
        Ok(())
    }
}

/// What a `catch` makes of how its body ended: errors of the framework and of the program are caught.
pub(crate) fn caught(ended: Result<(), Stop>) -> Result<(Option<Origin>, String), Stop> {
    match ended {
        Ok(()) => Ok((None, String::new())),
        Err(Stop::Raised(origin, message)) if origin != Origin::Adapter => {
            Ok((Some(origin), message))
        }
        Err(stop) => Err(stop),
    }
}

/// A panic as the end of a program: the program's own, or one of the framework.
pub(crate) fn ended_by(payload: Box<dyn Any + Send>) -> Result<(), Stop> {
    if payload.is::<ProgramPanic>() {
        return Err(Stop::Raised(Origin::Body, "raised by the program, as a panic".to_owned()));
    }
    let message = payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()));
    Err(Stop::Raised(Origin::Library, message.unwrap_or_else(|| "a panic".to_owned())))
}

impl<E: Element, F: Framework<E>> Interpreter<'_, E, F> {
    fn make_layer(&mut self, to: &str, ratio: f64) {
        let layer = self.framework.make_layer(ratio);
        self.state.layers.insert(to.to_owned(), layer);
    }

    fn make_model(&mut self, to: &str, layers: &[String]) -> Result<(), Stop> {
        let layers = layers.iter().map(|layer| self.layer(layer)).collect::<Result<_, _>>()?;
        self.state.layers.insert(to.to_owned(), Layer::Model(layers));
        Ok(())
    }

    fn set_layer_mode(&mut self, of: &str, train: bool) -> Result<(), Stop> {
        let layer = self.layer(of)?;
        self.framework.set_layer_mode(&layer, train);
        Ok(())
    }

    fn apply(&mut self, to: &str, of: &str, layer: &str, at: usize) -> Result<(), Stop> {
        let Layer::Dropout { ratio, train } = self.layer(layer)? else {
            return Err(Stop::Unsupported("models are not called".to_owned()));
        };
        let BoundName { view, given, made, .. } = *self.look_up(of)?;
        let mode = Some(if train.get() { Mode::Train } else { Mode::Test });
        let layer = Some(Rc::as_ptr(&train) as usize);
        let ratio = Some(ratio);
        let call =
            Call { at, mode, direct: false, ratio, uniforms: None, view, layer, given, made };
        self.call(&call, to, of)
    }

    fn layer(&self, name: &str) -> Result<Layer, Stop> {
        self.state.layers.get(name).cloned().ok_or_else(|| Stop::unbound(name))
    }
}

/// Where threads wait until all of them are there. One that has ended is not waited for, so that an
/// error on one thread does not leave the others waiting for ever.
struct Rendezvous {
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
    fn threads(&mut self, bodies: &[Program], at: usize) -> Result<(), Stop> {
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
    fn barrier(&mut self) -> Result<(), Stop> {
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
    (observed, turns, stopped_at, ended.unwrap_or_else(ended_by))
}

/// An array that was observed; it may be handed from thread to thread.
#[derive(Clone)]
pub struct ShownArray<E> {
    /// The array.
    pub array: Arc<ArrayD<E>>,
    /// Whether a function created it.
    pub derived: bool,
}

fn shown<E: Element>(x: &Variable<E>) -> ShownArray<E> {
    // In the order in which the protocol writes arrays; a view may have another one.
    let array = Arc::new(x.data().as_standard_layout().into_owned());
    ShownArray { array, derived: x.has_creator() }
}

fn to_ndarray<E: Element>(array: &Array) -> ArrayD<E> {
    let values = array.values.iter().map(|&value| E::nearest(value)).collect();
    ArrayD::from_shape_vec(IxDyn(&array.shape), values).expect("the wire checked the shape")
}

/// The elements that a view of `x` shows, laid out as the view shows them.
pub(crate) fn viewed<E: Element>(x: &ArrayD<E>, kind: ViewKind) -> Result<ArrayD<E>, Stop> {
    if x.ndim() == 0 && matches!(kind, ViewKind::Reverse | ViewKind::Step) {
        return Err(Stop::Unsupported("a single number has no first axis".to_owned()));
    }
    Ok(match kind {
        ViewKind::Transpose => x.t().to_owned(),
        ViewKind::Reverse => x.slice_axis(Axis(0), Slice::new(0, None, -1)).to_owned(),
        ViewKind::Step => x.slice_axis(Axis(0), Slice::new(0, None, 2)).to_owned(),
        ViewKind::Broadcast => {
            let shape = [&[2], x.shape()].concat();
            x.broadcast(shape).expect("a new first axis fits").to_owned()
        }
    })
}

#[cfg(test)]
mod tests;
