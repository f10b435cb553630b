use super::{EarlyEnd, Inside, Scene, flag_index, refuse};
use crate::wire::Step;

impl Scene<'_> {
    pub(super) fn catch(&mut self, body: &[Step]) -> Result<(), EarlyEnd> {
        if let [Step::Exit { of }] = body {
            return self.leave_early(of);
        }
        let outside = self.inside;
        let before = self.names.clone();
        self.inside.catch = Some(self.by_hand.len());
        let ended = self.block(body);
        if self.inside.doubtful {
            // A name bound after a step that may be refused has no known value.
            self.names.retain(|name, node| before.get(name) == Some(&*node));
        }
        self.inside = outside;
        match ended {
            Ok(()) | Err(EarlyEnd::Raised) => Ok(()),
            refused => refused,
        }
    }

    /// Runs a body in a scope, which restores the flag on every way out.
    pub(in crate::search) fn scoped(
        &mut self,
        flag: &str,
        value: bool,
        body: &[Step],
    ) -> Result<(), EarlyEnd> {
        let Some(index) = flag_index(flag) else { return refuse("no such flag") };
        let (saved, outside) = (self.flags[index], self.inside);
        self.flags[index] = Some(value);
        self.inside.scope = true;
        let ended = self.block(body);
        self.inside = Inside { doubtful: self.inside.doubtful, ..outside };
        self.flags[index] = saved;
        ended
    }

    /// A body that is closed: it uses only what it makes, and nothing that it makes is used outside.
    pub(in crate::search) fn closed(
        &mut self,
        body: &[Step],
        inside: Closed,
    ) -> Result<(), EarlyEnd> {
        let (names, scopes) = (self.names.clone(), self.scopes.clone());
        let layers = self.layers.clone();
        let (outside, flags) = (self.inside, self.flags);
        self.close(inside);
        let ended = self.block(body);
        let same_flags = self.flags == flags;
        (self.names, self.scopes, self.inside, self.flags) = (names, scopes, outside, flags);
        self.layers = layers;
        match ended {
            Ok(()) if inside == Closed::Repeat && !same_flags => refuse("turns that differ"),
            Err(EarlyEnd::Raised) => refuse("an error that leaves a closed body"),
            ended => ended,
        }
    }

    pub(super) fn close(&mut self, closed: Closed) {
        self.names.clear();
        self.scopes.clear();
        self.layers.clear();
        match closed {
            Closed::Repeat => self.inside = Inside { repeat: true, catch: None, ..self.inside },
            Closed::Thread => {
                self.inside = Inside { thread: true, ..Inside::default() };
                self.flags = [None; 2];
            }
        }
    }

    pub(super) fn repeat(&mut self, times: usize, body: &[Step]) -> Result<(), EarlyEnd> {
        let threads = |step: &Step| matches!(step, Step::Threads { .. });
        if self.inside.repeat || self.inside.thread || times > 64 {
            return refuse("repeats within repeats, or on threads");
        }
        if Step::numbered(body).iter().any(|(_, step)| threads(step)) {
            return refuse("threads in a repeat");
        }
        self.closed(body, Closed::Repeat)
    }

    pub(in crate::search) fn on_threads(&mut self) -> Result<(), EarlyEnd> {
        match self.inside.thread || self.inside.repeat || !self.by_hand.is_empty() {
            true => refuse("threads within threads, or in an open scope"),
            false => Ok(()),
        }
    }

    /// What the flags are is not known any more.
    pub(in crate::search) fn forget_flags(&mut self) {
        self.flags = [None; 2];
    }

    pub(super) fn enter(&mut self, of: &str, body: Option<&[Step]>) -> Result<(), EarlyEnd> {
        let Some(scope) = self.scopes.get_mut(of) else { return refuse("no such scope") };
        if scope.lost {
            return refuse("a scope whose effect is not known");
        }
        let questioned = std::mem::replace(&mut scope.used, true);
        let (flag, value) = (scope.flag.clone(), scope.value);
        if let Some(body) = body {
            if questioned {
                self.doubt()?;
                // The body is entered by some and not by others.
                self.inside.doubtful = false;
            }
            let ended = self.scoped(&flag, value, body);
            self.inside.doubtful |= questioned;
            return ended;
        }
        if questioned || self.inside.thread || self.inside.repeat {
            return refuse("entered by hand, where it may be refused");
        }
        let index = flag_index(&flag).expect("it was made");
        let saved = self.flags[index];
        self.scopes.get_mut(of).expect("it was found").saved.push(saved);
        self.flags[index] = Some(value);
        self.by_hand.push(of.to_owned());
        Ok(())
    }

    pub(super) fn exit(&mut self, of: &str) -> Result<(), EarlyEnd> {
        if self.by_hand.last().is_none_or(|last| last != of) {
            return refuse("a scope that is not the latest that is open");
        }
        self.by_hand.pop();
        let scope = self.scopes.get_mut(of).expect("it was entered");
        let saved = scope.saved.pop().expect("it was entered");
        let index = flag_index(&scope.flag).expect("it was made");
        self.flags[index] = if scope.lost { None } else { saved };
        Ok(())
    }

    /// Leaves a scope before one that was entered later, which may be refused. It may count as open then, and be
    /// in the way of any that was entered before.
    pub(super) fn leave_early(&mut self, of: &str) -> Result<(), EarlyEnd> {
        let Some(place) = self.by_hand.iter().position(|open| open == of) else {
            return refuse("a scope that is not open");
        };
        if place > 0 || self.inside.scope {
            return refuse("a scope around, which may not be left in its turn then");
        }
        let flag = self.scopes[of].flag.clone();
        // A scope that is left open may end when its object goes; it must restore true then.
        if self.scopes[of].saved.last() != Some(&Some(true)) {
            return refuse("leaving this scope open could later restore `false`");
        }
        for name in self.by_hand.split_off(place) {
            let scope = self.scopes.get_mut(&name).expect("it was entered");
            if scope.flag != flag {
                return refuse("scopes of two flags need no order");
            }
            scope.lost = true;
            if name != of {
                self.by_hand.push(name);
            }
        }
        self.flags[flag_index(&flag).expect("it was made")] = None;
        Ok(())
    }
}

/// The kinds of closed bodies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum Closed {
    Repeat,
    Thread,
}
