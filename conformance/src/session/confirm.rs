use super::{MOST_HISTORY, Session};
use crate::oracle::Choices;
use crate::session::{Confirmed, Setback};

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
        /// Masks are random: a failure that half of them show is missed once in 2^20.
        const TRIES: usize = 20;
        let history = self.history.clone().into_iter().collect::<Vec<_>>();
        let before = &history[..history.len().saturating_sub(1)];
        let choices = self.choices.clone();
        let (mut length, mut faults) = (0, 0);
        loop {
            let tries = if length == 0 { TRIES } else { 3 };
            for _ in 0..tries {
                self.restart()?;
                for earlier in &before[before.len() - length..] {
                    let _ = self.run(earlier);
                }
                self.choices = choices.clone();
                match judge(self) {
                    Err(Setback::Broken(_)) if length == 0 => return Ok(Confirmed::Alone),
                    Err(Setback::Broken(_)) => return Ok(Confirmed::After(length)),
                    Err(Setback::NotRecorded(why)) => return Err(Setback::NotRecorded(why)),
                    Err(Setback::Interrupted) => return Err(Setback::Interrupted),
                    // Each may have taken as long as an answer may take.
                    Err(Setback::Adapter(_)) if faults > 0 => return Ok(Confirmed::NoAnswer),
                    Err(Setback::Adapter(_)) => faults += 1,
                    _ => {}
                }
            }
            if length == before.len() || length >= MOST_HISTORY {
                return Ok(Confirmed::NotAgain);
            }
            length = (2 * length).max(1).min(before.len());
        }
    }
}

#[cfg(test)]
mod tests;
