use super::attached::Door;
use super::channel::{Channel, LONGEST_START, Notes};
use super::trace::Trace;
use super::{Fault, FaultKind, Implementation};
use crate::implementation::mistakes::{Evidence, Language, diagnose, excerpt};
use crate::wire::foreign::quoted;
use crate::wire::longest_answer;
use crate::wire::{Answer, PROTOCOL, Start, Step, parse_answer, parse_start};
use process_wrap::std::{ChildWrapper, CommandWrap};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
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

/// How long a first answer may take if nothing else is said: frameworks take their time to import and to compile.
pub const START_TIMEOUT: Duration = Duration::from_secs(120);

/// How long every other answer may take if nothing else is said.
pub const TIMEOUT: Duration = Duration::from_secs(30);

impl Command {
    /// These words in this folder, with the usual time for answers.
    pub fn new(command: Vec<String>, folder: PathBuf) -> Command {
        let (start_timeout, timeout) = (START_TIMEOUT, TIMEOUT);
        Command { command, folder, env: BTreeMap::new(), start_timeout, timeout }
    }
}

/// How often a process is looked at while its answer is waited for.
const GLANCE: Duration = Duration::from_millis(100);

/// How long an adapter that did not answer in time may take to answer when its input ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long a person under a debugger may take.
const UNHURRIED: Duration = Duration::from_secs(365 * 86_400);

/// An adapter in a process of its own, behind a pipe.
pub struct Process {
    command: Command,
    running: Option<Running>,
    /// The next process, which loads its framework while this one is asked.
    spare: Option<Running>,
    started: usize,
    trace: Option<Trace>,
    door: Option<Door>,
    interrupted: Arc<AtomicBool>,
}

struct Running {
    /// `None` if a person started the adapter.
    child: Option<Box<dyn ChildWrapper>>,
    channel: Channel,
    /// How many of the next requests were sent already.
    begun: usize,
}

impl Process {
    /// An adapter that is not started yet.
    pub fn new(command: Command) -> Process {
        Process {
            command,
            running: None,
            spare: None,
            started: 0,
            trace: None,
            door: None,
            interrupted: Arc::default(),
        }
    }

    /// Writes the whole exchange to `trace`.
    pub fn traced(mut self, trace: Trace) -> Process {
        self.trace = Some(trace);
        self
    }

    /// Has a person start the adapter, and waits for it and for its answers as long as that takes.
    pub fn attached(mut self, door: Door) -> Process {
        self.door = Some(door);
        (self.command.start_timeout, self.command.timeout) = (UNHURRIED, UNHURRIED);
        self
    }

    /// The language of the adapter, by its command.
    pub fn language(&self) -> Language {
        Language::of(&self.command.command)
    }

