//! The book as data: the rules and the choices of `spec/`, and what mends a broken rule.

mod advice;
mod rules;

pub use advice::*;
pub use rules::*;
