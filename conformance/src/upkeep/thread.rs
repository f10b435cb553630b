//! The thread of a rule: everything there is about it, from its prose to the wrong implementations
//! that break it.

use crate::book::{Rule, choices, rules};
use crate::catalogue::{Mutant, mutants};
use crate::check::{Ask, Check, checks};
use crate::fixture::{Recipe, all_recipes};
use dezero_reference::SOURCES;
use serde_json::{Value, json};

/// The judge's own files in which the rules about adapters have their lines.
const OWN_SOURCES: [(&str, &str); 3] = [
    ("implementation/interpreter.rs", include_str!("../implementation/interpreter.rs")),
    ("implementation/serve.rs", include_str!("../implementation/serve.rs")),
    ("wire/array.rs", include_str!("../wire/array.rs")),
];

/// The file `spec/links.md`: it makes a rule's id, in the book, a link to the line that obeys it.
///
/// The book's pages are two folders below the sources that `cargo doc` shows.
pub fn links() -> String {
    let link = |rule: &'static Rule| {
        let thread = RuleThread::of(rule);
        let (file, line) = thread.lines.first()?;
        let (package, file) = match file.strip_prefix("src/") {
            Some(file) => ("dezero_reference", file),
            None => ("dezero_spec", file.strip_prefix("conformance/src/")?),
        };
        Some(format!("[{}]: ../../src/{package}/{file}.html#{line}\n", rule.id))
    };
    rules().iter().filter_map(link).collect()
}

/// The rules that the pool of gamblers decides.
const BETS: [&str; 2] = ["mask.rate", "mask.dependence"];

/// Everything there is about a rule.
pub struct RuleThread {
    /// The rule.
    pub rule: &'static Rule,
    /// File and line of each place in the reference that obeys it.
    pub lines: Vec<(String, usize)>,
    /// Its check.
    pub check: Option<&'static Check>,
    /// The ids of the fixtures about it.
    pub fixtures: Vec<String>,
    /// The wrong implementations that break it.
    pub mutants: Vec<&'static Mutant>,
    /// The choices that are asked where it is judged.
    pub choices: Vec<String>,
}

impl RuleThread {
    /// Follows the thread of `rule`.
    pub fn of(rule: &'static Rule) -> RuleThread {
        let mark = format!("r[{}]", rule.id);
        let engine = SOURCES.iter().map(|(file, text)| (format!("src/{file}"), *text));
        let judge =
            OWN_SOURCES.iter().map(|(file, text)| (format!("conformance/src/{file}"), *text));
        let lines = engine.chain(judge).flat_map(|(file, text)| {
            let marked = text.lines().enumerate().filter(|(_, line)| line.contains(&mark));
            marked.map(|(index, _)| (file.clone(), index + 1)).collect::<Vec<_>>()
        });
        let about = all_recipes().iter().filter(|recipe| recipe.rules.contains(&rule.id));
        let asked = about.clone().map(Recipe::fixture).collect::<Vec<_>>();
        let asks = |id: &str| asked.iter().any(|fixture| fixture.choices.contains_key(id));
        let choices = choices().iter().map(|choice| choice.id.to_owned());
        RuleThread {
            rule,
            lines: lines.collect(),
            check: checks().iter().find(|check| check.rule == rule.id),
            fixtures: about.map(|recipe| recipe.id.clone()).collect(),
            mutants: mutants().iter().filter(|mutant| mutant.rule == rule.id).collect(),
            choices: choices.filter(|id| asks(id)).collect(),
        }
    }

    /// How the rule is judged, in words.
    pub fn judged(&self) -> &'static str {
        match self.check.map(|check| &check.ask) {
            None => "not at all",
            Some(Ask::Explain(..)) => "programs whose answers some mask must explain",
            Some(Ask::Drops(..)) => {
                "programs whose answers some mask must explain, and a plausible number of dropped elements"
            }
            Some(Ask::Look(..)) => "programs whose answers are looked at for this alone",
            Some(Ask::Judge(_)) if BETS.contains(&self.rule.id) => "bets against many masks",
            Some(Ask::Judge(_)) => "programs of its own kind",
        }
    }

    /// The thread for a program.
    pub fn to_json(&self) -> Value {
        let rule = self.rule;
        let lines = self.lines.iter().map(|(file, line)| format!("{file}:{line}"));
        let mutants = self.mutants.iter().map(|mutant| {
            json!({
                "name": mutant.name, "class": mutant.class,
                "source": mutant.source, "suffers": mutant.suffers,
            })
        });
        json!({
            "id": rule.id,
            "level": rule.level.to_string().to_lowercase(),
            "chapter": rule.chapter,
            "prose": format!("spec/{}.md:{}", rule.chapter, rule.line),
            "sentence": rule.sentence,
            "sha256": rule.hash(),
            "reference": lines.collect::<Vec<_>>(),
            "judged_by": self.judged(),
            "needs": self.check.map_or(&[][..], |check| check.needs),
            "builds_on": self.check.map_or(&[][..], |check| check.after),
            "fixtures": self.fixtures,
            "mutants": mutants.collect::<Vec<_>>(),
            "choices": self.choices,
        })
    }
}
