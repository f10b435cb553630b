use super::*;
use crate::bet::{MOST_TAGS, Stakes};
use crate::catalogue::{Mutated, variants};
use crate::implementation::{Engine, Implementation, Reference};
use crate::oracle::{Choices, Exactness, explain, runs_everywhere};
use crate::search::graph::goes_back_alike;
use crate::search::smaller::size;
use crate::search::strategy::{DrawnProgram, Programs, Question};
use crate::wire::{Dtype, Observation, Outcome, Seen, needs};
use proptest::strategy::ValueTree;
use rand_chacha::rand_core::Rng;

/// What the reference claims, with three devices.
fn everything() -> Start {
    let start = Engine::new(Reference).start(1).unwrap();
    Start { devices: ["cpu", "one", "two"].map(str::to_owned).to_vec(), ..start }
}

/// The programs of all rows of a run, with what they were written for.
fn programs(start: &Start, seed: u64, effort: Effort) -> Vec<(Vec<Tag>, Program)> {
    let space = Space::new(start);
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let rows = space.rows(seed, effort).into_iter();
    rows.map(|row| (space.tags(&row), space.program(&row, &mut random, 256).0)).collect()
}

#[test]
fn every_pair_of_values_is_asked_and_nearly_every_triple() {
    let space = Space::new(&everything());
    for (effort, part) in [(Effort::Quick, 0.3), (Effort::Default, 0.95)] {
        let rows = space.rows(7, effort);
        let Coverage { programs, pairs, triples } = space.coverage(&rows);
        assert_eq!((programs, pairs.met), (rows.len(), pairs.all));
        let share = triples.met as f64 / triples.all as f64;
        assert!(share >= part, "{effort:?}: {programs} programs, {pairs:?}, {triples:?}");
        println!("{effort:?}: {programs} programs, {pairs:?}, {triples:?}");
    }
    let values = space.values.iter().map(Vec::len).sum::<usize>();
    assert!(values + 2 <= MOST_TAGS, "{values} values");
}

/// An implementation is asked for nothing but what it claims, and there is something to bet on.
#[test]
fn rows_are_programs_that_can_be_asked() {
    let all = everything();
    let with = |claims: &[&str]| {
        let capabilities = claims.iter().map(|it| (*it).to_owned()).collect();
        Start { capabilities, devices: vec!["cpu".to_owned()], ..all.clone() }
    };
    let few = with(&["train"]);
    let back = with(&["train", "test", "gradient.train"]);
    let single = Start { dtypes: vec![Dtype::Float16], max_elements: 100, ..few.clone() };
    for (name, start) in [("all", all.clone()), ("few", few), ("back", back), ("single", single)] {
        let programs = programs(&start, 3, Effort::Quick);
        assert!(programs.len() > 50, "{name}: {}", programs.len());
        for (tags, program) in programs {
            let said = || format!("{name} {tags:?}");
            for need in needs(&program) {
                assert!(start.claims(need), "{need}: {}", said());
            }
            // Where nothing is dropped there is nothing to bet on.
            let plain = |tag: &Tag| match tag.dimension {
                "ratio" => tag.value == ZERO,
                "mode" => has_origin(tag.value, |it| it.tests),
                _ => false,
            };
            if !tags.iter().any(plain) {
                assert!(Stakes::of(&program).bits() > 0, "{}", said());
            }
        }
    }
    assert!(Space::new(&with(&["test"])).rows(1, Effort::Quick).is_empty());
}

/// Ratios are sent in the precision in which they are taken, also those that a row makes of its own.
#[test]
fn ratios_are_sent_as_they_are_taken() {
    use crate::session::round_ratio;
    use crate::wire::RatioDtype;
    for dtype in [Dtype::Bfloat16, Dtype::Float16, Dtype::Float64] {
        for ratio_dtype in [RatioDtype::Same, RatioDtype::Float32] {
            let start = Start { dtypes: vec![dtype], ratio_dtype, ..everything() };
            for (tags, program) in programs(&start, 4, Effort::Quick) {
                for ratio in Step::ratios(&program) {
                    assert_eq!(ratio, round_ratio(&start, dtype, ratio), "{tags:?}");
                }
            }
        }
    }
}

