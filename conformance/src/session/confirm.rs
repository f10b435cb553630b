use super::{MOST_HISTORY, Session};
use crate::oracle::Choices;
use crate::session::{Confirmed, Setback};
use crate::wire::Program;

/// What a session knew at some time.
pub(crate) struct Snapshot {
    choices: Choices,
    cases: usize,
}

impl Session<'_> {
    /// Runs the counterexample, the program that ran last, again in a fresh process, and if it does
    /// not fail there, with more and more of the programs that came before it. Nothing that is seen
    /// on the way counts.
    ///
    /// # Errors
    /// If the implementation does not start again, or there are recorded answers and no more.
    pub fn confirm(
        &mut self,
        judge: &mut dyn FnMut(&mut Session) -> Result<(), Setback>,
    ) -> Result<Confirmed, Setback> {
        let before = self.snapshot();
        let confirmed = self.seen_again(judge);
        self.go_back_to(before);
        confirmed
    }

    /// What was learnt of the implementation, and how many programs were judged.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { choices: self.choices.clone(), cases: self.cases }
    }

    /// Forgets what was learnt since.
    pub(crate) fn go_back_to(&mut self, before: Snapshot) {
        Snapshot { choices: self.choices, cases: self.cases } = before;
    }

    fn seen_again(
        &mut self,
        judge: &mut dyn FnMut(&mut Session) -> Result<(), Setback>,
    ) -> Result<Confirmed, Setback> {
        let history = self.history.clone().into_iter().collect::<Vec<_>>();
        let before = &history[..history.len().saturating_sub(1)];
        let mut repeated = Repeated { choices: self.choices.clone(), faults: 0, judge };
        let mut length = 0;
        loop {
            let window = &before[before.len() - length..];
            match repeated.after(window, self)? {
                Again::Fails if length == 0 => return Ok(Confirmed::Alone),
                Again::Fails => {
                    let programs = length;
                    let one = repeated.one_of(window, self)?;
                    return Ok(Confirmed::After { programs, one });
                }
                Again::NoAnswer => return Ok(Confirmed::NoAnswer),
                Again::Passes if length == before.len() || length >= MOST_HISTORY => {
                    return Ok(Confirmed::NotAgain);
                }
                Again::Passes => length = (2 * length).max(1).min(before.len()),
            }
        }
    }
}

/// What became of a counterexample in fresh processes.
#[derive(PartialEq)]
enum Again {
    Fails,
    Passes,
    NoAnswer,
}

/// A counterexample that is run again.
struct Repeated<'j> {
    choices: Choices,
    faults: usize,
    judge: &'j mut dyn FnMut(&mut Session) -> Result<(), Setback>,
}

impl Repeated<'_> {
    /// The counterexample in fresh processes, after `earlier` programs.
    fn after(&mut self, earlier: &[Program], session: &mut Session) -> Result<Again, Setback> {
        /// Masks are random: a failure that half of them show is missed once in 2^20.
        const TRIES: usize = 20;
        let tries = if earlier.is_empty() { TRIES } else { 3 };
        for _ in 0..tries {
            session.restart()?;
            for program in earlier {
                let _ = session.run(program);
            }
            session.choices = self.choices.clone();
            match (self.judge)(session) {
                Err(Setback::Broken(_)) => return Ok(Again::Fails),
                Err(Setback::NotRecorded(why)) => return Err(Setback::NotRecorded(why)),
                Err(Setback::Interrupted) => return Err(Setback::Interrupted),
                // Each may have taken as long as an answer may take.
                Err(Setback::Adapter(_)) if self.faults > 0 => return Ok(Again::NoAnswer),
                Err(Setback::Adapter(_)) => self.faults += 1,
                _ => {}
            }
        }
        Ok(Again::Passes)
    }

    /// The one of the earlier programs that suffices, if one does. It is looked for in halves, the first
    /// half first: the later ones did not suffice.
    fn one_of(
        &mut self,
        mut earlier: &[Program],
        session: &mut Session,
    ) -> Result<Option<Program>, Setback> {
        while earlier.len() > 1 {
            let (first, last) = earlier.split_at(earlier.len() / 2);
            earlier = if self.after(first, session)? == Again::Fails {
                first
            } else if self.after(last, session)? == Again::Fails {
                last
            } else {
                return Ok(None);
            };
        }
        Ok(earlier.first().cloned())
    }
}

#[cfg(test)]
mod tests;
