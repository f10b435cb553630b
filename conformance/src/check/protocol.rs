use super::{Ask, Check, look};
use crate::oracle::Exactness::Must;
use crate::session::{Over, SMALL, Setting};
use crate::wire::steps::{catch, no_grad, raise, repeat, test_mode, value, variable};
use crate::wire::{Array, Program};

/// Whether the adapter can be believed, before anything else.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, after, programs: fn(&mut Setting) -> Vec<Program>, over| Check {
        rule,
        needs: &[],
        after,
        ask: Ask::Explain(Must, over, programs),
    };
    vec![
        check("protocol.answers", &[], |it| of_both_kinds(it, answers), Over::Once),
        check("protocol.arrays", &["protocol.answers"], arrays, Over::Shapes),
        check("protocol.names", &["protocol.answers"], |it| of_both_kinds(it, names), Over::Once),
        check(
            "protocol.repeat",
            &["protocol.answers"],
            |it| of_both_kinds(it, repeats),
            Over::Once,
        ),
        check("protocol.catch", &["protocol.answers"], |it| of_both_kinds(it, catches), Over::Once),
        Check {
            ask: Ask::Look(Over::Once, |it| of_both_kinds(it, blames), look::blamed),
            ..check("protocol.blame", &["protocol.catch"], blames, Over::Once)
        },
    ]
}

/// The programs for an array of one axis and for a matrix: a framework may have one kind of array alone.
fn of_both_kinds(
    setting: &mut Setting,
    programs: fn(&mut Setting) -> Vec<Program>,
) -> Vec<Program> {
    let mut both = programs(setting);
    if setting.start.max_elements >= 16 {
        both.extend(programs(&mut setting.reshaped(&[4, 4])));
    }
    both
}

fn answers(setting: &mut Setting) -> Vec<Program> {
    let (x, y) = (setting.normal(), setting.normal());
    let program = vec![variable("x", x), variable("y", y), value("y"), value("x"), value("y")];
    vec![program, vec![]]
}

fn arrays(setting: &mut Setting) -> Vec<Program> {
    let kinds = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.5];
    let special = setting.array(|setting| setting.one_of(&kinds));
    let finite = setting.any_finite();
    let full = Array::full(setting.dtype, &setting.shape, 1.5);
    let mut arrays = vec![special, finite, full];
    if setting.shape.is_empty() {
        // Single numbers are often handed over in a way of their own, and all of it is asked of each.
        arrays.extend(kinds.map(|kind| Array::full(setting.dtype, &[], kind)));
    }
    if setting.shape == SMALL {
        // Base64 begins above 64 elements, and decoders have buffers of their own.
        for length in [64, 65, 100, 1000] {
            if length <= setting.start.max_elements {
                arrays.push(setting.reshaped(&[length]).any_finite());
            }
        }
    }
    arrays.into_iter().map(|array| vec![variable("x", array), value("x")]).collect()
}

fn names(setting: &mut Setting) -> Vec<Program> {
    let (first, second) = (setting.normal(), setting.normal());
    let again = vec![
        variable("x", first.clone()),
        value("x"),
        variable("x", second.clone()),
        variable("y", first),
        value("x"),
        value("y"),
    ];
    // A name left over from the program before would be the wrong array.
    vec![again, vec![variable("y", second), value("y")]]
}

fn repeats(setting: &mut Setting) -> Vec<Program> {
    let body = vec![variable("x", setting.normal()), value("x")];
    vec![vec![variable("x", setting.normal()), repeat(64, body), value("x")]]
}

fn catches(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let inner = catch(vec![value("x"), raise(), value("x")]);
    vec![
        vec![x.clone(), catch(vec![value("x")]), value("x")],
        vec![x.clone(), inner.clone(), value("x")],
        vec![x, catch(vec![inner, raise(), value("x")]), value("x")],
    ]
}

/// A name that is not bound is the adapter's fault, wherever it is used.
fn blames(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let unbound = || vec![value("nowhere")];
    let mut programs =
        vec![[vec![x.clone()], unbound()].concat(), vec![x.clone(), catch(unbound())]];
    if setting.claims("config.train") {
        programs.push(vec![x.clone(), catch(vec![test_mode(unbound())])]);
    }
    if setting.claims("config.enable_backprop") {
        programs.push(vec![x, catch(vec![no_grad(unbound())])]);
    }
    programs
}
