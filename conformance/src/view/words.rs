//! Words and numbers as all views write them, and strangers' words made fit to be shown.

use crate::wire::ImplementationName;

/// So many of a thing: "1 program", "2 programs".
pub fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A number of bits that is read at a glance.
pub(crate) fn bits(bits: u64) -> String {
    match bits {
        0..1_000 => bits.to_string(),
        1_000..1_000_000 => format!("{:.0} k", bits as f64 / 1e3),
        _ => format!("{:.1} M", bits as f64 / 1e6),
    }
}

/// The text in lines of at most `width` characters, but for longer words.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The text without line breaks and control characters, cut to so many characters.
pub(crate) fn one_line(text: &str, longest: usize) -> String {
    let text = text.replace(char::is_control, " ");
    cut(&text, longest)
}

/// The text, cut to so many characters; it is said where it was cut.
pub(crate) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => {
            let more = text[end..].chars().count();
            format!("{}… ({more} more characters in the report)", &text[..end])
        }
    }
}

/// Name, version and language.
pub(crate) fn named(implementation: &ImplementationName) -> String {
    let ImplementationName { name, version, language } = implementation;
    let [name, version, language] = [name, version, language].map(|text| one_line(text, 80));
    let space = if version.is_empty() { "" } else { " " };
    let language = if language.is_empty() { String::new() } else { format!(" ({language})") };
    format!("{name}{space}{version}{language}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_put_in_lines() {
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("  a  b\nc ", 5), ["a b c"]);
        assert_eq!(wrap("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(wrap("abc de f", 5), ["abc", "de f"]);
        assert_eq!(wrap("äöü äö", 6), ["äöü äö"]);
        assert_eq!(wrap("a longerword b", 5), ["a", "longerword", "b"]);
    }

    #[test]
    fn bits_are_read_at_a_glance() {
        for (number, words) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1 k"),
            (999_499, "999 k"),
            (1_000_000, "1.0 M"),
            (3_381_497, "3.4 M"),
        ] {
            assert_eq!(bits(number), words);
        }
    }
}
