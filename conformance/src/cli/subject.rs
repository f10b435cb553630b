use super::arguments::Subject;
use super::failure::{Failure, INTERRUPTED};
use super::files::{LONGEST_RECORD, read_up_to, unwritten, wrong};
use super::python::PythonFile;
use super::serve::unknown;
use super::streams::{stdout, tell};
use crate::catalogue::mutant;
use crate::implementation::mistakes::Language;
use crate::implementation::recorded::Recorded;
use crate::implementation::serve::CONNECT;
use crate::implementation::{Command, Door, Implementation, Process, Trace};
use crate::report::expectations::Expectation;
use crate::run::manifest::Manifest;
use crate::wire::ImplementationName;
use crate::wire::foreign::visible;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// What is judged: an adapter in a process, or answers on record.
pub(super) enum Target {
    Live(Box<Live>),
    Recorded(Box<Recorded>),
}

/// An adapter in a process.
pub(super) struct Live {
    process: Process,
    interrupted: Arc<AtomicBool>,
    traced: Option<Traced>,
    /// What its Python imports; after the process, which may still do so.
    package: Option<TempDir>,
}

/// The file that is meant: of a folder its impl.json, of an adapter in Python the impl.json that starts it.
///
/// # Errors
/// A file that is no subject, with what to do.
pub(super) fn subject_file(file: &Path) -> Result<PathBuf, String> {
    if file.is_dir() {
        let manifest = file.join(MANIFEST);
        let missing = || format!("the folder has no {MANIFEST}; `dezero-spec init` writes one");
        return manifest.is_file().then_some(manifest).ok_or_else(missing);
    }
    let manifest = file.with_file_name(MANIFEST);
    let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let starts_it = || {
        let starts = Manifest::read(&manifest)
            .is_ok_and(|read| read.command.iter().any(|word| word == name));
        starts.then(|| manifest.clone())
    };
    let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
    match extension {
        "py" => Ok(starts_it().unwrap_or_else(|| file.to_owned())),
        "mjs" | "js" | "cjs" | "ts" | "rs" | "cpp" | "go" | "jl" if file.is_file() => {
            let program = if extension.ends_with("js") { "node" } else { "…" };
            let write = || {
                format!(
                    "this is an adapter; write how it is started into {}: \
                     {{\"dezero_spec\": 1, \"command\": [\"{program}\", \"{name}\"]}}",
                    manifest.display()
                )
            };
            starts_it().ok_or_else(write)
        }
        _ => Ok(file.to_owned()),
    }
}

impl Subject {
    /// Has `file` be the file that is meant.
    ///
    /// # Errors
    /// As [`subject_file`].
    pub(super) fn find(&mut self) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            *file = subject_file(file).map_err(|why| wrong(file, why))?;
        }
        Ok(())
    }
}

/// The files that are read of a subject: itself, and those that its command names.
pub(super) fn inputs(subject: &Path) -> Vec<PathBuf> {
    if let Some(python) = PythonFile::of(subject) {
        return vec![python.file];
    }
    let mut files = vec![subject.to_owned()];
    if !is_recorded(subject)
        && let Ok(Command { command, folder, .. }) = Manifest::command(subject)
    {
        files.extend(command.iter().map(|word| folder.join(word)).filter(|file| file.is_file()));
    }
    files
}

/// Does something when standard input ends, if that is asked for.
fn when_input_ends(arguments: &Subject, then: impl FnOnce() + Send + 'static) {
    if arguments.ends_with_input {
        // Without room for a thread, the run goes on to its end.
        let _ = thread::Builder::new().spawn(|| {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            then();
        });
    }
}

/// What an implementation is called before it has said so itself.
pub(super) fn called(file: &Path) -> ImplementationName {
    let said = Manifest::read(file).ok().and_then(|manifest| manifest.implementation);
    said.unwrap_or_else(|| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        ImplementationName { name, ..ImplementationName::default() }
    })
}

/// How an implementation is started stands in a file of this name.
const MANIFEST: &str = "impl.json";

