use crate::wire::{Answer, Array, Observation, Seen, Step, parse_answer, same_bits};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::HashMap;

/// What is known of an exchange that went wrong.
#[derive(Clone, Debug, Default)]
pub struct Evidence<'a> {
    /// The id of the request; `None` for `start`.
    pub id: Option<&'a str>,
    /// The line that came, with its end if it had one; empty if none came.
    pub line: &'a str,
    /// Whether it came only after the input of the adapter was closed.
    pub late: bool,
    /// What the adapter wrote to standard error.
    pub stderr: &'a [String],
    /// What had to be observed, where that is certain.
    pub expected: &'a [Observation],
    /// What was read of the line: it may be long, and some twenty signs are looked for in it.
    pub(crate) read: OnceCell<ReadLine>,
}

/// What a line was read as.
#[derive(Clone, Debug)]
pub(crate) struct ReadLine {
    json: Option<Value>,
    ends_early: bool,
    answer: Option<Answer>,
}

impl Evidence<'_> {
    fn read(&self) -> &ReadLine {
        self.read.get_or_init(|| {
            let read = serde_json::from_str(self.line);
            let ends_early = read.as_ref().is_err_and(serde_json::Error::is_eof);
            let answer = self.id.and_then(|id| parse_answer(self.line.trim_end(), id).ok());
            ReadLine { json: read.ok(), ends_early, answer }
        })
    }

    /// The line as JSON, if it is any.
    pub(super) fn json(&self) -> Option<&Value> {
        self.read().json.as_ref()
    }

    /// Whether the line is the beginning of some JSON.
    pub(super) fn ends_early(&self) -> bool {
        self.read().ends_early
    }

    /// The observations, unchecked; none where they cannot be read.
    pub(super) fn observations(&self) -> &[Value] {
        let list = self.json().and_then(|json| json["observations"].as_array());
        list.map_or(&[], Vec::as_slice)
    }

    /// What stands where arrays are observed.
    pub(super) fn arrays(&self) -> impl Iterator<Item = &Value> {
        self.observations().iter().filter_map(|seen| seen.get("array"))
    }

    /// The answer, if it can be read.
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.read().answer.as_ref()
    }

    /// The arrays that had to be observed, each with the one that was, but for those that are right.
    pub(super) fn wrong_arrays(&self) -> Vec<(&Array, &Array)> {
        let observations = self.answer().map_or(&[][..], |answer| &answer.observations);
        let pairs = self.expected.iter().zip(observations);
        let arrays =
            pairs.filter_map(|(expected, observed)| match (&expected.seen, &observed.seen) {
                (Seen::Array(Some(expected)), Seen::Array(Some(observed))) => {
                    Some((expected, observed))
                }
                _ => None,
            });
        arrays.filter(|(expected, observed)| !alike(expected, observed)).collect()
    }
}

fn alike(a: &Array, b: &Array) -> bool {
    let values = a.values.iter().zip(&b.values).all(|(a, b)| same_bits(*a, *b));
    a.dtype == b.dtype && a.shape == b.shape && a.values.len() == b.values.len() && values
}

/// What a program observes that does nothing but make variables and look at them; nothing of any other
/// one.
pub fn expected(program: &[Step]) -> Vec<Observation> {
    let mut names = HashMap::new();
    let mut observations = Vec::new();
    for (at, step) in program.iter().enumerate() {
        match step {
            Step::Variable { to, array, .. } => {
                names.insert(to, array);
            }
            Step::Value { of } if names.contains_key(of) => {
                let array = names[of].clone();
                observations.push(Observation { at, seen: Seen::Array(Some(array)) });
            }
            _ => return Vec::new(),
        }
    }
    observations
}

#[cfg(test)]
mod tests {
    use super::{Step, expected};
    use crate::wire::Dtype;
    use crate::wire::steps::{row, train, value, variable};

    #[test]
    fn what_is_certain_is_foreseen_and_nothing_else() {
        let x = || variable("x", row(Dtype::Float32, &[1.0]));
        let steps =
            |program: &[Step]| expected(program).iter().map(|seen| seen.at).collect::<Vec<_>>();
        assert_eq!(steps(&[x(), value("x"), x(), value("x")]), [1, 3]);
        assert_eq!(steps(&[x(), value("nowhere")]), [0_usize; 0]);
        assert_eq!(steps(&[x(), value("x"), train("y", "x", 0.5)]), [0_usize; 0]);
    }
}
