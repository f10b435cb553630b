use super::dropout::large;
use super::{Ask, Check};
use crate::oracle::Exactness::Must;
use crate::session::{Over, SMALL, Setting};
use crate::wire::steps::*;
use crate::wire::{Mode, Program};

/// Direct dropout and its gradient.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, needs, programs: fn(&mut Setting) -> Vec<Program>| Check {
        rule,
        needs,
        after: &[],
        ask: Ask::Explain(Must, Over::Shapes, programs),
    };
    vec![
        Check {
            ask: Ask::Drops(Over::Shapes, in_training),
            ..check("direct.train.values", &["direct", "train"], in_training)
        },
        check("direct.test.scale", &["direct", "test"], |setting| forward(setting, Mode::Test)),
        Check {
            after: &["direct.train.values"],
            ..check("gradient.direct.train", &["direct", "gradient.train"], |setting| {
                back(setting, Mode::Train)
            })
        },
        Check {
            after: &["direct.test.scale"],
            ..check("gradient.direct.test", &["direct", "gradient.test"], |setting| {
                back(setting, Mode::Test)
            })
        },
    ]
}

/// Values at several ratios, and at one of them often: dropout that drops nothing, or the wrong
/// share, is explained by a mask that keeps too much.
fn in_training(setting: &mut Setting) -> Vec<Program> {
    let mut programs = forward(setting, Mode::Train);
    if setting.shape == SMALL {
        let (x, ratio) = (variable("x", setting.normal()), setting.rounded(0.75));
        let turn = vec![x.clone(), direct("y", "x", ratio, Mode::Train), value("y")];
        programs.push(vec![repeat(32, turn)]);
        if setting.claims("default_ratio") {
            let y = direct_default("y", "x", Mode::Train);
            programs.push(vec![repeat(64, vec![x, y, value("y")])]);
        }
    }
    programs
}

fn forward(setting: &mut Setting, mode: Mode) -> Vec<Program> {
    let mut programs = Vec::new();
    for ratio in [0.1, 0.6, 0.75] {
        let (x, ratio) = (setting.normal(), setting.rounded(ratio));
        programs.push(vec![variable("x", x), direct("y", "x", ratio, mode), value("y")]);
    }
    programs
}

fn back(setting: &mut Setting, mode: Mode) -> Vec<Program> {
    let mut programs = forward(setting, mode);
    for program in &mut programs {
        program.extend([backward("y", setting.normal()), grad("x")]);
    }
    if let Some(n) = large(setting).filter(|_| setting.watched) {
        programs.push(back(&mut setting.reshaped(&[n]), mode).swap_remove(0));
    }
    programs
}
