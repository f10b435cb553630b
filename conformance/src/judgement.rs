//! How one program is judged for one rule.

use crate::checks::{Ask, Check, Over, Setting};
use crate::finding::Setback;
use crate::oracle::{Exactness, Explained, Mismatch};
use crate::session::Session;
use crate::statistics::Tally;
use crate::wire::{Dropout, Program, Real, Seen, Step};
use dezero_reference::DEFAULT_RATIO;

/// A function that writes programs.
pub(crate) type Writer = fn(&mut Setting) -> Vec<Program>;

/// The programs of a check that consists of programs, and where they are written for.
pub(crate) fn programs_of(check: &Check) -> Option<(Over, Writer)> {
    match check.ask {
        Ask::Explain(_, over, programs) | Ask::Drops(over, programs) => Some((over, programs)),
        Ask::Look(over, programs, _) => Some((over, programs)),
        Ask::Judge(_) => None,
    }
}

/// Runs `program` and judges the answer as `check` does.
pub(crate) fn judge(
    check: &Check,
    session: &mut Session,
    program: &Program,
) -> Result<(), Setback> {
    let answer = session.run(program)?;
    match check.ask {
        Ask::Explain(exactness, ..) => {
            session.explained(program, &answer, exactness)?;
        }
        Ask::Drops(..) => {
            let explained = session.explained(program, &answer, Exactness::Must)?;
            if let Some(mismatch) = implausible(program, &explained) {
                session.fails(program, mismatch)?;
            }
        }
        Ask::Look(_, _, look) => {
            // What is said of the choices here is worth knowing, though it is not judged.
            let _ = session.explained(program, &answer, Exactness::Must);
            let looked = look(program, &answer);
            // Nor are the flags that the program leaves behind; the next one must not find them.
            if answer.observations.iter().rev().take(2).any(|last| last.seen == Seen::Config(false))
            {
                session.restart()?;
            }
            if let Err(mismatch) = looked {
                session.fails(program, mismatch)?;
            }
        }
        Ask::Judge(_) => {}
    }
    Ok(())
}

/// A mask count that comes by chance in fewer than one of 10^13 programs: there are some hundred of
/// these programs in a run.
const NEVER: f64 = 1e-13;

/// Says so if one of the dropout calls kept far too many elements, or far too few. All calls of
/// such a program have one ratio.
fn implausible(program: &[Step], explained: &Explained) -> Option<Mismatch> {
    let (at, call) = last_call(program, 0)?;
    let Real(ratio) = call.ratio.unwrap_or(Real(DEFAULT_RATIO));
    let words = || explained.assignments.iter().flat_map(|turn| &turn.alive).copied();
    for index in 0..explained.calls {
        // Of all assignments, those whose bit `index` is set.
        let keeps = (0..64u64).filter(|a| a >> index & 1 == 1).fold(0, |word, a| word | 1 << a);
        let decided = words().filter(|&word| word & keeps == 0 || word & !keeps == 0);
        let bits = decided.map(|word| word & !keeps == 0);
        let tally = Tally::of(String::new(), 1.0 - ratio, bits);
        if tally.trials > 0 && tally.ln_p_value() < NEVER.ln() {
            let (kept, n) = (tally.successes, tally.trials);
            return Some(Mismatch {
                at,
                place: String::new(),
                expected: format!("about {:.0} of {n} elements kept", (1.0 - ratio) * n as f64),
                observed: format!("{kept} of {n} elements kept"),
                protocol: false,
            });
        }
    }
    None
}

fn last_call(steps: &[Step], first: usize) -> Option<(usize, &Dropout)> {
    let mut at = first;
    let mut found = None;
    for step in steps {
        if let Step::Dropout(call) | Step::DirectDropout(call) = step {
            found = Some((at, call));
        }
        found = last_call(step.body(), at + 1).or(found);
        at += step.count();
    }
    found
}
