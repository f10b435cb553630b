use super::foreign::{cut, quoted, visible_json};
use super::{Array, Step};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The origin of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The framework, inside its own call.
    Library,
    /// The program's own `raise`.
    Body,
    /// The adapter.
    Adapter,
}

/// How two variables are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// They are one object.
    Object,
    /// They are two objects on one memory.
    Memory,
    /// They share nothing.
    No,
}

/// What one step observed, with arrays as they are written, or in another form.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen<A = Array> {
    /// An array; `None` where there is no gradient.
    Array(Option<A>),
    /// A flag.
    Config(bool),
    /// Whether going back is possible.
    Recorded(bool),
    /// Identity.
    Same(Same),
    /// Uniforms drawn since the program began.
    Draws(u64),
    /// Where an array lives.
    Device(String),
    /// What a `catch` caught, and the message.
    Raised(Option<Origin>, String),
}

impl<A> Seen<A> {
    /// The same, with the array in another form.
    pub fn map<B>(self, array: impl FnOnce(A) -> B) -> Seen<B> {
        match self {
            Seen::Array(seen) => Seen::Array(seen.map(array)),
            Seen::Config(value) => Seen::Config(value),
            Seen::Recorded(value) => Seen::Recorded(value),
            Seen::Same(same) => Seen::Same(same),
            Seen::Draws(count) => Seen::Draws(count),
            Seen::Device(name) => Seen::Device(name),
            Seen::Raised(origin, message) => Seen::Raised(origin, message),
        }
    }
}

/// An observation: the step's number and what it saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The number of the step.
    pub at: usize,
    /// What it saw.
    pub seen: Seen,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It ran to its end.
    Done,
    /// The adapter or the framework cannot run it.
    Unsupported {
        /// The step it cannot run.
        at: usize,
        /// Why.
        why: String,
    },
    /// An error that nothing caught.
    Raised {
        /// The step that raised it.
        at: usize,
        /// Whose error it is.
        from: Origin,
        /// Its type and message.
        message: String,
        /// The lines that tell where it was raised, as the language writes them, the last of them; empty if
        /// the adapter sends none.
        traceback: Vec<String>,
    },
}

/// The ways to give no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The command could not be started.
    NotStarted,
    /// It ended before it answered.
    Crash,
    /// It did not answer in time.
    Timeout,
    /// It answered something that is no answer.
    Protocol,
    /// There is no answer on record.
    NotRecorded,
    /// The person at the terminal has had enough.
    Interrupted,
}

/// The answer to `run`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What was observed, in order.
    pub observations: Vec<Observation>,
    /// How the program ended.
    pub outcome: Outcome,
}

impl Serialize for Observation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("at", &self.at)?;
        match &self.seen {
            Seen::Array(array) => map.serialize_entry("array", array)?,
            Seen::Config(value) => map.serialize_entry("config", value)?,
            Seen::Recorded(value) => map.serialize_entry("recorded", value)?,
            Seen::Same(value) => map.serialize_entry("same", value)?,
            Seen::Draws(value) => map.serialize_entry("draws", value)?,
            Seen::Device(name) => map.serialize_entry("device", name)?,
            Seen::Raised(origin, message) => {
                map.serialize_entry("raised", origin)?;
                if origin.is_some() {
                    map.serialize_entry("message", message)?;
                }
            }
        }
        map.end()
    }
}

impl Answer {
    /// The line that carries this answer to the request `id`.
    pub fn to_line(&self, id: &str) -> String {
        let mut line = serde_json::json!({ "id": id });
        match &self.outcome {
            Outcome::Unsupported { at, why } => {
                line["unsupported"] = serde_json::json!({ "at": at, "why": why });
            }
            Outcome::Done => line["observations"] = serde_json::json!(self.observations),
            Outcome::Raised { at, from, message, traceback } => {
                line["observations"] = serde_json::json!(self.observations);
                line["error"] =
                    serde_json::json!({ "at": at, "from": from, "type": "", "message": message });
                if !traceback.is_empty() {
                    line["error"]["traceback"] = serde_json::json!(traceback.join("\n"));
                }
            }
        }
        line.to_string()
    }
}

/// Reads the answer to the request `id`.
///
/// # Errors
/// A sentence that says what is wrong with the line, for the author of the adapter.
pub fn parse_answer(line: &str, id: &str) -> Result<Answer, String> {
    let read = serde_json::from_str(&visible_json(line));
    let value: Value = read.map_err(|why| format!("the answer is not JSON: {why}"))?;
    answer(value, id).map_err(|why| quoted(&why, LONGEST).into_owned())
}

