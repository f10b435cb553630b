//! A judge of dropout and train/test mode.
//!
//! The specification is the book of [`dezero_reference`]. This library asks an implementation, in
//! this process or in another one, to run programs, and judges what it observed:
//!
//! ```
//! use dezero_spec::{Conclusion, Options, subject::{Engine, Reference}, verify_with};
//!
//! let mut reference = Engine::new(Reference);
//! let options = Options { rules: vec!["dropout.train.scale"], seed: 1, ..Options::default() };
//! let report = verify_with(&mut reference, &options, &mut |_| {})?;
//! assert_eq!(report.conclusion(false), Conclusion::SelectedRulesPass);
//! # Ok::<(), dezero_spec::subject::Fault>(())
//! ```

pub mod adapter;
pub mod advice;
pub mod checks;
pub mod doctor;
mod effort;
pub mod expectations;
pub mod finding;
pub mod fixtures;
pub mod flags;
pub mod framework;
pub mod interpreter;
mod judgement;
pub mod kills;
pub mod manifest;
pub mod mistakes;
pub mod mutants;
pub mod oracle;
pub mod programs;
pub mod recorded;
pub mod report;
pub mod rules;
pub mod schemas;
pub mod serve;
pub mod session;
pub mod spelling;
mod steps;
pub mod subject;
mod suite;
pub mod thread;
mod verdict;
pub mod wager;
pub mod wire;

pub use effort::Effort;
pub use suite::{Again, Options, Part, Progress, fresh_seed, replay, verify, verify_with};
pub use verdict::{Conclusion, Reason, Report, Ruling, Verdict};
