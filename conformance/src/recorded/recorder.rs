use crate::subject::{Fault, FaultKind, Implementation};
use crate::wire::{Answer, Start, Step};
use serde_json::json;
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

    /// That somebody ended the run says nothing of the implementation: there is no answer then.
    fn write_fault(&mut self, id: Option<&str>, fault: &Fault) {
        let Fault { kind, message, stderr } = fault;
        let mut line = json!({ "fault": kind, "message": message, "stderr": stderr });
        if let Some(id) = id {
            line["id"] = json!(id);
        }
        if *kind != FaultKind::Interrupted {
            self.write(&line.to_string(), usize::from(id.is_some()));
        }
    }
}

impl<W: Write> Implementation for Recorder<'_, W> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        let answer = self.implementation.start(entropy);
        match &answer {
            Ok(start) => self.write(&json!(start).to_string(), 0),
            Err(fault) => self.write_fault(None, fault),
        }
        answer
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let answer = self.implementation.run(id, program);
        match &answer {
            Ok(answer) => self.write(&answer.to_line(id), 1),
            Err(fault) => self.write_fault(Some(id), fault),
        }
        answer
    }
}
