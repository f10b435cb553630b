//! What a program needs of an implementation that runs on the engine.

use crate::wire::{Mode, Origin, Same};
use dezero_reference::{
    Element, Error, Flag, Variable, direct_dropout, dropout, inject, random::drawn, seed,
    using_config,
};
use ndarray::ArrayD;

/// What a program needs of an implementation. Each method is the engine's own behaviour unless it
/// is overridden.
pub trait Framework<E: Element>: Sized {
    /// Inverted or direct dropout, under the flags as they stand. A framework that works in place
    /// writes to `x`.
    fn dropout(&mut self, x: &mut Variable<E>, call: &Call) -> Result<Variable<E>, Error> {
        engine_dropout(x, call)
    }

    /// Going back from `y`.
    fn backward(
        &mut self,
        y: &Variable<E>,
        gy: Option<ArrayD<E>>,
        create_graph: bool,
    ) -> Result<(), Error> {
        y.backward(gy, create_graph)
    }

    /// A scope around `body`, which gets the framework back.
    fn using_config(
        &mut self,
        flag: &str,
        value: bool,
        body: &mut dyn FnMut(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let flag = flag.parse::<Flag>().map_err(Stop::library)?;
        using_config(flag, value, || body(self))
    }

    /// Forgets the gradient of `x`.
    fn clear_grad(&mut self, x: &Variable<E>) {
        x.clear_grad();
    }

    /// Whether going back from `x` is possible.
    fn recorded(&mut self, x: &Variable<E>) -> bool {
        x.has_creator()
    }

    /// Seeds the generator.
    fn seed(&mut self, value: u32) {
        seed(u64::from(value));
    }

    /// Whether `b` is `a`; both names and all calls are known to the engine.
    fn same(&mut self, a: &Variable<E>, b: &Variable<E>) -> Same {
        if a.is(b) { Same::Object } else { Same::No }
    }

    /// The number of uniforms drawn on this thread so far.
    fn drawn(&mut self) -> u64 {
        drawn()
    }

    /// Whether all turns of a `repeat` are alike, so that one stands for all.
    fn turns_are_alike(&self) -> bool {
        false
    }
}

/// A call of dropout.
#[derive(Clone, Debug)]
pub struct Call {
    /// The number of the step.
    pub at: usize,
    /// The mode for this call alone; `None` if it is called under the flags as they stand.
    pub mode: Option<Mode>,
    /// Direct dropout, not inverted.
    pub direct: bool,
    /// The ratio; `None` is the default.
    pub ratio: Option<f64>,
    /// Uniforms in place of the generator's.
    pub uniforms: Option<Vec<f64>>,
}

/// The engine's dropout.
pub fn engine_dropout<E: Element>(x: &Variable<E>, call: &Call) -> Result<Variable<E>, Error> {
    inject(call.uniforms.iter().flatten().copied());
    let y = if call.direct { direct_dropout(x, call.ratio) } else { dropout(x, call.ratio) };
    inject([]); // What test mode did not draw must not reach a later call.
    y
}

/// Why a program ended early.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// An error, with its message.
    Raised(Origin, String),
    /// A step that cannot be run.
    Unsupported(String),
}

impl Stop {
    /// An error that the framework raised.
    pub fn library(error: Error) -> Stop {
        Stop::Raised(Origin::Library, error.to_string())
    }
}
