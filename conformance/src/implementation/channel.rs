use super::stderr::Stderr;
use super::trace::{From, Trace};
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// No answer is longer: some twenty of the largest arrays, 8 bytes a number, in base64.
const LONGEST_LINE: u64 = 1 << 28;

/// How much of a line of standard error is kept.
const LONGEST_STDERR_LINE: u64 = 4096;

/// The lines that go to an adapter and come from it. Each pipe has a thread, so that an adapter which
/// does not read, or writes without end, runs into the timeout and does not block the judge.
pub(super) struct Channel {
    /// Where lines go; closed, the adapter's input ends.
    requests: Option<Sender<String>>,
    /// The lines that came, with their ends.
    pub(super) answers: Receiver<std::io::Result<String>>,
    stderr: Arc<Mutex<Stderr>>,
    notes: Notes,
}

/// Where the lines of one process are noted, if anywhere.
#[derive(Clone)]
pub(super) struct Notes {
    pub(super) trace: Option<Trace>,
    pub(super) process: usize,
}

impl Notes {
    fn note(&self, from: From, line: &str) {
        if let Some(trace) = &self.trace {
            trace.note(self.process, from, line);
        }
    }
}

impl Channel {
    pub(super) fn new(
        input: impl Write + Send + 'static,
        output: impl Read + Send + 'static,
        notes: Notes,
    ) -> Channel {
        let (requests, outgoing) = channel::<String>();
        let (incoming, answers) = channel();
        let mut input = input;
        thread::spawn(move || {
            for line in outgoing {
                if input.write_all(line.as_bytes()).and_then(|()| input.flush()).is_err() {
                    break;
                }
            }
        });
        let noted = notes.clone();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(line) = next_line(&mut output) {
                if let Ok(line) = &line {
                    noted.note(From::Adapter, line);
                }
                if incoming.send(line).is_err() {
                    break;
                }
            }
        });
        Channel { requests: Some(requests), answers, stderr: Arc::default(), notes }
    }

    /// Keeps what comes from standard error.
    pub(super) fn listen(&self, pipe: impl Read + Send + 'static) {
        let (kept, notes) = (Arc::clone(&self.stderr), self.notes.clone());
        thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            let mut next = |line: &mut Vec<u8>| {
                pipe.by_ref().take(LONGEST_STDERR_LINE).read_until(b'\n', line)
            };
            while next(&mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                notes.note(From::Stderr, &text);
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                line.clear();
            }
        });
    }

    /// Sends a line. If the writer is gone, so is the adapter, and `answers` says so.
    pub(super) fn send(&self, request: &str) {
        self.notes.note(From::Judge, request);
        if let Some(requests) = &self.requests {
            let _ = requests.send(format!("{request}\n"));
        }
    }

    /// Ends the adapter's input, after what was sent.
    pub(super) fn close(&mut self) {
        self.requests = None;
    }

    /// What standard error said.
    pub(super) fn stderr(&self) -> Vec<String> {
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).lines()
    }
}

/// The next line, with its end; `None` at the end of the output.
fn next_line(pipe: &mut impl BufRead) -> Option<std::io::Result<String>> {
    let mut line = Vec::new();
    match pipe.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
        Ok(0) => None,
        Ok(_) => {
            Some(String::from_utf8(line).map_err(|_| {
                std::io::Error::new(std::io::ErrorKind::InvalidData, "it is not UTF-8")
            }))
        }
        Err(why) => Some(Err(why)),
    }
}
