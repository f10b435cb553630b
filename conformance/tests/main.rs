//! The judge from outside, topic by topic. `cargo test -p dezero-spec --test integration names::` runs
//! one of them.

// The judge notices what is wrong, and accuses no right implementation.
mod cheats; // adapters that do not do the work
mod kernel; // mutants and reference are one engine but for one method
mod mutants; // each mutant and each legal variant, judged
mod names; // simple mistakes fail exactly the rules that they break
mod recorded; // answers on record, and live
mod reference; // the reference conforms
mod wager; // bets are fair, and they are won

// Random programs.
mod programs; // asked, explained, made small
mod replays; // what is printed to see a failure again
mod samples; // which programs there are

// The specification and the fixtures.
mod fixtures; // as the oracle writes them
mod laws; // prose, engine, checks and mutants belong together
mod schema; // what is read and written is what the schemas say

// The program, as its users meet it.
#[cfg(unix)]
mod adapters; // bad adapters and bad input
#[cfg(unix)]
mod consoles; // the commands of all documents
mod diff; // two reports compared
mod expectations; // known failures
mod first_minutes; // `init`, `doctor` and a first adapter
#[cfg(unix)]
mod interrupted; // Ctrl-C
mod junit; // the report for CI
mod matrix; // many reports side by side
#[cfg(unix)]
mod mistakes; // mistakes in the protocol
mod outputs; // the formats of one run
mod readme; // the README and its translation
#[cfg(unix)]
mod rude; // rude adapters, broken files, bad surroundings
#[cfg(unix)]
mod several; // a class in one command, annotations, subjects by what is near
#[cfg(unix)]
mod transcripts; // every word that is printed

mod support;
