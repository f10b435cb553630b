use super::{Interpreter, State};
use crate::implementation::framework::{Framework, ScopeObject, Stop};
use crate::wire::{Origin, Seen, Step};
use dezero_reference::Element;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::thread;

/// What `raise` panics with; no hook prints anything for it.
pub(crate) struct ProgramPanic;

impl<E: Element, F: Framework<E>> Interpreter<'_, E, F> {
    pub(super) fn using_config(
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

    pub(super) fn make_scope(&mut self, to: &str, flag: &str, value: bool) -> Result<(), Stop> {
        let scope = self.framework.make_scope(flag, value)?;
        self.state.scopes.insert(to.to_owned(), Rc::new(RefCell::new(scope)));
        Ok(())
    }

    /// Runs `body` in a scope that was made before, and leaves that scope though its name may stand for
    /// another one by then.
    pub(super) fn inside(&mut self, of: &str, body: &[Step], at: usize) -> Result<(), Stop> {
        let scope = self.scope(of)?;
        self.framework.enter(&mut scope.borrow_mut())?;
        let ended = self.body(body, at);
        let left = self.framework.exit(&mut scope.borrow_mut());
        ended.unwrap_or_else(|payload| resume_unwind(payload)).and(left)
    }

    pub(super) fn scope(&self, name: &str) -> Result<Rc<RefCell<ScopeObject>>, Stop> {
        let none = || Stop::Raised(Origin::Adapter, format!("no scope `{name}` was made"));
        self.state.scopes.get(name).cloned().ok_or_else(none)
    }

    // r[protocol.catch]
    pub(super) fn catch(&mut self, body: &[Step], at: usize) -> Result<(), Stop> {
        let ended = catch_unwind(AssertUnwindSafe(|| self.block(body, at + 1)));
        let (origin, message) = caught(ended.unwrap_or_else(raised))?;
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
pub(crate) fn raised(payload: Box<dyn Any + Send>) -> Result<(), Stop> {
    if payload.is::<ProgramPanic>() {
        return Err(Stop::Raised(Origin::Body, "raised by the program, as a panic".to_owned()));
    }
    let message = payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()));
    Err(Stop::Raised(Origin::Library, message.unwrap_or_else(|| "a panic".to_owned())))
}
