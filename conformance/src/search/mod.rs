//! Random programs: they ask what no check was written for.

mod arrays;
mod attribution;
mod census;
mod context;
mod covering;
mod graph;
mod idioms;
mod scene;
mod shrinking;
mod smaller;
mod space;
mod strategy;
mod together;
mod writer;

pub use arrays::{Numbers, arrays, edge_ratios, ratios, shapes};
pub use attribution::{ATTRIBUTION, Of, Row, Saw, attribute};
pub(crate) use attribution::{DEFAULT_RATIO, INPUT, about, is_about_modes, stands_on};
pub use census::Census;
pub use covering::Met;
pub use scene::MOST_STEPS;
pub(crate) use shrinking::{Found, RowOf, Search, rule_of};
pub use space::Coverage;
#[cfg(test)]
use strategy::small;
pub use strategy::{DrawnProgram, Programs, Question};
#[cfg(test)]
pub(crate) use together::{Move, interleaved};
