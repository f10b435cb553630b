//! A judge of dropout and train/test mode, as the book of [`dezero_reference`] specifies them.
//!
//! A framework in Rust is judged from its own `cargo test`. It says how it does each [step](wire::Step)
//! of a program, and what it observes; what it does not have, it refuses:
//!
//! ```
//! use dezero_spec::{Adapter, Names, Stop};
//! use dezero_spec::wire::{Array, Dropout, Mode, Real, Seen, Step};
//!
//! /// A framework that has nothing but the chapter's four lines.
//! struct Four;
//!
//! # fn uniform() -> f64 { dezero_reference::random::rand(&[])[[]] }
//! fn dropout(x: &[f64], ratio: f64, train: bool) -> Vec<f64> {
//!     let keep = |&x: &f64| if uniform() > ratio { x / (1.0 - ratio) } else { 0.0 };
//!     if train { x.iter().map(keep).collect() } else { x.to_vec() }
//! }
//!
//! impl Adapter for Four {
//!     type Variable = Array;
//!
//!     fn step(&mut self, step: &Step, names: &mut Names<Array>) -> Result<Option<Seen>, Stop> {
//!         match step {
//!             Step::Variable { to, array, .. } => names.bind(to, array.clone()),
//!             Step::Dropout(Dropout { to, of, ratio: Some(Real(ratio)), mode: Some(mode), u: None }) => {
//!                 let x = names.get(of)?;
//!                 if !(0.0..=1.0).contains(ratio) {
//!                     return Err(Stop::raised("the ratio is outside of 0 to 1"));
//!                 }
//!                 let y = dropout(&x.values, *ratio, *mode == Mode::Train);
//!                 names.bind(to, Array::new(x.dtype, &x.shape.clone(), y))
//!             }
//!             Step::Value { of } => return Ok(Some(Seen::Array(Some(names.get(of)?.clone())))),
//!             _ => return Err(Stop::unsupported(step)),
//!         }
//!         Ok(None)
//!     }
//! }
//!
//! dezero_spec::verify(&mut Four)?.assert_conforms();
//! # Ok::<(), dezero_spec::Fault>(())
//! ```
//!
//! Debug builds of the judge are slow; in the framework's `Cargo.toml`,
//! `[profile.dev.package."*"] opt-level = 2` helps.
//!
//! [`verify`] is a first look, with a fresh seed. [`verify_with`] takes [`Options`]; its [`Report`] has
//! the [`Ruling`] on each rule. [`serve()`] puts an [`Adapter`] behind the pipe that `dezero-spec verify
//! impl.json` speaks through, and a [`Process`] is judged like an adapter in this process: both are an
//! [`Implementation`].
//!
//! # The rooms
//!
//! Each module uses what stands below it, and nothing above; a test reads the `use` lines. They are hidden
//! from these pages, and they change without notice: what is shown here is for those who write adapters.
//!
//! - `cli`: the program `dezero-spec`, behind the feature of that name
//! - `upkeep`: the catalogue as a whole, and the thread of each rule
//! - `view`: a report for people and for programs
//! - `run`: which rules are asked, in which order, and what becomes of them
//! - `report`: rulings, reasons, known failures, counterexamples, as data
//! - `check`: what is asked for each rule
//! - `search`: random programs, made small when they disagree
//! - `session`: a conversation with one implementation
//! - `doctor`: what is wrong with an adapter
//! - `fixture`: frozen programs, and what may be observed
//! - `oracle`: whether some mask and some choices explain an answer
//! - `catalogue`: the wrong implementations and the legal variants that the judge is tested with
//! - `bet`: gamblers against the masks, who win only if those are wrong
//! - `implementation`: processes, adapters and the engine, all behind one trait
//! - `wire`: programs, answers and arrays, as the protocol writes them
//! - `book`: rules, choices and remedies, as `spec/` writes them

#[doc(hidden)]
pub mod bet;
#[doc(hidden)]
pub mod book;
#[doc(hidden)]
pub mod catalogue;
#[doc(hidden)]
pub mod check;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod doctor;
#[doc(hidden)]
pub mod fixture;
#[doc(hidden)]
pub mod implementation;
#[doc(hidden)]
pub mod oracle;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod search;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod upkeep;
#[doc(hidden)]
pub mod view;
pub mod wire;

pub use implementation::adapter::{Adapter, Body, InProcess, Names, Stop};
pub use implementation::serve::{answer_judge, serve};
pub use implementation::{Command, Fault, Implementation, Process};
pub use report::{Conclusion, Reason, Report, Ruling, Verdict};
pub use run::{Progress, verify, verify_with};
pub use session::{Effort, Options};
