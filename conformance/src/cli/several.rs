//! Several implementations in one command: those of a class, say. Each is judged by a process of its own, so
//! that one that hangs or crashes costs its time-outs and nothing else.

use super::arguments::{RunFormat, Verify};
use super::compare::write_matrix;
use super::complain;
use super::failure::{Failure, INTERRUPTED};
use super::files::{check_outputs, write, wrong};
use super::python::PythonFile;
use super::streams::stdout;
use super::subject::{called, inputs, subject_file};
use crate::book::Level;
use crate::report::saved::SavedReport;
use crate::report::{NotRun, ReportFile, Verdict};
use crate::session::fresh_seed;
use crate::view::{Summary, counted, one_line};
use crate::wire::foreign::visible;
use anstyle::{AnsiColor, Style};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::{self, PipeReader, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

/// Leads an adapter to the file that it is to judge, of those that `--each` names.
const EACH: &str = "DEZERO_SPEC_EACH";

/// One implementation of several.
struct Member {
    /// What it is called in the table; no two are called alike.
    name: String,
    /// What is judged.
    subject: PathBuf,
    /// The file that an adapter for all is led to.
    each: Option<PathBuf>,
    /// Why there is nothing to judge, if that is so.
    refused: Option<String>,
}

/// What came of one: its report, or why there is none, and what the exit code was.
struct Outcome {
    saved: ReportFile,
    /// As it was printed.
    json: String,
    code: Option<i32>,
}

/// Judges each of them, tells a line of each and writes what was asked for.
pub(super) fn run(arguments: &Verify) -> Result<ExitCode, Failure> {
    let members = members(arguments)?;
    refuse(arguments)?;
    let outputs = [
        ("--html", arguments.outputs.html.as_deref()),
        ("--markdown", arguments.outputs.markdown.as_deref()),
        ("--csv", arguments.csv.as_deref()),
    ];
    let read = members.iter().flat_map(|it| inputs(&it.subject).into_iter().chain(it.each.clone()));
    let read = read.collect::<BTreeSet<_>>();
    check_outputs(read.iter().map(PathBuf::as_path), outputs)?;
    if let Some(folder) = &arguments.reports {
        fs::create_dir_all(folder).map_err(|why| wrong(folder, why.to_string()))?;
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    // The input of all judges: it ends when this program is told to end, and also when it is killed.
    let (input, open) = io::pipe()?;
    let open = Arc::new(Mutex::new(Some(open)));
    let (switch, held) = (Arc::clone(&interrupted), Arc::clone(&open));
    let _ = ctrlc::set_handler(move || {
        switch.store(true, Ordering::Relaxed);
        held.lock().unwrap_or_else(PoisonError::into_inner).take();
    });
    // What cannot be written costs neither the others nor the exit code.
    let mut unwritten = Vec::new();
    let outcomes = judge(arguments, &members, (&interrupted, &input), &mut unwritten)?;
    drop(open);
    let codes = outcomes.iter().map(|outcome| outcome.code).collect::<Vec<_>>();
    let saved = outcomes.into_iter().map(|outcome| outcome.saved).collect::<Vec<_>>();
    unwritten.extend(finish(arguments, &members, &saved)?);
    unwritten.iter().for_each(complain);
    Ok(match interrupted.load(Ordering::Relaxed) {
        true => ExitCode::from(INTERRUPTED),
        false if codes.contains(&Some(1)) => ExitCode::from(1),
        false if codes.iter().all(|code| *code == Some(0)) => ExitCode::SUCCESS,
        false => ExitCode::from(3),
    })
}

/// Refuses what is about one implementation.
fn refuse(arguments: &Verify) -> Result<(), Failure> {
    let alone = [
        ("--mutant", arguments.subject.mutant.is_some()),
        ("--trace", arguments.subject.trace.is_some()),
        ("--attach", arguments.subject.attach.is_some()),
        ("--junit", arguments.outputs.junit.is_some()),
        ("--badge", arguments.outputs.badge.is_some()),
        ("--json", arguments.outputs.json.is_some()),
        ("--save-counterexample", arguments.save_counterexample.is_some()),
        ("--update-expectations", arguments.update_expectations),
        ("--format", arguments.format != RunFormat::Terminal),
        ("--verbose", arguments.verbose),
        ("--dry-run", arguments.dry_run),
    ];
    match alone.iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            let why =
                "is for one implementation; with several, --reports FOLDER keeps a report of each";
            Err(Failure::Usage(format!("{option} {why}")))
        }
        None => Ok(()),
    }
}

