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
