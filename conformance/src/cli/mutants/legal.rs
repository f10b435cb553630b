use super::super::arguments::Mutants;
use super::super::bar::Bar;
use super::super::failure::Failure;
use super::run::chosen;
use crate::catalogue::variants;
use crate::cli::streams::stdout;
use crate::report::Conclusion;
use crate::session::Options;
use crate::upkeep::kills::{Judged, judge_all};
use crate::view::counted;
use std::io::Write;
use std::process::ExitCode;

/// Judges every legal variant with so many seeds; the exit code is 1 if one of them is accused.
pub(super) fn run(arguments: &Mutants, seeds: u32) -> Result<ExitCode, Failure> {
    let seeds = (0..u64::from(seeds)).map(|more| arguments.seed.wrapping_add(more));
    let legal = variants().iter().map(|variant| &variant.mutant);
    let legal = legal.filter(|variant| chosen(arguments, variant)).collect::<Vec<_>>();
    let Mutants { effort, programs, .. } = *arguments;
    let options = |seed| Options { seed, effort, programs, ..Options::default() };
    let runs = seeds.flat_map(|seed| legal.iter().map(move |&variant| (variant, options(seed))));
    let runs = runs.collect::<Vec<_>>();
    let bar = Bar::of_mutants(runs.len());
    let judged = judge_all(&runs, &mut |judged| bar.done(judged));
    drop(bar);
    let accused = |judged: &&Judged| {
        judged.accused_of().next().is_some() || judged.conclusion != Conclusion::Conforms
    };
    let accused = judged.iter().filter(accused).collect::<Vec<_>>();
    let mut out = stdout();
    for judged in &accused {
        let rules = judged.accused_of().collect::<Vec<_>>().join(", ");
        writeln!(out, "{} with seed {}: {rules}", judged.mutant.name, judged.seed)?;
    }
    let seconds = judged.iter().map(|judged| judged.took.as_secs_f64()).sum::<f64>();
    writeln!(
        out,
        "{}, {} at {} effort, {} accused, {} bits, {seconds:.0} s of one core",
        counted(legal.len(), "legal variant"),
        counted(judged.len(), "run"),
        arguments.effort.name(),
        accused.len(),
        judged.iter().map(|judged| judged.bits).sum::<u64>(),
    )?;
    Ok(if accused.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
