use super::*;
use crate::check::checks;
use crate::implementation::{Engine, Reference};
use crate::oracle::Assignments;
use crate::session::Options;
use crate::wire::steps::*;
use crate::wire::{Array, RatioDtype};

fn x() -> Step {
    variable("x", Array::full(Dtype::Float32, &[40], 1.0))
}

fn start() -> Start {
    Start::new("a framework", &["train", "test", "layers"], &[Dtype::Float32])
}

#[test]
fn ratios_and_devices_are_read_from_everywhere() {
    let inside = vec![layer("d", 0.75), direct("z", "x", 0.125, crate::wire::Mode::Train)];
    let elsewhere = on_device("w", Array::full(Dtype::Float32, &[1], 1.0), "cuda:0");
    let program =
        [x(), train("y", "x", 0.25), default_ratio("u", "x"), test_mode(inside), elsewhere];
    assert_eq!(Step::ratios(&program), [0.25, 0.75, 0.125]);
    assert_eq!(devices(&program), ["cuda:0"]);
    assert_eq!((Step::ratios(&[x()]), devices(&[x()])), (vec![], vec![]));
}

/// Going back from what the program was given is a gradient to some and an error to others, and of no rule.
#[test]
fn no_way_back_begins_at_what_was_given() {
    let mut reference = Engine::new(Reference);
    let mut session = Session::new(&mut reference, &Options::default()).unwrap();
    let mut ways = 0;
    for case in checks().iter().flat_map(|check| written(check, &mut session)).flatten() {
        let numbered = Step::numbered(&case.program);
        for (at, step) in &numbered {
            let Step::Backward { of, .. } = step else { continue };
            let mut before = numbered.iter().filter(|(made, _)| made < at);
            let maker = before.rfind(|(_, step)| step.binds() == Some(of));
            assert!(!matches!(maker, Some((_, Step::Variable { .. }))), "{:?}", case.program);
            ways += 1;
        }
    }
    assert!(ways > 100, "{ways}");
}

/// A fixture is asked of an implementation that claims all of it and takes its very ratios.
#[test]
fn fixtures_are_asked_of_implementations_that_claim_them() {
    let asked = |program: Vec<Step>, start: &Start| {
        can_be_asked(
            &Recipe {
                id: "one".to_owned(),
                rules: vec!["dropout.train.scale"],
                exactness: Exactness::Must,
                program,
            },
            start,
        )
    };
    let call = |ratio| vec![x(), train("y", "x", ratio), value("y")];
    assert!(asked(call(0.1), &start()) && asked(vec![config("train")], &with_flag()));
    assert!(!asked(call(0.1), &Start { capabilities: vec!["test".to_owned()], ..start() }));
    assert!(!asked(vec![config("train")], &start()));
    assert!(!asked(call(0.1), &Start { dtypes: vec![Dtype::Float64], ..start() }));
    let narrow = Start { ratio_dtype: RatioDtype::Float32, ..start() };
    assert!(asked(call(0.5), &narrow) && !asked(call(0.1), &narrow));
    let device = |name| {
        let x = on_device("x", Array::full(Dtype::Float32, &[1], 1.0), name);
        vec![x, train("y", "x", 0.5), value("y")]
    };
    let with_devices =
        Start { capabilities: vec!["train".to_owned(), "device".to_owned()], ..start() };
    assert!(asked(device("cpu"), &with_devices) && !asked(device("cuda:0"), &with_devices));
    // Without an array there is nothing that a dtype could be wrong of.
    assert!(asked(vec![config("train")], &Start { dtypes: vec![Dtype::Float64], ..with_flag() }));
}

fn with_flag() -> Start {
    Start { capabilities: vec!["config.train".to_owned()], ..start() }
}

