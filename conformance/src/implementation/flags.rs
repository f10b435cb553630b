//! Flags that belong to the process, on an engine whose flags belong to the thread.

use dezero_reference::{Config, Flag};
use std::sync::{Arc, Mutex, PoisonError};

/// The flags of a process with several threads; nothing at all where flags belong to the thread.
#[derive(Clone, Debug, Default)]
pub struct SharedFlags(Option<Arc<Mutex<Config>>>);

impl SharedFlags {
    /// The flags for one more thread, which begin as this thread's are.
    pub fn share(&mut self) -> SharedFlags {
        let current = || Arc::new(Mutex::new(Config::current()));
        SharedFlags(Some(Arc::clone(self.0.get_or_insert_with(current))))
    }

    /// Sets the flags of this thread as they stand for all.
    pub fn load(&self) {
        if let Some(shared) = &self.0 {
            set(*shared.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Lets the flags stand for all as they stand on this thread.
    pub fn store(&self) {
        if let Some(shared) = &self.0 {
            *shared.lock().unwrap_or_else(PoisonError::into_inner) = Config::current();
        }
    }
}

/// The flags that a new thread begins with.
#[derive(Clone, Debug)]
pub enum Beginning {
    /// Those of the process.
    Shared(SharedFlags),
    /// Those of the thread that started it.
    Inherited(Config),
    /// Those of a fresh process.
    Default,
}

impl Beginning {
    /// Sets them on this thread, and says what it shares with others.
    pub fn begin(self) -> SharedFlags {
        match self {
            Beginning::Shared(shared) => {
                shared.load();
                shared
            }
            Beginning::Inherited(config) => {
                set(config);
                SharedFlags::default()
            }
            Beginning::Default => {
                set(DEFAULT);
                SharedFlags::default()
            }
        }
    }
}

/// The flags of a fresh process.
pub const DEFAULT: Config = Config { enable_backprop: true, train: true };

/// Sets both flags of this thread.
pub fn set(config: Config) {
    Config::set(Flag::Train, config.train);
    Config::set(Flag::EnableBackprop, config.enable_backprop);
}
