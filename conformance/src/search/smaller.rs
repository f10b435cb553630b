//! Programs that are smaller than one that disagrees, the boldest first.

use super::strategy::Question;
use crate::wire::steps::{no_grad, test_mode, threads, value};
use crate::wire::{Array, Dropout, Dtype, FlagValue, Mode, Program, Real, Step};

/// How large a program is: steps, elements, then how far from plain. Every shrinking makes it
/// smaller, so that shrinking ends.
pub(super) fn size(program: &[Step]) -> [usize; 4] {
    let steps = Step::numbered(program);
    let arrays = steps.iter().flat_map(|(_, step)| arrays_of(step)).collect::<Vec<_>>();
    let elements = arrays.iter().map(|array| array.values.len()).sum();
    let forms = steps.iter().map(|(_, step)| form(step)).sum::<usize>();
    let dtypes =
        arrays.iter().filter(|array| !matches!(array.dtype, Dtype::Float32 | Dtype::Int32));
    let shapes = arrays.iter().filter(|array| array.shape.len() != 1);
    let odd = |array: &&Array| array.values.iter().filter(|&&x| x != 1.0).count();
    let values = arrays.iter().map(odd).sum();
    [steps.len(), elements, forms + dtypes.count() + shapes.count(), values]
}

/// How far a step is from the plainest of its kind.
fn form(step: &Step) -> usize {
    let ratio = |ratio: f64| match ratio {
        0.5 => 0,
        0.25 | 0.75 => 1,
        ratio if super::arrays::USUAL.contains(&ratio) => 2,
        _ => 3,
    };
    match step {
        Step::Dropout(call) | Step::DirectDropout(call) => {
            let Real(of) = call.ratio.unwrap_or(Real(0.9));
            ratio(of) + usize::from(call.mode.is_none()) + 4 * usize::from(call.u.is_some())
        }
        Step::Layer { ratio: Real(of), .. } => ratio(*of),
        Step::Apply { .. } => 4,
        Step::UsingConfig { value: FlagValue::Bool(false), .. } => 1,
        Step::Raise { kind: Some(_) } => 1,
        Step::Variable { device: Some(_), .. } => 1,
        Step::Backward { gy, create_graph, .. } => {
            usize::from(gy.is_some()) + 2 * usize::from(*create_graph)
        }
        Step::Repeat { times, .. } => *times,
        // What comes out is plainer than what goes back.
        Step::Grad { .. } => 1,
        _ => 0,
    }
}

pub(super) fn arrays_of(step: &Step) -> Vec<&Array> {
    match step {
        Step::Variable { array, .. } => vec![array],
        Step::Backward { gy: Some(gy), .. } => vec![gy],
        Step::Dropout(Dropout { u: Some(u), .. })
        | Step::DirectDropout(Dropout { u: Some(u), .. }) => vec![u],
        _ => vec![],
    }
}

/// Smaller programs that may still disagree.
pub(super) fn smaller(question: &Question) -> Vec<Question> {
    let program = &question.program;
    let mut all = Vec::new();
    let elements = size(program)[1];
    let few = |it: &Program| elements > 64 && 8 * size(it)[1] < elements;
    // Where a few elements are enough, all that follows is quick.
    let (few, fewer) = with_fewer_elements(program).into_iter().partition::<Vec<_>, _>(few);
    all.extend(few);
    all.extend(with_fewer_steps(program));
    all.extend(each_list(program, &unwrapped));
    all.extend(each_list(program, &bypassed));
    all.extend(fewer);
    all.extend(plainer(program));
    all.extend(with_plainer_numbers(program));
    let now = size(program);
    all.retain(|smaller| size(smaller) < now);
    all.dedup();
    all.into_iter().map(|program| Question { program, ..question.clone() }).collect()
}

/// The program with one of its lists of steps rewritten, for each list and each way to do so.
fn each_list(program: &[Step], rewrite: &dyn Fn(&[Step]) -> Vec<Program>) -> Vec<Program> {
    let mut all = rewrite(program);
    for (index, step) in program.iter().enumerate() {
        for body in 0..step.bodies().len() {
            for rewritten in each_list(step.bodies()[body], rewrite) {
                let mut outer = program.to_vec();
                *outer[index].bodies_mut()[body] = rewritten;
                all.push(outer);
            }
        }
    }
    all
}

/// The program with each of its steps rewritten.
fn each_step(program: &[Step], rewrite: &dyn Fn(&mut Step)) -> Program {
    let mut steps = program.to_vec();
    for step in &mut steps {
        rewrite(step);
        for body in step.bodies_mut() {
            *body = each_step(body, rewrite);
        }
    }
    steps
}

