//! The kill matrix: which rules notice which wrong implementations, as a page and as a record that later
//! runs are held to.

use crate::{Asked, judge_all};
use clap::Args;
use dezero_spec::Options;
use dezero_spec::book::{rule, rules};
use dezero_spec::catalogue::{Mutant, mutants};
use dezero_spec::upkeep::kills::{Claims, Judged};
use dezero_spec::upkeep::record::KillRecord;
use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    asked: Asked,

    /// Compare with what --json wrote; exit with 1 if anything differs
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,

    /// Write the matrix as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the matrix as Markdown too
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// Judges the wrong implementations; false if one survives the rule that it breaks, or is not killed as on
/// record.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let Arguments { asked, check, json, markdown } = arguments;
    let mut before = None;
    if let Some(file) = check {
        let record = KillRecord::parse(&std::fs::read_to_string(file)?, &asked.options());
        before = Some(record.map_err(|why| format!("{}: {why}", file.display()))?);
    }
    let clock = Instant::now();
    let chosen = asked.chosen(mutants().iter())?.into_iter();
    let judged =
        judge_all(&chosen.map(|mutant| (mutant, asked.options())).collect::<Vec<_>>(), Claims::All);
    let took = clock.elapsed();
    let record = KillRecord::of(&asked.options(), &judged);
    if let Some(before) = before {
        let changes = record.changes(&before, &|name| asked.has(name));
        changes.iter().for_each(|change| println!("{change}"));
        match changes.is_empty() {
            true => println!("{} mutants, killed as on record", record.mutants.len()),
            false => println!("`upkeep kills --json FILE` writes the record anew"),
        }
        return Ok(changes.is_empty());
    }
    print(asked, &judged, took);
    if let Some(file) = json {
        std::fs::write(file, format!("{:#}\n", serde_json::to_value(&record)?))?;
    }
    if let Some(file) = markdown {
        std::fs::write(file, page(asked, &judged, &needed(asked, &judged), took))?;
    }
    Ok(judged.iter().all(Judged::killed))
}

/// What a rule notices.
struct Noticed {
    rule: &'static str,
    /// How many mutants were made to break it.
    own: usize,
    /// How many break it.
    all: usize,
    /// How many of those no other rule notices.
    alone: usize,
}

/// What each rule notices, in the order of the book.
fn noticed(judged: &[Judged]) -> Vec<Noticed> {
    let of = |rule: &'static str| {
        let count =
            |of: &dyn Fn(&Judged) -> bool| judged.iter().filter(|judged| of(judged)).count();
        Noticed {
            rule,
            own: count(&|judged| judged.mutant.rule == rule),
            all: count(&|judged| judged.broken.contains(&rule)),
            alone: count(&|judged| judged.broken == [rule]),
        }
    };
    rules().iter().map(|rule| of(rule.id)).collect()
}

/// How many bits of masks each mutant that breaks a rule on masks needs, if that rule alone is asked.
fn needed(asked: &Asked, judged: &[Judged]) -> Vec<Judged> {
    let statistical = judged.iter().filter(|judged| judged.bets() && judged.killed());
    let alone = statistical.map(|judged| {
        let rules = vec![judged.mutant.rule];
        (judged.mutant, Options { rules, programs: None, ..asked.options() })
    });
    judge_all(&alone.collect::<Vec<_>>(), Claims::All)
}

fn print(asked: &Asked, judged: &[Judged], took: Duration) {
    for judged in judged {
        let mark = if judged.killed() { "killed  " } else { "SURVIVES" };
        println!("{mark} {} by {}", judged.mutant.name, judged.mutant.rule);
        judged.collateral().for_each(|rule| println!("         {rule}"));
    }
    println!("\n{:<34}  made for it  noticed  alone", "rule");
    for Noticed { rule, own, all, alone } in noticed(judged) {
        println!("{rule:<34} {own:>12} {all:>8} {alone:>6}");
    }
    println!(
        "\n{} of {} killed at {} effort with seed {} in {:.0} s",
        judged.iter().filter(|judged| judged.killed()).count(),
        judged.len(),
        asked.effort.name(),
        asked.seed,
        took.as_secs_f64(),
    );
}

/// Mutants with all that they break, then rules with all that they notice.
fn page(asked: &Asked, judged: &[Judged], needed: &[Judged], took: Duration) -> String {
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let code = |text: &str| format!("`{text}`");
    let mut page = format!(
        "# Which rules notice which mutants\n\n\
         {} of {} wrong implementations are killed by the rule that they break, at {} \
         effort with seed {}, in {:.0} s.{}\n\n\
         | mutant | class | breaks | and trips |\n|---|---|---|---|\n",
        judged.iter().filter(|judged| judged.killed()).count(),
        judged.len(),
        asked.effort.name(),
        asked.seed,
        took.as_secs_f64(),
        bits(needed),
    );
    for judged in judged {
        let Mutant { name, class, rule, .. } = judged.mutant;
        let survives = if judged.killed() { "" } else { "**survives** " };
        let trips = judged.collateral().map(code).collect::<Vec<_>>().join(" ");
        page += &row(&[code(name), (*class).to_owned(), survives.to_owned() + &code(rule), trips]);
    }
    page += "\n## What each rule notices\n\n\
             `own`: mutants that were made to break it; `all`: all that it notices; `alone`: those that \
             no other rule notices.\n\n| rule | level | own | all | alone |\n|---|---|---|---|---|\n";
    for Noticed { rule: id, own, all, alone } in noticed(judged) {
        let level = rule(id).map_or(String::new(), |rule| rule.level.to_string());
        let counts = [own, all, alone].map(|count| count.to_string());
        page += &row(&[&[code(id), level][..], &counts].concat());
    }
    page
}

/// How many bits the statistical ones needed.
fn bits(needed: &[Judged]) -> String {
    let mut bits =
        needed.iter().map(|judged| (judged.bits, judged.mutant.name)).collect::<Vec<_>>();
    bits.sort_unstable();
    match (bits.get(bits.len() / 2), bits.last()) {
        (Some((median, _)), Some((worst, name))) => format!(
            " The {} that break rules on masks needed {median} bits in the median and {worst} at \
             worst (`{name}`), where their rule alone is asked.",
            bits.len(),
        ),
        _ => String::new(),
    }
}
