use super::*;
use crate::implementation::{Engine, Reference};
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, FaultKind, FlagValue, Origin, Outcome};

/// The flag `train` alone, and variables that are never read.
struct Flag {
    train: bool,
}

impl Adapter for Flag {
    type Variable = Array;

    fn step(&mut self, step: &Step, names: &mut Names<Array>) -> Result<Option<Seen>, Stop> {
        match step {
            Step::SetConfig { value, .. } => self.train = *value,
            Step::Config { .. } => return Ok(Some(Seen::Config(self.train))),
            Step::Variable { to, array, .. } => names.bind(to, array.clone()),
            Step::Value { of } => return Ok(Some(Seen::Array(Some(names.get(of)?.clone())))),
            Step::Dropout(_) => panic!("nothing to drop"),
            _ => return Err(Stop::unsupported(step)),
        }
        Ok(None)
    }

    fn scope(
        &mut self,
        scope: &Step,
        names: &mut Names<Array>,
        body: &mut Body<'_, Self>,
    ) -> Result<(), Stop> {
        let value = match scope {
            Step::UsingConfig { value: FlagValue::Bool(value), .. } => *value,
            Step::TestMode { .. } => false,
            _ => return Err(Stop::unsupported(scope)),
        };
        let outside = std::mem::replace(&mut self.train, value);
        let ended = body(self, names);
        self.train = outside;
        ended
    }
}

/// What an adapter answers that has nothing but the flag, and what the reference does.
fn answers(program: &[Step]) -> [Answer; 2] {
    let of_adapter = InProcess::new(&mut Flag { train: true }).run("", program).unwrap();
    let mut reference = Engine::new(Reference);
    reference.start(1).unwrap();
    [of_adapter, reference.run("", program).unwrap()]
}

/// Steps in bodies have numbers, errors go up to the `catch` around them, and turns come one after the
/// other: what is run for an adapter is what is run for the reference.
#[test]
fn programs_are_run_as_the_protocol_says() {
    let read = || config("train");
    let x = |number: f64| variable("x", Array::full(Dtype::Float32, &[1], number));
    for program in [
        vec![],
        vec![read(), set("train", false), read(), set("train", true), read()],
        vec![test_mode(vec![read(), read()]), read()],
        vec![
            using("train", false, vec![read(), using("train", true, vec![read()]), read()]),
            read(),
        ],
        vec![repeat(3, vec![read(), set("train", false), repeat(2, vec![read()]), read()]), read()],
        vec![repeat(0, vec![read()]), read()],
        vec![catch(vec![read(), raise(), read()]), read()],
        vec![catch(vec![read()]), read()],
        vec![catch(vec![test_mode(vec![read(), raise()])]), read()],
        vec![catch(vec![test_mode(vec![read(), catch(vec![raise()]), read()]), read()]), read()],
        vec![catch(vec![read(), panic(), read()]), read()],
        vec![read(), test_mode(vec![read(), raise(), read()]), read()],
        vec![read(), catch(vec![raise()]), repeat(2, vec![read(), raise()]), read()],
        vec![x(1.5), value("x"), x(2.5), value("x")],
        vec![repeat(2, vec![x(1.5), value("x")]), value("x")],
        vec![read(), value("y"), read()],
        vec![catch(vec![value("y")]), read()],
        vec![read(), panic(), read()],
        vec![read(), repeat(2, vec![read(), panic()]), read()],
    ] {
        let [answer, expected] = answers(&program);
        assert_eq!(answer, expected, "{program:?}");
        // The reference leaves the flag as the program set it.
        crate::implementation::flags::set(crate::implementation::flags::DEFAULT);
    }
}

