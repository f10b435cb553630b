//! The page of a run: one file that needs nothing else, and no script.

mod broken;
mod exhibit;
mod expectations;
mod masks;
mod picture;
mod rules;
mod whole;

pub(super) use whole::write;
