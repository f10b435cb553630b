use super::each_list;
use crate::wire::steps::threads;
use crate::wire::{Program, Step};

/// Without some steps, and without what needs them: halves first, then quarters, then one.
pub(super) fn with_fewer_steps(program: &[Step]) -> Vec<Program> {
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
pub(super) fn unwrapped(steps: &[Step]) -> Vec<Program> {
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
pub(super) fn bypassed(steps: &[Step]) -> Vec<Program> {
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
