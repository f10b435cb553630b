use dezero_spec::Verdict;
use dezero_spec::book::{Rule, rules};
use dezero_spec::report::ReportFile;
use dezero_spec::report::saved::SavedReport;
use dezero_spec::upkeep::thread::RuleThread;
use std::error::Error;
use std::path::PathBuf;

/// The rules that may not earn their place: no mutant was made to break them, or the reports have no
/// implementation that was judged by them, or none that passes.
pub(crate) fn list(files: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut reports: Vec<SavedReport> = Vec::new();
    for file in files {
        reports.push(ReportFile::parse(&std::fs::read_to_string(file)?)?.report()?);
    }
    let mut text = String::new();
    let mut group = |title: &str, rules: &mut dyn Iterator<Item = &'static Rule>| {
        let lines = rules.map(|rule| format!("  {}  {}\n", rule.id, rule.level));
        let lines = lines.collect::<String>();
        text += &format!("{title}\n{}", if lines.is_empty() { "  none\n" } else { &lines });
    };
    let unbroken = |rule: &&'static Rule| RuleThread::of(rule).mutants.is_empty();
    group("No mutant breaks", &mut rules().iter().filter(unbroken));
    if !reports.is_empty() {
        let count = |rule: &Rule, verdict| {
            let ended = |report: &&SavedReport| {
                report.rules.iter().any(|ruling| ruling.id == rule.id && ruling.verdict == verdict)
            };
            reports.iter().filter(ended).count()
        };
        let passed = |rule: &Rule| count(rule, Verdict::Pass) > 0;
        let failed = |rule: &Rule| count(rule, Verdict::Fail) > 0;
        let mut unjudged = rules().iter().filter(|rule| !passed(rule) && !failed(rule));
        group("No implementation was judged by", &mut unjudged);
        let mut never = rules().iter().filter(|rule| !passed(rule) && failed(rule));
        group("Every implementation that was judged fails", &mut never);
    }
    Ok(text)
}
