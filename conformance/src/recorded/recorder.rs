use crate::subject::{Fault, Implementation};
use crate::wire::{Answer, Start, Step};
use serde_json::{Value, json};
use std::io::Write;

/// An implementation whose answers are written down, one a line, as an adapter writes them. Where
/// there was no answer, the fault stands in its place: `{"id":…,"fault":"timeout","message":…}`.
pub struct Recorder<'a, W> {
    implementation: &'a mut dyn Implementation,
    out: W,
    written: std::io::Result<usize>,
}

impl<'a, W: Write> Recorder<'a, W> {
    /// Writes what `implementation` answers to `out`.
    pub fn new(implementation: &'a mut dyn Implementation, out: W) -> Recorder<'a, W> {
        Recorder { implementation, out, written: Ok(0) }
    }

    /// How many programs were answered, or not answered.
    ///
    /// # Errors
    /// The first error of writing.
    pub fn finish(mut self) -> std::io::Result<usize> {
        self.out.flush()?;
        self.written
    }

    fn write(&mut self, line: &str, programs: usize) {
        if let Ok(written) = self.written {
            self.written = writeln!(self.out, "{line}").map(|()| written + programs);
        }
    }
}

impl<W: Write> Implementation for Recorder<'_, W> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        let answer = self.implementation.start(entropy);
        let line = match &answer {
            Ok(start) => json!(start),
            Err(fault) => in_words(fault),
        };
        self.write(&line.to_string(), 0);
        answer
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let answer = self.implementation.run(id, program);
        let line = match &answer {
            Ok(answer) => answer.to_line(id),
            Err(fault) => {
                let mut line = in_words(fault);
                line["id"] = json!(id);
                line.to_string()
            }
        };
        self.write(&line, 1);
        answer
    }
}

fn in_words(fault: &Fault) -> Value {
    json!({ "fault": fault.kind, "message": fault.message, "stderr": fault.stderr })
}
