//! Random programs: they ask what no check was written for.

mod arrays;
mod attribution;
mod census;
mod context;
mod graph;
mod idioms;
mod scene;
mod shrinking;
mod smaller;
mod strategy;
mod together;
mod writer;

pub use arrays::{Numbers, USUAL, arrays, edge_ratios, ratios, shapes};
pub use attribution::{ATTRIBUTION, Of, Row, Saw, attribute};
pub(crate) use attribution::{about, stands_on};
pub use census::Census;
pub use scene::MOST_STEPS;
pub(crate) use shrinking::{Found, Search, rule_of};
pub use strategy::{DrawnProgram, Programs, Question};
#[cfg(test)]
pub(crate) use together::{Move, interleaved};
