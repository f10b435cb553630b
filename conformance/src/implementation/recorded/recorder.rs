use crate::implementation::{Fault, Implementation};
use crate::wire::{Answer, FaultKind, Start, Step};
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

    /// An interruption says nothing of the implementation: it is not written.
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

    fn begin(&mut self, id: &str, program: &[Step]) -> bool {
        self.implementation.begin(id, program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::implementation::staged::{Staged, fault};
    use serde_json::Value;

    /// The lines that are written of three programs, with a fault in the place of the second answer,
    /// their ids, and how many programs they are about.
    fn recorded(kind: FaultKind) -> (Vec<Value>, Vec<String>, usize) {
        let mut staged = Staged::new(|number, _: &str| (number == 1).then(|| fault(kind)));
        let mut lines = Vec::new();
        let mut recorder = Recorder::new(&mut staged, &mut lines);
        recorder.start(1).unwrap();
        for id in ["a", "b", "c"] {
            let _ = recorder.run(id, &[]);
        }
        let programs = recorder.finish().unwrap();
        let text = String::from_utf8(lines).unwrap();
        let lines = text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap());
        let lines = lines.collect::<Vec<Value>>();
        let ids = lines.iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
        (lines, ids, programs)
    }

    #[test]
    fn a_fault_stands_in_the_place_of_an_answer() {
        let (lines, ids, programs) = recorded(FaultKind::Timeout);
        assert_eq!((ids.join(" "), programs), ("a b c".to_owned(), 3));
        let fault = json!({"id": "b", "fault": "timeout", "message": "staged", "stderr": []});
        assert_eq!(lines[1], fault);
    }

    #[test]
    fn an_interruption_is_not_written() {
        let (_, ids, programs) = recorded(FaultKind::Interrupted);
        assert_eq!((ids.join(" "), programs), ("a c".to_owned(), 2));
    }
}
