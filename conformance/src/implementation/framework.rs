//! What a program needs of an implementation that runs on the engine.

use crate::wire::{Answer, Mode, Observation, Origin, Outcome, Same, Step, ViewKind};
use dezero_reference::random::drawn;
use dezero_reference::{
    Element, Entered, Error, Flag, Layer, Scope, Variable, direct_dropout, dropout, inject, seed,
    using_config,
};
use ndarray::ArrayD;
use std::fmt::Display;

/// What a program needs of an implementation. Each method is the engine's own behaviour unless it
/// is overridden.
pub trait Framework<E: Element>: Sized {
    /// Inverted or direct dropout, under the flags as they stand. A framework that works in place
    /// writes to `x`.
    fn dropout(&mut self, x: &mut Variable<E>, call: &Call) -> Result<Variable<E>, Error> {
        engine_dropout(x, call)
    }

    /// Going back from `y`. `made` is the number of the call whose result it is, if it is one.
    fn backward(
        &mut self,
        y: &Variable<E>,
        _made: Option<usize>,
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
        let flag = flag.parse::<Flag>()?;
        using_config(flag, value, || body(self))
    }

    /// Called before a value is observed: a framework that computes late may refuse it only then.
    fn look_at(&mut self, _x: &Variable<E>) -> Result<(), Error> {
        Ok(())
    }

    /// Makes a dropout layer.
    fn make_layer(&mut self, ratio: f64) -> Layer {
        Layer::dropout(ratio)
    }

    /// Gives a layer or a model a mode.
    fn set_layer_mode(&mut self, layer: &Layer, train: bool) {
        layer.set_train(train);
    }

    /// What a text counts for where a flag takes true or false; the types of this language refuse
    /// it.
    fn truth(&mut self, _flag: Flag, text: &str) -> Result<bool, Stop> {
        Err(not_a_value(text))
    }

    /// Makes a scope without entering it.
    fn make_scope(&mut self, flag: &str, value: bool) -> Result<ScopeObject, Stop> {
        let flag = flag.parse::<Flag>()?;
        Ok(ScopeObject::new(Scope { flag, value }))
    }

    /// Enters a scope.
    fn enter(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        scope.entered.push(scope.scope.enter());
        Ok(())
    }

    /// Leaves a scope: the latest of its entries that is still open.
    fn exit(&mut self, scope: &mut ScopeObject) -> Result<(), Stop> {
        scope.entered.pop().map(drop).ok_or_else(|| Stop::raised("the scope is not open"))
    }

    /// What runs the part of a program that is on a new thread, made there; `body` is that part and
    /// `first` the number of its first step. `None` if there are no threads.
    fn for_thread<'a>(&mut self, _body: &[Step], _first: usize) -> Option<NewThread<'a, Self>>
    where
        Self: 'a,
    {
        None
    }

    /// Called before each step, and after others have run: what belongs to the process may have
    /// changed.
    fn look_around(&mut self) {}

    /// Called after each step: what belongs to the process may have been changed by it.
    fn make_known(&mut self) {}

