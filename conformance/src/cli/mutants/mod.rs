//! The catalogue of wrong implementations and legal variants, and how the judge does on it.

mod kills;
mod legal;
mod list;
mod markdown;
mod matrix;
mod record;
mod run;

pub(super) use run::run;