/// How long an adapter takes to be ended, at most.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// A trace, and the file that it is written to.
pub(super) struct Traced {
    trace: Trace,
    file: PathBuf,
}

impl Traced {
    fn to(file: &Path) -> Result<Traced, Failure> {
        let opened = File::create(file).map_err(|why| unwritten(file, &why))?;
        Ok(Traced { trace: Trace::new(opened), file: file.to_owned() })
    }
}

/// Where an adapter connects that a person starts, and what that person is told.
fn door(port: u16, command: &Command) -> Result<Door, Failure> {
    let started = command.command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    let folder = quoted(&command.folder.display().to_string());
    let call = move |address: SocketAddr, times: usize| {
        let again = if times > 1 { "again, in a fresh process: " } else { "" };
        let (host, port) = (address.ip(), address.port());
        tell!(
            "start the adapter {again}in {folder}, with your debugger in front of it\n  \
             {CONNECT}={address} {started}\n\
             or, where the adapter does not look at {CONNECT}, in bash\n  \
             {started} <>/dev/tcp/{host}/{port} >&0"
        );
    };
    Door::new(port, call)
        .map_err(|why| Failure::Usage(format!("no adapter can connect to port {port}: {why}")))
}

impl Target {
    /// What the command line names. Ctrl-C ends an adapter, and a second one this program.
    pub(super) fn of(arguments: &Subject) -> Result<Target, Failure> {
        if let Some(file) = arguments.file.as_deref().filter(|file| is_recorded(file)) {
            if arguments.trace.is_some() || arguments.attach.is_some() {
                let why = "--trace and --attach are for an adapter that runs; these answers are on record";
                return Err(wrong(file, why.to_owned()));
            }
            when_input_ends(arguments, || exit(i32::from(INTERRUPTED)));
            let recorded = Recorded::read(&read_up_to(file, LONGEST_RECORD)?)
                .map_err(|why| wrong(file, why))?;
            return Ok(Target::Recorded(Box::new(recorded)));
        }
        let (command, package) = command(arguments)?;
        let door = arguments.attach.map(|port| door(port, &command)).transpose()?;
        let mut process = Process::new(command);
        if let Some(door) = door {
            process = process.attached(door);
        }
        let traced = arguments.trace.as_deref().map(Traced::to).transpose()?;
        if let Some(Traced { trace, .. }) = &traced {
            process = process.traced(trace.clone());
        }
        let interrupted = process.interruption();
        let switch = Arc::clone(&interrupted);
        when_input_ends(arguments, move || switch.store(true, Ordering::Relaxed));
        let (switch, mut pressed) = (Arc::clone(&interrupted), false);
        let interrupt = move || {
            switch.store(true, Ordering::Relaxed);
            if std::mem::replace(&mut pressed, true) {
                // Pressed twice, Ctrl-C does not wait for a report; the adapter is ended by then.
                thread::sleep(LAST_MOMENT);
                exit(i32::from(INTERRUPTED));
            }
        };
        // Only where there is a terminal can this fail, and then Ctrl-C does what it does anyway.
        let _ = ctrlc::set_handler(interrupt);
        Ok(Target::Live(Box::new(Live { process, interrupted, traced, package })))
    }

    pub(super) fn recorded(&self) -> bool {
        matches!(self, Target::Recorded(_))
    }

    pub(super) fn implementation(&mut self) -> &mut dyn Implementation {
        match self {
            Target::Live(live) => &mut live.process,
            Target::Recorded(recorded) => recorded.as_mut(),
        }
    }

    /// The language of the adapter, as far as its command tells.
    pub(super) fn language(&self) -> Language {
        match self {
            Target::Live(live) => live.process.language(),
            Target::Recorded(_) => Language::Other,
        }
    }

    /// Ends an adapter. It is a failure if a person has ended it before, or if its trace could not be
    /// written.
    pub(super) fn end(self) -> Result<(), Failure> {
        let Target::Live(live) = self else { return Ok(()) };
        let Live { process, interrupted, traced, package } = *live;
        drop(process);
        drop(package);
        if let Some(Traced { trace, file }) = traced {
            trace.finish().map_err(|why| unwritten(&file, &why))?;
        }
        match interrupted.load(Ordering::Relaxed) {
            true => Err(Failure::Interrupted),
            false => Ok(()),
        }
    }
}

