//! The losses as tables of text.

use crate::training::{Course, WAYS, train_all};
use dezero_reference::Error;

/// A line for each way: its final losses, its lowest test loss, and what forgetting test mode
/// makes of the final one.
pub(crate) fn losses(courses: &[Course]) -> String {
    let mut table = format!(
        "{:12}  {:>5}  {:>5}  {:>6}  {:>7}  {:>17}\n",
        "", "train", "test", "lowest", "at step", "without test mode"
    );
    for course in courses {
        let (last, best) = (course.last(), course.best());
        let (name, forgetful) = (course.name, course.without_test_mode);
        table += &format!(
            "{name:12}  {:>5.3}  {:>5.3}  {:>6.3}  {:>7}  {forgetful:>17.3}\n",
            last.train, last.test, best.test, best.step
        );
    }
    table
}

/// The final test loss of each way for `count` seeds, and after an empty line their mean and for
/// how many seeds the plain network had a higher one.
pub(crate) fn seeds(first: u64, count: u64) -> Result<String, Error> {
    let names = |title| row(title, WAYS.iter().map(|way| way.name.to_owned()));
    let mut table = names("seed");
    let (mut sums, mut wins) = ([0.0; WAYS.len()], [0; WAYS.len()]);
    for seed in first..first + count {
        let tests = train_all(seed)?.iter().map(|course| course.last().test).collect::<Vec<_>>();
        for (way, &test) in tests.iter().enumerate() {
            sums[way] += test;
            wins[way] += u64::from(test < tests[0]);
        }
        table += &row(&seed.to_string(), tests.iter().map(|test| format!("{test:.3}")));
    }
    table += "\n";
    table += &names("");
    table += &row("mean", sums.iter().map(|sum| format!("{:.3}", sum / count as f64)));
    // The plain network is not better than itself.
    let better = wins.iter().enumerate().map(|(way, wins)| match way {
        0 => String::new(),
        _ => format!("{wins} of {count}"),
    });
    table += &row("better", better);
    Ok(table)
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> String {
    let cells = cells.map(|cell| format!("  {cell:>12}")).collect::<String>();
    format!("{name:6}{cells}\n")
}
