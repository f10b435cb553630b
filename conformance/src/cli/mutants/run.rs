use super::super::arguments::Mutants;
use super::super::failure::Failure;
use super::{legal, list, matrix};
use dezero_spec::mutants::{Mutant, catalogue};
use dezero_spec::rules::matches;
use std::process::ExitCode;

pub(crate) fn run(arguments: &Mutants) -> Result<ExitCode, Failure> {
    for pattern in &arguments.patterns {
        if !catalogue().any(|mutant| matches(pattern, mutant.name)) {
            let why = format!("no mutant matches `{pattern}`; `dezero-spec mutants` lists them");
            return Err(Failure::Usage(why));
        }
    }
    match arguments.variants {
        Some(seeds) => legal::run(arguments, seeds),
        None if arguments.matrix => matrix::run(arguments),
        None => list::list(arguments),
    }
}

/// Whether the command line chose this one.
pub(super) fn chosen(arguments: &Mutants, mutant: &Mutant) -> bool {
    let patterns = &arguments.patterns;
    patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, mutant.name))
}