/// What the implementation is expected to break.
pub(super) fn expectations(arguments: &Subject) -> Result<Vec<Expectation>, Failure> {
    let Some(file) = arguments.file.as_deref().filter(|file| is_manifest(file)) else {
        return Ok(Vec::new());
    };
    let manifest = Manifest::read(file).map_err(|why| Failure::Usage(why.to_string()))?;
    Ok(manifest.expectations)
}

/// Answers are JSON lines, and an impl.json is not.
pub(super) fn is_recorded(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "jsonl")
}

/// Whether it is an impl.json, which alone has expectations.
pub(super) fn is_manifest(file: &Path) -> bool {
    !is_recorded(file) && PythonFile::of(file).is_none()
}

/// How to start what is judged: an adapter, or this program as an implementation; and what a Python file needs
/// for as long as it runs.
fn command(arguments: &Subject) -> Result<(Command, Option<TempDir>), Failure> {
    let (mut command, package) = usual_command(arguments)?;
    if let Some(seconds) = arguments.timeout.map(Duration::from_secs_f64) {
        (command.start_timeout, command.timeout) = (seconds, seconds);
    }
    Ok((command, package))
}

/// The same, with the time for answers that is usual or that its file says.
fn usual_command(arguments: &Subject) -> Result<(Command, Option<TempDir>), Failure> {
    if let Some(file) = &arguments.file {
        if let Some(python) = PythonFile::of(file) {
            let (command, package) = python.command()?;
            return Ok((command, Some(package)));
        }
        let command = Manifest::command(file).map_err(|why| Failure::Usage(why.to_string()))?;
        return Ok((command, None));
    }
    let program = std::env::current_exe()?;
    let mut command = vec![program.to_string_lossy().into_owned(), "serve".to_owned()];
    if let Some(name) = &arguments.mutant {
        mutant(name).ok_or_else(|| unknown(name))?;
        command.extend(["--mutant".to_owned(), name.clone()]);
    }
    let folder = std::env::current_dir()
        .map_err(|why| Failure::Usage(format!("the working folder is gone: {why}")))?;
    Ok((Command::new(command, folder), None))
}

/// Says what a run would start, with what, and which files it would write.
pub(super) fn announce(
    arguments: &Subject,
    outputs: &[(&'static str, Option<&Path>)],
) -> Result<(), Failure> {
    let mut out = stdout();
    if let Some(file) = arguments.file.as_deref().filter(|file| is_recorded(file)) {
        Recorded::read(&read_up_to(file, LONGEST_RECORD)?).map_err(|why| wrong(file, why))?;
        writeln!(out, "starts  nothing: the answers are on record")?;
    } else {
        let (Command { command, folder, env, start_timeout, timeout }, _) = command(arguments)?;
        let words = command.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        writeln!(out, "starts  {words}")?;
        writeln!(out, "in      {}", quoted(&folder.display().to_string()))?;
        for (name, value) in &env {
            writeln!(out, "with    {name}={}", quoted(value))?;
        }
        let [first, other] = [start_timeout, timeout].map(|timeout| timeout.as_secs_f64());
        writeln!(out, "waits   {first} s for the first answer, {other} s for each other")?;
    }
    for (option, file) in outputs {
        if let Some(file) = file {
            writeln!(out, "writes  {} ({option})", quoted(&file.display().to_string()))?;
        }
    }
    Ok(out.flush()?)
}

/// What was judged, as the command line named it.
pub(super) fn judged(arguments: &Subject) -> String {
    match (&arguments.file, &arguments.mutant) {
        (Some(file), _) => visible(&quoted(&file.display().to_string())).into_owned(),
        (None, Some(name)) => format!("--mutant {name}"),
        (None, None) => String::new(),
    }
}

/// A word for a shell: in quotes where it needs them.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%".contains(c);
    match word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