    /// A switch: once it is on, the adapter is ended and not started again.
    pub fn interruption(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupted)
    }

    fn notes(&self, process: usize) -> Notes {
        Notes { trace: self.trace.clone(), process }
    }

    /// Waits for a person to start the adapter.
    fn wait(&mut self, mut door: Door) -> Result<Running, Fault> {
        let came = door.wait(self.notes(self.started), &self.interrupted);
        self.door = Some(door);
        match came {
            Ok(Some(channel)) => Ok(Running { child: None, channel, begun: 0 }),
            Ok(None) => Err(Fault::interrupted()),
            Err(why) => {
                let message = format!("no adapter can connect: {why}");
                Err(Fault { kind: FaultKind::NotStarted, message, stderr: vec![] })
            }
        }
    }

    fn spawn(&self, process: usize) -> Result<Running, Fault> {
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
                quoted(&self.command.command.join(" "), 500),
                self.command.folder.display()
            ),
            stderr: vec![],
        })?;
        let no_pipe = || Fault {
            kind: FaultKind::NotStarted,
            message: "the adapter was started without pipes".to_owned(),
            stderr: vec![],
        };
        let input = child.stdin().take().ok_or_else(no_pipe)?;
        let output = child.stdout().take().ok_or_else(no_pipe)?;
        let stderr = child.stderr().take();
        let channel = Channel::new(input, output, self.notes(process)).and_then(|channel| {
            stderr.map_or(Ok(()), |pipe| channel.listen(pipe))?;
            Ok(channel)
        });
        match channel {
            Ok(channel) => Ok(Running { child: Some(child), channel, begun: 0 }),
            Err(why) => {
                let _ = child.start_kill();
                let _ = child.wait();
                let message = format!("this machine has no room for a thread that listens: {why}");
                Err(Fault { kind: FaultKind::NotStarted, message, stderr: vec![] })
            }
        }
    }

    /// The program, looked for in the adapter's folder if it is named by a relative path.
    fn program(&self) -> PathBuf {
        let program = PathBuf::from(&self.command.command[0]);
        let named_by_path = program.components().count() > 1 && program.is_relative();
        if named_by_path { self.command.folder.join(program) } else { program }
    }

    fn exchange(
        &mut self,
        id: Option<&str>,
        request: impl FnOnce() -> (String, u64),
        timeout: Duration,
    ) -> Result<String, Fault> {
        self.heed()?;
        let running = self.running.as_mut().ok_or_else(|| Fault {
            kind: FaultKind::Crash,
            message: "the adapter is not running".to_owned(),
            stderr: vec![],
        })?;
        let Running { child, channel, begun } = running;
        match begun.checked_sub(1) {
            Some(left) => *begun = left,
            None => {
                let (request, longest) = request();
                channel.send(&request, longest);
            }
        }
        let asked = Instant::now();
        let (mut line, mut late) = (String::new(), false);
        let (kind, message) = loop {
            let left = timeout.saturating_sub(asked.elapsed());
            match channel.answers.recv_timeout(left.min(GLANCE)) {
                Ok(Ok(line)) => return Ok(line),
                Ok(Err(why)) => {
                    break (FaultKind::Protocol, format!("the answer cannot be read: {why}"));
                }
                Err(RecvTimeoutError::Timeout) if self.interrupted.load(Ordering::Relaxed) => {
                    break (FaultKind::Interrupted, String::new());
                }
                Err(RecvTimeoutError::Timeout) if asked.elapsed() < timeout => {
                    let Some(status) = ended(child) else { continue };
                    // What it wrote before it ended may still be on its way.
                    match channel.answers.recv_timeout(GLANCE) {
                        Ok(Ok(line)) => return Ok(line),
                        _ => break (FaultKind::Crash, ended_without_answer(&status)),
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    // What a buffer holds back comes when the input ends, if not before.
                    channel.close();
                    if let Ok(Ok(held_back)) = channel.answers.recv_timeout(LAST_WORDS) {
                        (line, late) = (held_back, true);
                    }
                    break (FaultKind::Timeout, no_answer_within(timeout));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    // Standard error may still be on its way.
                    thread::sleep(Duration::from_millis(50));
                    let status = ended(child).unwrap_or("its output was closed".to_owned());
                    break (FaultKind::Crash, ended_without_answer(&status));
                }
            }
        };
        // What is pressed at a terminal may have ended the adapter, too; that is no crash.
        self.heed()?;
        Err(self.fault(kind, message, Evidence { id, line: &line, late, ..Evidence::default() }))
    }

    /// Ends the adapter if the run was interrupted, and tells of that as a fault.
    fn heed(&mut self) -> Result<(), Fault> {
        if self.interrupted.load(Ordering::Relaxed) {
            self.end_all();
            return Err(Fault::interrupted());
        }
        Ok(())
    }

    /// The fault, with the line that came, what it is a sign of, and what standard error said; the
    /// process is ended.
    fn fault(&mut self, kind: FaultKind, mut message: String, evidence: Evidence) -> Fault {
        let stderr = self.running.as_ref().map_or(vec![], |running| running.channel.stderr());
        self.end();
        if !evidence.line.is_empty() {
            message = format!("{message}\n  received: {}", excerpt(evidence.line));
        }
        if let Some(diagnosis) =
            diagnose(&Evidence { stderr: &stderr, ..evidence }, self.language())
        {
            message = format!("{message}\n{diagnosis}");
        }
        Fault { kind, message, stderr }
    }

    /// Ends the adapter that runs.
    fn end(&mut self) {
        if let Some(running) = self.running.take() {
            running.end(&self.interrupted);
        }
    }

    /// Ends the adapter that runs, and the one that is ready.
    fn end_all(&mut self) {
        self.end();
        if let Some(spare) = self.spare.take() {
            spare.end(&self.interrupted);
        }
    }

    /// The next process: the one that is ready, if it still runs.
    fn next(&mut self) -> Result<Running, Fault> {
        if let Some(door) = self.door.take() {
            return self.wait(door);
        }
        if let Some(mut spare) = self.spare.take() {
            if ended(&mut spare.child).is_none() {
                return Ok(spare);
            }
            // What it started may have stayed behind.
            spare.end(&self.interrupted);
        }
        self.spawn(self.started)
    }

    /// Lets the next process load its framework, from the second start on: a short run has one alone.
    fn prepare(&mut self) {
        if self.started > 1 && self.door.is_none() && self.spare.is_none() {
            self.spare = self.spawn(self.started + 1).ok();
        }
    }

    fn ask_to_start(&mut self, entropy: u32) -> Result<String, Fault> {
        let request = json!({ "op": "start", "protocols": [PROTOCOL], "entropy": entropy });
        let request = || (request.to_string(), LONGEST_START);
        self.exchange(None, request, self.command.start_timeout)
    }
}

