//! What a person, or a program, reads of a run: each view shows a [`SavedReport`](crate::report::saved::SavedReport).

// Pages and tables show more of a report than a terminal does.
#![cfg_attr(not(feature = "cli"), expect(dead_code))]

#[cfg(feature = "cli")]
mod badge;
mod choices;
#[cfg(feature = "cli")]
mod diff;
mod evidence;
mod github;
#[cfg(feature = "cli")]
mod html;
#[cfg(feature = "cli")]
mod junit;
#[cfg(feature = "cli")]
mod markdown;
#[cfg(feature = "cli")]
mod matrix;
#[cfg(feature = "cli")]
mod page;
mod state;
mod summary;
mod terminal;
mod words;

#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub use badge::{not_run_to_badge, to_badge};
#[cfg(feature = "cli")]
pub use diff::{Changes, print_changes};
pub use github::annotations;
#[cfg(feature = "cli")]
pub use junit::{not_run_to_junit, to_junit};
#[cfg(feature = "cli")]
pub use markdown::to_markdown;
#[cfg(feature = "cli")]
pub use matrix::{Matrix, matrix_to_markdown, matrix_to_page, print_matrix};
#[cfg(feature = "cli")]
pub use page::to_page;
#[cfg(feature = "cli")]
pub(crate) use summary::Summary;
pub use terminal::{print, print_counterexample, print_verdict};
#[cfg(feature = "cli")]
pub(crate) use words::one_line;
pub use words::{counted, wrap};
