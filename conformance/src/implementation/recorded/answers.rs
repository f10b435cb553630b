use crate::implementation::{Fault, Implementation};
use crate::wire::foreign::{quoted, visible_json};
use crate::wire::{Answer, FaultKind, Start, Step, parse_answer, parse_start};
use serde::Deserialize;
use std::collections::{HashMap, VecDeque};

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
