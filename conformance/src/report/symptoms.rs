//! What else there is to say of a failure: what it may cost, and whether the adapter may be to blame.

use crate::catalogue::{AtHand, Mutant, mutants};
use crate::implementation::Implementation;
use crate::oracle::{Choices, Exactness, Wrong, explain, may_be_explained, would_explain};
use crate::report::{Ruling, Verdict};
use crate::session::{Confirmed, Counterexample};
use crate::wire::{Answer, Dtype, Outcome, Program, RatioDtype, Real, Seen, Start, Step};

/// Half of all masks show a defect: one that does not show in so many runs is another one.
const RUNS: usize = 8;

/// What this very defect may cost, as a wrong implementation of the catalogue says that breaks the same rule
/// and answers the same program alike.
pub(super) fn suffers(ruling: &Ruling) -> Option<&'static str> {
    let found = ruling.counterexample.as_ref().filter(|_| ruling.verdict == Verdict::Fail)?;
    // Where masks are compared, there may be more calls than can be explained. What another program leaves
    // behind shows in other ways, too.
    let after_another = matches!(found.confirmed, Some(Confirmed::After { .. }));
    if after_another || !may_be_explained(&found.program) {
        return None;
    }
    let alike = mutants().iter().filter(|mutant| mutant.rule == ruling.rule.id);
    alike.into_iter().find(|mutant| shows(mutant, found)).map(|mutant| mutant.suffers)
}

/// Whether a wrong implementation shows what a counterexample does, under some mask.
fn shows(mutant: &'static Mutant, found: &Counterexample) -> bool {
    let exactness = found.exactness.unwrap_or(Exactness::Must);
    let mut wrong = AtHand::new(mutant);
    (0..RUNS).any(|entropy| {
        let started = wrong.start(entropy as u32);
        let answer = started.and_then(|_| wrong.run("", &found.program));
        answer.is_ok_and(|answer| {
            let mismatch =
                explain(&found.program, &answer, exactness, &mut Choices::default()).err();
            mismatch.is_some_and(|it| it.at == found.mismatch.at) && alike(&answer, &found.answer)
        })
    })
}

/// Whether two answers are one, but for their masks and the words of errors.
fn alike(one: &Answer, other: &Answer) -> bool {
    let ended = match (&one.outcome, &other.outcome) {
        (Outcome::Raised { at, from, .. }, Outcome::Raised { at: other, from: whose, .. }) => {
            at == other && from == whose
        }
        (one, other) => one == other,
    };
    let seen = |one: &Seen, other: &Seen| match (one, other) {
        (Seen::Array(Some(one)), Seen::Array(Some(other))) => {
            let mut pairs = one.values.iter().zip(&other.values);
            one.dtype == other.dtype
                && one.shape == other.shape
                && pairs.all(|(&one, &other)| one == other || one == 0.0 || other == 0.0)
        }
        (Seen::Raised(one, _), Seen::Raised(other, _)) => one == other,
        (one, other) => one == other,
    };
    let (first, second) = (&one.observations, &other.observations);
    ended
        && first.len() == second.len()
        && first.iter().zip(second).all(|(one, other)| seen(&one.seen, &other.seen))
}

/// What the adapter may have forgotten, if that explains a failure.
pub(super) fn adapter_may(ruling: &Ruling, start: &Start) -> Option<String> {
    let found = ruling.counterexample.as_ref()?;
    let precisions = [(RatioDtype::Float32, "float32"), (RatioDtype::Same, "same")];
    let (_, name) = precisions.into_iter().find(|(precision, _)| {
        *precision != start.ratio_dtype && explained_by(*precision, found)
    })?;
    Some(format!(
        "the ratio is taken in less than float64: with \"ratio_dtype\": \"{name}\" in the answer to \
         `start` this would be right"
    ))
}

/// Whether a counterexample is right for ratios that are rounded so.
fn explained_by(precision: RatioDtype, found: &Counterexample) -> bool {
    let Some(exactness) = found.exactness else { return false };
    if !matches!(found.mismatch.wrong, Wrong::Value { .. }) {
        return false;
    }
    let dtype = Step::dtype(&found.program).filter(|dtype| dtype.is_float());
    let Some(dtype) = dtype else { return false };
    let dtype = if precision == RatioDtype::Float32 { Dtype::Float32 } else { dtype };
    let rounded = with_ratios(&found.program, &|ratio| dtype.round(ratio));
    // What contradicts an answer of before is right by itself, with the ratios that were given.
    rounded != found.program
        && would_explain(&rounded, &found.answer, exactness)
        && !would_explain(&found.program, &found.answer, exactness)
}

/// The program with other ratios.
fn with_ratios(program: &[Step], of: &dyn Fn(f64) -> f64) -> Program {
    let step = |step: &Step| {
        let mut step = step.clone();
        match &mut step {
            Step::Dropout(call) | Step::DirectDropout(call) => {
                call.ratio = call.ratio.map(|Real(ratio)| Real(of(ratio)));
            }
            Step::Layer { ratio, .. } => *ratio = Real(of(ratio.0)),
            _ => {}
        }
        for body in step.bodies_mut() {
            *body = with_ratios(body, of);
        }
        step
    };
    program.iter().map(step).collect()
}
