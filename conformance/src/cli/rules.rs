use super::arguments::Rules;
use super::failure::Failure;
use super::streams::stdout;
use crate::book::{Rule, matches, rules};
use crate::upkeep::thread::RuleThread;
use crate::wire::spelling::did_you_mean;
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
pub(super) fn run(arguments: &Rules) -> Result<ExitCode, Failure> {
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
