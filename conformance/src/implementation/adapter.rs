//! For frameworks in Rust: a judge in their own `cargo test`, as the manual of the crate shows.

pub use crate::implementation::framework::Stop;

use crate::implementation::interpreter::{ProgramPanic, caught, ended_by};
use crate::implementation::{Fault, Implementation};
use crate::wire::{Answer, Dtype, FaultKind, Observation, RaiseKind, Seen, Start, Step};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A framework, told step by step what to do.
///
/// What it does not have, it answers with [`Stop::unsupported`]; what the framework refuses, with
/// [`Stop::raised`]. A panic counts as an error of the framework.
pub trait Adapter {
    /// What a name in a program stands for.
    type Variable: Clone;

    /// Does a step that has no body, and gives back what it observes, if it observes anything.
    ///
    /// # Errors
    /// What the framework raised, or that it has nothing like this step.
    fn step(
        &mut self,
        step: &Step,
        names: &mut Names<Self::Variable>,
    ) -> Result<Option<Seen>, Stop>;

    /// Starts anew, as a fresh process would: flags as they are at the beginning, and the generator
    /// seeded with `entropy` if it can be. Says what programs may use; by default `train` and `test`
    /// in float32.
    fn start(&mut self, _entropy: u32) -> Start {
        Start::new(std::any::type_name::<Self>(), &["train", "test"], &[Dtype::Float32])
    }

    /// Runs `body` in a scope: `using_config`, `test_mode`, `no_grad` or `enter`. Only frameworks
    /// that restore flags by themselves should claim that they do.
    ///
    /// # Errors
    /// Those of the body, those of the framework, or that it has no scopes.
    fn scope(
        &mut self,
        scope: &Step,
        _names: &mut Names<Self::Variable>,
        _body: &mut Body<'_, Self>,
    ) -> Result<(), Stop> {
        Err(Stop::unsupported(scope))
    }
}

/// The body of a scope: it is run by calling it.
pub type Body<'b, A> =
    dyn FnMut(&mut A, &mut Names<<A as Adapter>::Variable>) -> Result<(), Stop> + 'b;

/// What the names of a program stand for.
#[derive(Clone, Debug)]
pub struct Names<V> {
    bound: HashMap<String, V>,
}

impl<V> Names<V> {
    /// Binds a name, which may be bound already.
    pub fn bind(&mut self, name: &str, variable: V) {
        self.bound.insert(name.to_owned(), variable);
    }

    /// What a name stands for.
    ///
    /// # Errors
    /// If nothing has bound it.
    pub fn get(&self, name: &str) -> Result<&V, Stop> {
        let found = self.bound.get(name);
        found.ok_or_else(|| Stop::unbound(name))
    }
}

/// An adapter as an implementation in this process.
pub struct InProcess<'a, A> {
    adapter: &'a mut A,
}

impl<'a, A: Adapter> InProcess<'a, A> {
    /// The implementation that `adapter` is.
    pub fn new(adapter: &'a mut A) -> InProcess<'a, A> {
        InProcess { adapter }
    }
}

impl<A: Adapter> Implementation for InProcess<'_, A> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        let start = self.adapter.start(entropy);
        let unfit = |message| Fault { kind: FaultKind::Protocol, message, stderr: Vec::new() };
        start.check().map_err(unfit)?;
        Ok(start)
    }

    fn run(&mut self, _id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let mut names = Names { bound: HashMap::new() };
        let mut run = ProgramRun { observations: Vec::new(), stopped_at: 0 };
        let body = || run.block(self.adapter, &mut names, program, 0);
        let ended = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(ended_by);
        Ok(Answer::stopped(run.observations, ended.err().map(|stop| (run.stopped_at, stop))))
    }
}

/// What is known of a program that runs.
struct ProgramRun {
    observations: Vec<Observation>,
    stopped_at: usize,
}

impl ProgramRun {
    fn block<A: Adapter>(
        &mut self,
        adapter: &mut A,
        names: &mut Names<A::Variable>,
        steps: &[Step],
        first: usize,
    ) -> Result<(), Stop> {
        let mut at = first;
        for step in steps {
            // If the program ends here, by a panic too, this number stays behind.
            let outside = std::mem::replace(&mut self.stopped_at, at);
            self.step(adapter, names, step, at)?;
            self.stopped_at = outside;
            at += step.count();
        }
        Ok(())
    }

    fn step<A: Adapter>(
        &mut self,
        adapter: &mut A,
        names: &mut Names<A::Variable>,
        step: &Step,
        at: usize,
    ) -> Result<(), Stop> {
        let seen = match step {
            Step::Raise { kind: Some(RaiseKind::Panic) } => resume_unwind(Box::new(ProgramPanic)),
            Step::Raise { kind: None } => {
                return Err(Stop::by_the_program());
            }
            Step::Repeat { times, body } => {
                return (0..*times).try_for_each(|_| self.block(adapter, names, body, at + 1));
            }
            Step::Catch { body } => Some(self.catch(adapter, names, body, at)?),
            Step::Threads { .. } => return Err(Stop::unsupported(step)),
            _ => match step.bodies().as_slice() {
                [body] => {
                    let mut run = |adapter: &mut A, names: &mut Names<A::Variable>| {
                        self.block(adapter, names, body, at + 1)
                    };
                    return adapter.scope(step, names, &mut run);
                }
                _ => adapter.step(step, names)?,
            },
        };
        self.observations.extend(seen.map(|seen| Observation { at, seen }));
        Ok(())
    }

    fn catch<A: Adapter>(
        &mut self,
        adapter: &mut A,
        names: &mut Names<A::Variable>,
        body: &[Step],
        at: usize,
    ) -> Result<Seen, Stop> {
        let run = || self.block(adapter, names, body, at + 1);
        let ended = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(ended_by);
        let (origin, message) = caught(ended)?;
        Ok(Seen::Raised(origin, message))
    }
}

#[cfg(test)]
mod tests;
