//! Commands that print what this program knows: rules, wrong implementations, powers, and texts for other programs.

use super::arguments::{
    Arguments, Completions, Explain, Mutants, PROTOCOL, PowerArguments, Rules, Schema, SchemaOf,
};
use super::failure::Failure;
use super::streams::stdout;
use crate::book::{Rule, matches, passage, rules};
use crate::catalogue::{Mutant, catalogue, mutants, variants};
use crate::check::powers;
use crate::report::saved::SavedReport;
use crate::run::manifest::Manifest;
use crate::upkeep::thread::RuleThread;
use crate::view::wrap;
use crate::wire::lines::{AnswerLine, RecordedLine, Request};
use crate::wire::spelling::did_you_mean;
use clap::CommandFactory;
use clap_complete::generate;
use schemars::{JsonSchema, schema_for};
use std::io::Write;
use std::process::ExitCode;

/// The rules that one of the patterns matches; all without patterns.
///
/// # Errors
/// A pattern that matches nothing, with the nearest id.
pub(super) fn matching(patterns: &[String]) -> Result<Vec<&'static Rule>, Failure> {
    for pattern in patterns {
        if !rules().iter().any(|rule| matches(pattern, rule.id)) {
            let meant = meant(pattern);
            return Err(Failure::Usage(format!(
                "no rule matches `{pattern}`{meant} `dezero-spec rules` lists them"
            )));
        }
    }
    let chosen = |rule: &&Rule| {
        patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, rule.id))
    };
    Ok(rules().iter().filter(chosen).collect())
}

/// The id or, of a pattern, the chapter that may have been meant.
fn meant(pattern: &str) -> String {
    let ids = rules().iter().map(|rule| rule.id);
    let Some((chapter, rest)) = pattern.split_once('.').filter(|_| pattern.contains('*')) else {
        return did_you_mean(pattern, ids, ";");
    };
    let mut patterns =
        rules().iter().map(|rule| format!("{}.{rest}", rule.chapter)).collect::<Vec<_>>();
    patterns.dedup();
    patterns.retain(|pattern| !pattern.starts_with(&format!("{chapter}.")));
    did_you_mean(pattern, patterns.iter().map(String::as_str), ";")
}

