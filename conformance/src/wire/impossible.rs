//! Programs that no implementation could run.

use super::{Array, Dropout, Program, Step, ViewKind};
use std::collections::HashMap;

/// No program makes so many steps: none that the judge asks makes a tenth of them.
const MOST_STEPS: usize = 1 << 21;

/// No program has so many elements in all its arrays.
const MOST_ELEMENTS: usize = 1 << 23;

/// Why no implementation could run a program: sums of two shapes, gradients of another shape, more than
/// fits. `None` if one could, as far as shapes tell.
pub(crate) fn impossible(program: &[Step]) -> Option<String> {
    let elements = Step::numbered(program).into_iter().filter_map(|(_, step)| array(step));
    let elements = elements.map(|array| array.values.len()).fold(0, usize::saturating_add);
    if elements > MOST_ELEMENTS {
        return Some(format!("its arrays have {elements} elements; {MOST_ELEMENTS} fit"));
    }
    let steps = turns(program);
    if steps > MOST_STEPS {
        return Some(format!("it makes {steps} steps; {MOST_STEPS} fit"));
    }
    let mut shapes = HashMap::new();
    block(program, 0, &mut shapes).err()
}

fn array(step: &Step) -> Option<&Array> {
    match step {
        Step::Variable { array, .. } => Some(array),
        Step::Backward { gy, .. } => gy.as_ref(),
        Step::Dropout(Dropout { u, .. }) | Step::DirectDropout(Dropout { u, .. }) => u.as_ref(),
        _ => None,
    }
}

/// How many steps are made, those of each turn counted.
fn turns(program: &[Step]) -> usize {
    let each = program.iter().map(|step| {
        let inside = step.bodies().into_iter().map(turns).fold(0, usize::saturating_add);
        let times = if let Step::Repeat { times, .. } = step { *times } else { 1 };
        inside.saturating_mul(times).saturating_add(1)
    });
    each.fold(0, usize::saturating_add)
}

/// The shapes of what names stand for, where that is certain.
type Shapes<'a> = HashMap<&'a str, Vec<usize>>;

fn block<'a>(steps: &'a [Step], first: usize, shapes: &mut Shapes<'a>) -> Result<(), String> {
    let mut at = first;
    for step in steps {
        let shape = match step {
            Step::Variable { array, .. } => Some(array.shape.clone()),
            Step::View { of, kind, .. } => shapes.get(of.as_str()).map(|of| viewed(of, *kind)),
            Step::Dropout(Dropout { of, .. })
            | Step::DirectDropout(Dropout { of, .. })
            | Step::Apply { of, .. }
            | Step::GradAs { of, .. } => shapes.get(of.as_str()).cloned(),
            Step::Add { a, b, .. } | Step::Mul { a, b, .. } => {
                same(at, shapes.get(a.as_str()), shapes.get(b.as_str()))?;
                shapes.get(a.as_str()).cloned()
            }
            Step::Backward { of, gy: Some(gy), .. } => {
                same(at, shapes.get(of.as_str()), Some(&gy.shape))?;
                None
            }
            _ => None,
        };
        if let Some(to) = step.binds() {
            match shape {
                Some(shape) => shapes.insert(to, shape),
                None => shapes.remove(to),
            };
        }
        let mut body_at = at + 1;
        for body in step.bodies() {
            // What an error may have skipped, or a turn may have bound, is not certain.
            let mut inside = shapes.clone();
            block(body, body_at, &mut inside)?;
            body.iter().for_each(|step| forget(step, shapes));
            body_at += Step::count_all(body);
        }
        at += step.count();
    }
    Ok(())
}

fn forget(step: &Step, shapes: &mut Shapes) {
    if let Some(to) = step.binds() {
        shapes.remove(to);
    }
    step.inner().for_each(|step| forget(step, shapes));
}

fn same(at: usize, a: Option<&Vec<usize>>, b: Option<&Vec<usize>>) -> Result<(), String> {
    match (a, b) {
        (Some(a), Some(b)) if a != b => Err(format!("at step {at} shape {a:?} meets shape {b:?}")),
        _ => Ok(()),
    }
}

fn viewed(shape: &[usize], kind: ViewKind) -> Vec<usize> {
    let mut shape = shape.to_vec();
    match kind {
        ViewKind::Transpose => shape.reverse(),
        ViewKind::Reverse => {}
        ViewKind::Step => shape.iter_mut().take(1).for_each(|side| *side = side.div_ceil(2)),
        ViewKind::Broadcast => shape.insert(0, 2),
    }
    shape
}

/// The programs without those that no implementation could run.
///
/// # Errors
/// The first that none could, and why.
pub(crate) fn check_all<'p>(
    programs: impl IntoIterator<Item = (&'p str, &'p Program)>,
) -> Result<(), String> {
    programs.into_iter().try_for_each(|(name, program)| match impossible(program) {
        None => Ok(()),
        Some(why) => Err(format!("{name}: no implementation can run this program: {why}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Dtype;
    use crate::wire::steps::*;

    fn x(name: &str, shape: &[usize]) -> Step {
        variable(name, Array::full(Dtype::Float32, shape, 1.0))
    }

    #[test]
    fn shapes_that_meet_are_alike() {
        let sum = |b: &[usize]| impossible(&[x("a", &[2, 3]), x("b", b), add("c", "a", "b")]);
        assert_eq!(sum(&[2, 3]), None);
        assert_eq!(sum(&[3]).unwrap(), "at step 2 shape [2, 3] meets shape [3]");
        let back = [x("a", &[2]), train("y", "a", 0.5), back_from("y", &[3])];
        assert_eq!(impossible(&back).unwrap(), "at step 2 shape [2] meets shape [3]");
        let turned = [x("a", &[2, 3]), view("v", "a", ViewKind::Transpose), x("b", &[3, 2])];
        assert_eq!(impossible(&[&turned[..], &[mul("c", "v", "b")]].concat()), None);
    }

    fn back_from(of: &str, shape: &[usize]) -> Step {
        let gy = Some(Array::full(Dtype::Float32, shape, 1.0));
        Step::Backward { of: of.to_owned(), gy, create_graph: false }
    }

    /// What may be something else by then is let through.
    #[test]
    fn nothing_is_refused_that_may_be_run() {
        let bound = |body: Vec<Step>| {
            let before = vec![x("a", &[2]), x("b", &[2])];
            impossible(&[before, vec![catch(body)], vec![add("c", "a", "b")]].concat())
        };
        assert_eq!(bound(vec![x("b", &[3])]), None);
        assert_eq!(impossible(&[add("c", "nowhere", "else")]), None);
        let inside = bound(vec![x("b", &[3]), add("c", "a", "b")]).unwrap();
        assert_eq!(inside, "at step 4 shape [2] meets shape [3]");
    }

    #[test]
    fn what_never_ends_is_refused() {
        let nested = |times| repeat(times, vec![repeat(times, vec![config("train")])]);
        assert_eq!(impossible(&[nested(1000)]), None);
        assert!(impossible(&[nested(100_000)]).unwrap().ends_with("2097152 fit"));
        assert!(impossible(&[nested(usize::MAX)]).is_some());
    }
}
