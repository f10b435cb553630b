//! What is asked for each rule.

mod bitwise;
mod cells;
mod config;
mod contexts;
mod direct;
mod dropout;
mod ensemble;
mod gradient;
mod layer;
mod look;
mod mask;
mod places;
mod protocol;
mod random;
mod scopes;
mod seeds;
mod table;
mod threads;

pub use cells::powers;
pub(crate) use mask::{dependent, wrong_rate};
pub(crate) use random::{bets_on_programs, in_random_programs};
pub use table::{Ask, Check, checks};
