//! The catalogue of wrong implementations and legal variants, and how the judge does on it.

mod bar;
mod kills;
mod legal;
mod list;
mod matrix;
mod run;

pub(super) use run::run;
