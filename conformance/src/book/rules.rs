//! The rules and the choices, as the prose of the specification writes them.

use dezero_reference::SPEC;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::LazyLock;
use wildmatch::WildMatchPattern;

/// How binding a rule is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Breaking it makes training or inference wrong.
    Must,
    /// Breaking it surprises.
    Should,
    /// A permission.
    May,
}

impl Level {
    /// Whether breaking it counts; with `strict` a SHOULD does.
    pub fn counts(self, strict: bool) -> bool {
        match self {
            Level::Must => true,
            Level::Should => strict,
            Level::May => false,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::May => "MAY",
        })
    }
}

/// A rule of the specification.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, such as `dropout.train.scale`.
    pub id: &'static str,
    /// How binding it is.
    pub level: Level,
    /// The sentence.
    pub sentence: String,
    /// The chapter, such as `dropout`.
    pub chapter: &'static str,
    /// The line of the id in `spec/<chapter>.md`.
    pub line: usize,
    /// What the prose says after the sentence; empty if it goes on with something else.
    pub why: String,
    /// What usually mends an implementation that breaks it.
    pub remedy: String,
}

impl Rule {
    /// The SHA-256 of the sentence, so that a report can say which text it judged.
    pub fn hash(&self) -> String {
        Sha256::digest(&self.sentence).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A question on which good implementations differ.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its id, such as `ratio_one`.
    pub id: &'static str,
    /// The possible answers.
    pub answers: Vec<&'static str>,
    /// The question.
    pub question: String,
    /// The chapter.
    pub chapter: &'static str,
}

static BOOK: LazyLock<(Vec<Rule>, Vec<Choice>)> = LazyLock::new(read);

/// All rules, in the order of the book.
pub fn rules() -> &'static [Rule] {
    &BOOK.0
}

/// All choices, in the order of the book.
pub fn choices() -> &'static [Choice] {
    &BOOK.1
}

/// Whether the rule with this id is about bits alone, which no model suffers from: reports tell of it
/// last.
pub fn is_bitwise(id: &str) -> bool {
    id.contains(".bitwise.")
}

/// Whether a rule is about the adapter.
pub(crate) fn is_protocol(rule: &str) -> bool {
    rule.starts_with("protocol.")
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id == id)
}

/// Whether an id is meant by a pattern, in which `*` stands for anything.
pub fn matches(pattern: &str, id: &str) -> bool {
    // In time that is linear in both, which a pattern of many stars needs.
    WildMatchPattern::<'*', '\0'>::new(pattern).matches(id)
}

/// A choice's id as the book has it, and its answers.
///
/// # Panics
/// If the book has no such choice; a test holds every use in the judge to the book.
pub fn choice(id: &str) -> (&'static str, &'static [&'static str]) {
    let found = choices().iter().find(|choice| choice.id == id);
    let choice = found.unwrap_or_else(|| panic!("no choice {id} in the specification"));
    (choice.id, &choice.answers)
}

/// The answers of a choice.
pub fn choice_answers(id: &str) -> &'static [&'static str] {
    choice(id).1
}

fn read() -> (Vec<Rule>, Vec<Choice>) {
    let (mut rules, mut choices) = (Vec::new(), Vec::new());
    for (file, text) in SPEC {
        let chapter = file.trim_end_matches(".md");
        let mut in_code = false;
        let lines = text.lines().collect::<Vec<_>>();
        for (index, &line) in lines.iter().enumerate() {
            in_code ^= line.starts_with("```");
            if in_code {
                continue;
            }
            let paragraph = || {
                let sentence = lines[index + 1..].iter().take_while(|line| !line.is_empty());
                sentence.copied().collect::<Vec<_>>().join(" ")
            };
            if let Some(id) = line.strip_prefix("##### [").and_then(|rest| rest.strip_suffix(']')) {
                let sentence = paragraph();
                let level = level(&sentence);
                let (why, remedy) = explanation(&lines[index + 1..]);
                rules.push(Rule { id, level, sentence, chapter, line: index + 1, why, remedy });
            } else if let Some((id, answers)) =
                line.strip_prefix("choice(").and_then(|rest| rest.split_once("): "))
            {
                let answers = answers.split(" | ").collect();
                choices.push(Choice { id, answers, question: paragraph(), chapter });
            }
        }
    }
    (rules, choices)
}

