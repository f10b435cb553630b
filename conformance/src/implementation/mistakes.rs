//! The mistakes that adapters make in the protocol: how each is recognised, and how it is mended.

mod signs;
mod table;

pub use table::MISTAKES;

use crate::wire::foreign::{quoted, visible};
use crate::wire::{Answer, Array, Observation, Seen, Step, parse_answer, same_bits};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;

/// A mistake in the protocol.
#[derive(Debug)]
pub struct Mistake {
    /// What it is called.
    pub name: &'static str,
    /// Whether the evidence shows it.
    pub sign: fn(&Evidence) -> bool,
    /// What is wrong, in plain words.
    pub words: &'static str,
    /// What belongs in its place.
    pub expected: &'static str,
    /// What mends it.
    pub fixes: Fixes,
}

/// What mends a mistake, in each language.
#[derive(Clone, Copy, Debug)]
pub struct Fixes {
    /// In Python.
    pub python: &'static str,
    /// In JavaScript.
    pub javascript: &'static str,
    /// In Rust.
    pub rust: &'static str,
    /// In any other language.
    pub other: &'static str,
}

impl Fixes {
    /// The one for an adapter in `language`.
    pub fn for_language(&self, language: Language) -> &'static str {
        match language {
            Language::Python => self.python,
            Language::JavaScript => self.javascript,
            Language::Rust => self.rust,
            Language::Other => self.other,
        }
    }
}

/// The language that an adapter is written in, as far as the advice differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript, or what runs as such.
    JavaScript,
    /// Rust.
    Rust,
    /// Any other.
    Other,
}

impl Language {
    /// The language that a command is likely to start: its program tells, or the file that it is given.
    pub fn of(command: &[String]) -> Language {
        let name = |word: &String| {
            let last = word.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
            last.strip_suffix(".exe").map_or(last.clone(), str::to_owned)
        };
        let words = command.iter().map(name).collect::<Vec<_>>();
        let any = |starts: &[&str], ends: &[&str]| {
            let program = words
                .first()
                .is_some_and(|program| starts.iter().any(|start| program.starts_with(start)));
            program || words.iter().any(|word| ends.iter().any(|end| word.ends_with(end)))
        };
        match () {
            () if any(&["python", "pypy", "uv"], &[".py"]) => Language::Python,
            () if any(&["node", "deno", "bun"], &[".js", ".mjs", ".ts"]) => Language::JavaScript,
            () if any(&["cargo"], &[".rs"]) => Language::Rust,
            () => Language::Other,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Python => "in Python",
            Language::JavaScript => "in JavaScript",
            Language::Rust => "in Rust",
            Language::Other => "what to do",
        })
    }
}

/// A mistake that was recognised, for an adapter in a language.
#[derive(Clone, Copy, Debug)]
pub struct Diagnosis {
    /// The mistake.
    pub mistake: &'static Mistake,
    /// The language of the adapter.
    pub language: Language,
}

/// The first mistake of the table that the evidence shows.
pub fn diagnose(evidence: &Evidence, language: Language) -> Option<Diagnosis> {
    let mistake = MISTAKES.iter().find(|mistake| (mistake.sign)(evidence))?;
    Some(Diagnosis { mistake, language })
}

/// The first mistake of the table that an answer shows which could be read.
pub fn diagnose_answer(program: &[Step], answer: &Answer, language: Language) -> Option<Diagnosis> {
    let (id, expected) = ("", expected(program));
    let line = answer.to_line(id) + "\n";
    let evidence =
        Evidence { id: Some(id), line: &line, expected: &expected, ..Evidence::default() };
    diagnose(&evidence, language)
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnosis { mistake, language } = self;
        writeln!(f, "{}", mistake.words)?;
        writeln!(f, "  expected: {}", mistake.expected)?;
        write!(f, "  {language}: {}", mistake.fixes.for_language(*language))
    }
}

/// The beginning of a line, for an error message.
pub fn excerpt(line: &str) -> String {
    // No more of it is looked at: it may be long.
    let begins = quoted(line.trim_end(), 160);
    visible(&begins).into_owned()
}

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
    fn json(&self) -> Option<&Value> {
        self.read().json.as_ref()
    }

    /// Whether the line is the beginning of some JSON.
    fn ends_early(&self) -> bool {
        self.read().ends_early
    }

    /// The observations, unchecked; none where they cannot be read.
    fn observations(&self) -> &[Value] {
        let list = self.json().and_then(|json| json["observations"].as_array());
        list.map_or(&[], Vec::as_slice)
    }

    /// What stands where arrays are observed.
    fn arrays(&self) -> impl Iterator<Item = &Value> {
        self.observations().iter().filter_map(|seen| seen.get("array"))
    }

    /// The answer, if it can be read.
    fn answer(&self) -> Option<&Answer> {
        self.read().answer.as_ref()
    }

    /// The arrays that had to be observed, each with the one that was, but for those that are right.
    fn wrong_arrays(&self) -> Vec<(&Array, &Array)> {
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
    use super::*;
    use crate::wire::Dtype;
    use crate::wire::steps::row;
    use crate::wire::steps::train;
    use crate::wire::steps::value;
    use crate::wire::steps::variable;

    #[test]
    fn a_command_tells_its_language() {
        for (command, language) in [
            (".venv/bin/python adapter.py", Language::Python),
            ("C:\\Python\\python.exe adapter.py", Language::Python),
            ("env node adapter.mjs", Language::JavaScript),
            ("cargo run --release --quiet", Language::Rust),
            ("./adapter --fast", Language::Other),
        ] {
            let words = command.split(' ').map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(Language::of(&words), language, "{command}");
        }
    }

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
