use super::{Engine, Fault, FaultKind, Implementation, Reference};
use crate::wire::{Answer, Outcome, Start, Step};

/// The reference, but for what a test puts in the place of an answer: it hears how many programs ran
/// before, and the id of the request.
pub(crate) struct Staged<F> {
    reference: Engine<Reference>,
    programs: usize,
    instead: F,
}

impl<F: FnMut(usize, &str) -> Option<Result<Answer, Fault>>> Staged<F> {
    pub(crate) fn new(instead: F) -> Staged<F> {
        Staged { reference: Engine::new(Reference), programs: 0, instead }
    }
}

impl<F: FnMut(usize, &str) -> Option<Result<Answer, Fault>>> Implementation for Staged<F> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.reference.start(entropy)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        self.programs += 1;
        let instead = (self.instead)(self.programs - 1, id);
        instead.unwrap_or_else(|| self.reference.run(id, program))
    }
}

/// No answer.
pub(crate) fn fault(kind: FaultKind) -> Result<Answer, Fault> {
    Err(Fault { kind, message: "staged".to_owned(), stderr: Vec::new() })
}

/// An answer that refuses the program.
pub(crate) fn refusal() -> Result<Answer, Fault> {
    let outcome = Outcome::Unsupported { at: 0, why: "staged".to_owned() };
    Ok(Answer { observations: Vec::new(), outcome })
}
