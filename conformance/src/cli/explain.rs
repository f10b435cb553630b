use super::arguments::Explain;
use super::failure::Failure;
use super::rules::matching;
use super::streams::stdout;
use crate::book::passage;
use crate::upkeep::thread::RuleThread;
use crate::view::wrap;
use std::io::Write;
use std::process::ExitCode;

/// Columns of a terminal, less the margin.
const WIDTH: usize = 78;

/// Tells the story of each rule that matches.
pub(super) fn run(arguments: &Explain) -> Result<ExitCode, Failure> {
    let mut out = stdout();
    for rule in matching(std::slice::from_ref(&arguments.rule))? {
        tell(&RuleThread::of(rule), &mut out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(thread: &RuleThread, out: &mut impl Write) -> std::io::Result<()> {
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
