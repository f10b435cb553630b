//! What others have written: implementations, files, people at a command line. It is shown as text, and
//! never steers what shows it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The text, with each character that steers a terminal, turns the direction of writing, cannot be seen, or
/// has no place in XML written as `\u{1b}`. Ends of lines and tabs stay what they are.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match steers(letter) {
            true => shown.extend(letter.escape_unicode()),
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// The same JSON, with the texts in it [`visible`]: before they are read, so that none is left out. What is
/// no JSON stays none.
pub(crate) fn visible_json(json: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\' || b" \t\n\r".contains(&byte);
    if json.bytes().all(plain) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len());
    let mut rest = json;
    // The first 32 characters stand in no text as they are, and make it no JSON.
    while let Some(at) = rest.find(|it: char| it == '\\' || it >= ' ' && steers(it)) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, letter) = escaped(rest);
        match letter {
            // In JSON a backslash is written as two.
            Some(letter) if steers(letter) => {
                let _ = write!(shown, "\\{}", letter.escape_unicode());
            }
            _ => shown.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// How many bytes the first letter of some JSON takes, and which it is, if it is one by itself.
fn escaped(json: &str) -> (usize, Option<char>) {
    let mut letters = json.chars();
    let first = letters.next();
    if first != Some('\\') {
        return (first.map_or(0, char::len_utf8), first);
    }
    match letters.next() {
        Some('u') => {
            let unit = |at: usize| {
                let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
                u16::from_str_radix(digits, 16).ok()
            };
            let Some(first) = unit(0) else { return (2, None) };
            match char::decode_utf16([first].into_iter().chain(unit(6))).next() {
                Some(Ok(letter)) => (6 * letter.len_utf16(), Some(letter)),
                _ => (6, None),
            }
        }
        Some('b') => (2, Some('\u{8}')),
        Some('f') => (2, Some('\u{c}')),
        Some('r') => (2, Some('\r')),
        other => (1 + other.map_or(0, char::len_utf8), None),
    }
}

/// The first so many characters of a text, where it is quoted in a line: its own ends of lines are written as
/// `\n`, since the next line may be a command to what reads it.
pub(crate) fn quoted(text: &str, longest: usize) -> Cow<'_, str> {
    match cut(text, longest) {
        cut if cut.contains('\n') => Cow::Owned(cut.replace('\n', "\\n")),
        cut => cut,
    }
}

/// The first so many characters of a text.
pub(crate) fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{} …", &text[..end])),
    }
}

/// The text of a file that has so many bytes at most.
///
/// # Errors
/// What is wrong with the file, in words that follow its name.
pub(crate) fn read_up_to(file: &Path, longest: u64) -> Result<String, String> {
    if is_named_pipe(file) {
        return Err("cannot be read: it is a named pipe; expected a file".to_owned());
    }
    read_from(File::open(file).map_err(unread)?, longest)
}

/// The same, of what is open already.
///
/// # Errors
/// As [`read_up_to`].
pub(crate) fn read_from(opened: impl Read, longest: u64) -> Result<String, String> {
    let mut bytes = Vec::new();
    opened.take(longest + 1).read_to_end(&mut bytes).map_err(unread)?;
    match bytes.len() as u64 > longest {
        true => Err(format!("it is longer than {longest} bytes")),
        false => as_text(bytes),
    }
}

fn unread(why: std::io::Error) -> String {
    format!("cannot be read: {why}")
}

/// What bytes say in UTF-8.
///
/// # Errors
/// Which other encoding they have, if that can be told.
pub(crate) fn as_text(bytes: Vec<u8>) -> Result<String, String> {
    let wrong = match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => "it begins with a byte order mark; write UTF-8 without one",
        [0xff, 0xfe, ..]
        | [0xfe, 0xff, ..]
        | [1..=255, 0, 1..=255, 0, ..]
        | [0, 1..=255, 0, 1..=255, ..] => "it is UTF-16; write UTF-8",
        _ => return String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()),
    };
    Err(wrong.to_owned())
}

/// Whether a file is a pipe with a name, at which each side waits for the other. What a shell hands over as
/// `/dev/fd/63` is open already.
pub(crate) fn is_named_pipe(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let open = ["/dev", "/proc"].iter().any(|folder| file.starts_with(folder));
        !open && file.metadata().is_ok_and(|there| there.file_type().is_fifo())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// Whether a character is not shown as itself.
fn steers(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Marks of direction, joiners, and others that take no room.
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn what_steers_is_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\n\tc"), "a\\u{1b}[31mb\n\tc");
        assert_eq!(visible("\u{9b}2J\u{202e}gnp\r\u{7f}"), "\\u{9b}2J\\u{202e}gnp\\u{d}\\u{7f}");
        assert!(matches!(visible("Größe ≤ 3, 混合, 🎲"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_texts_are_cut_where_they_are_quoted() {
        assert_eq!((&*quoted("größe", 5), &*quoted("größe", 4)), ("größe", "größ …"));
        assert_eq!(quoted("a\n::error::b", 80), "a\\n::error::b");
    }

    #[test]
    fn an_encoding_is_named() {
        let said = |bytes: &[u8]| as_text(bytes.to_vec()).unwrap_or_else(|why| why);
        assert_eq!((said(b"{}"), said(b"")), ("{}".to_owned(), String::new()));
        let le = "{\"a\"".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let be = "{\"a\"".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        assert!([&le[..], &be, b"\xff\xfe"].iter().all(|bytes| said(bytes).contains("UTF-16")));
        assert!(said(b"\xef\xbb\xbf{}").contains("byte order mark"));
        assert!(said(b"{\xff}").contains("not UTF-8"));
    }

    proptest! {
        /// As if each text had been made visible after it was read.
        #[test]
        fn json_says_the_same_and_steers_nothing(
            text in "[\\x00-\\x20\"\\\\a-f/u0-9\u{7f}-\u{a0}\u{200b}-\u{2030}\u{feff}\u{ffff}\u{e0041}😀]{0,40}",
        ) {
            let written = [
                json!({ "key": text }).to_string(),
                // As languages write it that leave no letter beyond ASCII.
                format!("{{\"key\":\"{}\"}}", text.encode_utf16().map(|it| format!("\\u{it:04x}")).collect::<String>()),
            ];
            for json in written {
                let read: Value = serde_json::from_str(&visible_json(&json)).unwrap();
                prop_assert_eq!(read["key"].as_str().unwrap(), visible(&text));
            }
        }

        #[test]
        fn what_is_no_json_stays_none(text in any::<String>()) {
            let read = |text: &str| serde_json::from_str::<Value>(text).is_ok();
            prop_assert_eq!(read(&text), read(&visible_json(&text)));
        }
    }
}