/// The reference answers all of them as the specification says, and right implementations that choose
/// otherwise have an answer, too.
#[test]
fn rows_are_explained() {
    let mut engine = Engine::new(Reference);
    let start = engine.start(1).unwrap();
    let mut choices = Choices::default();
    for (tags, program) in programs(&start, 5, Effort::Quick) {
        let answer = engine.run("", &program).unwrap();
        let explained = explain(&program, &answer, Exactness::Must, &mut choices);
        assert!(explained.is_ok(), "{tags:?} {explained:?}");
        let bits = Stakes::of(&program).bits();
        let settled = Stakes::of(&program).settle(&answer);
        let settled = settled.iter().map(|mask| mask.kept().len()).sum::<usize>();
        // Where something is refused, short gradients are not bet on.
        let refused = |seen: &Observation| matches!(seen.seen, Seen::Raised(Some(_), _));
        let all = !answer.observations.iter().any(refused);
        assert!(settled == bits || settled < bits && !all, "{tags:?} {settled} {bits}");
    }
    for (tags, program) in programs(&everything(), 6, Effort::Quick) {
        let few = crate::search::small(&program);
        assert!(runs_everywhere(&few, Exactness::Must, 256), "{tags:?}");
    }
}

/// Rows are no programs as random ones are, but they can be made smaller step by step: if all that call dropout
/// disagree, of each one call is left in the end.
#[test]
fn rows_become_small() {
    let start = everything();
    let all = Programs::new(start.clone());
    for (tags, program) in programs(&start, 8, Effort::Quick).into_iter().step_by(48) {
        let before = size(&program);
        let question = Question { program, exactness: Exactness::Must };
        let mut tree = DrawnProgram::new(&all, question);
        let disagrees =
            |program: &[Step]| Step::numbered(program).iter().any(|(_, it)| it.is_call());
        let mut more = tree.simplify();
        let mut smallest = tree.current();
        while more {
            more = match disagrees(&tree.current().program) {
                true => {
                    smallest = tree.current();
                    tree.simplify()
                }
                false => tree.complicate(),
            };
        }
        let after = size(&smallest.program);
        assert!(after[0] <= 4 && after[1] <= 8, "{tags:?}: from {before:?} to {after:?}");
    }
}

/// What a row's program is made smaller to is answered by right implementations as the specification says too,
/// whichever of the smaller programs disagree.
#[test]
fn smaller_rows_are_explained() {
    let mut random = ChaCha20Rng::seed_from_u64(9);
    for variant in variants() {
        let mut engine = Engine::new(Mutated::new(&variant.mutant));
        let start = engine.start(1).unwrap();
        let all = Programs::new(start.clone());
        let written = programs(&start, random.next_u64(), Effort::Quick);
        for (tags, program) in written.into_iter().step_by(150) {
            assert!(goes_back_alike(&program), "{tags:?}");
            let question = Question { program, exactness: Exactness::Must };
            let mut tree = DrawnProgram::new(&all, question);
            let mut more = tree.simplify();
            for _ in 0..60 {
                if !more {
                    break;
                }
                let Question { program, exactness } = tree.current();
                engine.start(random.next_u32()).unwrap();
                let answer = engine.run("", &program).unwrap();
                if !matches!(answer.outcome, Outcome::Unsupported { .. }) {
                    let explained = explain(&program, &answer, exactness, &mut Choices::default());
                    let said = || format!("{} {tags:?} {program:?}", variant.name);
                    assert!(explained.is_ok(), "{} {explained:?}", said());
                }
                let disagrees = random.next_u64() % 4 == 0;
                more = if disagrees { tree.simplify() } else { tree.complicate() };
            }
        }
    }
}
