use super::super::arguments::Mutants;
use super::super::failure::Failure;
use super::{legal, list, matrix};
use crate::book::matches;
use crate::catalogue::{Mutant, catalogue};
use std::process::ExitCode;

pub(crate) fn run(arguments: &Mutants) -> Result<ExitCode, Failure> {
    for pattern in &arguments.patterns {
        if !catalogue().any(|mutant| matches(pattern, mutant.name)) {
            let why = format!("no mutant matches `{pattern}`; `dezero-spec mutants` lists them");
            return Err(Failure::Usage(why));
        }
    }
    keep_quiet();
    match arguments.variants {
        Some(seeds) => legal::run(arguments, seeds),
        None if arguments.matrix => matrix::run(arguments),
        None => list::list(arguments),
    }
}

/// Some wrong implementations panic, on threads without a name. The judge takes that for an error of
/// theirs, and the message is not printed.
fn keep_quiet() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_some() {
            loud(panic);
        }
    }));
}

/// Whether the command line chose this one.
pub(super) fn chosen(arguments: &Mutants, mutant: &Mutant) -> bool {
    has_name(arguments, mutant.name)
}

/// The same, of a name.
pub(super) fn has_name(arguments: &Mutants, name: &str) -> bool {
    let patterns = &arguments.patterns;
    patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, name))
}
