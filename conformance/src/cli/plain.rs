//! Strangers' words, made fit to be shown.

use crate::wire::ImplementationName;

/// The text without line breaks and control characters, cut to so many characters.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let text = text.replace(char::is_control, " ");
    cut(&text, longest)
}

/// The text, cut to so many characters; it is said where it was cut.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => {
            let more = text[end..].chars().count();
            format!("{}… ({more} more characters in the report)", &text[..end])
        }
    }
}

/// Name, version and language.
pub(super) fn named(implementation: &ImplementationName) -> String {
    let ImplementationName { name, version, language } = implementation;
    let [name, version, language] = [name, version, language].map(|text| one_line(text, 80));
    let space = if version.is_empty() { "" } else { " " };
    let language = if language.is_empty() { String::new() } else { format!(" ({language})") };
    format!("{name}{space}{version}{language}")
}
