use super::{Fault, FaultKind, Implementation};
use crate::wire::{Answer, PROTOCOL, Start, Step, parse_answer, parse_start};
use process_wrap::std::{ChildWrapper, CommandWrap};
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How to start an adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The program and its arguments; no shell is involved.
    pub command: Vec<String>,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// Added to the environment.
    pub env: BTreeMap<String, String>,
    /// How long the first answer may take.
    pub start_timeout: Duration,
    /// How long every other answer may take.
    pub timeout: Duration,
}

/// No answer is longer: some twenty of the largest arrays, 8 bytes a number, in base64.
const LONGEST_LINE: u64 = 1 << 28;

/// How many lines of standard error are kept for the report, from its end and from its beginning:
/// some languages say first what was wrong, others last.
const STDERR_LINES: usize = 20;

/// How much of a line of standard error is kept.
const LONGEST_STDERR_LINE: u64 = 4096;

/// How often a process is looked at while its answer is waited for.
const GLANCE: Duration = Duration::from_millis(100);

/// An adapter in a process of its own, behind a pipe.
pub struct Process {
    command: Command,
    running: Option<Running>,
    interrupted: Arc<AtomicBool>,
}

struct Running {
    child: Box<dyn ChildWrapper>,
    requests: Sender<String>,
    answers: Receiver<std::io::Result<String>>,
    stderr: Arc<Mutex<Stderr>>,
}

/// The beginning and the end of standard error.
#[derive(Default)]
struct Stderr {
    first: Vec<String>,
    last: VecDeque<String>,
    between: usize,
}

impl Stderr {
    fn push(&mut self, line: String) {
        if self.first.len() < STDERR_LINES {
            self.first.push(line);
            return;
        }
        if self.last.len() == STDERR_LINES {
            self.last.pop_front();
            self.between += 1;
        }
        self.last.push_back(line);
    }

    fn lines(&self) -> Vec<String> {
        let cut = (self.between > 0).then(|| format!("… {} more lines", self.between));
        self.first.iter().cloned().chain(cut).chain(self.last.iter().cloned()).collect()
    }
}

impl Process {
    /// An adapter that is not started yet.
    pub fn new(command: Command) -> Process {
        Process { command, running: None, interrupted: Arc::default() }
    }

