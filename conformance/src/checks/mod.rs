//! What is asked for each rule.

mod bitwise;
mod config;
mod contexts;
mod direct;
mod dropout;
mod ensemble;
mod gradient;
mod look;
mod mask;
mod protocol;
mod setting;
mod table;

pub use setting::{Setting, round_ratio};
pub use table::{Ask, Check, Over, checks};
