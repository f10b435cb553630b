use super::super::arguments::Mutants;
use super::super::failure::Failure;
use super::super::subject::wrong;
use super::bar::Bar;
use super::kills::kills;
use super::run::chosen;
use dezero_spec::Options;
use dezero_spec::kills::{Judged, judge_all};
use dezero_spec::mutants::mutants;
use serde_json::json;
use std::fs;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Judges every mutant; the exit code is 1 if one survives the rule that it breaks.
pub(super) fn run(arguments: &Mutants) -> Result<ExitCode, Failure> {
    let Mutants { seed, effort, .. } = *arguments;
    let options = Options { seed, effort, ..Options::default() };
    let asked = mutants().iter().filter(|mutant| chosen(arguments, mutant));
    let asked = asked.map(|mutant| (mutant, options.clone())).collect::<Vec<_>>();
    let (bar, clock) = (Bar::new(asked.len()), Instant::now());
    let judged = judge_all(&asked, &mut |judged| bar.done(judged));
    drop(bar);
    let took = clock.elapsed();
    if let Some(file) = &arguments.json {
        let text = format!("{:#}\n", to_json(arguments, &judged));
        fs::write(file, text).map_err(|why| wrong(file, format!("cannot be written: {why}")))?;
    }
    if let Some(file) = &arguments.markdown {
        let text = markdown(arguments, &judged, took);
        fs::write(file, text).map_err(|why| wrong(file, format!("cannot be written: {why}")))?;
    }
    print(arguments, &judged, took)?;
    let survived = judged.iter().any(|judged| !judged.killed());
    Ok(if survived { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn print(arguments: &Mutants, judged: &[Judged], took: Duration) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
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
        writeln!(
            out,
            "{:<34} {:>12} {:>8} {:>6}",
            rule.rule,
            rule.own,
            rule.all,
            rule.alone.len()
        )?;
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

/// What a test holds later runs to.
fn to_json(arguments: &Mutants, judged: &[Judged]) -> serde_json::Value {
    let rows = judged.iter().map(|judged| {
        let collateral = judged.collateral().collect::<Vec<_>>();
        json!({
            "mutant": judged.mutant.name,
            "class": judged.mutant.class,
            "rule": judged.mutant.rule,
            "killed": judged.killed(),
            "collateral": collateral,
        })
    });
    json!({
        "schema": "dezero-spec/kills/1",
        "effort": arguments.effort.name(),
        "seed": arguments.seed,
        "mutants": rows.collect::<Vec<_>>(),
    })
}

fn markdown(_arguments: &Mutants, _judged: &[Judged], _took: Duration) -> String {
    String::new()
}