/// The program with each of its arrays changed.
pub(super) fn each_array(program: &[Step], change: &dyn Fn(&mut Array)) -> Program {
    each_step(program, &|step| match step {
        Step::Variable { array, .. } => change(array),
        Step::Backward { gy: Some(gy), .. } => change(gy),
        Step::Dropout(Dropout { u: Some(u), .. })
        | Step::DirectDropout(Dropout { u: Some(u), .. }) => change(u),
        _ => {}
    })
}

/// Without some steps, and without what needs them: halves first, then quarters, then one.
fn with_fewer_steps(program: &[Step]) -> Vec<Program> {
    let cut = |steps: &[Step]| {
        let mut all = Vec::new();
        let mut length = steps.len();
        while length > 0 {
            let mut first = 0;
            while first < steps.len() {
                let last = (first + length).min(steps.len());
                all.push([&steps[..first], &steps[last..]].concat());
                first += length;
            }
            length /= 2;
        }
        all
    };
    each_list(program, &cut).into_iter().map(|program| pruned(&program)).collect()
}

/// Without steps whose names nothing binds.
fn pruned(program: &[Step]) -> Program {
    fn prune(steps: &[Step], bound: &mut Vec<String>) -> Program {
        let mut kept = Vec::new();
        for step in steps {
            let mut step = step.clone();
            if !step.uses_mut().iter().all(|name| bound.contains(name)) {
                continue;
            }
            let opens = !step.bodies().is_empty();
            for body in step.bodies_mut() {
                *body = prune(body, bound);
            }
            let empty = opens && step.bodies().iter().all(|body| body.is_empty());
            if empty
                && matches!(step, Step::Catch { .. } | Step::Repeat { .. } | Step::Threads { .. })
            {
                continue;
            }
            bound.extend(step.binds().map(str::to_owned));
            kept.push(step);
        }
        kept
    }
    prune(program, &mut Vec::new())
}

/// A step replaced by its body; of threads that wait for each other, one wait less.
fn unwrapped(steps: &[Step]) -> Vec<Program> {
    let mut all = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let with = |middle: Program| [&steps[..index], &middle, &steps[index + 1..]].concat();
        let waits = |step: &&Step| matches!(step, Step::Barrier {});
        match step.bodies().as_slice() {
            [] => {}
            [body] => {
                let not_raised = body.iter().filter(|it| !matches!(it, Step::Raise { .. }));
                all.push(with(body.to_vec()));
                all.push(with(not_raised.cloned().collect()));
            }
            several => {
                for body in several {
                    let rest = |step: &&Step| !waits(step);
                    all.push(with(vec![threads(vec![
                        body.iter().filter(rest).cloned().collect(),
                    ])]));
                    all.push(with(body.iter().filter(rest).cloned().collect()));
                }
                let barriers = Step::numbered(several[0]);
                let barriers = barriers.iter().filter(|(_, step)| waits(step)).count();
                for which in 0..barriers {
                    let fewer = several.iter().map(|body| without_barrier(body, &mut { which }));
                    all.push(with(vec![threads(fewer.collect())]));
                }
            }
        }
    }
    all
}

/// Without the barrier of this number, counted from 0, depth first.
fn without_barrier(steps: &[Step], which: &mut usize) -> Program {
    let mut kept = Vec::new();
    for step in steps {
        if matches!(step, Step::Barrier {}) {
            let gone = *which == 0;
            *which = which.wrapping_sub(1);
            if gone {
                continue;
            }
        }
        let mut step = step.clone();
        for body in step.bodies_mut() {
            *body = without_barrier(body, which);
        }
        kept.push(step);
    }
    kept
}

/// Without one call, whose result is what it was computed from, or one variable, in whose place comes
/// one that was made before.
fn bypassed(steps: &[Step]) -> Vec<Program> {
    let mut all = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let before = steps[..index].iter().rev().find_map(|step| match step {
            Step::Variable { to, .. } => Some(to),
            _ => None,
        });
        let (to, of) = match step {
            Step::Variable { to, .. } => match before {
                Some(before) => (to, before),
                None => continue,
            },
            Step::Dropout(call) | Step::DirectDropout(call) => (&call.to, &call.of),
            Step::Add { to, a, .. } | Step::Mul { to, a, .. } => (to, a),
            Step::View { to, of, .. } | Step::Apply { to, of, .. } => (to, of),
            _ => continue,
        };
        let mut rest = steps[index + 1..].to_vec();
        rename(&mut rest, to, of);
        all.push([&steps[..index], &rest].concat());
    }
    all
}

