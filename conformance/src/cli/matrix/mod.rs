//! Many reports side by side: implementations × rules.

mod joined;
mod markdown;
mod page;
mod questions;
mod run;
mod terminal;

pub(super) use run::{run, write};