impl Running {
    /// Asks the adapter to stop, waits a moment, and ends it with all its children.
    fn end(self, interrupted: &AtomicBool) {
        let Running { child, channel, .. } = self;
        channel.send(&json!({ "op": "stop" }).to_string(), LONGEST_START);
        drop(channel);
        let Some(mut child) = child else { return };
        for _ in 0..200 {
            if interrupted.load(Ordering::Relaxed) || matches!(child.try_wait(), Ok(Some(_))) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        // Also after a clean exit: its children may have stayed behind in the group.
        let _ = child.start_kill();
        let _ = child.wait();
    }
}

/// How the process ended, if there is one and it has ended.
fn ended(child: &mut Option<Box<dyn ChildWrapper>>) -> Option<String> {
    child.as_mut()?.try_wait().ok().flatten().map(|status| status.to_string())
}

fn ended_without_answer(status: &str) -> String {
    format!("the adapter ended without an answer ({status})")
}

fn no_answer_within(timeout: Duration) -> String {
    format!(
        "no answer within {} s, and so it was ended; does the adapter flush every line? (`timeout_s` \
         and `start_timeout_s` of impl.json set the limit)",
        timeout.as_secs_f64()
    )
}

impl Implementation for Process {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.end();
        self.heed()?;
        self.started += 1;
        let was_ready = self.spare.is_some();
        self.running = Some(self.next()?);
        let line = match self.ask_to_start(entropy) {
            // It may have wanted something that the one before it still held.
            Err(Fault { kind: FaultKind::Crash, .. }) if was_ready => {
                self.running = Some(self.spawn(self.started)?);
                self.ask_to_start(entropy)?
            }
            answered => answered?,
        };
        self.prepare();
        parse_start(&line).map_err(|why| {
            let message = format!("the answer to `start` is wrong: {why}");
            let evidence = Evidence { line: &line, ..Evidence::default() };
            self.fault(FaultKind::Protocol, message, evidence)
        })
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let line = self.exchange(Some(id), || request_to_run(id, program), self.command.timeout)?;
        parse_answer(&line, id).map_err(|why| {
            let evidence = Evidence { id: Some(id), line: &line, ..Evidence::default() };
            self.fault(FaultKind::Protocol, why, evidence)
        })
    }

    /// A person under a debugger is asked one thing at a time.
    fn begin(&mut self, id: &str, program: &[Step]) -> bool {
        let Some(running) = self.running.as_mut().filter(|it| it.child.is_some()) else {
            return false;
        };
        let (request, longest) = request_to_run(id, program);
        running.channel.send(&request, longest);
        running.begun += 1;
        true
    }
}

/// The line that asks for a program, and how long its answer is at most.
fn request_to_run(id: &str, program: &[Step]) -> (String, u64) {
    #[derive(Serialize)]
    struct Request<'a> {
        op: &'static str,
        id: &'a str,
        program: &'a [Step],
    }
    let request = serde_json::to_string(&Request { op: "run", id, program });
    (request.expect("a program is JSON"), longest_answer(program))
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program by a relative path is the adapter's own; by a bare name it is looked for.
    #[test]
    fn a_program_is_looked_for_in_the_folder_of_the_adapter() {
        let folder = std::env::temp_dir();
        let found = |program: &str| {
            Process::new(Command {
                command: vec![program.to_owned()],
                folder: folder.clone(),
                env: BTreeMap::new(),
                start_timeout: Duration::ZERO,
                timeout: Duration::ZERO,
            })
            .program()
        };
        assert_eq!(found("bin/adapter"), folder.join("bin/adapter"));
        assert_eq!(found("python3"), PathBuf::from("python3"));
        let rooted = folder.join("adapter");
        assert_eq!(found(rooted.to_str().unwrap()), rooted);
    }
}
