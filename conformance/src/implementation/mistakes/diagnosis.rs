use super::{Evidence, Language, MISTAKES, Mistake, expected};
use crate::wire::foreign::{quoted, visible};
use crate::wire::{Answer, Step};
use std::fmt;

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