#[test]
fn what_an_adapter_has_not_is_refused_with_its_place() {
    let run =
        |program: &[Step]| InProcess::new(&mut Flag { train: true }).run("", program).unwrap();
    for (program, at, what) in [
        (vec![config("train"), no_grad(vec![config("train")])], 1, "no_grad"),
        (vec![config("train"), threads(vec![vec![config("train")]])], 1, "threads"),
        (vec![test_mode(vec![config("train"), barrier()])], 2, "barrier"),
        (vec![repeat(2, vec![config("train"), barrier()])], 2, "barrier"),
        (vec![catch(vec![Step::Draws {}]), config("train")], 1, "draws"),
    ] {
        let refused = Outcome::Unsupported { at, why: format!("nothing like {what}") };
        assert_eq!(run(&program), Answer { observations: vec![], outcome: refused });
    }
    // A panic is an error of the framework, and an uncaught one ends the program there.
    let answer = run(&[config("train"), train("y", "x", 0.5), config("train")]);
    let (from, message) = (Origin::Library, "nothing to drop".to_owned());
    assert_eq!(
        answer.outcome,
        Outcome::Raised { at: 1, from, message: message.clone(), traceback: Vec::new() }
    );
    assert_eq!(answer.observations.len(), 1);
    // So is one behind a scope, a turn and something that was caught.
    let before = || vec![catch(vec![raise()]), test_mode(vec![config("train")])];
    let within =
        [before(), vec![repeat(2, [before(), vec![train("y", "x", 0.5)]].concat())]].concat();
    let Outcome::Raised { at, .. } = run(&within).outcome else { panic!("it is not caught") };
    assert_eq!(at, 9);
    let caught = run(&[catch(vec![train("y", "x", 0.5)]), config("train")]);
    assert_eq!(caught.observations[0].seen, Seen::Raised(Some(Origin::Library), message));
    assert_eq!(caught.outcome, Outcome::Done);
}

/// Of scopes and of what they claim adapters say nothing, unless they do.
#[test]
fn an_adapter_claims_nothing_that_it_did_not_write() {
    struct Nothing;
    impl Adapter for Nothing {
        type Variable = ();
        fn step(&mut self, _: &Step, _: &mut Names<()>) -> Result<Option<Seen>, Stop> {
            Ok(None)
        }
    }
    let mut nothing = Nothing;
    let mut adapter = InProcess::new(&mut nothing);
    let start = adapter.start(1).unwrap();
    assert_eq!(
        (start.capabilities, start.dtypes),
        (vec!["train".into(), "test".into()], vec![Dtype::Float32])
    );
    assert!(start.implementation.name.ends_with("Nothing"), "{}", start.implementation.name);
    let answer = adapter.run("", &[test_mode(vec![])]).unwrap();
    let why = "nothing like test_mode".to_owned();
    assert_eq!(answer.outcome, Outcome::Unsupported { at: 0, why });
}

/// A first look is quick, and each has a seed of its own.
#[test]
fn a_first_look_is_quick() {
    let [first, second] = [(); 2].map(|()| crate::verify(&mut Flag { train: true }).unwrap());
    assert_eq!(first.effort, crate::Effort::Quick);
    assert_ne!(first.seed, second.seed);
}

#[test]
fn a_fault_says_what_went_wrong() {
    let text = "`command` of impl.json is empty".to_owned();
    let fault = Fault { kind: FaultKind::NotStarted, message: text.clone(), stderr: vec![] };
    assert_eq!(fault.to_string(), text);
}

#[test]
fn a_sum_is_no_product() {
    let number = |number| row(Dtype::Float32, &[number]);
    let mut reference = Engine::new(Reference);
    reference.start(1).unwrap();
    for (step, expected) in [(add("z", "x", "y"), 7.0), (mul("z", "x", "y"), 10.0)] {
        let [x, y] = [variable("x", number(2.0)), variable("y", number(5.0))];
        let program = vec![x, y, step, value("z")];
        let seen = &reference.run("", &program).unwrap().observations[0].seen;
        assert_eq!(*seen, Seen::Array(Some(number(expected))));
    }
}
