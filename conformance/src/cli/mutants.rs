use super::arguments::Mutants;
use super::failure::Failure;
use super::streams::stdout;
use crate::book::matches;
use crate::catalogue::{Mutant, catalogue, mutants, variants};
use std::io::Write;
use std::process::ExitCode;

/// Lists the wrong implementations and the legal variants.
pub(super) fn run(Mutants { names, patterns }: &Mutants) -> Result<ExitCode, Failure> {
    for pattern in patterns {
        if !catalogue().any(|mutant| matches(pattern, mutant.name)) {
            let why = format!("no mutant matches `{pattern}`; `dezero-spec mutants` lists them");
            return Err(Failure::Usage(why));
        }
    }
    let chosen = |mutant: &Mutant| {
        patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, mutant.name))
    };
    let mut out = stdout();
    if *names {
        for mutant in catalogue().filter(|mutant| chosen(mutant)) {
            writeln!(out, "{}", mutant.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let bold = anstyle::Style::new().bold();
    for mutant in mutants().iter().filter(|mutant| chosen(mutant)) {
        writeln!(out, "{bold}{}{bold:#}  breaks {}", mutant.name, mutant.rule)?;
        writeln!(out, "    {}", mutant.suffers)?;
        writeln!(out, "    class {}: {}", mutant.class, mutant.source)?;
    }
    let mut variants = variants().iter().filter(|variant| chosen(&variant.mutant));
    if let Some(first) = variants.next() {
        writeln!(out, "\nLegal variants, which must conform:")?;
        for variant in std::iter::once(first).chain(variants) {
            writeln!(out, "{bold}{}{bold:#}  {}", variant.mutant.name, variant.why)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
