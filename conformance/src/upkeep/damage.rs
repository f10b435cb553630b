//! Random damage to everything that the judge reads: no reader panics, and what is read runs to its end.

use crate::fixture::{FixtureFile, Recipe, all_recipes, write};
use crate::implementation::recorded::Recorded;
use crate::implementation::{Engine, Implementation, Reference};
use crate::oracle::{Choices, Exactness, explain, may_be_explained};
use crate::report::{read_counterexamples, saved};
use crate::run::manifest::Manifest;
use crate::wire::foreign::visible_json;
use crate::wire::impossible::impossible;
use crate::wire::{Program, Start, Step, parse_answer, parse_start};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Something that is read, and how.
pub struct Readable {
    /// Its name.
    pub name: &'static str,
    /// Texts that are as they should be.
    pub sound: fn() -> Vec<String>,
    /// Reads a text, sound or not.
    pub read: fn(&str),
}

/// What damaged texts came to.
#[derive(Clone, Debug, Default)]
pub struct Damage {
    /// How many texts were read.
    pub texts: u64,
    /// Those at which the reader panicked.
    pub panicked: Vec<String>,
}

/// Everything that is read from strangers.
pub const READABLE: [Readable; 7] = [
    Readable { name: "answers", sound: answers, read: |text| drop(parse_answer(text, "r")) },
    Readable { name: "start", sound: starts, read: |text| drop(parse_start(text)) },
    Readable { name: "record", sound: records, read: |text| drop(Recorded::read(text)) },
    Readable { name: "impl.json", sound: manifests, read: |text| drop(Manifest::parse(text)) },
    Readable { name: "fixtures", sound: fixtures, read: |text| drop(read_counterexamples(text)) },
    Readable { name: "report", sound: reports, read: read_report },
    Readable { name: "program", sound: programs, read: read_and_run },
];

impl Readable {
    /// Reads so many texts, of which each is sound but for a few damages that `seed` draws.
    pub fn read_damaged(&self, texts: u64, seed: u64) -> Damage {
        let sound = (self.sound)();
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let mut damage = Damage::default();
        while damage.texts < texts {
            let text = damaged(&sound, &mut random);
            damage.texts += 1;
            if catch_unwind(AssertUnwindSafe(|| (self.read)(&text))).is_err() {
                damage.panicked.push(text);
            }
        }
        damage
    }
}

/// What stands in JSON where something else may stand.
const TOKENS: [&str; 32] = [
    "null",
    "true",
    "-1",
    "0",
    "1e400",
    "-0.0",
    "1e-400",
    "18446744073709551616",
    "4294967296",
    "0.5",
    "\"\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"x\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\u{202e}\"",
    "[]",
    "[[]]",
    "{}",
    "[0,0]",
    "[4294967296,4294967296]",
    "{\"at\":0}",
    "\"float16\"",
    "\"bfloat16\"",
    "\"int64\"",
    "\"base64\"",
    "\"fill\"",
    "\"repeat\"",
    "\"threads\"",
    ",",
    ":",
];

/// One of the texts with one to four damages.
fn damaged(sound: &[String], random: &mut ChaCha20Rng) -> String {
    let mut below = |n: usize| random.next_u32() as usize % n.max(1);
    let mut text = sound[below(sound.len())].clone();
    for _ in 0..=below(4) {
        let places = tokens(&text);
        let at = places[below(places.len())].clone();
        match below(6) {
            0 => text.replace_range(at, ""),
            1 => text.replace_range(at, TOKENS[below(TOKENS.len())]),
            2 => text.insert_str(at.start, TOKENS[below(TOKENS.len())]),
            // A part of the same text, or of another one.
            3 => {
                let other = if below(2) == 0 { &text } else { &sound[below(sound.len())] };
                let from = tokens(other);
                let (first, length) = (below(from.len()), 1 + below(12));
                let last = (first + length).min(from.len() - 1);
                let part = other[from[first].start..from[last].end].to_owned();
                text.replace_range(at, &part);
            }
            4 => text.truncate(at.start),
            _ => text.insert_str(at.end, &text[at.clone()].repeat(1 + below(3))),
        }
    }
    text
}

/// The numbers, words and signs of a text, by their places; there is always one.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut places = Vec::new();
    let mut start = 0;
    for (at, letter) in text.char_indices() {
        let sign = !letter.is_alphanumeric() && !"._-+".contains(letter);
        if sign {
            if start < at {
                places.push(start..at);
            }
            start = at + letter.len_utf8();
            places.push(at..start);
        }
    }
    if start < text.len() || places.is_empty() {
        places.push(start..text.len());
    }
    places
}

/// Short ones: damage to long ones would mostly hit numbers.
fn short_recipes() -> impl Iterator<Item = &'static Recipe> {
    all_recipes().iter().filter(|recipe| Step::most_elements(&recipe.program) <= 8)
}

fn answers() -> Vec<String> {
    let mut engine = Engine::new(Reference);
    let answered = short_recipes().filter_map(|recipe| engine.run("r", &recipe.program).ok());
    answered.map(|answer| answer.to_line("r")).collect()
}

