use super::arguments::PowerArguments;
use super::failure::Failure;
use super::streams::stdout;
use crate::check::powers;
use std::io::Write;
use std::process::ExitCode;

/// Prints what a run of some effort can see.
pub(super) fn run(arguments: &PowerArguments) -> Result<ExitCode, Failure> {
    let mut out = stdout();
    let bold = anstyle::Style::new().bold();
    let powers = powers(arguments.effort);
    writeln!(out, "What is found 99 times in 100, and the bits that are drawn for it\n")?;
    let mut kind = "";
    for power in &powers {
        if power.kind != kind {
            kind = power.kind;
            writeln!(out, "{bold}{kind}{bold:#}")?;
        }
        let bits = match power.bits {
            0.0..1e6 => format!("{:.0} k", power.bits / 1e3),
            bits => format!("{:.1} M", bits / 1e6),
        };
        writeln!(out, "  {:<28}{:<40}{bits:>8}", power.place, power.smallest)?;
    }
    writeln!(out, "\nThe false alarm probability is 10^-9 for all of it together.")?;
    Ok(ExitCode::SUCCESS)
}
