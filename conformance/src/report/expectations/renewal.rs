use super::outcome::matched;
use super::{Expectation, ExpectedVerdict, MOST_RULES};
use crate::book::is_protocol;
use crate::report::{Report, Ruling, Verdict};

/// The expectations that hold after a run.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// All of them, those that were there first.
    pub entries: Vec<Expectation>,
    /// The rules that are new among them.
    pub added: Vec<&'static str>,
    /// What was taken out.
    pub dropped: Vec<String>,
}

/// What stands in a new entry until a person says why the rule fails.
const UNEXPLAINED: &str = "not explained yet";

/// The expectations as this run would have them. Entries that hold stay as they are, with their
/// reasons; an overdue one too, since only a person moves a day. With `strict`, a SHOULD that fails is
/// added like a MUST.
///
/// # Errors
/// Why this run is nothing to renew them from.
pub fn renewal(report: &Report, strict: bool) -> Result<Renewal, String> {
    if report.partial {
        return Err("only some rules were judged; leave --rule out".to_owned());
    }
    if report.interrupted {
        return Err("the run was interrupted; let it come to its end".to_owned());
    }
    if let Some(ruling) = report.rulings.iter().find(|ruling| ruling.verdict == Verdict::Error) {
        let rule = ruling.rule.id;
        return Err(format!("the adapter failed at {rule}, and that is never expected; mend it"));
    }
    let mut renewed = Renewal { entries: Vec::new(), added: Vec::new(), dropped: Vec::new() };
    for entry in report.expectations.entries() {
        renewed.keep(entry, &report.rulings);
    }
    let counts = |ruling: &&Ruling| ruling.rule.level.counts(strict);
    let failing = report.rulings.iter().filter(|ruling| ruling.verdict == Verdict::Fail);
    for ruling in failing.filter(counts) {
        let rule = ruling.rule.id;
        if !renewed.covers(rule, &report.rulings) {
            renewed.added.push(rule);
            renewed.entries.push(Expectation {
                rule: rule.to_owned(),
                verdict: ExpectedVerdict::Fail,
                because: UNEXPLAINED.to_owned(),
                issue: None,
                until: None,
            });
        }
    }
    Ok(renewed)
}

impl Renewal {
    /// Keeps an entry as it is, if all of it holds; otherwise the rules of it that still hold.
    fn keep(&mut self, entry: &Expectation, rulings: &[Ruling]) {
        let matched = matched(entry, rulings);
        // What was not decided this time may fail the next time.
        let holds = |ruling: &&&Ruling| {
            !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported)
                && !is_protocol(ruling.rule.id)
        };
        let passes = matched.iter().any(|ruling| ruling.verdict == Verdict::Pass);
        let left = matched.iter().filter(holds).map(|ruling| ruling.rule.id);
        let left = left.filter(|rule| !self.covers(rule, rulings)).collect::<Vec<_>>();
        if left.is_empty() {
            self.dropped.push(entry.rule.clone());
        } else if !entry.is_pattern() || !passes && matched.len() <= MOST_RULES {
            self.entries.push(entry.clone());
        } else {
            self.dropped.push(entry.rule.clone());
            let named =
                left.iter().map(|&rule| Expectation { rule: rule.to_owned(), ..entry.clone() });
            self.entries.extend(named);
        }
    }

    fn covers(&self, rule: &str, rulings: &[Ruling]) -> bool {
        let mut covered = self.entries.iter().flat_map(|entry| matched(entry, rulings));
        covered.any(|ruling| ruling.rule.id == rule)
    }
}

#[cfg(test)]
mod tests;