/// All that are judged, in the order of the command line.
fn members(arguments: &Verify) -> Result<Vec<Member>, Failure> {
    let first = arguments.subject.file.iter();
    let subjects = first.chain(&arguments.others).cloned().collect::<Vec<_>>();
    let mut members = Vec::new();
    if arguments.each.is_empty() {
        members.extend(subjects.into_iter().map(Member::alone));
    } else {
        let adapter = match subjects.as_slice() {
            [] => None,
            [adapter] => Some(subject_file(adapter).map_err(|why| wrong(adapter, why))?),
            _ => {
                let why = "--each takes one adapter for all files, or none";
                return Err(Failure::Usage(why.to_owned()));
            }
        };
        for file in files(&arguments.each)? {
            members.push(match &adapter {
                Some(adapter) => Member::led(adapter.clone(), file),
                None => Member::alone(file),
            });
        }
    }
    name(&mut members);
    Ok(members)
}

impl Member {
    /// What starts by itself.
    fn alone(said: PathBuf) -> Member {
        let (subject, refused) = match subject_file(&said) {
            Ok(subject) => (subject, None),
            Err(why) => (said, Some(why)),
        };
        Member { name: String::new(), subject, each: None, refused }
    }

    /// A file that an adapter is led to.
    fn led(subject: PathBuf, file: PathBuf) -> Member {
        let (each, refused) = match file.canonicalize() {
            Ok(each) => (each, None),
            Err(why) => (file, Some(why.to_string())),
        };
        Member { name: String::new(), subject, each: Some(each), refused }
    }
}

