//! The book as data: the rules and the choices of `spec/`, and what mends a broken rule.

mod passages;
mod rules;

pub use passages::passage;
pub use rules::*;
