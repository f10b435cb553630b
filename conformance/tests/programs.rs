//! Random programs: every right implementation runs them as foreseen, wrong ones are noticed, and
//! what is made small stays a program that may be asked.

use dezero_spec::book::rule;
use dezero_spec::catalogue::{Mutated, mutant, variants};
use dezero_spec::implementation::{Engine, Fault, Implementation, Reference};
use dezero_spec::oracle::{Choices, explain};
use dezero_spec::search::{ATTRIBUTION, MOST_STEPS, Programs};
use dezero_spec::session::Confirmed;
use dezero_spec::wire::{Answer, Observation, Seen, Start, Step, needs};
use dezero_spec::{Options, Report, Verdict, verify_with};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestError, TestRunner};

fn programs() -> Programs {
    Programs::new(Engine::new(Reference).start(1).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The oracle foresees what the reference does, and so what every implementation must.
    #[test]
    fn the_reference_is_explained(question in programs()) {
        let mut reference = Engine::new(Reference);
        let start = reference.start(7).unwrap();
        prop_assert!(Step::count_all(&question.program) <= MOST_STEPS);
        prop_assert!(needs(&question.program).iter().all(|need| start.claims(need)));
        let answer = reference.run("", &question.program).unwrap();
        let mut choices = Choices::default();
        let explained = explain(&question.program, &answer, question.exactness, &mut choices);
        prop_assert!(explained.is_ok(), "{:?}", explained.unwrap_err());
    }
}

/// Of all smaller programs, each may be asked, and shrinking ends with the smallest there is.
#[test]
fn what_always_fails_shrinks_to_almost_nothing() {
    let programs = programs();
    let mut runner = TestRunner::deterministic();
    for _ in 0..32 {
        let mut tree = programs.new_tree(&mut runner).unwrap();
        while tree.simplify() {
            assert!(programs.may_ask(&tree.current()));
        }
        assert!(Step::count_all(&tree.current().program) <= 1, "{:?}", tree.current());
    }
}

/// proptest's own runner shrinks too, for users with a judgement of their own.
#[test]
fn a_runner_of_proptest_finds_the_smallest_program() {
    let drops = |step: &Step| matches!(step, Step::Dropout(_));
    let mut runner = TestRunner::deterministic();
    let result = runner.run(&programs(), |question| {
        let calls = Step::numbered(&question.program);
        match calls.into_iter().filter(|(_, step)| drops(step)).count() {
            0..2 => Ok(()),
            _ => Err(TestCaseError::fail("two calls")),
        }
    });
    let Err(TestError::Fail(_, smallest)) = result else { panic!("{result:?}") };
    // A variable and two calls.
    assert_eq!(Step::count_all(&smallest.program), 3, "{:?}", smallest.program);
}

/// A run of random programs, and hardly anything else.
fn random(name: &str, seed: u64, programs: usize) -> Report {
    let mut mutated = Engine::new(Mutated::new(mutant(name).expect(name)));
    let rules = vec!["config.default"];
    let options = Options { rules, seed, programs: Some(programs), ..Options::default() };
    verify_with(&mut mutated, &options, &mut |_| {}).expect(name)
}

fn broken(report: &Report) -> Vec<(&'static str, &'static str)> {
    let wrong = |verdict| matches!(verdict, Verdict::Fail | Verdict::Error);
    let rulings = report.rulings.iter().filter(|ruling| wrong(ruling.verdict));
    rulings.map(|ruling| (ruling.rule.id, ruling.verdict.name())).collect()
}

#[test]
fn legal_variants_are_explained() {
    for variant in variants() {
        let report = random(variant.name, 11, 128);
        assert_eq!(broken(&report), [], "{}", variant.name);
        assert_eq!(report.random.stopped, None, "{}", variant.name);
    }
}

/// One of each kind, with the steps of its smallest counterexample at most, and whether that tells which
/// rule is broken: a mode that sticks may show in any step after it. `conformance/programs.md`
/// has all of them, with twenty seeds each.
#[test]
fn wrong_implementations_are_found_and_made_small() {
    let kinds: [(&str, usize, bool); 7] = [
        ("never-restores", 3, true),
        ("no-drop-guard", 5, true),
        ("in-place", 3, true),
        ("gradient-unmasked", 5, true),
        ("gradient-replaces", 8, true),
        ("test-mode-sticks", 7, false),
        ("second-derivative-unscaled", 8, true),
    ];
    for (name, most, tells) in kinds {
        let report = random(name, 0, 512);
        let broken_rule = mutant(name).unwrap().rule;
        let found = report.rulings.iter().filter(|ruling| ruling.verdict == Verdict::Fail);
        let found = found.collect::<Vec<_>>();
        let told = found.iter().any(|ruling| ruling.rule.id == broken_rule);
        assert!(told || !tells && !found.is_empty(), "{name}: {found:#?}");
        let smallest = found.iter().filter_map(|ruling| ruling.counterexample.as_ref());
        let smallest = smallest.map(|found| Step::count_all(&found.program)).min().unwrap();
        assert!(smallest <= most, "{name}: {smallest} steps, {found:#?}");
    }
}

/// The reference, but for one answer: after so many others, it tells of a flag what is not true.
struct SlipsOnce {
    engine: Engine<Reference>,
    left: usize,
}

impl Implementation for SlipsOnce {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.engine.start(entropy)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let mut answer = self.engine.run(id, program)?;
        self.left = self.left.saturating_sub(1);
        let last = answer.observations.last_mut();
        if let (1, Some(Observation { seen: Seen::Config(flag), .. })) = (self.left, last) {
            *flag = !*flag;
        }
        Ok(answer)
    }
}

#[test]
fn what_does_not_come_back_is_called_flaky() {
    let mut slips = SlipsOnce { engine: Engine::new(Reference), left: 200 };
    let rules = vec!["config.default"];
    let options = Options { rules, seed: 1, programs: Some(128), ..Options::default() };
    let report = verify_with(&mut slips, &options, &mut |_| {}).unwrap();
    let found = report.rulings.iter().filter_map(|ruling| ruling.counterexample.as_ref());
    let found = found.collect::<Vec<_>>();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].confirmed.clone(), found[0].shrunk), (Some(Confirmed::NotAgain), None));
    assert!(report.words().contains("not again in a fresh process, in 20 tries: flaky"));
}

/// The programs of a run depend on its seed alone.
#[test]
fn a_seed_gives_the_same_programs() {
    let of = |seed| {
        let report = random("gradient-unscaled", seed, 64);
        let found = report.rulings.iter().filter_map(|ruling| ruling.counterexample.clone());
        let found = found.map(|found| (found.program, found.mismatch)).collect::<Vec<_>>();
        (report.random.table(), format!("{found:?}"))
    };
    assert_eq!(of(5), of(5));
    assert_ne!(of(5).0, of(6).0);
}

/// A disagreement counts for a rule that exists.
#[test]
fn the_table_of_attribution_names_rules() {
    for row in ATTRIBUTION {
        assert!(rule(row.rule).is_some(), "{}", row.rule);
    }
}