/// The answer to the request `id`, if it is one.
pub(crate) fn answer(mut value: Value, id: &str) -> Result<Answer, String> {
    // Arrays are taken out of it: they may be large.
    let list = value.get_mut("observations").map(Value::take);
    let object = value.as_object().ok_or("the answer is not a JSON object")?;
    match object.get("id") {
        Some(Value::String(found)) if found == id => {}
        Some(found) => {
            let found = found.to_string();
            let found = quoted(&found, 80);
            return Err(format!("the answer has id {found}, the request had \"{id}\""));
        }
        None => return Err(format!("the answer has no id, the request had \"{id}\"")),
    }
    if let Some(unsupported) = object.get("unsupported").filter(|value| !value.is_null()) {
        let at = index(unsupported, "unsupported")?;
        let why = text(unsupported, "why");
        return Ok(Answer { observations: vec![], outcome: Outcome::Unsupported { at, why } });
    }
    let observations = match list {
        Some(Value::Array(list)) => list.into_iter().map(observation).collect::<Result<_, _>>()?,
        Some(_) => return Err("`observations` is not a list".into()),
        None => return Err("the answer has neither `observations` nor `unsupported`".into()),
    };
    let outcome = match object.get("error") {
        None | Some(Value::Null) => Outcome::Done,
        Some(error) => {
            let from = serde_json::from_value(error["from"].clone())
                .map_err(|_| "`error.from` is none of \"library\", \"body\", \"adapter\"")?;
            let message = [text(error, "type"), text(error, "message")];
            let message = message.iter().filter(|part| !part.is_empty());
            let message = message.map(String::as_str).collect::<Vec<_>>().join(": ");
            let traceback = last_lines(error.get("traceback").and_then(Value::as_str));
            Outcome::Raised { at: index(error, "error")?, from, message, traceback }
        }
    };
    Ok(Answer { observations, outcome })
}

/// How many bytes the line is long, at most, that answers a program: what it may observe, and room for
/// messages.
pub(crate) fn longest_answer(program: &[Step]) -> u64 {
    /// For the error that ended the program, and its traceback.
    const ERROR: u64 = 1 << 20;
    /// A number of 17 digits with its sign, its exponent, and a comma.
    const NUMBER: u64 = 32;
    const OBSERVATION: u64 = 1 << 10;
    const CAUGHT: u64 = 1 << 16;
    fn observed(steps: &[Step], array: u64) -> u64 {
        let each = steps.iter().map(|step| {
            let inside = step.bodies().into_iter().map(|body| observed(body, array));
            let inside = inside.fold(0, u64::saturating_add);
            match step {
                Step::Value { .. } | Step::Grad { .. } => array,
                // A message may quote an array.
                Step::Catch { .. } => inside.saturating_add(CAUGHT).saturating_add(array),
                Step::Repeat { times, .. } => inside.saturating_mul(*times as u64),
                _ => inside.saturating_add(OBSERVATION),
            }
        });
        each.fold(0, u64::saturating_add)
    }
    let elements = Step::most_elements(program) as u64;
    let array = OBSERVATION.saturating_add(elements.saturating_mul(NUMBER));
    ERROR.saturating_add(array).saturating_add(observed(program, array))
}

fn index(value: &Value, of: &str) -> Result<usize, String> {
    let at = value.get("at").ok_or_else(|| format!("`{of}` has no step number `at`"))?;
    at.as_u64().map(|at| at as usize).ok_or_else(|| {
        let found = at.to_string();
        format!("`at` of `{of}` is {}; expected the number of a step, from 0", quoted(&found, 40))
    })
}

fn text(value: &Value, field: &str) -> String {
    let text = value.get(field).and_then(Value::as_str).unwrap_or_default();
    // For one line of a report; more is not read.
    cut(text, LONGEST).into_owned()
}

/// What is quoted of an answer is no longer.
const LONGEST: usize = 500;

/// The last lines of a traceback, without those that only underline.
fn last_lines(traceback: Option<&str>) -> Vec<String> {
    const MOST: usize = 8;
    const LONGEST: usize = 200;
    let lines = traceback.unwrap_or_default().lines().rev();
    let says = |line: &&str| !line.trim_matches([' ', '^', '~']).is_empty();
    let cut = |line: &str| line.chars().take(LONGEST).collect::<String>();
    let mut last = lines.filter(says).take(MOST).map(cut).collect::<Vec<_>>();
    last.reverse();
    last
}

fn observation(mut value: Value) -> Result<Observation, String> {
    let at = index(&value, "observation")?;
    let message = text(&value, "message");
    let object = value.as_object_mut().ok_or("an observation is not an object")?;
    let kinds = ["array", "config", "recorded", "same", "draws", "device", "raised"];
    let mut found = object.iter_mut().filter(|(key, _)| kinds.contains(&key.as_str()));
    let (Some((kind, content)), None) = (found.next(), found.next()) else {
        return Err(format!("the observation at {at} has not exactly one of {}", kinds.join(", ")));
    };
    let wrong = |why: serde_json::Error| format!("the {kind} observed at {at}: {why}");
    let content = content.take();
    let seen = match kind.as_str() {
        "array" if content.get("fill").is_some() => {
            return Err(format!("the array observed at {at}: `fill` is for requests alone"));
        }
        "array" => Seen::Array(serde_json::from_value(content).map_err(wrong)?),
        "config" => Seen::Config(serde_json::from_value(content).map_err(wrong)?),
        "recorded" => Seen::Recorded(serde_json::from_value(content).map_err(wrong)?),
        "same" => Seen::Same(serde_json::from_value(content).map_err(wrong)?),
        "draws" => Seen::Draws(serde_json::from_value(content).map_err(wrong)?),
        "device" => {
            let name: String = serde_json::from_value(content).map_err(wrong)?;
            Seen::Device(cut(&name, LONGEST).into_owned())
        }
        _ => {
            let origin = serde_json::from_value(content).map_err(wrong)?;
            if origin == Some(Origin::Adapter) {
                return Err(format!("the catch at {at} caught a fault of the adapter"));
            }
            Seen::Raised(origin, message)
        }
    };
    Ok(Observation { at, seen })
}

#[cfg(test)]
mod tests;
