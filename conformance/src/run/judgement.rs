//! How one program is judged for one rule.

use crate::bet::COUNT;
use crate::bet::numerics::ln_two_sided;
use crate::book::is_protocol;
use crate::check::{Ask, Check, checks};
use crate::fixture::{Recipe, all_recipes};
use crate::oracle::{Assignments, Exactness, Explained, Mismatch, Wrong};
use crate::session::{LeftOut, Over, Session, Setback, Setting, place_of, round_ratio};
use crate::wire::{Answer, Dtype, Program, Real, Seen, Start, Step, same_bits};
use dezero_reference::DEFAULT_RATIO;
use std::collections::BTreeMap;

/// A function that writes programs.
pub(crate) type WritePrograms = fn(&mut Setting) -> Vec<Program>;

/// How an answer is judged.
#[derive(Clone, Copy)]
pub(crate) enum How {
    /// Some mask must explain it.
    Explain(Exactness),
    /// The same, and the masks must not be far too many or far too few.
    Drops,
    /// It is looked at for one thing alone.
    Look(fn(&[Step], &Answer) -> Result<(), Mismatch>),
}

/// The programs of a check that consists of programs: where they are written for, by what, and how
/// they are judged.
pub(crate) fn programs_of(check: &Check) -> Option<(Over, WritePrograms, How)> {
    match check.ask {
        Ask::Explain(exactness, over, programs) => Some((over, programs, How::Explain(exactness))),
        Ask::Drops(over, programs) => Some((over, programs, How::Drops)),
        Ask::Look(over, programs, look) => Some((over, programs, How::Look(look))),
        Ask::Judge(_) => None,
    }
}

/// A program that is judged.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) program: Program,
    pub(crate) how: How,
    /// The id of the fixture, if the program is one.
    pub(crate) fixture: Option<&'static str>,
}

/// What `check` asks, setting by setting, with inputs of the session's drawing. Programs end by
/// reading the flags, but for those that come before anything can be said of flags.
pub(crate) fn written(check: &Check, session: &mut Session) -> Vec<Vec<Case>> {
    let Some((over, programs, how)) = programs_of(check) else { return Vec::new() };
    let settings = session.settings(over).into_iter();
    let write = |(dtype, shape, watched): (_, Vec<_>, _)| {
        let mut written = session.write(dtype, &shape, watched, &programs);
        if !is_protocol(check.rule) {
            session.read_flags(&mut written);
        }
        written.into_iter().map(|program| Case { program, how, fixture: None }).collect()
    };
    settings.map(write).collect()
}

/// The fixtures that decide on `check`, for an implementation that answered `start`, without the ones
/// that `left_out` has.
///
/// A fixture about several rules compares values for all of them at once; it is asked where values
/// are compared, and not where one thing alone is looked at.
pub(crate) fn fixtures_of(check: &Check, start: &Start, left_out: &LeftOut) -> Vec<Case> {
    let is_left_out =
        |recipe: &Recipe| place_of(&recipe.program).is_some_and(|place| left_out.has(place));
    let look_of = |rule: &str| match checks().iter().find(|check| check.rule == rule)?.ask {
        Ask::Look(.., look) => Some(look),
        _ => None,
    };
    let case = |recipe: &'static Recipe| {
        let how = match look_of(check.rule) {
            Some(_) if recipe.rules.iter().any(|rule| look_of(rule).is_none()) => return None,
            Some(look) => How::Look(look),
            None => How::Explain(recipe.exactness),
        };
        Some(Case { program: recipe.program.clone(), how, fixture: Some(&recipe.id) })
    };
    let about = all_recipes().iter().filter(|recipe| recipe.rules.contains(&check.rule));
    let can_be_asked = |recipe: &&Recipe| can_be_asked(recipe, start) && !is_left_out(recipe);
    about.filter(can_be_asked).filter_map(case).collect()
}