    /// Where the result of a function lives whose input lives on `device`.
    fn device_of_result(&mut self, device: &str) -> String {
        device.to_owned()
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

    /// Whether `b` is `a`. `made` is the number of the call whose result `b` is, if it is one.
    fn same(&mut self, a: &Variable<E>, b: &Variable<E>, _made: Option<usize>) -> Same {
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

/// Makes a framework on the thread that it is for.
pub type NewThread<'a, F> = Box<dyn FnOnce() -> F + Send + 'a>;

/// A scope as an object, which may be entered more than once.
#[derive(Debug)]
pub struct ScopeObject {
    /// What it sets.
    pub scope: Scope,
    /// The entries that are open, as the engine has them.
    entered: Vec<Entered>,
    /// The numbers of the entries that are open, for a framework that keeps its own account.
    pub entries: Vec<usize>,
    /// Whether it was entered before.
    pub used: bool,
    /// What the flag was when the scope was made.
    pub made: bool,
}

/// An entry of a scope that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeEntry {
    /// Its number among all entries of the framework.
    pub number: usize,
    /// What it saved.
    pub saved: bool,
}

impl ScopeObject {
    /// A scope that was not entered.
    pub fn new(scope: Scope) -> ScopeObject {
        ScopeObject { scope, entered: Vec::new(), entries: Vec::new(), used: false, made: false }
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
    /// How `x` shows the memory of another variable, if it does.
    pub view: Option<ViewKind>,
    /// The layer that was called, if it was one: a number that no other layer has.
    pub layer: Option<usize>,
    /// Whether the numbers of `x` are those that the program gave: no mask decides on them.
    pub given: bool,
    /// The number of the call whose result `x` is, if it is one.
    pub made: Option<usize>,
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

/// An error that the framework raised: `?` is enough in an adapter.
impl<E: std::error::Error> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::raised(error)
    }
}

/// What a framework says that refuses a text where a flag takes true or false.
pub(crate) fn not_a_value(text: &str) -> Stop {
    Stop::raised(format!("`{text}` is neither true nor false"))
}

impl Answer {
    /// The answer for a program that observed this, and stopped at a step if it did. One that is refused
    /// observed nothing.
    pub(crate) fn stopped(observations: Vec<Observation>, ended: Option<(usize, Stop)>) -> Answer {
        let outcome = match ended {
            None => Outcome::Done,
            Some((at, Stop::Raised(from, message))) => {
                Outcome::Raised { at, from, message, traceback: Vec::new() }
            }
            Some((at, Stop::Unsupported(why))) => {
                return Answer {
                    observations: Vec::new(),
                    outcome: Outcome::Unsupported { at, why },
                };
            }
        };
        Answer { observations, outcome }
    }
}

impl Stop {
    /// An error that the framework raised, in its words.
    pub fn raised(message: impl Display) -> Stop {
        Stop::Raised(Origin::Library, message.to_string())
    }

    /// A step that the framework has nothing for.
    pub fn unsupported(step: &Step) -> Stop {
        let step = serde_json::to_value(step).unwrap_or_default();
        let op = step["op"].as_str().unwrap_or("this step");
        Stop::Unsupported(format!("nothing like {op}"))
    }

    /// The program's own error.
    pub(crate) fn by_the_program() -> Stop {
        Stop::Raised(Origin::Body, "raised by the program".to_owned())
    }

    /// A name that the program has not bound.
    pub fn unbound(name: &str) -> Stop {
        Stop::Raised(Origin::Adapter, format!("no variable `{name}` is bound"))
    }
}

/// The account of a framework that keeps its own: the entries of scope objects that are open, the
/// latest last.
#[derive(Debug, Default)]
pub(crate) struct OpenScopes {
    open: Vec<(Scope, ScopeEntry)>,
    entries: usize,
}

/// The latest entry of a scope.
pub(crate) struct Latest<'o> {
    /// Where it is in the account.
    pub(crate) place: usize,
    /// What it saved.
    pub(crate) saved: bool,
    /// The entries after it, of any scopes.
    pub(crate) later: &'o mut [(Scope, ScopeEntry)],
}

impl OpenScopes {
    /// A scope was entered, and that entry saved this.
    pub(crate) fn enter(&mut self, scope: &mut ScopeObject, saved: bool) {
        let entry = ScopeEntry { number: self.entries, saved };
        self.entries += 1;
        scope.used = true;
        scope.entries.push(entry.number);
        self.open.push((scope.scope, entry));
    }

    /// What the open entries of `scope` have saved, the latest last.
    pub(crate) fn saved_by<'o>(
        &'o mut self,
        scope: &'o ScopeObject,
    ) -> impl Iterator<Item = &'o mut bool> {
        let own = self.open.iter_mut().filter(|(_, entry)| scope.entries.contains(&entry.number));
        own.map(|(_, entry)| &mut entry.saved)
    }

    /// The latest entry of `scope`.
    ///
    /// # Errors
    /// If it is not open.
    pub(crate) fn latest(&mut self, scope: &ScopeObject) -> Result<Latest<'_>, Stop> {
        let latest = scope.entries.last();
        let place = self.open.iter().position(|(_, entry)| Some(&entry.number) == latest);
        let place = place.ok_or_else(|| Stop::raised("the scope is not open"))?;
        let saved = self.open[place].1.saved;
        Ok(Latest { place, saved, later: &mut self.open[place + 1..] })
    }

    /// The entry at `place`, the latest of `scope`, was left.
    pub(crate) fn leave(&mut self, scope: &mut ScopeObject, place: usize) {
        scope.entries.pop();
        self.open.remove(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dezero_reference::Flag;

    fn scope() -> ScopeObject {
        ScopeObject::new(Scope { flag: Flag::Train, value: false })
    }

    /// Entries are found by their number. Other scopes may be entered in between or left before.
    #[test]
    fn the_latest_entry_is_found() {
        let (mut open, mut a, mut b) = (OpenScopes::default(), scope(), scope());
        assert!(open.latest(&a).is_err());
        open.enter(&mut a, true);
        open.enter(&mut b, false);
        open.enter(&mut a, false);
        assert!(a.used && a.entries == [0, 2] && b.entries == [1]);
        let saved = |open: &mut OpenScopes, of: &ScopeObject| {
            open.saved_by(of).map(|saved| *saved).collect::<Vec<_>>()
        };
        assert_eq!((saved(&mut open, &a), saved(&mut open, &b)), (vec![true, false], vec![false]));
        let of_b = open.latest(&b).ok().unwrap();
        assert_eq!((of_b.place, of_b.saved, of_b.later.len()), (1, false, 1));
        assert_eq!(of_b.later[0].1, ScopeEntry { number: 2, saved: false });
        let of_a = open.latest(&a).ok().unwrap();
        assert_eq!((of_a.place, of_a.saved, of_a.later.len()), (2, false, 0));
        open.leave(&mut b, 1);
        assert!(b.entries.is_empty() && open.latest(&b).is_err());
        assert_eq!(open.latest(&a).ok().unwrap().place, 1);
        open.leave(&mut a, 1);
        let first = open.latest(&a).ok().unwrap();
        assert_eq!((first.place, first.saved), (0, true));
        open.enter(&mut b, true);
        assert_eq!(b.entries, [3]);
    }
}
