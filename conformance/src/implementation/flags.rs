//! Flags that belong to the process, on an engine whose flags belong to the thread.

use dezero_reference::{Config, Flag};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Both flags, in the order in which this module keeps them.
const BOTH: [Flag; 2] = [Flag::Train, Flag::EnableBackprop];

/// Those flags of a process with several threads that belong to the process.
#[derive(Clone, Debug, Default)]
pub struct SharedFlags([Option<Arc<AtomicBool>>; 2]);

/// What a new thread begins with, of one flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// That of the process.
    Shared,
    /// That of the thread that started it.
    Inherited,
    /// That of a fresh process.
    Default,
}

/// The flags of a thread that is to begin.
#[derive(Debug)]
pub struct NewFlags {
    shared: SharedFlags,
    own: Config,
}

impl SharedFlags {
    /// The flags of a thread that this one starts, which begin so.
    pub fn for_thread(&mut self, beginning: impl Fn(Flag) -> Beginning) -> NewFlags {
        let (mut shared, mut own) = (SharedFlags::default(), DEFAULT);
        for (place, flag) in BOTH.into_iter().enumerate() {
            let now = Config::get(flag);
            match (beginning(flag), flag) {
                (Beginning::Shared, _) => {
                    let new = || Arc::new(AtomicBool::new(now));
                    shared.0[place] = Some(Arc::clone(self.0[place].get_or_insert_with(new)));
                }
                (Beginning::Inherited, Flag::Train) => own.train = now,
                (Beginning::Inherited, Flag::EnableBackprop) => own.enable_backprop = now,
                (Beginning::Default, _) => {}
            }
        }
        NewFlags { shared, own }
    }

    /// Sets the flags of this thread as they stand for all.
    pub fn load(&self) {
        for (flag, shared) in BOTH.into_iter().zip(&self.0) {
            if let Some(shared) = shared {
                Config::set(flag, shared.load(Ordering::SeqCst));
            }
        }
    }

    /// Lets the flags stand for all as they stand on this thread.
    pub fn store(&self) {
        for (flag, shared) in BOTH.into_iter().zip(&self.0) {
            if let Some(shared) = shared {
                shared.store(Config::get(flag), Ordering::SeqCst);
            }
        }
    }
}

impl NewFlags {
    /// Sets them on this thread, and says what it shares with others.
    pub fn begin(self) -> SharedFlags {
        set(self.own);
        self.shared.load();
        self.shared
    }
}

/// The flags of a fresh process.
pub const DEFAULT: Config = Config { enable_backprop: true, train: true };

/// Sets both flags of this thread.
pub fn set(config: Config) {
    Config::set(Flag::Train, config.train);
    Config::set(Flag::EnableBackprop, config.enable_backprop);
}