fn rename(steps: &mut [Step], from: &str, to: &str) {
    for step in steps {
        for name in step.uses_mut() {
            if name == from {
                to.clone_into(name);
            }
        }
        for body in step.bodies_mut() {
            rename(body, from, to);
        }
    }
}

/// Ratios towards 0.5, scopes by their names, modes by hand, and the like.
fn plainer(program: &[Step]) -> Vec<Program> {
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

/// All arrays of one shape cut to the same elements of them.
fn with_fewer_elements(program: &[Step]) -> Vec<Program> {
    let steps = Step::numbered(program);
    let mut shapes: Vec<&[usize]> = Vec::new();
    for array in steps.iter().flat_map(|(_, step)| arrays_of(step)) {
        if !shapes.contains(&array.shape.as_slice()) {
            shapes.push(&array.shape);
        }
    }
    let mut all = Vec::new();
    for shape in shapes {
        let n = shape.iter().product::<usize>();
        let mut cuts: Vec<Vec<usize>> = Vec::new();
        if n > 1 {
            cuts.extend([vec![0], vec![n - 1], vec![n / 2]]);
            cuts.extend([vec![0, n - 1], (0..n / 2).collect(), (n / 2..n).collect()]);
        }
        if (2..=12).contains(&n) {
            cuts.extend((0..n).map(|gone| (0..n).filter(|&index| index != gone).collect()));
        }
        if n > 12 {
            cuts.extend([(1..n).collect(), (0..n - 1).collect()]);
        }
        // One axis in place of several, or of none.
        cuts.push((0..n).collect());
        let of_one_axis = cuts.into_iter().map(|kept| (vec![kept.len()], kept));
        all.extend(of_one_axis.chain(with_shorter_axes(shape)).map(|(shorter, kept)| {
            let cut = |array: &mut Array| {
                if array.shape == shape {
                    let values = kept.iter().map(|&index| array.values[index]).collect();
                    *array = Array::new(array.dtype, &shorter, values);
                }
            };
            each_array(program, &cut)
        }));
    }
    all
}

/// Shapes of as many axes, several of them, one of which is shorter, and the elements that are left.
fn with_shorter_axes(shape: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut all = Vec::new();
    if shape.len() < 2 {
        return all;
    }
    let n = shape.iter().product::<usize>();
    for (axis, &side) in shape.iter().enumerate().filter(|(_, side)| **side > 1) {
        let inner = shape[axis + 1..].iter().product::<usize>();
        for shorter in [1, side / 2, side - 1] {
            let mut cut = shape.to_vec();
            cut[axis] = shorter;
            all.push((cut, (0..n).filter(|index| index / inner % side < shorter).collect()));
        }
    }
    all
}

/// Ones in place of other numbers.
fn with_plainer_numbers(program: &[Step]) -> Vec<Program> {
    let ones = each_step(program, &|step| match step {
        Step::Variable { array, .. } | Step::Backward { gy: Some(array), .. } => {
            array.values.fill(1.0);
        }
        _ => {}
    });
    let mut all = vec![ones];
    let list = |steps: &[Step]| {
        let mut all = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            for array in arrays_of(step).into_iter().take(1) {
                let mut changes = vec![vec![1.0; array.values.len()]];
                if array.values.len() <= 4 {
                    changes.extend((0..array.values.len()).map(|at| {
                        let mut values = array.values.clone();
                        values[at] = 1.0;
                        values
                    }));
                }
                for values in changes {
                    let mut steps = steps.to_vec();
                    match &mut steps[index] {
                        Step::Variable { array, .. } | Step::Backward { gy: Some(array), .. } => {
                            array.values = values;
                        }
                        _ => continue,
                    }
                    all.push(steps);
                }
            }
        }
        all
    };
    all.extend(each_list(program, &list));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An axis at a time is cut to one, to half, or by one, and what lies in the part that is left stays.
    #[test]
    fn a_shorter_axis_keeps_its_beginning() {
        let shorter = |rows, columns, left: &[usize]| (vec![rows, columns], left.to_vec());
        let rows = shorter(1, 4, &[0, 1, 2, 3]);
        let columns = [
            shorter(2, 1, &[0, 4]),
            shorter(2, 2, &[0, 1, 4, 5]),
            shorter(2, 3, &[0, 1, 2, 4, 5, 6]),
        ];
        let all = [vec![rows; 3], columns.to_vec()].concat();
        assert_eq!(with_shorter_axes(&[2, 4]), all);
        assert!(with_shorter_axes(&[5]).is_empty() && with_shorter_axes(&[]).is_empty());
    }
}
