//! What a check finds, and what stands in its way.

use crate::implementation::Fault;
use crate::oracle::{Choices, Exactness, Mismatch};
use crate::wire::{Answer, Program};

/// What a check found: evidence, or what was in the way.
pub type Finding = Result<String, Setback>;

/// Why a rule does not pass.
#[derive(Clone, Debug)]
pub enum Setback {
    /// It is broken.
    Broken(Box<Counterexample>),
    /// Masks as they should be are less likely than one run in a thousand million.
    Unlikely(String),
    /// There were too few masks to tell.
    Inconclusive(String),
    /// The masks are wrong, and this rule on masks says what is wrong with them; what was seen.
    MayFollow(&'static str, String),
    /// The implementation refused a program.
    Refused(String),
    /// All that was seen shows only that this rule fails, of which it is known.
    Behind(&'static str),
    /// An answer is not on record.
    NotRecorded(String),
    /// The adapter is at fault.
    Adapter(Fault),
    /// The run was interrupted.
    Interrupted,
}

/// What was found, or nothing if the implementation refused the program.
///
/// # Errors
/// Every other setback.
pub fn unless_refused<T>(found: Result<T, Setback>) -> Result<Option<T>, Setback> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Setback::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// A program whose answer the specification does not explain.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The program.
    pub program: Program,
    /// What was wrong with the answer.
    pub mismatch: Mismatch,
    /// The answer, up to the mismatch.
    pub answer: Answer,
    /// How closely it was compared; `None` if it was looked at for one thing alone.
    pub exactness: Option<Exactness>,
    /// What was possible of the choices before it.
    pub choices: Choices,
    /// The id of the fixture, if the program is one.
    pub fixture: Option<&'static str>,
    /// What a fresh process made of it.
    pub confirmed: Option<Confirmed>,
    /// How it was made small, if it is a random program.
    pub shrunk: Option<Shrunk>,
    /// What was asked when it was found.
    pub asked: Asked,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A rule, which need not be the one that turned out to be broken.
    Rule(&'static str),
    /// Random programs.
    RandomPrograms,
}

/// How a random program was made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// How many steps it had.
    pub from: usize,
    /// How many programs were tried.
    pub tried: usize,
    /// Whether there was no time to try more.
    pub late: bool,
    /// In how many runs it disagrees.
    pub shown: usize,
    /// Of how many.
    pub of: usize,
}

/// What became of a counterexample in a fresh process.
#[derive(Clone, Debug, PartialEq)]
pub enum Confirmed {
    /// It fails there too.
    Alone,
    /// It fails there after programs that ran before it.
    After {
        /// After so many of them, and not after half as many.
        programs: usize,
        /// The one of them that suffices, if one does.
        one: Option<Program>,
    },
    /// It did not fail there again.
    NotAgain,
    /// Fresh processes gave no answer.
    NoAnswer,
}
