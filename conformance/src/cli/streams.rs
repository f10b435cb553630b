//! Standard output and standard error, as this program writes to them. What others have written steers no
//! terminal there, and a reader that goes away costs no verdict.

use crate::wire::foreign::visible;
use anstream::AutoStream;
use std::borrow::Cow;
use std::io::{self, ErrorKind, StderrLock, StdoutLock, Write};

/// A stream that shows foreign text, and goes on when its reader is gone.
pub(crate) struct TextStream<W> {
    stream: W,
    /// Whether the reader has closed its end.
    closed: bool,
}

/// Standard output, for text.
pub(crate) fn stdout() -> TextStream<AutoStream<StdoutLock<'static>>> {
    TextStream { stream: anstream::stdout().lock(), closed: false }
}

/// Standard error, for text.
pub(crate) fn stderr() -> TextStream<AutoStream<StderrLock<'static>>> {
    TextStream { stream: anstream::stderr().lock(), closed: false }
}

/// Writes a line to standard error. There is no place left where it could be told that this fails.
macro_rules! tell {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!($crate::cli::streams::stderr(), $($text)*);
    }};
}
pub(crate) use tell;

impl<W: Write> Write for TextStream<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match std::str::from_utf8(bytes) {
            Ok(text) => self.stream.write_all(shown(text).as_bytes()),
            Err(_) => self.stream.write_all(bytes),
        };
        self.heard(written).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.stream.flush();
        self.heard(flushed)
    }
}

impl<W> TextStream<W> {
    fn heard(&mut self, written: io::Result<()>) -> io::Result<()> {
        self.closed |= written.as_ref().is_err_and(|why| why.kind() == ErrorKind::BrokenPipe);
        if self.closed { Ok(()) } else { written }
    }
}

/// The styles of this program stay; all other text is made visible.
fn shown(text: &str) -> Cow<'_, str> {
    /// Plain, bold, dim, and the colours of what is wrong, right, and in between.
    const STYLES: [&str; 6] = ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
    let mut parts = text.split('\x1b');
    let mut shown = visible(parts.next().unwrap_or_default());
    for part in parts {
        let style = STYLES.into_iter().find(|style| part.starts_with(&style[1..]));
        let (escape, rest) = match style {
            Some(style) => (style, &part[style.len() - 1..]),
            None => ("\\u{1b}", part),
        };
        shown = shown + escape + visible(rest);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstyle::AnsiColor;

    /// What is written, and then an error of a kind.
    struct Breaks(Vec<u8>, ErrorKind);

    impl Write for Breaks {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.len() {
                0..8 => self.0.write(bytes),
                _ => Err(self.1.into()),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn styles_stay_and_nothing_foreign_steers() {
        let mut out = TextStream { stream: Vec::new(), closed: false };
        let red = AnsiColor::Red.on_default().bold();
        let foreign = "a\x1b[2Jb\u{202e}c";
        write!(out, "{red}FAIL{red:#} {foreign}").unwrap();
        let text = String::from_utf8(out.stream).unwrap();
        assert_eq!(text, format!("{red}FAIL{red:#} a\\u{{1b}}[2Jb\\u{{202e}}c"));
        assert_eq!(shown("\x1b[1m\x1b[32ma\x1b[0m\x1b[8mb"), "\x1b[1m\x1b[32ma\x1b[0m\\u{1b}[8mb");
    }

    #[test]
    fn a_reader_may_go_away_and_a_disk_may_not_be_full() {
        let written = |kind| {
            let mut out = TextStream { stream: Breaks(Vec::new(), kind), closed: false };
            let all = ["12345678", "more", "and more"];
            all.iter().all(|text| write!(out, "{text}").is_ok()) && out.flush().is_ok()
        };
        assert!(written(ErrorKind::BrokenPipe) && !written(ErrorKind::StorageFull));
    }
}