/// Whether the implementation claims what the fixture needs, takes its very ratios, and has its
/// devices.
fn can_be_asked(recipe: &Recipe, start: &Start) -> bool {
    let dtype = Step::dtype(&recipe.program);
    let same = |ratio| same_bits(round_ratio(start, dtype.unwrap_or(Dtype::Float32), ratio), ratio);
    recipe.needs().iter().all(|need| start.claims(need))
        && dtype.is_none_or(|dtype| start.dtypes.contains(&dtype))
        && Step::ratios(&recipe.program).into_iter().all(same)
        && devices(&recipe.program).into_iter().all(|device| start.devices.contains(&device))
}

fn devices(program: &[Step]) -> Vec<String> {
    let device = |(_, step): (_, &'_ Step)| match step {
        Step::Variable { device, .. } => device.clone(),
        _ => None,
    };
    Step::numbered(program).into_iter().filter_map(device).collect()
}

/// Runs the program and judges the answer.
pub(crate) fn judge(case: &Case, session: &mut Session) -> Result<(), Setback> {
    let program = &case.program;
    let answer = match case.fixture {
        Some(id) => session.run_as(id, program)?,
        None => session.run(program)?,
    };
    match case.how {
        How::Explain(exactness) => {
            session.explained(program, &answer, exactness)?;
        }
        How::Drops => {
            let explained = session.explained(program, &answer, Exactness::Must)?;
            if let Some(mismatch) = implausible(program, &explained) {
                session.fails(program, mismatch)?;
            }
        }
        How::Look(look) => {
            // What is said of the choices here is worth knowing, though it is not judged.
            let _ = session.explained(program, &answer, Exactness::Must);
            let looked = look(program, &answer);
            // Nor are the flags that the program leaves behind; the next one must not find them.
            let mut last = answer.observations.iter().rev().take(2);
            let restarted = match last.any(|last| last.seen == Seen::Config(false)) {
                true => session.restart(),
                false => Ok(()),
            };
            if let Err(mismatch) = looked {
                session.fails_in_answer(program, &answer, mismatch)?;
            }
            restarted?;
        }
    }
    Ok(())
}

/// Says so if one of the dropout calls kept far too many elements, or far too few. All calls of
/// such a program have one ratio.
///
/// Only elements count of which the answer tells whether they were kept. Whether it does is decided by x and
/// by the choices, not by the mask: of a NaN it is told wherever dropped ones are 0.
fn implausible(program: &[Step], explained: &Explained) -> Option<Mismatch> {
    let (at, ratio) = last_call(program)?;
    let mut counts: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    for Assignments { calls, alive, .. } in &explained.assignments {
        for (index, &call) in calls.iter().enumerate() {
            // Of all assignments, those whose bit `index` is set.
            let keeps = (0..64u64).filter(|a| a >> index & 1 == 1).fold(0, |word, a| word | 1 << a);
            let (kept, n) = counts.entry(call).or_default();
            for word in alive.iter().filter(|&word| word & keeps == 0 || word & !keeps == 0) {
                *kept += u64::from(word & !keeps == 0);
                *n += 1;
            }
        }
    }
    for (kept, n) in counts.into_values() {
        if ln_two_sided(kept, n, 1.0 - ratio) < COUNT.ln() {
            return Some(Mismatch {
                at,
                place: String::new(),
                expected: format!("about {:.0} of {n} elements kept", (1.0 - ratio) * n as f64),
                observed: format!("{kept} of {n} elements kept"),
                wrong: Wrong::Kept(kept, n),
                protocol: false,
            });
        }
    }
    None
}

/// The last call of dropout or of a layer, and the ratio of all.
fn last_call(program: &[Step]) -> Option<(usize, f64)> {
    let numbered = Step::numbered(program);
    let &(at, _) = numbered.iter().rfind(|(_, step)| step.is_call())?;
    let ratio = numbered.iter().find_map(|(_, step)| match step {
        Step::Layer { ratio, .. } => Some(*ratio),
        step => step.call().map(|call| call.ratio.unwrap_or(Real(DEFAULT_RATIO))),
    });
    ratio.map(|Real(ratio)| (at, ratio))
}

#[cfg(test)]
mod tests;
