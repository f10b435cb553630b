//! The judge notices: every wrong implementation fails the rule it breaks, every legal variant
//! conforms, and each answer that is legal is given by one of them.

use dezero_spec::kills::{Judged, judge_all};
use dezero_spec::mutants::{AtHand, Variant, mutants, variants};
use dezero_spec::rules::choices;
use dezero_spec::subject::{Engine, Implementation, Reference};
use dezero_spec::{Conclusion, Effort, Options, Report, verify_with};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

#[test]
fn every_mutant_fails_the_rule_it_breaks() {
    let options =
        |rule| Options { rules: vec![rule], seed: 1, effort: Effort::Quick, ..Options::default() };
    let asked = mutants().iter().map(|mutant| (mutant, options(mutant.rule)));
    let judged = judge_all(&asked.collect::<Vec<_>>(), &mut |_| {});
    let survivors = judged.iter().filter(|judged| !judged.killed()).map(|judged| {
        let Judged { mutant, broken, blocked, .. } = judged;
        format!("{} survives {}; broken {broken:?}, blocked {blocked:?}", mutant.name, mutant.rule)
    });
    assert_eq!(survivors.collect::<Vec<_>>(), Vec::<String>::new());
}

/// A whole run, with few random programs: `mutants --variants` asks for more.
fn whole(implementation: &mut dyn Implementation) -> Report {
    let programs = Some(16);
    let options = Options { seed: 2, effort: Effort::Quick, programs, ..Options::default() };
    verify_with(implementation, &options, &mut |_| {}).expect("it starts")
}

#[test]
fn every_legal_variant_conforms_and_every_choice_has_all_its_answers() {
    let left = Mutex::new(variants().iter().collect::<Vec<_>>());
    let reports = Mutex::new(vec![("the reference", whole(&mut Engine::new(Reference)))]);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(Variant { name, mutant, .. }) = { left.lock().unwrap().pop() } {
                    let report = whole(&mut AtHand::new(mutant));
                    reports.lock().unwrap().push((name, report));
                }
            });
        }
    });
    let reports = reports.into_inner().unwrap();
    let accused = reports.iter().filter(|(_, r)| r.conclusion(false) != Conclusion::Conforms);
    let accused = accused.map(|(name, report)| {
        let broken =
            report.rulings.iter().filter(|ruling| ruling.verdict != dezero_spec::Verdict::Pass);
        let broken = broken.map(|ruling| (ruling.rule.id, &ruling.evidence)).collect::<Vec<_>>();
        format!("{name}: {broken:?}")
    });
    assert_eq!(accused.collect::<Vec<_>>(), Vec::<String>::new());
    let given = |choice: &'static str| {
        let of = |report: &Report| {
            let dtypes = report.start.dtypes.iter();
            dtypes.map(|&dtype| report.choices.possible(choice, dtype)).collect::<Vec<_>>()
        };
        let answers = reports.iter().flat_map(|(_, report)| of(report));
        // Where several are possible still, none was given.
        answers.filter(|answers| answers.len() == 1).flatten().collect::<BTreeSet<_>>()
    };
    for choice in choices() {
        let missing = choice.answers.iter().filter(|answer| !given(choice.id).contains(*answer));
        let missing = missing.collect::<Vec<_>>();
        assert!(missing.is_empty(), "{}: no variant answers {missing:?}", choice.id);
    }
}
