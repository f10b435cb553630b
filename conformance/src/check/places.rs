use super::{Ask, Check};
use crate::oracle::Exactness::Must;
use crate::session::{Over, Setting};
use crate::wire::steps::*;
use crate::wire::{Program, ViewKind};

/// Where arrays are: views of another's memory, and devices.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, needs, after, over, programs: fn(&mut Setting) -> Vec<Program>| {
        let ask = Ask::Explain(Must, over, programs);
        Check { rule, needs, after, ask }
    };
    let tested: &[&str] = &["dropout.train.scale", "dropout.test.identity"];
    vec![
        check("dropout.view", &["views", "train", "test"], tested, Over::Shapes, views),
        check("dropout.device", &["device", "train", "test"], tested, Over::Dtypes, devices),
    ]
}

fn views(setting: &mut Setting) -> Vec<Program> {
    use ViewKind::{Broadcast, Reverse, Step, Transpose};
    let kinds: &[ViewKind] = match setting.shape.as_slice() {
        // A single number has no first axis.
        [] => &[Transpose, Broadcast],
        _ => &[Transpose, Reverse, Step, Broadcast],
    };
    let mut programs = Vec::new();
    for &kind in kinds {
        let ratio = setting.ratio();
        let mut program = vec![variable("x", setting.normal()), view("v", "x", kind)];
        if setting.watched {
            program.push(value("v"));
        }
        program.extend([train("y", "v", ratio), value("y")]);
        program.extend([test("z", "v", ratio), value("z"), value("x")]);
        programs.push(program);
    }
    if !setting.shape.is_empty() {
        // A stride of 0 is that of the last axis then.
        programs.push(vec![
            variable("x", setting.normal()),
            view("b", "x", Broadcast),
            view("v", "b", Transpose),
            train("y", "v", 0.5),
            value("y"),
            test("z", "v", 0.5),
            value("z"),
        ]);
    }
    programs
}

fn devices(setting: &mut Setting) -> Vec<Program> {
    let mut programs = Vec::new();
    for name in setting.start.devices.clone() {
        let x = on_device("x", setting.normal(), &name);
        let calls = [train("y", "x", 0.5), device("y"), test("z", "x", 0.5), device("z")];
        programs.push([vec![x, device("x")], calls.to_vec(), vec![value("y")]].concat());
    }
    programs
}
