use super::arguments::Serve;
use super::failure::Failure;
use dezero_spec::mutants::{Mutated, catalogue, mutant, mutants, variants};
use dezero_spec::serve::serve;
use dezero_spec::subject::{Engine, Reference};
use std::io::{BufReader, Write, stdin, stdout};
use std::process::ExitCode;

pub(super) fn run(arguments: &Serve) -> Result<ExitCode, Failure> {
    let input = BufReader::new(stdin());
    match &arguments.mutant {
        None => serve(&mut Engine::new(Reference), input, stdout(), &mut |line| line)?,
        Some(name) => {
            let wrong = mutant(name).ok_or_else(|| unknown(name))?;
            let mut spoil = wrong.spoil;
            serve(&mut Engine::new(Mutated::new(wrong)), input, stdout(), &mut spoil)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn unknown(name: &str) -> Failure {
    Failure::Usage(format!("no mutant `{name}`; `dezero-spec mutants` lists them"))
}

/// Lists the wrong implementations and the legal variants.
pub(super) fn list(names: bool) -> Result<ExitCode, Failure> {
    let mut out = anstream::stdout().lock();
    if names {
        for mutant in catalogue() {
            writeln!(out, "{}", mutant.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let bold = anstyle::Style::new().bold();
    for mutant in mutants() {
        writeln!(out, "{bold}{}{bold:#}  breaks {}", mutant.name, mutant.rule)?;
        writeln!(out, "    {}", mutant.suffers)?;
        writeln!(out, "    class {}: {}", mutant.class, mutant.source)?;
    }
    writeln!(out, "\nLegal variants, which must conform:")?;
    for variant in variants() {
        writeln!(out, "{bold}{}{bold:#}  {}", variant.name, variant.why)?;
    }
    Ok(ExitCode::SUCCESS)
}