/// Prints each rule with its level, its place, its sentence, and what its check needs.
pub(super) fn list_rules(arguments: &Rules) -> Result<ExitCode, Failure> {
    let mut out = stdout();
    if arguments.json {
        let rules = matching(&arguments.patterns)?;
        let threads = rules.into_iter().map(|rule| RuleThread::of(rule).to_json());
        writeln!(out, "{:#}", serde_json::Value::from_iter(threads))?;
        return Ok(ExitCode::SUCCESS);
    }
    let bold = anstyle::Style::new().bold();
    for rule in matching(&arguments.patterns)? {
        let (chapter, line) = (rule.chapter, rule.line);
        writeln!(out, "{bold}{}{bold:#}  {}  spec/{chapter}.md:{line}", rule.id, rule.level)?;
        writeln!(out, "    {}", rule.sentence)?;
        let thread = RuleThread::of(rule);
        if let Some(check) = thread.check {
            if !check.needs.is_empty() {
                writeln!(out, "    needs {}", check.needs.join(", "))?;
            }
            if !check.after.is_empty() {
                writeln!(out, "    builds on {}", check.after.join(", "))?;
            }
        }
        for mutant in thread.mutants {
            writeln!(out, "    broken by the mutant {}", mutant.name)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Columns of a terminal, less the margin.
const WIDTH: usize = 78;

/// Tells the story of each rule that matches.
pub(super) fn explain(arguments: &Explain) -> Result<ExitCode, Failure> {
    let mut out = stdout();
    for rule in matching(std::slice::from_ref(&arguments.rule))? {
        story(&RuleThread::of(rule), &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn story(thread: &RuleThread, out: &mut impl Write) -> std::io::Result<()> {
    let bold = anstyle::Style::new().bold();
    let rule = thread.rule;
    let (chapter, line) = (rule.chapter, rule.line);
    writeln!(out, "{bold}{}{bold:#}  {}  spec/{chapter}.md:{line}", rule.id, rule.level)?;
    for line in wrap(&rule.sentence, WIDTH) {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)?;
    for paragraph in rule.why.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        for line in wrap(paragraph, WIDTH) {
            writeln!(out, "  {line}")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{bold}In the chapter{bold:#}\n  {}\n", passage(rule.chapter))?;
    if !thread.lines.is_empty() {
        writeln!(out, "{bold}In the reference{bold:#}")?;
        for (file, line) in &thread.lines {
            writeln!(out, "  {file}:{line}")?;
        }
        writeln!(out)?;
    }
    if !thread.mutants.is_empty() {
        writeln!(out, "{bold}What has gone wrong{bold:#}")?;
        for mutant in &thread.mutants {
            writeln!(out, "  {}: {}", mutant.name, mutant.suffers)?;
            writeln!(out, "    as in: {}", mutant.source)?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{bold}How it is judged{bold:#}\n  by {}", thread.judged())?;
    if let Some(check) = thread.check {
        for (what, names) in [("it needs", check.needs), ("it builds on", check.after)] {
            if !names.is_empty() {
                writeln!(out, "  {what} {}", names.join(", "))?;
            }
        }
    }
    if let Some(first) = thread.fixtures.first() {
        writeln!(out, "  {} fixtures, the first of them {first}", thread.fixtures.len())?;
    }
    if !thread.choices.is_empty() {
        writeln!(out, "  legal differences: {}", thread.choices.join(", "))?;
    }
    writeln!(out, "\n{bold}How to mend it{bold:#}\n  {}\n", rule.remedy)
}

/// Lists the wrong implementations and the legal variants.
pub(super) fn list_mutants(Mutants { names, patterns }: &Mutants) -> Result<ExitCode, Failure> {
    for pattern in patterns {
        if !catalogue().any(|mutant| matches(pattern, mutant.name)) {
            let why = format!("no mutant matches `{pattern}`; `dezero-spec mutants` lists them");
            return Err(Failure::Usage(why));
        }
    }
    let chosen = |mutant: &Mutant| {
        patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, mutant.name))
    };
    let mut out = stdout();
    if *names {
        for mutant in catalogue().filter(|mutant| chosen(mutant)) {
            writeln!(out, "{}", mutant.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let bold = anstyle::Style::new().bold();
    for mutant in mutants().iter().filter(|mutant| chosen(mutant)) {
        writeln!(out, "{bold}{}{bold:#}  breaks {}", mutant.name, mutant.rule)?;
        writeln!(out, "    {}", mutant.suffers)?;
        writeln!(out, "    class {}: {}", mutant.class, mutant.source)?;
    }
    let mut variants = variants().iter().filter(|variant| chosen(&variant.mutant));
    if let Some(first) = variants.next() {
        writeln!(out, "\nLegal variants, which must conform:")?;
        for variant in std::iter::once(first).chain(variants) {
            writeln!(out, "{bold}{}{bold:#}  {}", variant.mutant.name, variant.why)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what a run of some effort can see.
pub(super) fn power(arguments: &PowerArguments) -> Result<ExitCode, Failure> {
    let mut out = stdout();
    let bold = anstyle::Style::new().bold();
    let powers = powers(arguments.effort);
    writeln!(out, "What is found 99 times in 100, and the bits that are drawn for it\n")?;
    let mut kind = "";
    for power in &powers {
        if power.kind != kind {
            kind = power.kind;
            writeln!(out, "{bold}{kind}{bold:#}")?;
        }
        let bits = match power.bits {
            0.0..1e6 => format!("{:.0} k", power.bits / 1e3),
            bits => format!("{:.1} M", bits / 1e6),
        };
        writeln!(out, "  {:<28}{:<40}{bits:>8}", power.place, power.smallest)?;
    }
    writeln!(out, "\nThe false alarm probability is 10^-9 for all of it together.")?;
    Ok(ExitCode::SUCCESS)
}

/// Tells the protocol in outline.
pub(super) fn protocol() -> Result<ExitCode, Failure> {
    write!(stdout(), "{PROTOCOL}")?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a JSON Schema.
pub(super) fn schema(arguments: &Schema) -> Result<ExitCode, Failure> {
    let schema = match arguments.of {
        SchemaOf::Impl => schema_for!(Manifest),
        SchemaOf::Answers => schema_for!(RecordedLine),
        SchemaOf::Report => schema_for!(SavedReport),
        SchemaOf::Protocol => schema_for!(ProtocolLine),
    };
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    writeln!(stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

/// A line of the exchange, in either direction.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is made of it")]
enum ProtocolLine {
    /// From the judge.
    Request(Request),
    /// From the adapter.
    Answer(AnswerLine),
}

/// Prints what makes a shell complete the command line.
pub(super) fn completions(arguments: &Completions) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "dezero-spec", &mut script);
    stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