/// The paragraphs between a rule's sentence and what comes next: why it is so, and the remedy.
fn explanation(lines: &[&str]) -> (String, String) {
    let after = lines.iter().skip_while(|line| !line.is_empty());
    let ends = |line: &&&str| {
        !["choice(", "#", "```", "|", "---"].iter().any(|start| line.starts_with(start))
    };
    let text = after.take_while(ends).copied().collect::<Vec<_>>().join("\n");
    let (why, remedy) = text.split_once(TO_MEND).unwrap_or((&text, ""));
    let remedy = remedy.split_whitespace().collect::<Vec<_>>().join(" ");
    (why.trim().to_owned(), remedy.trim_end_matches('.').to_owned())
}

/// What a remedy begins with.
const TO_MEND: &str = "*To mend:* ";

fn level(sentence: &str) -> Level {
    let has = |word: &str| sentence.split_whitespace().any(|part| part == word);
    match (has("MUST"), has("SHOULD")) {
        (true, _) => Level::Must,
        (_, true) => Level::Should,
        _ => Level::May,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(chapter: &str) -> Vec<&'static str> {
        let file = format!("{chapter}.md");
        let (_, text) = SPEC.iter().find(|(name, _)| *name == file).unwrap();
        text.lines().collect()
    }

    /// What was read of a rule stands in its chapter, line by line: its heading, its sentence, and
    /// what explains it, up to the next heading, choice, block or table.
    #[test]
    fn rules_are_what_the_book_says() {
        for rule in rules() {
            let lines = lines_of(rule.chapter);
            assert_eq!(lines[rule.line - 1], format!("##### [{}]", rule.id));
            let length = lines[rule.line..].iter().take_while(|line| !line.is_empty()).count();
            assert_eq!(rule.sentence, lines[rule.line..rule.line + length].join(" "));
            let rest = lines[rule.line + length..].join("\n");
            assert!(rest.trim_start().starts_with(&rule.why), "{}", rule.id);
            let next = rest.trim_start()[rule.why.len()..].trim_start();
            let mends = next.strip_prefix(TO_MEND).unwrap_or_default();
            let mends = mends.split("\n\n").next().unwrap().trim().replace('\n', " ");
            assert_eq!(mends, format!("{}.", rule.remedy), "{}", rule.id);
            let word = |word: &str| rule.sentence.split_whitespace().any(|part| part == word);
            let level = match () {
                () if word("MUST") => Level::Must,
                () if word("SHOULD") => Level::Should,
                () => Level::May,
            };
            assert!(rule.level == level && !rule.sentence.is_empty(), "{}", rule.id);
        }
        let levels = [Level::Must, Level::Should, Level::May];
        assert!(levels.iter().all(|level| rules().iter().any(|rule| rule.level == *level)));
        assert!(rules().iter().any(|rule| !rule.why.is_empty()));
        let bitwise = rules().iter().filter(|rule| is_bitwise(rule.id)).map(|rule| rule.id);
        assert!(bitwise.collect::<Vec<_>>().iter().all(|id| id.starts_with("dropout.bitwise.")));
        assert!(is_bitwise("dropout.bitwise.draws") && !is_bitwise("dropout.train.scale"));
    }

    #[test]
    fn choices_are_what_the_book_says() {
        for choice in choices() {
            let lines = lines_of(choice.chapter);
            let said = format!("choice({}): {}", choice.id, choice.answers.join(" | "));
            let at = lines.iter().position(|line| **line == said).unwrap();
            let question = lines[at + 1..].iter().take_while(|line| !line.is_empty());
            assert_eq!(choice.question, question.copied().collect::<Vec<_>>().join(" "));
            assert!(choice.answers.len() > 1 && !choice.question.is_empty());
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("dropout.*", "dropout.train.scale"));
        assert!(matches("*.scale", "dropout.train.scale"));
        assert!(matches("*train*", "dropout.train.scale"));
        assert!(matches("mask.rate", "mask.rate"));
        assert!(!matches("mask.rat", "mask.rate"));
        assert!(!matches("*.rate*x", "mask.rate"));
    }
}
