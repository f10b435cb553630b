use super::arguments::Doctor;
use super::failure::Failure;
use super::streams::{stdout, tell};
use super::subject::Target;
use crate::doctor::{Examined, ExchangeFinding, examine};
use crate::implementation::Fault;
use crate::implementation::mistakes::{Language, diagnose_answer};
use crate::report::{Report, Verdict};
use crate::wire::FaultKind;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Looks for mistakes in how an adapter speaks.
pub(super) fn run(arguments: &Doctor) -> Result<ExitCode, Failure> {
    let mut subject = Target::of(&arguments.subject)?;
    if subject.recorded() {
        let why = "answers on record cannot be asked anything; give the impl.json of the adapter";
        return Err(Failure::Usage(why.to_owned()));
    }
    let language = subject.language();
    let mut out = stdout();
    let mut first = None;
    let lines = reassuring();
    let right = examine(subject.implementation(), language, &mut |examined| {
        // Only the reassurance hears of it, and ends when this function does.
        let _ = lines.send(());
        line(&examined, &mut out)?;
        if let ExchangeFinding::Wrong(fault) = examined.finding {
            first.get_or_insert(fault);
        }
        out.flush()
    });
    subject.end()?;
    let right = right?;
    match first {
        Some(fault) if fault.kind == FaultKind::NotStarted => return Err(Failure::Adapter(fault)),
        Some(fault) => explained(&fault, &mut out)?,
        None => writeln!(out, "\nthe adapter speaks the protocol; `dezero-spec verify` judges")?,
    }
    out.flush()?;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

/// After so long without a line the doctor says that it waits.
const SILENCE: Duration = Duration::from_secs(3);

/// Says on standard error when no line has come for a while; each is to be announced.
fn reassuring() -> Sender<()> {
    let (lines, announced) = mpsc::channel();
    // Without room for a thread, there is no reassurance.
    let _ = std::thread::Builder::new().spawn(move || {
        loop {
            match announced.recv_timeout(SILENCE) {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    tell!(
                        "waiting for the adapter, as long as `start_timeout_s` and `timeout_s` say"
                    );
                    if announced.recv().is_err() {
                        return;
                    }
                }
            }
        }
    });
    lines
}

fn line(examined: &Examined, out: &mut impl Write) -> io::Result<()> {
    let (style, word, text) = match &examined.finding {
        ExchangeFinding::Right(text) => (GREEN, "ok", text.as_str()),
        ExchangeFinding::Note(text) => (YELLOW, "note", text.as_str()),
        ExchangeFinding::Wrong(fault) => {
            (RED, "WRONG", fault.message.lines().next().unwrap_or_default())
        }
        ExchangeFinding::NotAsked(why) => (DIM, "-", *why),
    };
    let line = format!("{:<22} {text}", examined.name);
    writeln!(out, "{style}{word:<5}{style:#} {}", line.trim_end())
}

/// The first mistake, with all that is known of it.
fn explained(fault: &Fault, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{RED}the first mistake{RED:#}: {}", fault.message)?;
    for line in &fault.stderr {
        writeln!(out, "  stderr: {line}")?;
    }
    Ok(())
}

/// Says after a report what the adapter's mistake is, where it is one of those that are known and the
/// report has not said so already, and who looks closer.
pub(super) fn advise(
    report: &Report,
    language: Language,
    judged: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut errors = report.rulings.iter().filter(|ruling| ruling.verdict == Verdict::Error);
    let Some(first) = errors.next() else { return Ok(()) };
    if let Some(counterexample) = &first.counterexample
        && let Some(diagnosis) =
            diagnose_answer(&counterexample.program, &counterexample.answer, language)
    {
        writeln!(out, "\n{RED}{}{RED:#}: {diagnosis}", first.rule.id)?;
    }
    writeln!(out, "\n`dezero-spec doctor {judged}` looks at one thing after the other")
}
