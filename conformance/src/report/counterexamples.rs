use crate::book::rule;
use crate::fixture::{Fixture, FixtureFile, Recipe, write};
use crate::oracle::{Choices, Exactness, may_be_explained};
use crate::report::Report;
use crate::session::Counterexample;
use crate::wire::foreign::{quoted, visible_json};
use crate::wire::impossible::check_all;
use crate::wire::{Dtype, Program, Step, given_steps};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A file of fixtures made of the counterexamples of a run; `None` if there are none.
pub fn counterexamples(report: &Report, judged: &str) -> Option<String> {
    let found = report.rulings.iter().filter_map(|ruling| {
        let counterexample = ruling.counterexample.as_ref()?;
        fixture(ruling.rule.id, counterexample)
    });
    let fixtures = found.collect::<Vec<_>>();
    let file = FixtureFile {
        schema: "fixtures.schema.json".to_owned(),
        dezero_spec_fixtures: 1,
        about: match judged {
            "" => "counterexamples of the reference".to_owned(),
            judged => format!("counterexamples of {judged}"),
        },
        fixtures,
    };
    (!file.fixtures.is_empty()).then(|| write(&file))
}

/// What may be observed of the counterexample of a rule, as far as the run knew the choices.
fn fixture(rule: &'static str, counterexample: &Counterexample) -> Option<Fixture> {
    let Counterexample { exactness, choices, mismatch, .. } = counterexample;
    let program = given_steps(&counterexample.program, mismatch.at);
    let dtype = Step::dtype(&program).unwrap_or(Dtype::Float32);
    let (id, rules, exactness) = (format!("counterexample.{rule}"), vec![rule], (*exactness)?);
    let mut fixture = Recipe { id, rules, exactness, program }.fixture();
    let possible = |question: &str, answer: &str| {
        let known = crate::book::choices().iter().find(|choice| choice.id == question);
        known.is_some_and(|known| choices.possible(known.id, dtype).contains(&answer))
    };
    for (question, answers) in &mut fixture.choices {
        answers.retain(|answer| possible(question, answer));
    }
    fixture.expect.retain(|expect| {
        expect.choices.iter().all(|(question, answer)| possible(question, answer))
    });
    Some(fixture)
}

/// A program that was saved, to be asked again.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Its name.
    pub id: String,
    /// The rules that it is about.
    pub rules: Vec<&'static str>,
    /// The program.
    pub program: Program,
    /// How closely answers are compared.
    pub exactness: Exactness,
    /// What is possible of the choices.
    pub choices: Choices,
}

#[derive(Deserialize)]
struct File {
    dezero_spec_fixtures: Option<u32>,
    fixtures: Vec<SavedFixture>,
}

#[derive(Deserialize)]
struct SavedFixture {
    id: String,
    rules: Vec<String>,
    needs: Vec<String>,
    program: Program,
    #[serde(default)]
    choices: BTreeMap<String, Vec<String>>,
}

/// The programs of a file of fixtures.
///
/// # Errors
/// If it is none, in words.
pub fn read_counterexamples(text: &str) -> Result<Vec<Saved>, String> {
    let read = serde_json::from_str(&visible_json(text));
    let file: File = read.map_err(|why: serde_json::Error| {
        format!("not a file of fixtures: {}", quoted(&why.to_string(), 500))
    })?;
    if let Some(found) = file.dezero_spec_fixtures.filter(|&version| version != 1) {
        return Err(format!("`dezero_spec_fixtures` is {found}; this judge reads version 1"));
    }
    check_all(file.fixtures.iter().map(|entry| (entry.id.as_str(), &entry.program)))?;
    if let Some(entry) = file.fixtures.iter().find(|entry| !may_be_explained(&entry.program)) {
        return Err(format!(
            "{}: too many calls are looked at together to try all masks",
            entry.id
        ));
    }
    let saved = |entry: SavedFixture| {
        let rules = entry.rules.iter().map(|id| {
            let known = rule(id).map(|rule| rule.id);
            known.ok_or_else(|| {
                format!("{}: no rule `{id}`; `dezero-spec rules` lists them", entry.id)
            })
        });
        let rules = rules.collect::<Result<Vec<_>, _>>()?;
        let bitwise = entry.needs.iter().any(|need| need == "bitwise");
        let exactness = if bitwise { Exactness::Bitwise } else { Exactness::Must };
        let dtype = Step::dtype(&entry.program).unwrap_or(Dtype::Float32);
        let mut choices = Choices::default();
        for (question, answers) in &entry.choices {
            choices.allow(question, dtype, answers);
        }
        let SavedFixture { id, program, .. } = entry;
        Ok(Saved { id, rules, program, exactness, choices })
    };
    file.fixtures.into_iter().map(saved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_bits_is_compared_to_the_bit() {
        let exactness = |needs: &str| {
            let entry = format!(
                r#"{{"id": "a", "rules": ["dropout.train.scale"], "needs": [{needs}], "program": []}}"#
            );
            let saved = read_counterexamples(&format!(r#"{{"fixtures": [{entry}]}}"#)).unwrap();
            saved[0].exactness
        };
        assert_eq!(exactness(r#""train""#), Exactness::Must);
        assert_eq!(exactness(r#""train", "bitwise""#), Exactness::Bitwise);
    }
}
