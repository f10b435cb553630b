//! The page: one file that needs nothing else, and works without its script.

mod chapter;
mod detail;
mod filter;
mod overview;
mod questions;
mod whole;

pub(super) use whole::write;
