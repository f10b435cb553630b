use crate::implementation::{Fault, Implementation};
use crate::report::Saved;
use crate::session::{Counterexample, Options, Session, Setback};
use crate::wire::FaultKind;

/// How often a program is run again: what half of all masks show is missed once in 2^32.
const RUNS: usize = 32;

/// What became of a program that was asked again.
#[derive(Clone, Debug)]
pub enum Again {
    /// Some mask explains each answer.
    Explained {
        /// How often it was run.
        runs: usize,
    },
    /// Nothing explains some of them.
    Broken {
        /// The first of them.
        counterexample: Box<Counterexample>,
        /// How many there were.
        shown: usize,
        /// How often it was run.
        runs: usize,
    },
    /// It was refused, or there was no answer.
    NoAnswer {
        /// Why.
        why: String,
    },
}

/// Asks programs again, each in a fresh process, until the run is interrupted.
///
/// # Errors
/// If the implementation does not start.
pub fn replay(
    implementation: &mut dyn Implementation,
    programs: &[Saved],
    seed: u64,
) -> Result<Vec<Again>, Fault> {
    let mut session = Session::new(implementation, &Options { seed, ..Options::default() })?;
    let again = programs.iter().map(|program| once_more(&mut session, program));
    let ended = |again: &Result<_, Fault>| {
        again.as_ref().is_err_and(|fault| fault.kind == FaultKind::Interrupted)
    };
    again.take_while(|again| !ended(again)).collect()
}

fn once_more(session: &mut Session, saved: &Saved) -> Result<Again, Fault> {
    if let Err(Setback::Adapter(fault)) = session.restart() {
        return Err(fault);
    }
    let (mut shown, mut first) = (0, None);
    for _ in 0..RUNS {
        match session.explained_with(&saved.program, saved.exactness, &saved.choices) {
            Ok(_) => {}
            Err(Setback::Broken(counterexample)) => {
                shown += 1;
                first.get_or_insert(counterexample);
                if let Err(Setback::Adapter(fault)) = session.restart() {
                    return Err(fault);
                }
            }
            Err(Setback::Adapter(fault)) => return Ok(Again::NoAnswer { why: fault.message }),
            Err(Setback::Interrupted) => return Err(Fault::interrupted()),
            Err(Setback::Refused(why) | Setback::NotRecorded(why)) => {
                return Ok(Again::NoAnswer { why });
            }
            Err(
                other @ (Setback::Unlikely(_)
                | Setback::Inconclusive(_)
                | Setback::MayFollow(..)
                | Setback::Behind(_)),
            ) => unreachable!("one program is explained or not: {other:?}"),
        }
    }
    Ok(match first {
        None => Again::Explained { runs: RUNS },
        Some(counterexample) => Again::Broken { counterexample, shown, runs: RUNS },
    })
}
