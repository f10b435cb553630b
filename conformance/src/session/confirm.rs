use super::Session;
use crate::finding::{Confirmed, Setback};

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
        let (choices, cases) = (self.choices.clone(), self.cases);
        let confirmed = self.seen_again(judge);
        (self.choices, self.cases) = (choices, cases);
        confirmed
    }

    fn seen_again(
        &mut self,
        judge: &mut dyn FnMut(&mut Session) -> Result<(), Setback>,
    ) -> Result<Confirmed, Setback> {
        /// Masks are random: a failure that half of them show is missed once in 2^20.
        const TRIES: usize = 20;
        let history = self.history.clone();
        let before = &history[..history.len().saturating_sub(1)];
        let choices = self.choices.clone();
        let mut length = 0;
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
                    _ => {}
                }
            }
            if length == before.len() || length >= 64 {
                return Ok(Confirmed::NotAgain);
            }
            length = (2 * length).max(1).min(before.len());
        }
    }
}

#[cfg(test)]
mod tests;
