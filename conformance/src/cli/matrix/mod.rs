//! Many reports side by side: implementations × rules.

mod evidence;
mod joined;
mod markdown;
mod page;
mod questions;
mod run;
mod state;
mod summary;
mod terminal;

pub(super) use run::run;
