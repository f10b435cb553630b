use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    Judge,
    Adapter,
    Stderr,
}

/// The whole exchange with an adapter, written down as it happens: one JSON object a line, with the
/// milliseconds since the trace began, the number of the process, who wrote the line, and the line.
#[derive(Clone)]
pub struct Trace {
    began: Instant,
    out: Arc<Mutex<Out>>,
}

struct Out {
    writer: Box<dyn Write + Send>,
    written: std::io::Result<()>,
}

impl Trace {
    /// A trace that is written to `writer`, each line at once.
    pub fn new(writer: impl Write + Send + 'static) -> Trace {
        let out = Out { writer: Box::new(writer), written: Ok(()) };
        Trace { began: Instant::now(), out: Arc::new(Mutex::new(out)) }
    }

    pub(super) fn note(&self, process: usize, from: From, line: &str) {
        let from = match from {
            From::Judge => "judge",
            From::Adapter => "adapter",
            From::Stderr => "stderr",
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if out.written.is_ok() {
            let ms = self.began.elapsed().as_micros() as f64 / 1000.0;
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = json!({ "ms": ms, "process": process, "from": from, "line": line });
            out.written = out.writer.write_all((line.to_string() + "\n").as_bytes());
        }
    }

    /// Whether all was written.
    ///
    /// # Errors
    /// The first error of writing.
    pub fn finish(&self) -> std::io::Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut out.written, Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    /// Sends what is written, and has room for so many bytes.
    struct Room(Sender<Vec<u8>>, usize);

    impl Write for Room {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let Some(left) = self.1.checked_sub(bytes.len()) else {
                return Err(std::io::ErrorKind::StorageFull.into());
            };
            self.1 = left;
            self.0.send(bytes.to_vec()).map_err(std::io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_says_when_and_from_where_it_came() {
        let (sender, written) = channel();
        let (trace, clock) = (Trace::new(Room(sender, 1000)), Instant::now());
        std::thread::sleep(std::time::Duration::from_millis(3));
        trace.note(2, From::Stderr, "so it is\n");
        let took = clock.elapsed().as_secs_f64() * 1e3;
        let line: serde_json::Value = serde_json::from_slice(&written.recv().unwrap()).unwrap();
        let ms = line["ms"].as_f64().unwrap();
        assert!((3.0..=took + 1.0).contains(&ms), "{ms} of {took} ms");
        assert_eq!(line, json!({"ms": ms, "process": 2, "from": "stderr", "line": "so it is"}));
        trace.finish().unwrap();
    }

    #[test]
    fn a_disk_that_is_full_is_told_of_at_the_end() {
        let (sender, written) = channel();
        let trace = Trace::new(Room(sender, 100));
        for _ in 0..3 {
            trace.note(1, From::Judge, "about half of what there is room for");
        }
        assert_eq!(trace.finish().unwrap_err().kind(), std::io::ErrorKind::StorageFull);
        drop(trace);
        assert_eq!(written.iter().count(), 1);
    }
}
