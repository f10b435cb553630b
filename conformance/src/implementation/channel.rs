use super::stderr::Stderr;
use super::trace::{From, Trace};
use crate::implementation::mistakes::excerpt;
use crate::wire::foreign::{as_text, visible};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How long the answer to `start` is, at most, and what comes without being asked for.
pub(super) const LONGEST_START: u64 = 1 << 20;

/// How much of a line of standard error is kept.
const LONGEST_STDERR_LINE: u64 = 4096;

/// The lines that go to an adapter and come from it. Each pipe has a thread, so that an adapter which
/// does not read, or writes without end, runs into the timeout and does not block the judge.
pub(super) struct Channel {
    /// Where lines go; closed, the adapter's input ends.
    requests: Option<Sender<String>>,
    /// The lines that came, with their ends.
    pub(super) answers: Receiver<std::io::Result<String>>,
    /// For each request that is not answered yet, how long its answer is at most.
    longest: Arc<Mutex<VecDeque<u64>>>,
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
    ) -> std::io::Result<Channel> {
        let (requests, outgoing) = channel::<String>();
        let (incoming, answers) = channel();
        let mut input = input;
        thread::Builder::new().spawn(move || {
            for line in outgoing {
                if input.write_all(line.as_bytes()).and_then(|()| input.flush()).is_err() {
                    break;
                }
            }
        })?;
        let noted = notes.clone();
        let longest = Arc::<Mutex<VecDeque<u64>>>::default();
        let most = Arc::clone(&longest);
        thread::Builder::new().spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(line) = next_line(&mut output, &most) {
                if let Ok(line) = &line {
                    noted.note(From::Adapter, line);
                }
                let wrong = line.is_err();
                if incoming.send(line).is_err() || wrong {
                    break;
                }
            }
        })?;
        let requests = Some(requests);
        Ok(Channel { requests, answers, longest, stderr: Arc::default(), notes })
    }

    /// Keeps what comes from standard error.
    pub(super) fn listen(&self, pipe: impl Read + Send + 'static) -> std::io::Result<()> {
        let (kept, notes) = (Arc::clone(&self.stderr), self.notes.clone());
        let heard = thread::Builder::new().spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            let next = |pipe: &mut BufReader<_>, line: &mut Vec<u8>| {
                pipe.take(LONGEST_STDERR_LINE).read_until(b'\n', line)
            };
            while next(&mut pipe, &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end();
                notes.note(From::Stderr, text);
                let shown = visible(text).into_owned();
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(shown);
                if line.len() as u64 == LONGEST_STDERR_LINE && !line.ends_with(b"\n") {
                    // The line goes on, and is one all the same.
                    let _ = pipe.skip_until(b'\n');
                }
                line.clear();
            }
        });
        heard.map(|_| ())
    }

    /// Sends a line, whose answer has so many bytes at most. If the writer is gone, so is the adapter, and
    /// `answers` says so.
    pub(super) fn send(&self, request: &str, longest: u64) {
        self.notes.note(From::Judge, request);
        self.longest.lock().unwrap_or_else(PoisonError::into_inner).push_back(longest);
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

/// The next line, with its end; `None` at the end of the output. It is read no further than the answer to
/// the first request that is open may be long.
fn next_line(
    pipe: &mut impl BufRead,
    longest: &Mutex<VecDeque<u64>>,
) -> Option<std::io::Result<String>> {
    let wrong = |why: String| Some(Err(std::io::Error::new(ErrorKind::InvalidData, why)));
    match pipe.fill_buf() {
        Ok([]) => return None,
        Ok(_) => {}
        Err(why) => return Some(Err(why)),
    }
    let longest = longest.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let longest = longest.unwrap_or(LONGEST_START);
    let mut line = Vec::new();
    match pipe.by_ref().take(longest).read_until(b'\n', &mut line) {
        Ok(_) if line.len() as u64 == longest && !line.ends_with(b"\n") => wrong(format!(
            "it is longer than {longest} bytes, and what was asked for has room in those; it begins with {}",
            excerpt(&String::from_utf8_lossy(&line[..line.len().min(400)]))
        )),
        Ok(_) => as_text(line).map_or_else(wrong, |line| Some(Ok(line))),
        Err(why) => Some(Err(why)),
    }
}
