use super::{Evidence, Language};

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
