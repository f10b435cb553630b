//! What a person, or a program, reads of a run.

mod json;
#[cfg(feature = "cli")]
mod terminal;

pub use json::to_json;
#[cfg(feature = "cli")]
pub use terminal::{Shown, print, wrap};

use crate::finding::{Confirmed, Counterexample};
use crate::mutants::mutants;
use crate::wire::{Step, pseudocode};
use crate::{Effort, Report, Ruling};

/// How to see one rule's verdict again. `judged` is what was judged, as it was named.
pub(crate) fn replay(report: &Report, ruling: &Ruling, judged: &str) -> String {
    let space = if judged.is_empty() { "" } else { " " };
    let confirmed = ruling.counterexample.as_ref().map(|found| found.confirmed.as_ref());
    // What needs the programs before it needs all rules before it, and so may what killed the
    // adapter.
    let alone = matches!(confirmed, None | Some(None | Some(Confirmed::Alone)));
    let rule = match alone && ruling.program.is_none() {
        true => format!(" --rule {}", ruling.rule.id),
        false => String::new(),
    };
    let effort = match report.effort {
        Effort::Default => String::new(),
        effort => format!(" --effort {}", effort.name()),
    };
    format!("dezero-spec verify{space}{judged}{rule}{effort} --seed {}", report.seed)
}

/// What this kind of fault may cost, as the first wrong implementation in the table says. Masks are
/// wrong in too many ways for that.
pub(crate) fn example(ruling: &Ruling) -> Option<&'static str> {
    let alike = mutants().iter().find(|mutant| mutant.rule == ruling.rule.id)?;
    ruling.counterexample.is_some().then_some(alike.suffers)
}

/// The program up to the step that showed the fault, which is marked.
pub(crate) fn given(counterexample: &Counterexample) -> Vec<String> {
    marked(&counterexample.program, counterexample.mismatch.at)
}

/// The program up to step `at`, which is marked.
pub(crate) fn marked(program: &[Step], at: usize) -> Vec<String> {
    let mut program = program.to_vec();
    let mut first = 0;
    let wanted = program.iter().position(|step| {
        first += step.count();
        first > at
    });
    program.truncate(wanted.map_or(program.len(), |index| index + 1));
    let marked = |(step, line)| if step == at { format!("{line}  <--") } else { line };
    pseudocode(&program).into_iter().map(marked).collect()
}

/// What a fresh process made of a counterexample, in words.
pub(crate) fn confirmation(counterexample: &Counterexample) -> Option<String> {
    Some(match counterexample.confirmed.as_ref()? {
        Confirmed::Alone => "in a fresh process too".to_owned(),
        Confirmed::After(programs) => {
            let programs = match programs {
                1 => "the program before it".to_owned(),
                n => format!("the {n} programs before it"),
            };
            format!("not in a fresh process alone, but there after {programs}")
        }
        Confirmed::NotAgain => "not again in a fresh process, in 20 tries: flaky".to_owned(),
    })
}
