use super::{Mutant, Mutated};
use crate::implementation::{Engine, Fault, Implementation};
use crate::wire::{Answer, FaultKind, Start, Step, parse_answer};

/// An implementation of the catalogue in this process. Its answers are written as lines and read
/// again, spoilt on the way where that is what is wrong with it, so that it is heard like any other.
pub struct AtHand {
    engine: Engine<Mutated>,
    spoil: fn(String) -> String,
}

impl AtHand {
    /// The implementation that `mutant` describes.
    pub fn new(mutant: &Mutant) -> AtHand {
        AtHand { engine: Engine::new(Mutated::new(mutant)), spoil: mutant.spoil }
    }
}

impl Implementation for AtHand {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.engine.start(entropy)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let answer = self.engine.run(id, program)?;
        let line = (self.spoil)(answer.to_line(id));
        parse_answer(&line, id).map_err(|message| Fault {
            kind: FaultKind::Protocol,
            message,
            stderr: Vec::new(),
        })
    }
}
