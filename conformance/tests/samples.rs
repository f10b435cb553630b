//! Which random programs there are, and what becomes of those that disagree, kept as files in
//! `samples/`: they show the effect of a change in how programs are drawn, or made small.
//!
//! `SNAPSHOTS=overwrite cargo test -p dezero-spec --test integration samples::` writes them anew.

use dezero_spec::catalogue::{Mutated, mutants};
use dezero_spec::implementation::{Engine, Implementation, Reference};
use dezero_spec::oracle::{Choices, explain};
use dezero_spec::search::{Programs, Question, attribute};
use dezero_spec::wire::{Dtype, Mode, Real, Start, Step, capabilities, pseudocode};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

#[track_caller]
fn assert_as_kept(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name);
    let kept = snapbox::Data::read_from(&file, Some(snapbox::data::DataFormat::Text));
    snapbox::assert_data_eq!(text, kept.raw());
}

fn runner(seed: u8) -> TestRunner {
    TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]),
    )
}

fn written(question: &Question, lines: &mut String) {
    for (_, line) in pseudocode(&question.program) {
        writeln!(lines, "    {line}").unwrap();
    }
}

/// A few digits that change when anything of the programs does.
#[derive(Default)]
struct Fingerprint(Sha256);

impl Fingerprint {
    fn add(&mut self, question: &Question) {
        self.0.update(serde_json::to_vec(&question.program).unwrap());
        self.0.update(format!("{:?}", question.exactness));
    }

    fn digits(self) -> String {
        self.0.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn reference() -> Start {
    Engine::new(Reference).start(1).unwrap()
}

/// The reference's claims but for some.
fn without(left_out: &[&str]) -> Start {
    let mut start = reference();
    start.capabilities.retain(|claim| !left_out.iter().any(|out| claim.starts_with(out)));
    start
}

/// Implementations that claim different things.
fn claims() -> [(&'static str, Start); 8] {
    let everything = Start {
        capabilities: capabilities().map(str::to_owned).collect(),
        dtypes: Dtype::ALL.to_vec(),
        ..reference()
    };
    let integers = Start { dtypes: vec![Dtype::Int32], ..everything.clone() };
    let small = Start { max_elements: 5, ..reference() };
    let flags = Start { capabilities: vec!["config.train".to_owned()], ..reference() };
    [
        ("the reference", reference()),
        ("all there is to claim", everything),
        ("integers alone", integers),
        ("at most five elements", small),
        ("no gradients", without(&["gradient", "double", "accumulate"])),
        ("no modes", without(&["config", "scopes", "threads", "layers", "other_values"])),
        ("no uniforms of the judge's", without(&["injected", "bitwise"])),
        ("one flag", flags),
    ]
}

#[test]
fn programs_are_those_of_their_seed() {
    let mut text = String::new();
    for (name, start) in claims() {
        let (programs, mut runner) = (Programs::new(start), runner(54));
        let mut draw = || programs.new_tree(&mut runner).unwrap().current();
        writeln!(text, "# {name}\n").unwrap();
        let mut all = Fingerprint::default();
        for number in 0..300 {
            let question = draw();
            all.add(&question);
            if number < 6 {
                writeln!(text, "{}, {:?}:", number + 1, question.exactness).unwrap();
                written(&question, &mut text);
            }
        }
        writeln!(text, "300 of them: {}\n", all.digits()).unwrap();
    }
    assert_as_kept("programs.txt", &text);
}

/// How many programs are asked of each wrong implementation.
const ASKED: usize = 80;

/// Arrays above some size are another matter, and take most of the time.
fn small(question: &Question) -> bool {
    Step::numbered(&question.program)
        .iter()
        .all(|(_, step)| !matches!(step, Step::Variable { array, .. } if array.values.len() > 100))
}

/// Each program is asked in a process of its own, as it is, with nothing made small.
#[test]
fn what_disagrees_is_of_the_same_rules() {
    let programs = Programs::new(reference());
    let mut runner = runner(9);
    let mut draw = || programs.new_tree(&mut runner).unwrap().current();
    let questions = std::iter::repeat_with(&mut draw).filter(small).take(ASKED);
    let questions = questions.collect::<Vec<_>>();
    let mut text = String::new();
    for wrong in mutants() {
        let mut rules = BTreeMap::<&str, usize>::new();
        let mut engine = Engine::new(Mutated::new(wrong));
        for Question { program, exactness } in &questions {
            engine.start(1).unwrap();
            let Ok(answer) = engine.run("", program) else { continue };
            let mut choices = Choices::default();
            if let Err(mismatch) = explain(program, &answer, *exactness, &mut choices) {
                *rules
                    .entry(attribute(program, &mismatch, &answer, *exactness, &Choices::default()))
                    .or_default() += 1;
            }
        }
        let rules = rules.iter().map(|(rule, times)| format!("{rule} {times}"));
        let rules = rules.collect::<Vec<_>>().join(", ");
        if !rules.is_empty() {
            writeln!(text, "{} ({})\n    {rules}", wrong.name, wrong.rule).unwrap();
        }
    }
    assert_as_kept("attributed.txt", &text);
}

/// What may be wrong with a program, and how that is called.
type Fault = (&'static str, fn(&Step) -> bool);

/// Each disagrees wherever it is.
const FAULTS: [Fault; 10] = [
    (
        "dropout in training",
        |step| matches!(step, Step::Dropout(call) if call.mode == Some(Mode::Train)),
    ),
    (
        "another ratio than 0.5",
        |step| matches!(step, Step::Dropout(call) if call.ratio.is_some_and(|Real(ratio)| ratio != 0.5)),
    ),
    (
        "an array with a zero",
        |step| matches!(step, Step::Variable { array, .. } if array.values.contains(&0.0)),
    ),
    ("a matrix", |step| matches!(step, Step::Variable { array, .. } if array.shape.len() == 2)),
    (
        "more than twenty elements",
        |step| matches!(step, Step::Variable { array, .. } if array.values.len() > 20),
    ),
    ("a gradient that comes back", |step| matches!(step, Step::Backward { gy: Some(_), .. })),
    ("an error", |step| matches!(step, Step::Raise { .. })),
    ("a thread", |step| matches!(step, Step::Threads { .. })),
    ("a layer that is called", |step| matches!(step, Step::Apply { .. })),
    ("a repetition", |step| matches!(step, Step::Repeat { .. })),
];

#[test]
fn what_disagrees_becomes_small_in_the_same_steps() {
    let programs = Programs::new(reference());
    let mut text = String::new();
    for (name, wrong) in FAULTS {
        let disagrees = |question: &Question| {
            Step::numbered(&question.program).iter().any(|(_, step)| wrong(step))
        };
        let mut runner = runner(7);
        writeln!(text, "# {name}\n").unwrap();
        let mut shrunk = 0;
        while shrunk < 4 {
            let mut tree = programs.new_tree(&mut runner).unwrap();
            let mut smallest = tree.current();
            if !disagrees(&smallest) {
                continue;
            }
            shrunk += 1;
            let (from, mut tried, mut all) =
                (Step::count_all(&smallest.program), 0, Fingerprint::default());
            let mut more = tree.simplify();
            while more {
                let smaller = tree.current();
                tried += 1;
                all.add(&smaller);
                more = if disagrees(&smaller) {
                    smallest = smaller;
                    tree.simplify()
                } else {
                    tree.complicate()
                };
            }
            writeln!(text, "of {from} steps, in {tried} tries: {}", all.digits()).unwrap();
            written(&smallest, &mut text);
        }
        writeln!(text).unwrap();
    }
    assert_as_kept("shrunk.txt", &text);
}