/// What is looked at for one thing alone is not asked where values are compared as well.
#[test]
fn fixtures_decide_on_what_they_compare() {
    let every = Start {
        capabilities: crate::wire::JUDGED.iter().map(|one| (*one).to_owned()).collect(),
        dtypes: Dtype::ALL.to_vec(),
        ..start()
    };
    let looks = |rule: &str| {
        let check = checks().iter().find(|check| check.rule == rule).unwrap();
        matches!(check.ask, Ask::Look(..))
    };
    let (mut compared, mut looked) = (0, 0);
    for check in checks() {
        for case in fixtures_of(check, &every, &LeftOut::default()) {
            let id = case.fixture.unwrap();
            let recipe = all_recipes().iter().find(|recipe| recipe.id == id).unwrap();
            assert!(recipe.rules.contains(&check.rule), "{id}");
            // Not a number is not equal to itself, so as texts.
            assert_eq!(format!("{:?}", case.program), format!("{:?}", recipe.program));
            match case.how {
                How::Look(_) => {
                    assert!(recipe.rules.iter().all(|rule| looks(rule)), "{id}");
                    looked += 1;
                }
                How::Explain(exactness) => {
                    assert!(!looks(check.rule) && exactness == recipe.exactness, "{id}");
                    compared += 1;
                }
                How::Drops => panic!("{id}: no fixture is counted"),
            }
        }
    }
    assert!(compared > 100 && looked > 0, "{compared} {looked}");
    let nothing = Start { dtypes: vec![], capabilities: vec![], ..every };
    assert!(
        checks()
            .iter()
            .all(|check| { fixtures_of(check, &nothing, &LeftOut::default()).is_empty() })
    );
}

#[test]
fn the_last_call_is_the_one_that_is_told() {
    let calls =
        vec![x(), train("y", "x", 0.25), repeat(3, vec![train("z", "x", 0.25)]), value("y")];
    assert_eq!(last_call(&calls), Some((3, 0.25)));
    let applied = vec![x(), layer("d", 0.75), apply("y", "x", "d"), value("y")];
    assert_eq!(last_call(&applied), Some((2, 0.75)));
    assert_eq!(last_call(&[x(), default_ratio("y", "x")]), Some((1, 0.5)));
    assert_eq!(last_call(&[x(), layer("d", 0.5)]), None);
}

/// An element whose mask is known has assignments that agree on the bit of its call.
#[test]
fn far_too_many_and_far_too_few_are_told() {
    let program = [x(), train("y", "x", 0.25), train("z", "y", 0.25), value("z")];
    // Of two calls there are four assignments: bit 1 and bit 3 have the first, bits 2 and 3 the
    // second.
    let (both, first_alone, second_alone, neither) = (1 << 3, 1 << 1, 1 << 2, 1 << 0);
    let told = |words: &[(u64, usize)]| {
        let alive = words.iter().flat_map(|&(word, times)| vec![word; times]).collect();
        let turn = Assignments { calls: vec![1, 2], shape: vec![1], turn: 0, alive };
        implausible(&program, &Explained { assignments: vec![turn] })
    };
    assert_eq!(told(&[(both, 450), (first_alone, 150), (second_alone, 150), (neither, 50)]), None);
    let mismatch = |n: usize, kept: usize| {
        let expected = format!("about {} of {n} elements kept", n * 3 / 4);
        Some((2, expected, format!("{kept} of {n} elements kept")))
    };
    let words = |words: &[(u64, usize)]| told(words).map(|it| (it.at, it.expected, it.observed));
    // The first call keeps all, or nothing; then the second does.
    assert_eq!(words(&[(both, 150), (first_alone, 50)]), mismatch(200, 200));
    assert_eq!(words(&[(neither, 10), (second_alone, 30)]), mismatch(40, 0));
    assert_eq!(words(&[(both, 150), (second_alone, 50)]), mismatch(200, 200));
    assert_eq!(words(&[(neither, 10), (first_alone, 30)]), mismatch(40, 0));
    // Where it is not known whether it was kept, nothing is counted.
    let unknown = both | neither;
    assert_eq!(words(&[(unknown, 4000)]), None);
    assert_eq!(words(&[(both, 150), (first_alone, 50), (unknown, 200)]), mismatch(200, 200));
    assert_eq!(implausible(&[x()], &Explained::default()), None);
}

/// At ratio 1/4 no mask drops 24 of 24: that comes by chance once in 3 * 10^14 programs, and as seldom
/// again something as rare on the other side. Of 23 it would be once in 7 * 10^13.
#[test]
fn what_chance_does_is_not_told() {
    let program = [x(), train("y", "x", 0.25), value("y")];
    let told = |n: usize| {
        let turn = Assignments { calls: vec![1], shape: vec![n], turn: 0, alive: vec![1; n] };
        implausible(&program, &Explained { assignments: vec![turn] }).is_some()
    };
    let least = (1..100).find(|&n| told(n)).unwrap();
    assert_eq!(least, 24);
    assert!((1..100).all(|n| told(n) == (n >= least)));
}
