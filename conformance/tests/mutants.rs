//! The judge notices: every wrong implementation fails the rule it breaks, every legal variant
//! conforms, all through a pipe.

use dezero_spec::mutants::{mutants, variants};
use dezero_spec::subject::{Command, Process};
use dezero_spec::{Conclusion, Effort, Options, Report, Verdict, verify_with};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// `rules` and what they build on; all rules if there are none.
fn judged(name: &str, rules: Vec<&'static str>, seed: u64) -> Report {
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let mut process = Process::new(Command {
        command: [program, "serve", "--mutant", name].map(str::to_owned).to_vec(),
        folder: std::env::temp_dir(),
        env: BTreeMap::new(),
        start_timeout: Duration::from_secs(60),
        timeout: Duration::from_secs(60),
    });
    verify_with(
        &mut process,
        &Options { rules, seed, effort: Effort::Quick, ..Options::default() },
        &mut |_| {},
    )
    .expect(name)
}

/// Runs `judge` for each of `names`, two at a time, and gives back what went wrong.
fn all(names: Vec<&'static str>, judge: impl Fn(&str) -> Option<String> + Sync) -> Vec<String> {
    let left = Mutex::new(names);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = { left.lock().unwrap().pop() } {
                    if let Some(complaint) = judge(name) {
                        wrong.lock().unwrap().push(format!("{name}: {complaint}"));
                    }
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}

#[test]
fn every_mutant_fails_the_rule_it_breaks() {
    let names = mutants().iter().map(|mutant| mutant.name).collect();
    let survivors = all(names, |name| {
        let rule = dezero_spec::mutants::mutant(name).unwrap().rule;
        let report = judged(name, vec![rule], 1);
        let ruling = report.rulings.iter().find(|ruling| ruling.rule.id == rule).unwrap();
        let adapter = rule.starts_with("protocol.");
        let noticed = if adapter { Verdict::Error } else { Verdict::Fail };
        (ruling.verdict != noticed).then(|| {
            let others = report.rulings.iter().filter(|ruling| ruling.verdict == Verdict::Fail);
            let others = others.map(|ruling| ruling.rule.id).collect::<Vec<_>>();
            format!("{rule} ends in {:?}: {}; failing: {others:?}", ruling.verdict, ruling.evidence)
        })
    });
    assert!(survivors.is_empty(), "{survivors:#?}");
}

#[test]
fn every_legal_variant_conforms() {
    let names = variants().iter().map(|variant| variant.name).collect();
    let accused = all(names, |name| {
        let report = judged(name, vec![], 2);
        // A SHOULD may be broken, that is what it is for; a MUST or a permission may not.
        let wrong = report.rulings.iter().find(|ruling| {
            ruling.rule.level != dezero_spec::rules::Level::Should
                && !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported)
        });
        (wrong.is_some() || report.conclusion(false) != Conclusion::Conforms)
            .then(|| format!("{:?}", wrong.map(|ruling| (ruling.rule.id, &ruling.evidence))))
    });
    assert!(accused.is_empty(), "{accused:#?}");
}
