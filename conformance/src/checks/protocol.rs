use super::{Ask, Check, Over, Setting};
use crate::oracle::Exactness::Must;
use crate::steps::{catch, raise, repeat, value, variable};
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
        check("protocol.answers", &[], answers, Over::Once),
        check("protocol.arrays", &["protocol.answers"], arrays, Over::Shapes),
        check("protocol.names", &["protocol.answers"], names, Over::Once),
        check("protocol.repeat", &["protocol.answers"], repeats, Over::Once),
        check("protocol.catch", &["protocol.answers"], catches, Over::Once),
    ]
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
    [special, finite, full].map(|array| vec![variable("x", array), value("x")]).to_vec()
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
