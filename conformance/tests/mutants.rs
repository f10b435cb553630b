//! The judge notices: every wrong implementation fails the rule it breaks, every legal variant
//! conforms, and each answer that is legal is given by one of them.

use dezero_spec::book::choices;
use dezero_spec::catalogue::{Mutant, mutants, variants};
use dezero_spec::upkeep::kills::{Judged, judge_all};
use dezero_spec::{Conclusion, Effort, Options};
use std::collections::BTreeSet;

fn judged(asked: impl Iterator<Item = (&'static Mutant, Options)>) -> Vec<Judged> {
    judge_all(&asked.collect::<Vec<_>>(), &mut |_| {})
}

/// A part of them, unless `DEZERO_SPEC_MUTANTS` is `all`: `mutants --matrix --check` looks at all.
#[test]
fn every_mutant_fails_the_rule_it_breaks() {
    let options =
        |rule| Options { rules: vec![rule], seed: 1, effort: Effort::Quick, ..Options::default() };
    let all = std::env::var("DEZERO_SPEC_MUTANTS").is_ok_and(|which| which == "all");
    let some = mutants().iter().step_by(if all { 1 } else { 4 });
    let judged = judged(some.map(|mutant| (mutant, options(mutant.rule))));
    let survivors = judged.iter().filter(|judged| !judged.killed()).map(|judged| {
        let Judged { mutant, broken, .. } = judged;
        format!("{} survives {}; broken {broken:?}", mutant.name, mutant.rule)
    });
    assert_eq!(survivors.collect::<Vec<_>>(), Vec::<String>::new());
}

/// Whole runs, with few random programs: `mutants --variants` asks for more, with other seeds.
#[test]
fn every_legal_variant_conforms_and_every_choice_has_all_its_answers() {
    let (effort, programs) = (Effort::Quick, Some(16));
    let options = Options { seed: 2, effort, programs, ..Options::default() };
    let judged = judged(variants().iter().map(|variant| (&variant.mutant, options.clone())));
    let accused = judged.iter().filter(|judged| judged.conclusion != Conclusion::Conforms);
    let accused = accused.map(|judged| format!("{}: {:?}", judged.mutant.name, judged.broken));
    assert_eq!(accused.collect::<Vec<_>>(), Vec::<String>::new());
    let given = judged.iter().flat_map(|judged| judged.choices.given()).collect::<BTreeSet<_>>();
    // An empty x that comes back and one that is new look alike, where one can go back from either.
    let untold = [("empty_result", "new")];
    for choice in choices() {
        let missing = choice.answers.iter().filter(|&&answer| {
            let answer = (choice.id, answer);
            !given.contains(&answer) && !untold.contains(&answer)
        });
        let missing = missing.collect::<Vec<_>>();
        assert!(missing.is_empty(), "{}: no variant answers {missing:?}", choice.id);
    }
}