    /// A switch: once it is on, the adapter is ended and not started again.
    pub fn interruption(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupted)
    }

    fn spawn(&self) -> Result<Running, Fault> {
        let mut command = CommandWrap::with_new(self.program(), |command| {
            command.args(&self.command.command[1..]).current_dir(&self.command.folder);
            command.envs(&self.command.env);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        });
        // Adapters start helpers of their own; a group, or a job, ends with all of them.
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let mut child = command.spawn().map_err(|why| Fault {
            kind: FaultKind::NotStarted,
            message: format!(
                "cannot start `{}` in {}: {why}; is it installed, and is `command` of impl.json right?",
                self.command.command.join(" "),
                self.command.folder.display()
            ),
            stderr: vec![],
        })?;
        let (requests, outgoing) = channel::<String>();
        let (incoming, answers) = channel();
        let stderr = Arc::new(Mutex::new(Stderr::default()));
        // Each pipe has a thread, so that an adapter which does not read, or writes without end,
        // runs into the timeout and blocks nobody.
        if let Some(mut stdin) = child.stdin().take() {
            thread::spawn(move || {
                for line in outgoing {
                    if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(stdout) = child.stdout().take() {
            thread::spawn(move || {
                let mut stdout = BufReader::new(stdout);
                while let Some(line) = next_line(&mut stdout) {
                    if incoming.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        if let Some(pipe) = child.stderr().take() {
            let kept = Arc::clone(&stderr);
            thread::spawn(move || {
                let mut pipe = BufReader::new(pipe);
                let mut line = Vec::new();
                let mut next = |line: &mut Vec<u8>| {
                    pipe.by_ref().take(LONGEST_STDERR_LINE).read_until(b'\n', line)
                };
                while next(&mut line).is_ok_and(|read| read > 0) {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    kept.lock().unwrap_or_else(PoisonError::into_inner).push(text);
                    line.clear();
                }
            });
        }
        Ok(Running { child, requests, answers, stderr })
    }

    /// The program, looked for in the adapter's folder if it is named by a relative path.
    fn program(&self) -> PathBuf {
        let program = PathBuf::from(&self.command.command[0]);
        let named_by_path = program.components().count() > 1 && program.is_relative();
        if named_by_path { self.command.folder.join(program) } else { program }
    }

    fn exchange(&mut self, request: &str, timeout: Duration) -> Result<String, Fault> {
        let running = self.running.as_mut().ok_or_else(|| Fault {
            kind: FaultKind::Crash,
            message: "the adapter is not running".to_owned(),
            stderr: vec![],
        })?;
        // If the writer is gone, so is the adapter, and the receiver says so.
        let _ = running.requests.send(format!("{request}\n"));
        let asked = Instant::now();
        let (kind, message) = loop {
            let left = timeout.saturating_sub(asked.elapsed());
            match running.answers.recv_timeout(left.min(GLANCE)) {
                Ok(Ok(line)) => return Ok(line),
                Ok(Err(why)) => {
                    break (FaultKind::Protocol, format!("the answer cannot be read: {why}"));
                }
                Err(RecvTimeoutError::Timeout) if self.interrupted.load(Ordering::Relaxed) => {
                    break (FaultKind::Interrupted, "interrupted".to_owned());
                }
                Err(RecvTimeoutError::Timeout) if asked.elapsed() < timeout => {
                    let Ok(Some(status)) = running.child.try_wait() else { continue };
                    // What it wrote before it ended may still be on its way.
                    match running.answers.recv_timeout(GLANCE) {
                        Ok(Ok(line)) => return Ok(line),
                        _ => break (FaultKind::Crash, ended_without_answer(&status.to_string())),
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    break (
                        FaultKind::Timeout,
                        format!(
                            "no answer within {} s, and so it was ended; does the adapter flush \
                             every line? (`timeout_s` and `start_timeout_s` of impl.json set the limit)",
                            timeout.as_secs_f64()
                        ),
                    );
                }
                Err(RecvTimeoutError::Disconnected) => {
                    // Standard error may still be on its way.
                    thread::sleep(Duration::from_millis(50));
                    let status = match running.child.try_wait() {
                        Ok(Some(status)) => status.to_string(),
                        _ => "its output was closed".to_owned(),
                    };
                    break (FaultKind::Crash, ended_without_answer(&status));
                }
            }
        };
        Err(self.fault(kind, message))
    }

    /// The fault, with what standard error said; the process is ended.
    fn fault(&mut self, kind: FaultKind, message: String) -> Fault {
        let stderr = self.running.as_ref().map_or(vec![], |running| {
            running.stderr.lock().unwrap_or_else(PoisonError::into_inner).lines()
        });
        self.end();
        Fault { kind, message, stderr }
    }

    /// Asks the adapter to stop, waits a moment, and ends it with all its children.
    fn end(&mut self) {
        let Some(Running { mut child, requests, answers, .. }) = self.running.take() else {
            return;
        };
        let _ = requests.send(json!({ "op": "stop" }).to_string() + "\n");
        drop(requests);
        drop(answers);
        for _ in 0..200 {
            if matches!(child.try_wait(), Ok(Some(_))) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        // Also after a clean exit: its children may have stayed behind in the group.
        let _ = child.start_kill();
        let _ = child.wait();
    }
}

fn ended_without_answer(status: &str) -> String {
    format!("the adapter ended without an answer ({status})")
}

/// The next line, without its end; `None` at the end of the output.
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

/// The beginning of a line, for an error message.
fn excerpt(line: &str) -> String {
    let line = line.trim_end();
    let cut = line.chars().take(160).collect::<String>();
    if cut.len() < line.len() { cut + " …" } else { cut }
}

impl Implementation for Process {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.end();
        if self.interrupted.load(Ordering::Relaxed) {
            let (kind, message) = (FaultKind::Interrupted, "interrupted".to_owned());
            return Err(Fault { kind, message, stderr: vec![] });
        }
        self.running = Some(self.spawn()?);
        let request = json!({ "op": "start", "protocols": [PROTOCOL], "entropy": entropy });
        let line = self.exchange(&request.to_string(), self.command.start_timeout)?;
        parse_start(&line).map_err(|why| {
            let message = format!("the answer to `start` is wrong: {why}\n  {}", excerpt(&line));
            self.fault(FaultKind::Protocol, message)
        })
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let request = json!({ "op": "run", "id": id, "program": program });
        let line = self.exchange(&request.to_string(), self.command.timeout)?;
        parse_answer(&line, id).map_err(|why| {
            let message = format!("{why}\n  {}", excerpt(&line));
            self.fault(FaultKind::Protocol, message)
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
