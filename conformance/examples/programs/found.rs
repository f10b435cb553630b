use dezero_spec::catalogue::{Mutant, Mutated, mutants};
use dezero_spec::implementation::Engine;
use dezero_spec::session::Counterexample;
use dezero_spec::wire::{Array, Step};
use dezero_spec::{Options, Ruling, Verdict, verify_with};
use std::sync::Mutex;
use std::thread;

/// Modes, gradients, state and aliasing: the classes whose defects show in a single program.
const CLASSES: [&str; 10] = ["E", "F", "G", "H", "I", "J", "K", "O", "Q", "R"];

/// Rules about what a single program cannot show: how often something is dropped.
const STATISTICAL: &str = "mask.";

const SEEDS: u64 = 20;

/// As many as a usual run asks.
const PROGRAMS: usize = 512;

/// One run that found something.
struct Found {
    steps: usize,
    elements: usize,
    its_rule: bool,
}

/// A row for each wrong implementation.
pub(crate) fn by_mutant() {
    let of_class = |mutant: &&Mutant| CLASSES.contains(&mutant.class);
    let shown = |mutant: &&Mutant| !mutant.rule.starts_with(STATISTICAL);
    let chosen = mutants().iter().filter(of_class).filter(shown).collect::<Vec<_>>();
    let next = Mutex::new(0);
    let rows = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = {
                        let mut next = next.lock().unwrap();
                        *next += 1;
                        *next - 1
                    };
                    let Some(mutant) = chosen.get(index) else { break };
                    let found = (0..SEEDS).filter_map(|seed| run(mutant, seed)).collect::<Vec<_>>();
                    rows.lock().unwrap().push((index, found));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by_key(|(index, _)| *index);
    println!("## Wrong implementations\n");
    println!(
        "{PROGRAMS} random programs and nothing else, with {SEEDS} seeds: how often something was\n\
         found, the medians of the steps and of the elements of the smallest counterexample of a\n\
         run, and how often it was put down to the very rule that the mutant breaks. The mode that\n\
         `starts-in-test-mode` starts in is read before the first program, and the mask that\n\
         `mask-from-output` goes back with differs from the one it drew where x is 0 alone, which\n\
         another mask explains unless it is seen twice.\n"
    );
    println!("| mutant | class | found | steps | elements | its rule |");
    println!("|---|---|---|---|---|---|");
    for (index, found) in &rows {
        let Mutant { name, class, .. } = chosen[*index];
        let steps = median(found.iter().map(|found| found.steps));
        let elements = median(found.iter().map(|found| found.elements));
        let its_rule = found.iter().filter(|found| found.its_rule).count();
        let found = found.len();
        println!("| {name} | {class} | {found} | {steps} | {elements} | {its_rule} |");
    }
    let always = rows.iter().filter(|(_, found)| found.len() as u64 == SEEDS).count();
    let all = || rows.iter().flat_map(|(_, found)| found);
    println!(
        "\n{always} of {} are found with every seed; over all runs, the median counterexample has {} \
         steps and\n{} element, and {} % of them are put down to the mutant's own rule.\n",
        rows.len(),
        median(all().map(|found| found.steps)),
        median(all().map(|found| found.elements)),
        100 * all().filter(|found| found.its_rule).count() / all().count().max(1),
    );
}

fn run(mutant: &Mutant, seed: u64) -> Option<Found> {
    let mut mutated = Engine::new(Mutated::new(mutant));
    // Of the rules only those about the adapter, and on the flags of a fresh process.
    let rules = vec!["config.default"];
    let options = Options { rules, seed, programs: Some(PROGRAMS), ..Options::default() };
    let report = verify_with(&mut mutated, &options, &mut |_| {}).ok()?;
    let failed = |ruling: &&Ruling| ruling.verdict == Verdict::Fail;
    let failed = report.rulings.iter().filter(failed).collect::<Vec<_>>();
    let counterexamples = failed.iter().filter_map(|ruling| ruling.counterexample.as_ref());
    let sizes = counterexamples.map(|found| (Step::count_all(&found.program), elements(found)));
    let smallest = sizes.min()?;
    let its_rule = failed.iter().any(|ruling| ruling.rule.id == mutant.rule);
    Some(Found { steps: smallest.0, elements: smallest.1, its_rule })
}

/// The elements of the largest array that the program makes.
fn elements(counterexample: &Counterexample) -> usize {
    let made = |(_, step): (usize, &Step)| match step {
        Step::Variable { array: Array { values, .. }, .. } => values.len(),
        _ => 0,
    };
    Step::numbered(&counterexample.program).into_iter().map(made).max().unwrap_or(0)
}

fn median(values: impl Iterator<Item = usize>) -> String {
    let mut values = values.collect::<Vec<_>>();
    values.sort_unstable();
    values.get(values.len() / 2).map_or("-".to_owned(), usize::to_string)
}
