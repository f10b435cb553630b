//! What keeps this repository's records true: whether the judge still notices each wrong implementation and
//! accuses no right one, which rules earn their place, and the files that are made of others.
//!
//! ```sh
//! cargo run --release --example upkeep -- kills --effort quick --programs 0
//! ```
//!
//! judges every wrong implementation of the catalogue, and prints which rules notice it.

mod damage;
mod kills;
mod redundant;
mod variants;

use clap::{Args, Parser, Subcommand};
use dezero_spec::book::matches;
use dezero_spec::catalogue::{Mutant, catalogue};
use dezero_spec::run::PLAN_SEED;
use dezero_spec::upkeep::kills::{Claims, Judged};
use dezero_spec::upkeep::thread::links;
use dezero_spec::{Effort, Options};
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Keeps the records of this repository true
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Judge the wrong implementations, and print which rules notice which
    Kills(kills::Arguments),
    /// Judge each legal variant with some seeds, and print what they are accused of
    Variants(variants::Arguments),
    /// Print the rules that may not earn their place
    Redundant {
        /// What `dezero-spec verify --format json` wrote
        #[arg(value_name = "RESULT.JSON")]
        reports: Vec<PathBuf>,
    },
    /// Print spec/links.md, by which the book's ids lead to the lines of the reference
    Links,
    /// Read damaged answers, records, manifests, fixtures, reports and programs
    Damage(damage::Arguments),
}

/// What is asked of implementations of the catalogue.
#[derive(Args)]
struct Asked {
    /// Only these; `*` stands for anything
    #[arg(long = "name", value_name = "PATTERN")]
    patterns: Vec<String>,

    /// How many masks are drawn
    #[arg(long, value_enum, default_value_t = Effort::Default)]
    effort: Effort,

    /// Where all of the judge's randomness comes from; of several seeds the first
    #[arg(long, default_value_t = PLAN_SEED)]
    seed: u64,

    /// How many random programs are asked, if it is not as the effort says
    #[arg(long, value_name = "N")]
    programs: Option<usize>,
}

impl Asked {
    /// Whether it was chosen.
    fn has(&self, name: &str) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| matches(pattern, name))
    }

    /// Those of the catalogue that were chosen.
    ///
    /// # Errors
    /// A pattern that matches none.
    fn chosen(
        &self,
        of: impl Iterator<Item = &'static Mutant>,
    ) -> Result<Vec<&'static Mutant>, Box<dyn Error>> {
        let known = |pattern: &&String| catalogue().any(|mutant| matches(pattern, mutant.name));
        match self.patterns.iter().find(|pattern| !known(pattern)) {
            Some(pattern) => {
                Err(format!("no implementation of the catalogue matches `{pattern}`").into())
            }
            None => Ok(of.filter(|mutant| self.has(mutant.name)).collect()),
        }
    }

    fn options(&self) -> Options {
        let Asked { effort, seed, programs, .. } = *self;
        Options { effort, seed, programs, ..Options::default() }
    }
}

/// Judges these, with a bar on standard error where that is a terminal.
fn judge_all(asked: &[(&'static Mutant, Options)], claims: Claims) -> Vec<Judged> {
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len}  {eta} left  {wide_msg}");
    let bar = ProgressBar::new(asked.len() as u64);
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let judged = dezero_spec::upkeep::kills::judge_all(asked, claims, &mut |judged| {
        bar.set_message(judged.mutant.name);
        bar.inc(1);
    });
    bar.finish_and_clear();
    judged
}

/// Some wrong implementations panic, on threads without a name. The judge takes that for an error of
/// theirs, and the message is not printed.
fn keep_quiet() {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_some() {
            loud(panic);
        }
    }));
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    keep_quiet();
    let good = match Arguments::parse().task {
        Task::Kills(arguments) => kills::run(&arguments)?,
        Task::Variants(arguments) => variants::run(&arguments)?,
        Task::Redundant { reports } => {
            print!("{}", redundant::list(&reports)?);
            true
        }
        Task::Links => {
            print!("{}", links());
            true
        }
        Task::Damage(arguments) => damage::run(&arguments),
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
