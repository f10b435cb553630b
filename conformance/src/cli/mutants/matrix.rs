use super::super::arguments::Mutants;
use super::super::bar::Bar;
use super::super::failure::Failure;
use super::kills::kills;
use super::markdown::markdown;
use super::record::{KillRecord, check};
use super::run::chosen;
use crate::catalogue::mutants;
use crate::cli::files::write;
use crate::cli::streams::stdout;
use crate::session::Options;
use crate::upkeep::kills::{Judged, judge_all};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Judges every mutant; the exit code is 1 if one survives the rule that it breaks.
pub(super) fn run(arguments: &Mutants) -> Result<ExitCode, Failure> {
    let Mutants { seed, effort, programs, .. } = *arguments;
    let options = Options { seed, effort, programs, ..Options::default() };
    let asked = mutants().iter().filter(|mutant| chosen(arguments, mutant));
    let asked = asked.map(|mutant| (mutant, options.clone())).collect::<Vec<_>>();
    let (bar, clock) = (Bar::of_mutants(asked.len()), Instant::now());
    let judged = judge_all(&asked, &mut |judged| bar.done(judged));
    drop(bar);
    let took = clock.elapsed();
    let record = KillRecord::of(arguments, &judged);
    if let Some(file) = &arguments.check {
        return check(arguments, file, &record);
    }
    print(arguments, &judged, took)?;
    if let Some(file) = &arguments.json {
        write(file, &format!("{:#}\n", serde_json::to_value(&record).map_err(io::Error::other)?))?;
    }
    if let Some(file) = &arguments.markdown {
        let needed = needed(arguments, &judged);
        write(file, &markdown(arguments, &judged, &needed, took))?;
    }
    let survived = judged.iter().any(|judged| !judged.killed());
    Ok(if survived { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// How many bits of masks each mutant that breaks a rule on masks needs, if that rule alone is
/// asked.
fn needed(arguments: &Mutants, judged: &[Judged]) -> Vec<Judged> {
    let Mutants { seed, effort, .. } = *arguments;
    let statistical = judged.iter().filter(|judged| judged.bets() && judged.killed());
    let asked = statistical.map(|judged| {
        let rules = vec![judged.mutant.rule];
        (judged.mutant, Options { seed, effort, rules, ..Options::default() })
    });
    judge_all(&asked.collect::<Vec<_>>(), &mut |_| {})
}

fn print(arguments: &Mutants, judged: &[Judged], took: Duration) -> Result<(), Failure> {
    let mut out = stdout();
    let bold = anstyle::Style::new().bold();
    for judged in judged {
        let mark = if judged.killed() { "killed  " } else { "SURVIVES" };
        let (name, rule) = (judged.mutant.name, judged.mutant.rule);
        writeln!(out, "{mark} {bold}{name}{bold:#} by {rule}")?;
        for rule in judged.collateral() {
            writeln!(out, "         {rule}")?;
        }
    }
    writeln!(out, "\n{bold}{:<34}  made for it  noticed  alone{bold:#}", "rule")?;
    for rule in kills(judged) {
        writeln!(out, "{:<34} {:>12} {:>8} {:>6}", rule.rule, rule.own, rule.all, rule.alone)?;
    }
    let killed = judged.iter().filter(|judged| judged.killed()).count();
    writeln!(
        out,
        "\n{killed} of {} killed at {} effort with seed {} in {:.0} s",
        judged.len(),
        arguments.effort.name(),
        arguments.seed,
        took.as_secs_f64(),
    )?;
    Ok(())
}
