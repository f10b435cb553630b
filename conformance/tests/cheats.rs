//! Who does not do the work gets no verdict that says so: cheats do not conform.

use dezero_spec::fixture::all_recipes;
use dezero_spec::implementation::{Engine, Fault, Implementation, Reference};
use dezero_spec::wire::{Answer, Array, Observation, Origin, Outcome, Seen, Start, Step};
use dezero_spec::{Conclusion, Effort, Options, verify_with};

/// The reference, with every answer replaced.
struct Cheat<F> {
    honest: Engine<Reference>,
    answer: F,
}

impl<F: FnMut(&str, &[Step], Answer) -> Answer> Implementation for Cheat<F> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.honest.start(entropy)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let honest = self.honest.run(id, program)?;
        Ok((self.answer)(id, program, honest))
    }
}

fn judged(answer: impl FnMut(&str, &[Step], Answer) -> Answer) -> Conclusion {
    let mut cheat = Cheat { honest: Engine::new(Reference), answer };
    let options = Options { seed: 3, effort: Effort::Quick, ..Options::default() };
    verify_with(&mut cheat, &options, &mut |_| {}).expect("it starts").conclusion(false)
}

/// The answer with every array replaced.
fn with_arrays(answer: Answer, replace: impl Fn(Array) -> Array) -> Answer {
    let observations = answer.observations.into_iter().map(|observation| {
        let seen = match observation.seen {
            Seen::Array(Some(array)) => Seen::Array(Some(replace(array))),
            seen => seen,
        };
        Observation { seen, ..observation }
    });
    Answer { observations: observations.collect(), ..answer }
}

fn filled(array: Array, value: f64) -> Array {
    Array::full(array.dtype, &array.shape, value)
}

#[test]
fn all_zeros_do_not_conform() {
    let zeros = judged(|_, _, answer| with_arrays(answer, |array| filled(array, 0.0)));
    assert_eq!(zeros, Conclusion::NoVerdict, "arrays that went in do not come out");
}

#[test]
fn a_constant_does_not_conform() {
    let ones = judged(|_, _, answer| with_arrays(answer, |array| filled(array, 1.0)));
    assert_eq!(ones, Conclusion::NoVerdict, "arrays that went in do not come out");
}

/// What went in comes out: right in test mode, and wherever nothing is drawn.
#[test]
fn an_echo_does_not_conform() {
    let input = |program: &[Step]| {
        program.iter().find_map(|step| match step {
            Step::Variable { array, .. } => Some(array.clone()),
            _ => None,
        })
    };
    let echo = judged(|_, program, answer| match input(program) {
        Some(x) => {
            with_arrays(answer, |array| if array.shape == x.shape { x.clone() } else { array })
        }
        None => answer,
    });
    assert_ne!(echo, Conclusion::Conforms);
}

/// The fixtures are committed, so their answers can be learnt.
#[test]
fn fixtures_by_heart_do_not_conform() {
    let known = |id: &str| all_recipes().iter().any(|recipe| recipe.id == id);
    let zeros = |array: Array| filled(array, 0.0);
    let elsewhere = |answer: Answer| with_arrays(answer, zeros);
    let zero_elsewhere = judged(|id, _, answer| if known(id) { answer } else { elsewhere(answer) });
    assert_ne!(zero_elsewhere, Conclusion::Conforms);
    let silent_elsewhere = judged(|id, _, answer| if known(id) { answer } else { unsupported() });
    assert_ne!(silent_elsewhere, Conclusion::Conforms);
}

#[test]
fn the_answer_before_does_not_conform() {
    let mut before = None;
    let late = judged(|_, _, answer| before.replace(answer.clone()).unwrap_or(answer));
    assert_ne!(late, Conclusion::Conforms);
}

fn unsupported() -> Answer {
    let why = "not today".to_owned();
    Answer { observations: vec![], outcome: Outcome::Unsupported { at: 0, why } }
}

#[test]
fn refusing_everything_does_not_conform() {
    assert_eq!(judged(|_, _, _| unsupported()), Conclusion::NoVerdict);
}

#[test]
fn failing_at_everything_does_not_conform() {
    let error = |from| Answer {
        observations: vec![],
        outcome: Outcome::Raised { at: 0, from, message: "no".to_owned(), traceback: Vec::new() },
    };
    let by = |from| judged(move |_, _, _| error(from));
    assert_ne!(by(Origin::Library), Conclusion::Conforms);
    assert_ne!(by(Origin::Adapter), Conclusion::Conforms);
}
