//! Why there is dropout: a network that learns its samples by heart, and what helps.
//!
//! ```console
//! $ cargo run --release --example overfitting            # prints the losses, draws the picture
//! $ cargo run --release --example overfitting -- FILE    # draws it into a file of your own
//! $ cargo run --release --example overfitting -- --check # 1 if the committed picture differs
//! $ cargo run --release --example overfitting -- --seeds 20
//! ```

mod data;
mod functions;
mod network;
mod picture;
mod report;
mod training;

use std::error::Error;
use std::process::ExitCode;
use std::{env, fs};

/// The number of the step in the book. Everything that could be chosen was chosen with the seeds
/// from 0 to 19; this one and those after it had no part in that.
const SEED: u64 = 54;

/// The picture of the chapter.
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/overfitting.svg");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => draw(PICTURE),
        ["--check"] => check(),
        ["--seeds", count] => {
            print!("{}", report::seeds(SEED, count.parse()?)?);
            Ok(ExitCode::SUCCESS)
        }
        [file] if !file.starts_with('-') => draw(file),
        _ => {
            eprintln!("usage: overfitting [FILE | --check | --seeds COUNT]");
            Ok(ExitCode::from(2))
        }
    }
}

/// The table of the losses and the picture.
fn results() -> Result<(String, String), Box<dyn Error>> {
    let courses = training::train_all(SEED)?;
    let (samples, _) = training::samples(SEED);
    Ok((report::losses(&courses), picture::draw(&courses, &samples)?))
}

fn draw(file: &str) -> Result<ExitCode, Box<dyn Error>> {
    let (table, picture) = results()?;
    print!("{table}");
    fs::write(file, picture)?;
    Ok(ExitCode::SUCCESS)
}

fn check() -> Result<ExitCode, Box<dyn Error>> {
    let (table, picture) = results()?;
    print!("{table}");
    if picture == fs::read_to_string(PICTURE)? {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("spec/overfitting.svg is not what the program draws");
    Ok(ExitCode::FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::NOISE;
    use dezero_reference::{Config, SPEC};

    /// Whether the chapter has this as a block of its own, or at the end of one.
    fn printed(text: &str) -> bool {
        let (_, chapter) = SPEC.into_iter().find(|(file, _)| *file == "overfitting.md").unwrap();
        chapter.contains(&format!("\n{text}```\n"))
    }

    #[test]
    fn chapter_and_picture_are_what_the_program_gives() {
        let (table, picture) = results().unwrap();
        assert!(printed(&table), "the chapter does not have this table:\n{table}");
        let committed = include_str!("../overfitting.svg");
        assert!(picture == committed, "run the example to draw the picture anew");
        // An empty line would end the picture for Markdown, in the middle.
        assert!(!picture.contains("\n\n"));
    }

    #[test]
    fn the_plain_network_overfits_and_the_others_less() {
        let courses = training::train_all(SEED).unwrap();
        assert_eq!(Config::current(), Config { enable_backprop: true, train: true });
        let [plain, others @ ..] = &courses[..] else { panic!("no ways") };
        let (last, best) = (plain.last(), plain.best());
        assert!(last.train < NOISE * NOISE / 2.0, "more of the noise is learned than not");
        assert!(best.step < last.step / 2 && best.test < 0.9 * last.test, "it got worse");
        for other in others {
            assert!(other.last().test < last.test, "{}", other.name);
            assert!(other.last().train > last.train, "{}", other.name);
        }
        let dropout = &courses[1];
        assert!(dropout.without_test_mode > dropout.last().test);
        assert_eq!(format!("{:.9}", plain.without_test_mode), format!("{:.9}", last.test));
    }

    #[test]
    #[ignore = "takes a quarter of a minute"]
    fn chapter_counts_the_seeds_as_the_program_does() {
        let table = report::seeds(SEED, 20).unwrap();
        let (_, summary) = table.split_once("\n\n").unwrap();
        assert!(printed(summary), "the chapter does not have these lines:\n{summary}");
    }
}
