use super::{Session, hash};
use crate::bet::{Pool, Stakes};
use crate::session::{Effort, Setback};
use crate::wire::Step;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The rules that forward and backward share one mask, where x is 0, too.
pub(crate) const SHARED_MASK: [&str; 2] = ["gradient.train.mask", "gradient.train.zero-input"];

/// The rules on the way back through other forms.
const OTHER_WAYS_BACK: [&str; 2] = ["gradient.direct.train", "layer.backward"];

/// Whether masks are read from the gradients that a rule is about.
pub(crate) fn is_read_for_masks(rule: &str) -> bool {
    SHARED_MASK.contains(&rule) || OTHER_WAYS_BACK.contains(&rule)
}

impl Session<'_> {
    /// The gamblers.
    pub fn pool(&mut self) -> &mut Pool {
        &mut self.pool
    }

    /// Whether masks that are drawn now may be bet on.
    ///
    /// # Errors
    /// If every process draws the same masks and there was a bet before this process was started.
    pub(crate) fn may_bet(&self) -> Result<(), Setback> {
        let why = "every process draws the same masks, and a new one had to be started";
        match self.masks_come_again {
            true => Err(Setback::Inconclusive(why.to_owned())),
            false => Ok(()),
        }
    }

    /// Whether masks are read from gradients: not if a rule that both share one did not pass.
    pub(crate) fn reads_masks_of_gradients(&self) -> bool {
        !self.not_passed.iter().any(|rule| is_read_for_masks(rule))
    }

    /// What may be bet on when a program runs.
    pub(crate) fn stakes(&self, program: &[Step]) -> Stakes {
        let stakes = Stakes::of(program);
        if self.reads_masks_of_gradients() { stakes } else { stakes.of_outputs() }
    }

    /// How much the run may cost.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// Whether rates are asked to the end of their budgets.
    pub(crate) fn to_the_end(&self) -> bool {
        self.to_the_end
    }

    /// Turns to a wager, whose programs are asked once for all rules that it decides. If it was begun
    /// before: what it left undecided, if anything.
    pub(crate) fn begin_wager(&mut self, wager: &'static str) -> Result<(), Option<String>> {
        if let Some((_, undecided)) = self.wagers.iter().find(|(begun, _)| *begun == wager) {
            return Err(undecided.clone());
        }
        // Recorded first, in case the wager is interrupted.
        let cut =
            "the masks were not all drawn: a program before had no answer that a mask explains";
        self.wagers.push((wager, Some(cut.to_owned())));
        self.draw_for(wager);
        Ok(())
    }

    /// Draws the inputs of a cell from its name alone: what one cell is asked does not depend on how
    /// long another one took.
    pub(crate) fn draw_in(&mut self, cell: &str) {
        self.random = ChaCha20Rng::seed_from_u64(self.seed ^ hash(cell));
    }

    /// Ends the wager that began last.
    pub(crate) fn end_wager(&mut self, undecided: Option<String>) {
        if let Some((_, left)) = self.wagers.last_mut() {
            *left = undecided;
        }
    }

    /// A random number in [0, 1) of few digits.
    pub(crate) fn fraction(&mut self) -> f32 {
        (self.random.next_u32() >> 20) as f32 / 4096.0
    }
}