/// The files that a shell would have found, where it was not let.
fn files(patterns: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for pattern in patterns {
        let said = pattern.as_path();
        let plain =
            said.symlink_metadata().is_ok() || !pattern.to_string_lossy().contains(['*', '?']);
        if plain {
            files.push(said.to_owned());
            continue;
        }
        let folder = said.parent().filter(|folder| !folder.as_os_str().is_empty());
        let name = said.file_name().unwrap_or_default().to_string_lossy();
        let matches = wildmatch::WildMatch::new(&name);
        let read = fs::read_dir(folder.unwrap_or(Path::new(".")));
        let read = read.map_err(|why| wrong(said, why.to_string()))?;
        let found = read.filter_map(Result::ok).map(|entry| entry.file_name());
        let found = found.filter(|name| {
            let name = name.to_string_lossy();
            !name.starts_with('.') && matches.matches(&name)
        });
        let mut found = found.map(|name| said.with_file_name(name)).collect::<Vec<_>>();
        if found.is_empty() {
            return Err(wrong(
                said,
                "no file is named so; `*` stands for anything in a name, and not for \
                                    folders"
                    .to_owned(),
            ));
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

/// Names each by its file, by its folder where that is an impl.json, and by its whole path where others are
/// called so too.
fn name(members: &mut [Member]) {
    let path = |member: &Member| member.each.clone().unwrap_or_else(|| member.subject.clone());
    let short = |member: &Member| {
        let path = path(member);
        let file = PythonFile::of(&path).map_or(path, |python| python.file);
        let folder = file.canonicalize().ok().and_then(|file| Some(file.parent()?.to_owned()));
        let named = match folder {
            Some(folder) if file.file_stem().is_some_and(|stem| stem == "impl") => folder,
            _ => file,
        };
        named.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    };
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for member in members.iter_mut() {
        member.name = short(member);
        *times.entry(member.name.clone()).or_default() += 1;
    }
    for member in members.iter_mut().filter(|member| times[&member.name] > 1) {
        let path = path(member).display().to_string();
        member.name = path.trim_start_matches(['.', '/']).replace(['/', '\\', ':'], "-");
    }
    // A name of a file steers nothing that it is written to, and names no other report.
    let mut taken = BTreeSet::new();
    for (index, member) in members.iter_mut().enumerate() {
        member.name = visible(&member.name).replace(['\n', '\t'], " ");
        if !taken.insert(member.name.clone()) {
            member.name += &format!("-{}", index + 1);
            taken.insert(member.name.clone());
        }
    }
}

/// Judges them, several at once, and tells of each as soon as those before it are told.
fn judge(
    arguments: &Verify,
    members: &[Member],
    (interrupted, input): (&AtomicBool, &PipeReader),
    unwritten: &mut Vec<Failure>,
) -> Result<Vec<Outcome>, Failure> {
    // All are judged alike.
    let seed = arguments.seed.unwrap_or_else(fresh_seed);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = arguments.jobs.map_or((cores / 2).max(1), NonZero::get).min(members.len().max(1));
    let (next, (told, hears)) = (AtomicUsize::new(0), mpsc::channel());
    let program = env::current_exe()?;
    let mut outcomes = Vec::new();
    thread::scope(|scope| {
        for job in 0..jobs {
            let (told, next, program) = (told.clone(), &next, &program);
            let started = thread::Builder::new().spawn_scoped(scope, move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(member) = members.get(index) else { return };
                    let outcome = match interrupted.load(Ordering::Relaxed) {
                        true if member.refused.is_none() => Outcome::none(
                            member,
                            "interrupted".to_owned(),
                            Some(i32::from(INTERRUPTED)),
                        ),
                        _ => judged(arguments, program, member, seed, input),
                    };
                    if told.send((index, outcome)).is_err() {
                        return;
                    }
                }
            });
            match started {
                Err(why) if job == 0 => {
                    return Err(Failure::Usage(format!(
                        "this machine has no room for a thread: {why}"
                    )));
                }
                Err(_) => break,
                Ok(_) => {}
            }
        }
        drop(told);
        let mut waiting = BTreeMap::new();
        for (index, outcome) in hears {
            waiting.insert(index, outcome);
            while let Some(outcome) = waiting.remove(&outcomes.len()) {
                let member = &members[outcomes.len()];
                unwritten.extend(kept(arguments, member, &outcome).err());
                tell_one(arguments, member, &outcome)?;
                outcomes.push(outcome);
            }
        }
        Ok(outcomes)
    })
}

/// Judges one, in a process of its own.
fn judged(
    arguments: &Verify,
    program: &Path,
    member: &Member,
    seed: u64,
    input: &PipeReader,
) -> Outcome {
    if let Some(why) = &member.refused {
        return Outcome::none(member, why.clone(), None);
    }
    let mut command = Command::new(program);
    command.arg("verify").arg("--ends-with-input").args([
        "--format",
        "json",
        "--seed",
        &seed.to_string(),
    ]);
    for rule in &arguments.rules {
        command.args(["--rule", rule]);
    }
    if let Some(effort) = arguments.effort {
        command.args(["--effort", effort.name()]);
    }
    if let Some(programs) = arguments.programs {
        command.args(["--programs", &programs.to_string()]);
    }
    if let Some(seconds) = arguments.subject.timeout {
        command.args(["--timeout", &seconds.to_string()]);
    }
    if arguments.strict {
        command.arg("--strict");
    }
    if arguments.fail_fast {
        command.arg("--fail-fast");
    }
    if let Some(folder) = &arguments.reports {
        command.arg("--html").arg(folder.join(format!("{}.html", member.name)));
    }
    command.arg("--").arg(&member.subject);
    if let Some(each) = &member.each {
        command.env(EACH, each);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = input.try_clone().and_then(|input| command.stdin(input).output());
    let Output { status, stdout, stderr } = match output {
        Ok(output) => output,
        Err(why) => {
            return Outcome::none(member, format!("the judge cannot be started: {why}"), None);
        }
    };
    let json = String::from_utf8_lossy(&stdout).into_owned();
    let saved = ReportFile::parse(&json).ok();
    let mut outcome = match saved {
        Some(saved) => Outcome { saved, json, code: status.code() },
        None => {
            let why = String::from_utf8_lossy(&stderr);
            let why = why.trim().trim_start_matches("error: ");
            Outcome::none(member, why.to_owned(), status.code())
        }
    };
    member.name.clone_into(&mut outcome.saved.implementation_mut().name);
    outcome
}

impl Outcome {
    /// There is no report, for this reason.
    fn none(member: &Member, because: String, code: Option<i32>) -> Outcome {
        let not_run = NotRun::new(called(&member.subject), because);
        let json = not_run.as_json();
        let mut saved = ReportFile::NotRun(not_run);
        member.name.clone_into(&mut saved.implementation_mut().name);
        Outcome { saved, json, code }
    }
}

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Keeps the report of one, where that is asked for.
fn kept(arguments: &Verify, member: &Member, outcome: &Outcome) -> Result<(), Failure> {
    let Some(folder) = &arguments.reports else { return Ok(()) };
    write(&folder.join(format!("{}.json", member.name)), &outcome.json)
}

/// Tells of one in a line.
fn tell_one(arguments: &Verify, member: &Member, outcome: &Outcome) -> Result<(), Failure> {
    let name = one_line(&member.name, 60);
    let (style, words, more) = match &outcome.saved {
        ReportFile::Report(report) => {
            let style = match outcome.code {
                Some(0) => AnsiColor::Green,
                Some(1) => AnsiColor::Red,
                _ => AnsiColor::Yellow,
            };
            let more = match broken(report, Level::Must).as_slice() {
                [] => undecided(report),
                broken => broken.join(", "),
            };
            (style, Summary::of(report).signed(), more)
        }
        ReportFile::NotRun(not_run) => {
            (AnsiColor::Yellow, "? not judged".to_owned(), shortly(&not_run.because))
        }
    };
    let (style, mut out) = (style.on_default(), stdout());
    if arguments.quiet {
        writeln!(out, "{name}  {words}")?;
    } else {
        writeln!(out, "{BOLD}{name}{BOLD:#}  {style}{words}{style:#}  {DIM}{more}{DIM:#}")?;
    }
    Ok(out.flush()?)
}

/// The rules of a level that it breaks and was not expected to.
fn broken(report: &SavedReport, level: Level) -> Vec<String> {
    report.broken(level).map(|rule| rule.id.clone()).collect()
}

/// The first rule that the adapter failed at, or that stays open, and why; if there is none, nothing.
fn undecided(report: &SavedReport) -> String {
    let open = |verdict| matches!(verdict, Verdict::Error | Verdict::Inconclusive);
    let first = report.rules.iter().find(|rule| open(rule.verdict));
    first.map_or(String::new(), |rule| format!("{}: {}", rule.id, shortly(&rule.evidence)))
}

/// The first line and the last, which says what was raised.
fn shortly(because: &str) -> String {
    let lines = because.lines().map(|line| line.trim().trim_start_matches("stderr:").trim());
    let mut lines = lines.filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let last = lines.next_back();
    one_line(&last.map_or(first.to_owned(), |last| format!("{first}: {last}")), 200)
}

/// Writes the table, and how many there are of each verdict; gives back what could not be written.
fn finish(
    arguments: &Verify,
    members: &[Member],
    saved: &[ReportFile],
) -> Result<Vec<Failure>, Failure> {
    let mut unwritten = Vec::new();
    let (html, markdown) = (&arguments.outputs.html, &arguments.outputs.markdown);
    unwritten.extend(write_matrix(saved, html.as_deref(), markdown.as_deref(), None));
    if let Some(file) = &arguments.csv {
        unwritten.extend(write(file, &csv(members, saved)).err());
    }
    let (mut good, mut bad, mut open) = (0, 0, 0);
    for one in saved {
        match one {
            ReportFile::Report(report) if report.verdict.is_good() => good += 1,
            ReportFile::Report(report) if report.verdict.is_bad() => bad += 1,
            _ => open += 1,
        }
    }
    let all = counted(saved.len(), "implementation");
    let mut out = stdout();
    let open = if open > 0 { format!(", {open} without a verdict") } else { String::new() };
    writeln!(out, "{DIM}{all}: {good} right, {bad} wrong{open}{DIM:#}")?;
    out.flush()?;
    Ok(unwritten)
}

/// The table as comma-separated values, a line for each implementation.
fn csv(members: &[Member], saved: &[ReportFile]) -> String {
    let mut text = String::from(
        "name,verdict,must_passed,must_judged,must_broken,should_broken,broken,because\n",
    );
    for (member, saved) in members.iter().zip(saved) {
        let mut row = vec![member.name.clone()];
        match saved {
            ReportFile::Report(report) => {
                let of = |verdict| {
                    let must = report.rules.iter().filter(|rule| rule.level == Level::Must);
                    must.filter(|rule| rule.verdict == verdict).count()
                };
                let (must, should) = (broken(report, Level::Must), broken(report, Level::Should));
                row.push(report.verdict.name().to_owned());
                row.extend(
                    [
                        of(Verdict::Pass),
                        of(Verdict::Pass) + of(Verdict::Fail),
                        must.len(),
                        should.len(),
                    ]
                    .map(|count| count.to_string()),
                );
                row.extend([[must, should].concat().join(" "), undecided(report)]);
            }
            ReportFile::NotRun(not_run) => {
                row.push("not-run".to_owned());
                row.extend(["0", "0", "0", "0", ""].map(str::to_owned));
                row.push(shortly(&not_run.because));
            }
        }
        text += &row.iter().map(|field| field_of(field)).collect::<Vec<_>>().join(",");
        text.push('\n');
    }
    text
}

/// A field in quotes where it needs them; what a spreadsheet would compute is text there.
fn field_of(text: &str) -> String {
    let computed = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if computed { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_text_to_a_spreadsheet() {
        let fields = [("ana", "ana"), ("=1+1", "'=1+1"), ("a, \"b\"", "\"a, \"\"b\"\"\"")];
        for (text, field) in fields {
            assert_eq!(field_of(text), field);
        }
    }

    #[test]
    fn names_are_short_where_they_can_be() {
        let member = |subject: &str, each: Option<&str>| {
            let (name, subject) = (String::new(), PathBuf::from(subject));
            Member { name, subject, each: each.map(PathBuf::from), refused: None }
        };
        let mut members = [
            member("class/ana.py", None),
            member("class/ben.py:drop", None),
            member("impl.json", Some("/x/cem.py")),
            member("a/dan.py", None),
            member("b/dan.py", None),
            member("class/e\u{1b}\u{202e}.py", None),
            member("class/f.py", None),
            member("class/f.py", None),
        ];
        name(&mut members);
        let names = members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>();
        let steers = "e\\u{1b}\\u{202e}";
        let twice = ["class-f.py", "class-f.py-8"];
        assert_eq!(names[..6], ["ana", "ben", "cem", "a-dan.py", "b-dan.py", steers]);
        assert_eq!(names[6..], twice);
    }
}
