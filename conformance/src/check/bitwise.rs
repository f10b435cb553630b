use super::dropout::SHAPED;
use super::{Ask, Check};
use crate::oracle::Exactness;
use crate::session::{Over, Setting};
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, Mode, Program, Step, ViewKind};
use dezero_reference::ensemble::{DROPS, KEEPS};

/// The chapter's arithmetic, every bit of it.
pub(super) fn checks() -> Vec<Check> {
    use Ask::Explain;
    use Exactness::Bitwise;
    use Over::{Dtypes, Once, Shapes};
    let check = |rule, needs, after, ask| Check { rule, needs, after, ask };
    let bitwise: &[&str] = &["bitwise", "injected", "train"];
    let scaled: &[&str] = &["dropout.train.scale"];
    vec![
        check("dropout.bitwise.strict", bitwise, scaled, Explain(Bitwise, Dtypes, ties)),
        check(
            "dropout.bitwise.arithmetic",
            bitwise,
            scaled,
            Explain(Bitwise, Shapes, with_uniforms),
        ),
        check("dropout.bitwise.draws", bitwise, SHAPED, Explain(Bitwise, Shapes, draws)),
        check(
            "dropout.bitwise.no-draws",
            &["bitwise", "injected", "train", "test", "gradient.train"],
            &["gradient.train.scale", "dropout.test.identity"],
            Explain(Bitwise, Shapes, no_draws),
        ),
        check(
            "dropout.bitwise.same",
            &["bitwise", "identity", "test"],
            &["dropout.test.identity"],
            Explain(Bitwise, Once, bitwise_same),
        ),
    ]
}

/// A call in test mode of each kind, and a look.
fn in_test_mode(setting: &Setting, look: &Step) -> Vec<Program> {
    let called = |call| vec![call, look.clone()];
    let by_argument = || called(test("y", "x", 0.5));
    let mut programs = vec![by_argument()];
    if setting.claims("config.enable_backprop") {
        programs.push(vec![no_grad(by_argument())]);
    }
    if setting.claims("config.train") {
        programs.push(vec![test_mode(called(dropout("y", "x", 0.5)))]);
    }
    if setting.claims("layers") {
        let made = vec![layer("l", 0.5), layer_mode("l", false)];
        programs.push([made, called(apply("y", "x", "l"))].concat());
    }
    programs
}

fn bitwise_same(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let calls = in_test_mode(setting, &same("x", "y")).into_iter();
    calls.map(|call| [vec![x.clone()], call].concat()).collect()
}

fn uniforms(setting: &mut Setting, u: impl Fn(&mut Setting) -> f64) -> Array {
    let dtype = std::mem::replace(&mut setting.dtype, Dtype::Float64);
    let array = setting.array(u);
    setting.dtype = dtype;
    array
}

fn any_uniform(setting: &mut Setting) -> f64 {
    setting.uniform()
}

/// Uniforms at the ratio and beside it, and the smallest and the largest there are.
fn ties(setting: &mut Setting) -> Vec<Program> {
    let mut programs = Vec::new();
    for ratio in [0.0, 1e-17, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999] {
        let ratio = setting.rounded(ratio);
        let edges = [DROPS, ratio.next_down().max(0.0), ratio, ratio.next_up(), KEEPS];
        let u = uniforms(setting, |setting| setting.one_of(&edges));
        let x = setting.normal();
        programs.push(vec![variable("x", x), injected("y", "x", ratio, u), value("y")]);
    }
    if setting.claims("views") {
        // The uniforms are in the order of the view.
        let x = variable("x", setting.reshaped(&[3, 5]).normal());
        let u = uniforms(&mut setting.reshaped(&[5, 3]), any_uniform);
        let view = view("v", "x", ViewKind::Transpose);
        programs.push(vec![x, view, injected("y", "v", 0.5, u), value("y")]);
    }
    programs
}

fn with_uniforms(setting: &mut Setting) -> Vec<Program> {
    let mut programs = Vec::new();
    for ratio in [0.1, 0.3, 0.999, 0.0, 1.0] {
        let ratio = setting.rounded(ratio);
        let u = uniforms(setting, any_uniform);
        let x = setting.any_finite();
        programs.push(vec![variable("x", x), injected("y", "x", ratio, u), value("y")]);
    }
    programs
}

fn draws(setting: &mut Setting) -> Vec<Program> {
    let mut program = vec![variable("x", setting.normal()), Step::Draws {}];
    for ratio in [0.0, 0.5, 1.0] {
        program.extend([train("y", "x", ratio), Step::Draws {}]);
    }
    if setting.claims("direct") {
        program.extend([direct("y", "x", 0.5, Mode::Train), Step::Draws {}]);
    }
    if setting.claims("layers") {
        program.extend([layer("l", 0.5), layer_mode("l", true), apply("y", "x", "l")]);
        program.push(Step::Draws {});
    }
    vec![program]
}

fn no_draws(setting: &mut Setting) -> Vec<Program> {
    let (x, gy) = (variable("x", setting.normal()), setting.normal());
    let mut programs = in_test_mode(setting, &Step::Draws {});
    if setting.claims("direct") {
        programs.push(vec![direct("y", "x", 0.5, Mode::Test), Step::Draws {}]);
    }
    programs.push(vec![train("y", "x", 0.5), Step::Draws {}, backward("y", gy), Step::Draws {}]);
    // What is drawn before the first look is not seen.
    let begin = [x, Step::Draws {}];
    programs.into_iter().map(|program| [begin.to_vec(), program].concat()).collect()
}
