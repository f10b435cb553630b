//! Answers on record: programs that are asked elsewhere, and verdicts on what came back.

use super::{Fault, Implementation};
use crate::wire::foreign::{quoted, visible_json};
use crate::wire::{Answer, FaultKind, Start, Step, parse_answer, parse_start};
use serde::Deserialize;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::io::Write;

/// An implementation that is not there: its answers are on record.
///
/// Answers are found by the ids of their requests, in any order. If a program was
/// asked several times, they are taken in order.
#[derive(Clone, Debug)]
pub struct Recorded {
    starts: Vec<Result<Start, Fault>>,
    started: usize,
    answers: HashMap<String, VecDeque<String>>,
}

/// What is read of a line before it is asked for.
#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    fault: Option<FaultKind>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    stderr: Vec<String>,
}

impl Recorded {
    /// Reads recorded answers, one JSON object a line; the first is the answer to `start`.
    ///
    /// # Errors
    /// A sentence with the number of the first line that cannot be read.
    pub fn read(text: &str) -> Result<Recorded, String> {
        let (mut starts, mut answers) = (Vec::new(), HashMap::<_, VecDeque<_>>::new());
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = |why: String| format!("line {}: {why}", index + 1);
            let line = &*visible_json(line);
            let read = serde_json::from_str(line);
            let read: Line =
                read.map_err(|why| place(quoted(&why.to_string(), 500).into_owned()))?;
            match (read.id, read.fault) {
                (_, Some(FaultKind::Interrupted | FaultKind::NotRecorded)) => {
                    return Err(place("this `fault` is none that is recorded".to_owned()));
                }
                (Some(id), _) => answers.entry(id).or_default().push_back(line.to_owned()),
                (None, Some(kind)) => {
                    let (message, stderr) = (read.message, read.stderr);
                    starts.push(Err(Fault { kind, message, stderr }));
                }
                (None, None) => starts.push(Ok(parse_start(line).map_err(|why| {
                    place(format!("it has no id, and it is no answer to `start` either: {why}"))
                })?)),
            }
        }
        let mut answered = starts.iter().flatten();
        if let Some(first) = answered.next()
            && answered.any(|start| start != first)
        {
            return Err("it has two answers to `start` that differ; a record is of one \
                        implementation"
                .to_owned());
        }
        match starts.is_empty() {
            true => Err("the answer to `start` is missing; it is the first line".to_owned()),
            false => Ok(Recorded { starts, started: 0, answers }),
        }
    }
}

impl Implementation for Recorded {
    fn start(&mut self, _entropy: u32) -> Result<Start, Fault> {
        let start = self.starts.get(self.started).unwrap_or(&self.starts[0]).clone();
        self.started += 1;
        start
    }

    fn run(&mut self, id: &str, _program: &[Step]) -> Result<Answer, Fault> {
        let fault = |kind, message| Fault { kind, message, stderr: vec![] };
        let Some(line) = self.answers.get_mut(id).and_then(VecDeque::pop_front) else {
            let message = format!(
                "nothing is recorded under `{id}`; is the plan of this version, for this answer \
                 to `start` and this seed, and was all of it answered?"
            );
            return Err(fault(FaultKind::NotRecorded, message));
        };
        if let Ok(Line { fault: Some(kind), message, stderr, .. }) = serde_json::from_str(&line) {
            return Err(Fault { kind, message, stderr });
        }
        parse_answer(&line, id).map_err(|why| fault(FaultKind::Protocol, why))
    }
}

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
    use crate::implementation::staged::Staged;
    use crate::implementation::staged::fault;
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
