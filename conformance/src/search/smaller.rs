//! Programs that are smaller than one that disagrees, the boldest first.

mod arrays;
mod forms;
mod steps;

use super::strategy::Question;
use crate::wire::{Array, Dropout, Dtype, FlagValue, Program, Real, Step};
use arrays::{with_fewer_elements, with_plainer_numbers};
use forms::plainer;
use steps::{bypassed, unwrapped, with_fewer_steps};

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
