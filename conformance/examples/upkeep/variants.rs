use crate::{Asked, judge_all};
use clap::Args;
use dezero_spec::catalogue::variants;
use dezero_spec::upkeep::kills::{Claims, Judged};
use dezero_spec::{Conclusion, Options};
use std::error::Error;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many seeds
    #[arg(default_value_t = 1)]
    seeds: u32,

    /// Each claims a part of what it can, another one with each seed
    #[arg(long)]
    part: bool,

    #[command(flatten)]
    asked: Asked,
}

/// Judges every legal variant with every seed; false if one of them is accused.
pub(crate) fn run(Arguments { seeds, part, asked }: &Arguments) -> Result<bool, Box<dyn Error>> {
    let legal = asked.chosen(variants().iter().map(|variant| &variant.mutant))?;
    let seeds = (0..u64::from(*seeds)).map(|more| asked.seed.wrapping_add(more));
    let options = |seed| Options { seed, ..asked.options() };
    let runs = seeds.flat_map(|seed| legal.iter().map(move |&variant| (variant, options(seed))));
    let judged =
        judge_all(&runs.collect::<Vec<_>>(), if *part { Claims::Part } else { Claims::All });
    let accused = |judged: &&Judged| {
        judged.accused_of().next().is_some() || judged.conclusion != Conclusion::Conforms
    };
    let accused = judged.iter().filter(accused).collect::<Vec<_>>();
    for judged in &accused {
        let rules = judged.accused_of().collect::<Vec<_>>().join(", ");
        let Judged { mutant, seed, conclusion, .. } = judged;
        println!("{} with seed {seed}: {} {rules}", mutant.name, conclusion.name());
        if let Some((rule, why)) = &judged.unjudged {
            println!("    {rule}: {why}");
        }
    }
    let seconds = judged.iter().map(|judged| judged.took.as_secs_f64()).sum::<f64>();
    println!(
        "{} legal variants, {} runs at {} effort, {} accused, {} bits, {seconds:.0} s of one core",
        legal.len(),
        judged.len(),
        asked.effort.name(),
        accused.len(),
        judged.iter().map(|judged| judged.bits).sum::<u64>(),
    );
    Ok(accused.is_empty())
}
