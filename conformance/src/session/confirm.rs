use super::Session;
use crate::finding::{Confirmed, Setback};
use crate::wire::Program;

impl Session<'_> {
    /// Runs the counterexample again in a fresh process, and if it does not fail there, with more
    /// and more of the programs that came before it.
    pub fn confirm(
        &mut self,
        program: &Program,
        judge: &mut dyn FnMut(&mut Session, &Program) -> Result<(), Setback>,
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
                if matches!(judge(self, program), Err(Setback::Broken(_))) {
                    self.choices = choices;
                    self.restart()?;
                    return Ok(match length {
                        0 => Confirmed::Alone,
                        _ => Confirmed::After(length),
                    });
                }
            }
            if length == before.len() || length >= 64 {
                self.choices = choices;
                self.restart()?;
                return Ok(Confirmed::NotAgain);
            }
            length = (2 * length).max(1).min(before.len());
        }
    }
}
