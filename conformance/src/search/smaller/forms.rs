use super::{each_array, each_list, each_step};
use crate::wire::steps::{no_grad, test_mode, value};
use crate::wire::{Array, Dropout, Dtype, FlagValue, Mode, Program, Real, Step};

/// Ratios towards 0.5, scopes by their names, modes by hand, and the like.
pub(super) fn plainer(program: &[Step]) -> Vec<Program> {
    let call = |change: &dyn Fn(&mut Dropout)| {
        each_one(program, &|step| match step {
            Step::Dropout(call) | Step::DirectDropout(call) => change(call),
            _ => {}
        })
    };
    let mut all = Vec::new();
    let half = |step: &mut Step| {
        if let Step::Dropout(call) | Step::DirectDropout(call) = step {
            call.ratio = Some(Real(0.5));
        }
        if let Step::Layer { ratio, .. } = step {
            *ratio = Real(0.5);
        }
    };
    all.push(each_step(program, &half));
    for ratio in [0.5, 0.25, 0.75, 0.1, 0.9] {
        all.extend(call(&|call| call.ratio = Some(Real(ratio))));
    }
    all.extend(call(&|call| call.u = None));
    for mode in [Mode::Train, Mode::Test] {
        all.extend(call(&|call| call.mode = call.mode.or(Some(mode))));
    }
    all.extend(each_one(program, &|step| match step {
        Step::UsingConfig { flag, value: FlagValue::Bool(false), body } if flag == "train" => {
            *step = test_mode(std::mem::take(body));
        }
        Step::UsingConfig { flag, value: FlagValue::Bool(false), body }
            if flag == "enable_backprop" =>
        {
            *step = no_grad(std::mem::take(body));
        }
        Step::Layer { ratio, .. } => *ratio = Real(0.5),
        Step::Raise { kind } => *kind = None,
        Step::Variable { device, .. } => *device = None,
        Step::Backward { create_graph, .. } => *create_graph = false,
        Step::Repeat { times, .. } => *times = 2,
        _ => {}
    }));
    let numbered = Step::numbered(program);
    let ratio_of = |name: &str| {
        numbered.iter().find_map(|(_, step)| match step {
            Step::Layer { to, ratio } if to == name => Some(*ratio),
            _ => None,
        })
    };
    for mode in [Mode::Train, Mode::Test] {
        all.extend(each_one(program, &|step| {
            if let Step::Apply { to, of, layer } = step {
                let (to, of, ratio) = (to.clone(), of.clone(), ratio_of(layer));
                *step = Step::Dropout(Dropout { to, of, ratio, mode: Some(mode), u: None });
            }
        }));
    }
    all.extend(each_one(program, &|step| {
        if let Step::Backward { gy, .. } = step {
            *gy = None;
        }
    }));
    let results = numbered.iter().filter(|(_, step)| step.is_call());
    for result in results.filter_map(|(_, step)| step.binds()) {
        all.extend(each_one(program, &|step| {
            if let Step::Grad { .. } = step {
                *step = value(result);
            }
        }));
    }
    if Step::dtype(program).is_some_and(Dtype::is_float) {
        all.push(each_array(program, &|array| {
            // Uniforms are of no dtype.
            if !(array.dtype == Dtype::Float64 && Step::dtype(program) != Some(Dtype::Float64)) {
                *array = Array::new(Dtype::Float32, &array.shape.clone(), array.values.clone());
            }
        }));
    }
    all
}

/// The program with one of its steps rewritten, for each of them.
fn each_one(program: &[Step], rewrite: &dyn Fn(&mut Step)) -> Vec<Program> {
    let list = |steps: &[Step]| {
        let one = |index: usize| {
            let mut rewritten = steps.to_vec();
            rewrite(&mut rewritten[index]);
            (rewritten[index] != steps[index]).then_some(rewritten)
        };
        (0..steps.len()).filter_map(one).collect()
    };
    each_list(program, &list)
}
