use super::arguments::Serve;
use super::failure::Failure;
use crate::catalogue::{Mutated, catalogue, mutant};
use crate::implementation::serve::serve;
use crate::implementation::{Engine, Reference};
use crate::wire::spelling::did_you_mean;
use std::io::{BufReader, ErrorKind, stdin, stdout};
use std::process::ExitCode;

pub(super) fn run(arguments: &Serve) -> Result<ExitCode, Failure> {
    let input = BufReader::new(stdin());
    let served = match &arguments.mutant {
        None => serve(&mut Engine::new(Reference), input, stdout(), &mut |line| line),
        Some(name) => {
            let wrong = mutant(name).ok_or_else(|| unknown(name))?;
            let mut spoil = wrong.spoil;
            serve(&mut Engine::new(Mutated::new(wrong)), input, stdout(), &mut spoil)
        }
    };
    match served {
        // The judge has gone.
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Usage(format!("a request cannot be read or answered: {why}")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

pub(super) fn unknown(name: &str) -> Failure {
    let meant = did_you_mean(name, catalogue().map(|mutant| mutant.name), ";");
    Failure::Usage(format!("no mutant `{name}`{meant} `dezero-spec mutants` lists them"))
}
