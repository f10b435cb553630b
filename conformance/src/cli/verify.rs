use super::arguments::{Format, Verify};
use super::failure::Failure;
use super::rules::matching;
use super::serve::unknown;
use dezero_spec::manifest::Manifest;
use dezero_spec::mutants::mutant;
use dezero_spec::report::{Shown, print, to_json};
use dezero_spec::subject::{Command, Process};
use dezero_spec::{Conclusion, Options, verify};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

pub(super) fn run(arguments: &Verify) -> Result<ExitCode, Failure> {
    let chosen = matching(&arguments.rules)?;
    let rules = match arguments.rules.as_slice() {
        [] => Vec::new(),
        _ => chosen.iter().map(|rule| rule.id).collect(),
    };
    let command = command(arguments)?;
    let fresh = || RandomState::new().build_hasher().finish() >> 32;
    let seed = arguments.seed.unwrap_or_else(fresh);
    let started = Instant::now();
    let bar = progress_bar();
    let mut process = Process::new(command);
    let interrupted = process.interruption();
    let switch = Arc::clone(&interrupted);
    // Only where there is a terminal can this fail, and then Ctrl-C does what it does anyway.
    let _ = ctrlc::set_handler(move || switch.store(true, Ordering::Relaxed));
    let report = verify(&mut process, &Options { rules, seed }, &mut |progress| {
        bar.set_length(progress.of as u64);
        bar.set_position(progress.done as u64);
        bar.set_message(match progress.rule {
            "" => "everything again, shuffled",
            rule => rule,
        });
    });
    bar.finish_and_clear();
    drop(process);
    if interrupted.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    let report = report.map_err(Failure::Adapter)?;
    let judged = judged(arguments);
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Terminal => {
            let (strict, verbose, took) = (arguments.strict, arguments.verbose, started.elapsed());
            print(&report, &Shown { judged, strict, verbose, took }, &mut out)?;
        }
        Format::Json => writeln!(out, "{:#}", to_json(&report, &judged, arguments.strict))?,
    }
    out.flush()?;
    Ok(match report.conclusion(arguments.strict) {
        Conclusion::Conforms | Conclusion::SelectedRulesPass => ExitCode::SUCCESS,
        Conclusion::DoesNotConform => ExitCode::from(1),
        Conclusion::NoVerdict => ExitCode::from(3),
    })
}

/// How to start what is judged: an adapter, or this program as an implementation.
fn command(arguments: &Verify) -> Result<Command, Failure> {
    if let Some(file) = &arguments.file {
        return Manifest::read(file).map_err(|why| Failure::Usage(why.to_string()));
    }
    let program = std::env::current_exe()?;
    let mut command = vec![program.to_string_lossy().into_owned(), "serve".to_owned()];
    if let Some(name) = &arguments.mutant {
        mutant(name).ok_or_else(|| unknown(name))?;
        command.extend(["--mutant".to_owned(), name.clone()]);
    }
    Ok(Command {
        command,
        folder: std::env::current_dir()?,
        env: BTreeMap::new(),
        start_timeout: Duration::from_secs(120),
        timeout: Duration::from_secs(30),
    })
}

/// What was judged, as the command line named it.
fn judged(arguments: &Verify) -> String {
    match (&arguments.file, &arguments.mutant) {
        (Some(file), _) => quoted(&file.display().to_string()),
        (None, Some(name)) => format!("--mutant {name}"),
        (None, None) => String::new(),
    }
}

/// A word for a shell: in quotes where it needs them.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%".contains(c);
    match word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// A bar on standard error where that is a terminal, else nothing.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {wide_msg}");
    let bar = ProgressBar::new(1);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