fn start() -> Start {
    Engine::new(Reference).start(1).expect("the reference starts")
}

fn starts() -> Vec<String> {
    let of_reference = serde_json::to_string(&start()).expect("it is JSON");
    vec![
        of_reference,
        r#"{"protocol":1,"implementation":{"name":"x"},"capabilities":[],"dtypes":["float32"]}"#
            .to_owned(),
    ]
}

fn records() -> Vec<String> {
    let fault = r#"{"id":"r","fault":"timeout","message":"x","stderr":["x"]}"#;
    let answers = answers();
    let pairs = answers.chunks(2).map(|pair| [&starts()[..1], pair].concat().join("\n"));
    pairs.map(|lines| format!("{lines}\n{fault}\n")).collect()
}

fn manifests() -> Vec<String> {
    let expectation = r#"{"rule":"mask.*","verdict":"fail","because":"x","until":"2027-01-31",
        "issue":"https://example.org/7"}"#;
    vec![format!(
        r#"{{"dezero_spec":1,"command":["python3","x.py"],"env":{{"A":"1"}},"timeout_s":3,
        "start_timeout_s":1.5,"implementation":{{"name":"x"}},"expectations":[{expectation}]}}"#
    )]
}

fn fixtures() -> Vec<String> {
    let file = |recipe: &Recipe| FixtureFile {
        schema: "fixtures.schema.json".to_owned(),
        dezero_spec_fixtures: 1,
        about: "damage".to_owned(),
        fixtures: vec![recipe.fixture()],
    };
    let explained = short_recipes().filter(|recipe| may_be_explained(&recipe.program));
    explained.step_by(9).map(|recipe| write(&file(recipe))).collect()
}

fn reports() -> Vec<String> {
    let text = include_str!("../../results/dezero.json");
    let mut report: Value = serde_json::from_str(text).expect("what is committed is JSON");
    if let Some(rules) = report["rules"].as_array_mut() {
        rules.truncate(3);
    }
    vec![report.to_string()]
}

fn read_report(text: &str) {
    let read = serde_json::from_str::<saved::SavedReport>(&visible_json(text));
    drop(read.map(|report| serde_json::to_string(&report)));
}

fn programs() -> Vec<String> {
    let written = |recipe: &Recipe| serde_json::to_string(&recipe.program);
    short_recipes().map(|recipe| written(recipe).expect("a program is JSON")).collect()
}

/// A program that can be run is run, and the judge looks at the answer.
fn read_and_run(text: &str) {
    let Ok(program) = serde_json::from_str::<Program>(&visible_json(text)) else { return };
    let long = Step::count_all(&program) > 200;
    if long || impossible(&program).is_some() || !may_be_explained(&program) {
        return;
    }
    if let Ok(answer) = Engine::new(Reference).run("r", &program) {
        drop(explain(&program, &answer, Exactness::Must, &mut Choices::default()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::steps::{repeat, value, variable};
    use crate::wire::{Array, Dtype, longest_answer};

    #[test]
    fn sound_texts_are_read() {
        assert!(answers().iter().all(|text| parse_answer(text, "r").is_ok()));
        assert!(starts().iter().all(|text| parse_start(text).is_ok()));
        assert!(records().iter().all(|text| Recorded::read(text).is_ok()));
        assert!(manifests().iter().all(|text| Manifest::parse(text).is_ok()));
        assert!(fixtures().iter().all(|text| read_counterexamples(text).is_ok()));
        let report = |text: &String| serde_json::from_str::<saved::SavedReport>(text).is_ok();
        assert!(reports().iter().all(report));
        assert!(programs().iter().all(|text| serde_json::from_str::<Program>(text).is_ok()));
    }

    /// A short run; `cargo run --example damage` makes long ones.
    #[test]
    fn no_reader_panics() {
        for readable in READABLE {
            let texts = if ["program", "report"].contains(&readable.name) { 300 } else { 3000 };
            let Damage { panicked, .. } = readable.read_damaged(texts, 54);
            assert_eq!(panicked, Vec::<String>::new(), "{}", readable.name);
        }
    }

    /// What the reference answers to fixtures, and large arrays in decimals, which nothing writes so.
    #[test]
    fn sound_answers_have_room() {
        let mut engine = Engine::new(Reference);
        for recipe in all_recipes() {
            let answer = engine.run("r", &recipe.program).unwrap();
            let length = answer.to_line("r").len() as u64;
            assert!(10 * length < longest_answer(&recipe.program), "{}", recipe.id);
        }
        let x = Array::full(Dtype::Float64, &[70_001], -1.234_567_890_123_456_7e-300);
        let turn = vec![value("x")];
        let program = [variable("x", x), repeat(3, turn)];
        let answer = engine.run("r", &program).unwrap();
        let decimals = 70_001 * 3 * "-1.2345678901234567e-300,".len() as u64;
        let longest = longest_answer(&program);
        assert!(answer.to_line("r").len() as u64 + 100 < longest && decimals < longest);
        assert!(longest < 4 * decimals);
    }
}
