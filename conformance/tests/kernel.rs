//! The kernel's defaults are the reference, bit by bit: a mutant is wrong in one method only.

use dezero_spec::catalogue::{Mutated, PlainKernel};
use dezero_spec::implementation::{Engine, Implementation, Reference};
use dezero_spec::wire::{Array, Dropout, Dtype, Mode, Real, Step, ViewKind};
use proptest::prelude::*;

fn call(to: &str, of: &str, ratio: f64, mode: Mode) -> Dropout {
    Dropout { to: to.into(), of: of.into(), ratio: Some(Real(ratio)), mode: Some(mode), u: None }
}

fn program(dtype: Dtype, bits: &[u64], ratio: f64, mode: Mode) -> Vec<Step> {
    let numbers = |shift: u32| bits.iter().map(|&b| f64::from_bits(b.rotate_left(shift))).collect();
    let shape = [bits.len()];
    let name = |name: &str| name.to_owned();
    vec![
        Step::Seed { value: 7 },
        Step::Variable {
            to: name("x"),
            array: Array::new(dtype, &shape, numbers(0)),
            device: None,
        },
        Step::Dropout(call("y", "x", ratio, Mode::Train)),
        Step::Value { of: name("y") },
        Step::Dropout(call("z", "y", ratio, mode)),
        Step::Same { a: name("y"), b: name("z") },
        Step::DirectDropout(call("w", "z", ratio, mode)),
        Step::Value { of: name("w") },
        Step::Mul { to: name("v"), a: name("w"), b: name("w") },
        Step::Backward {
            of: name("v"),
            gy: Some(Array::new(dtype, &shape, numbers(13))),
            create_graph: true,
        },
        Step::Grad { of: name("x") },
        Step::GradAs { of: name("x"), to: name("gx") },
        Step::ClearGrad { of: name("x") },
        Step::Backward { of: name("gx"), gy: None, create_graph: false },
        Step::Grad { of: name("x") },
        Step::View { to: name("u"), of: name("x"), kind: ViewKind::Broadcast },
        Step::View { to: name("t"), of: name("u"), kind: ViewKind::Transpose },
        Step::Dropout(call("s", "t", ratio, mode)),
        Step::Value { of: name("s") },
        Step::Device { of: name("s") },
        Step::Draws {},
    ]
}

/// Scopes as objects and threads, in an order that `bits` decide.
fn scopes_and_threads(bits: &[bool]) -> Vec<Step> {
    let name = |name: &str| name.to_owned();
    let read = || Step::Config { flag: name("train") };
    let made = |to: &str, value| Step::Scope { to: name(to), flag: name("train"), value };
    let mut program = vec![made("a", bits[0]), made("b", bits[1]), read()];
    for (&bit, &once_more) in bits.iter().zip(&bits[1..]) {
        let of = name(if bit { "a" } else { "b" });
        let array = Array::full(Dtype::Float32, &[3], 1.0);
        let x = Step::Variable { to: name("x"), array, device: None };
        let call = Step::Dropout(call("y", "x", 0.5, Mode::Train));
        let drawn = vec![read(), Step::Barrier {}, x, call, Step::Value { of: name("y") }];
        let bodies = vec![drawn, vec![Step::Barrier {}, read()]];
        let body = once_more.then(|| vec![Step::Threads { bodies }, read()]);
        program.extend([Step::Enter { of, body }, read()]);
    }
    program.push(Step::Exit { of: name("a") });
    program.push(read());
    program
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_kernel_is_the_reference(
        dtype in prop::sample::select(&Dtype::ALL[..4]),
        bits in prop::collection::vec(any::<u64>(), 0..9),
        ratio in prop_oneof![0.0..1.0, Just(0.0), Just(1.0), Just(0.5), Just(1.5), Just(f64::NAN)],
        test in any::<bool>(),
    ) {
        let program = program(dtype, &bits, ratio, if test { Mode::Test } else { Mode::Train });
        let mut reference = Engine::new(Reference);
        let mut kernel = Engine::new(Mutated::of(|| Box::new(PlainKernel)));
        reference.start(1).unwrap();
        let expected = reference.run("", &program).unwrap().to_line("");
        kernel.start(1).unwrap();
        prop_assert_eq!(kernel.run("", &program).unwrap().to_line(""), expected);
    }

    #[test]
    fn the_kernel_keeps_scopes_as_the_reference_does(
        bits in prop::collection::vec(any::<bool>(), 2..9),
    ) {
        let program = scopes_and_threads(&bits);
        let answer = |implementation: &mut dyn Implementation| {
            implementation.start(1).unwrap();
            implementation.run("", &program).unwrap().to_line("")
        };
        let expected = answer(&mut Engine::new(Reference));
        prop_assert_eq!(answer(&mut Engine::new(Mutated::of(|| Box::new(PlainKernel)))), expected);
    }
}
