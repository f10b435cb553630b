#![doc = include_str!("../spec/config.md")]
#![doc = "\n"]
#![doc = include_str!("../spec/links.md")]

use crate::Error;
use std::cell::Cell;
use std::str::FromStr;

/// The two flags of the chapter, one pair for each thread.
///
/// They are independent: neither [`no_grad`] nor [`test_mode`] touches the other's flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whether calls are recorded for [`crate::Variable::backward`].
    pub enable_backprop: bool,
    /// Train mode; `false` is test mode.
    pub train: bool,
}

thread_local! {
    // r[config.default] r[config.thread.scope] r[config.thread.dropout]
    static CURRENT: Cell<Config> =
        const { Cell::new(Config { enable_backprop: true, train: true }) };
}

impl Config {
    /// Both flags as they stand on this thread now.
    pub fn current() -> Config {
        CURRENT.get()
    }

    /// One flag as it stands on this thread now.
    pub fn get(flag: Flag) -> bool {
        match flag {
            Flag::EnableBackprop => Config::current().enable_backprop,
            Flag::Train => Config::current().train,
        }
    }

    /// Sets one flag on this thread and leaves the other alone.
    ///
    /// A scope that is open goes on to restore what it saved.
    pub fn set(flag: Flag, value: bool) {
        let mut config = Config::current();
        match flag {
            Flag::EnableBackprop => config.enable_backprop = value, // r[config.independent]
            Flag::Train => config.train = value,
        }
        CURRENT.set(config);
    }
}

/// The name of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// `"enable_backprop"`
    EnableBackprop,
    /// `"train"`
    Train,
}

impl FromStr for Flag {
    type Err = Error;

    /// # Errors
    /// [`Error::UnknownFlag`] for any name but the two; nothing is changed then.
    fn from_str(name: &str) -> Result<Flag, Error> {
        match name {
            "enable_backprop" => Ok(Flag::EnableBackprop),
            "train" => Ok(Flag::Train),
            _ => Err(Error::UnknownFlag(name.to_owned())), // r[config.unknown-name]
        }
    }
}

/// A scope as an object: Python's `using_config(name, value)` before `with` enters it.
///
/// Making one changes nothing, and each entry is on its own, so one scope may be entered again, and
/// again while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The flag that it sets.
    pub flag: Flag,
    /// The value that the flag has inside.
    pub value: bool,
}

impl Scope {
    /// Saves the flag and sets it. r[config.scope.unentered]
    pub fn enter(self) -> Entered {
        let saved = Config::get(self.flag); // r[config.restore.saved-at-entry] r[config.scope.entry]
        Config::set(self.flag, self.value); // r[config.using.sets]
        Entered { flag: self.flag, saved } // r[config.scope.again]
    }
}

/// A scope that was entered. It puts back what it saved when it is dropped, on every way out.
///
/// Rust drops the latest first. Dropped in another order, they leave the value that the last one
/// saved, as in the chapter.
#[must_use = "a scope is left when this is dropped, which is at once if it is not held"]
#[derive(Debug)]
pub struct Entered {
    flag: Flag,
    saved: bool,
}

impl Drop for Entered {
    fn drop(&mut self) {
        // r[config.restore.return] r[config.restore.error] r[config.restore.panic]
        // r[config.restore.inner-set] r[config.thread.restore]
        Config::set(self.flag, self.saved);
    }
}

/// Runs `body` with `flag` at `value`; then the value that `flag` had at entry is back, whether
/// `body` returned, returned early, failed or panicked.
///
/// What `body` returns, an `Err` too, is handed on unchanged. [Its rules](crate::config).
pub fn using_config<R>(flag: Flag, value: bool, body: impl FnOnce() -> R) -> R {
    let _entered = Scope { flag, value }.enter();
    body() // r[config.propagate]
}

/// Runs `body` without recording: nothing in it can be differentiated.
pub fn no_grad<R>(body: impl FnOnce() -> R) -> R {
    using_config(Flag::EnableBackprop, false, body)
}

/// Runs `body` in test mode: dropout does nothing in it.
pub fn test_mode<R>(body: impl FnOnce() -> R) -> R {
    using_config(Flag::Train, false, body) // r[config.test-mode]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_two_names() {
        assert_eq!("train".parse(), Ok(Flag::Train));
        assert_eq!("enable_backprop".parse(), Ok(Flag::EnableBackprop));
        assert_eq!("trian".parse::<Flag>(), Err(Error::UnknownFlag("trian".to_owned())));
    }
}
