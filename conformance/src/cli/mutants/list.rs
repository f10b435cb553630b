use super::super::arguments::Mutants;
use super::super::failure::Failure;
use super::run::chosen;
use crate::catalogue::{catalogue, mutants, variants};
use crate::cli::streams::stdout;
use std::io::Write;
use std::process::ExitCode;

/// Lists the wrong implementations and the legal variants.
pub(super) fn list(arguments: &Mutants) -> Result<ExitCode, Failure> {
    let mut out = stdout();
    if arguments.names {
        for mutant in catalogue() {
            writeln!(out, "{}", mutant.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let bold = anstyle::Style::new().bold();
    for mutant in mutants().iter().filter(|mutant| chosen(arguments, mutant)) {
        writeln!(out, "{bold}{}{bold:#}  breaks {}", mutant.name, mutant.rule)?;
        writeln!(out, "    {}", mutant.suffers)?;
        writeln!(out, "    class {}: {}", mutant.class, mutant.source)?;
    }
    let mut variants = variants().iter().filter(|variant| chosen(arguments, &variant.mutant));
    if let Some(first) = variants.next() {
        writeln!(out, "\nLegal variants, which must conform:")?;
        for variant in std::iter::once(first).chain(variants) {
            writeln!(out, "{bold}{}{bold:#}  {}", variant.mutant.name, variant.why)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
