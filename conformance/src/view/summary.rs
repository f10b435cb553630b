//! The verdict on an implementation as a whole, in a line, and the figures of a run.

use super::words::{bits, counted, one_line};
use crate::book::Level;
use crate::report::saved::SavedReport;
use crate::report::{CORE, Conclusion, Reason, Verdict};

/// A report in one line, as text.
pub(crate) struct Summary {
    /// One character, which needs no colour.
    pub(crate) sign: char,
    /// The verdict in words.
    pub(crate) verdict: String,
    /// The name of the verdict.
    pub(crate) key: &'static str,
    /// The names of figures, and the figures.
    pub(crate) figures: Vec<(&'static str, String)>,
}

impl Summary {
    pub(crate) fn of(report: &SavedReport) -> Summary {
        let (pass, fail) = (report.count(Verdict::Pass), report.count(Verdict::Fail));
        let unsupported = report.count(Verdict::Unsupported);
        let undecided = report.rules.len() - pass - fail - unsupported;
        let unknown = || "–".to_owned();
        let platform = report.platform.as_ref().map(|on| format!("{} {}", on.os, on.arch));
        let date = report.date.as_deref().map(|date| one_line(date, 40));
        Summary {
            sign: sign(report.verdict),
            verdict: verdict(report),
            key: report.verdict.name(),
            figures: vec![
                ("pass", pass.to_string()),
                ("fail", fail.to_string()),
                ("unsupported", unsupported.to_string()),
                ("undecided", undecided.to_string()),
                ("mask bits", bits(report.statistics.bits)),
                ("programs", report.programs.to_string()),
                ("seconds", report.seconds.map_or_else(unknown, |seconds| format!("{seconds:.1}"))),
                ("date", date.unwrap_or_else(unknown)),
                ("platform", platform.map_or_else(unknown, |on| one_line(&on, 60))),
                ("seed", one_line(&report.seed, 40)),
                ("effort", report.effort.name().to_owned()),
                ("judge", one_line(&report.suite.version, 20)),
            ],
        }
    }

    /// The sign and the words.
    pub(crate) fn signed(&self) -> String {
        format!("{} {}", self.sign, self.verdict)
    }
}

fn sign(conclusion: Conclusion) -> char {
    match conclusion {
        Conclusion::Conforms | Conclusion::SelectedRulesPass => '✓',
        Conclusion::DoesNotConform | Conclusion::ExpectationsDoNotHold => '✗',
        Conclusion::NoVerdict => '?',
        Conclusion::KnownFailures => '≈',
    }
}

fn verdict(report: &SavedReport) -> String {
    let broken = |level| report.broken(level).count();
    let words = match report.verdict {
        Conclusion::Conforms if report.count(Verdict::Unsupported) > 0 => {
            "conforms in what it claims".to_owned()
        }
        Conclusion::Conforms => "conforms".to_owned(),
        Conclusion::DoesNotConform => {
            let should = match report.strict {
                true => format!(" and {} SHOULD", broken(Level::Should)),
                false => String::new(),
            };
            let known = match report.expectations.known_failures.is_empty() {
                true => String::new(),
                false => format!("; {}", known(report)),
            };
            let end = interruption(report).or_else(|| failed_fast(report));
            let end = end.map_or(String::new(), |it| format!("; {it}"));
            let must = broken(Level::Must);
            format!("does not conform: {must} MUST{should} broken{known}{end}")
        }
        Conclusion::NoVerdict => format!("no verdict: {}", obstacle(report)),
        Conclusion::SelectedRulesPass => match broken(Level::Should) {
            0 => "the selected rules pass".to_owned(),
            _ => "no MUST of the selected rules is broken".to_owned(),
        },
        Conclusion::KnownFailures => {
            let words = if report.is_partial() { "the selected rules pass" } else { "conforms" };
            format!("{words} but for {}", known(report))
        }
        Conclusion::ExpectationsDoNotHold => match report.expectations.problems.len() {
            1 => "1 expectation does not hold, and nothing else is wrong".to_owned(),
            count => format!("{count} expectations do not hold, and nothing else is wrong"),
        },
    };
    match broken(Level::Should) {
        0 => words,
        _ if report.strict => words,
        unmet => format!("{words}; {unmet} SHOULD unmet"),
    }
}

/// How many failures are known, and what could not be judged for them.
fn known(report: &SavedReport) -> String {
    let known = counted(report.expectations.known_failures.len(), "known failure");
    match report.expectations.behind_known_failures.len() {
        0 => known,
        1 => format!("{known}; 1 rule behind that is not judged"),
        count => format!("{known}; {count} rules behind that are not judged"),
    }
}

/// How far a run came that was interrupted.
fn interruption(report: &SavedReport) -> Option<String> {
    let words = match waiting(report, &Reason::Interrupted) {
        0 => "interrupted, after all rules were asked once".to_owned(),
        left => format!("interrupted, with {} rules asked", of_selected(report, left)),
    };
    report.interrupted.then_some(words)
}

/// How far a run came that ended at the first failure.
fn failed_fast(report: &SavedReport) -> Option<String> {
    let left = waiting(report, &Reason::FailedFast);
    let words = || format!("ended at the first, with {} rules asked", of_selected(report, left));
    (left > 0).then(words)
}

/// How many rules were not judged for a reason.
fn waiting(report: &SavedReport, reason: &Reason) -> usize {
    report.selected().filter(|ruling| ruling.reason.as_ref() == Some(reason)).count()
}

/// How many of the selected rules were judged, where so many are left.
fn of_selected(report: &SavedReport, left: usize) -> String {
    let all = report.selected().count();
    format!("{} of {all}", all - left)
}

/// Why there is no verdict.
fn obstacle(report: &SavedReport) -> String {
    if let Some(words) = interruption(report) {
        return words;
    }
    let first = |verdict| {
        let mut open = report.selected().filter(|ruling| ruling.behind.is_none());
        open.find(|ruling| ruling.verdict == verdict).map(|ruling| one_line(&ruling.id, 80))
    };
    if let Some(rule) = first(Verdict::Error) {
        return format!("the adapter failed at {rule}");
    }
    if let Some(rule) = first(Verdict::Inconclusive) {
        return format!("{rule} stays open");
    }
    if let Some(rule) = first(Verdict::NotRun) {
        return format!("{rule} was not run");
    }
    let core = report.rules.iter().filter(|ruling| CORE.contains(&ruling.id.as_str()));
    let mut unasked = core.filter(|ruling| ruling.verdict == Verdict::NotRun);
    match unasked.find_map(|ruling| Some((ruling, ruling.behind.as_ref()?))) {
        Some((ruling, known)) if !report.is_partial() => format!(
            "{} was not run, since the known failure {known} is in its way; every implementation must \
             be judged on it",
            ruling.id
        ),
        _ => {
            let words =
                "train and test mode of floats and their masks must be supported to conform";
            // Which of them is not, and why.
            let mut core = report.rules.iter().filter(|it| CORE.contains(&it.id.as_str()));
            let missing = core.find(|it| it.verdict == Verdict::Unsupported);
            missing.map_or(words.to_owned(), |it| {
                format!("{words}; {}: {}", it.id, one_line(&it.evidence, 200))
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report that is on record: Paddle's, which breaks MUSTs and SHOULDs.
    fn report() -> SavedReport {
        serde_json::from_str(include_str!("../../results/paddle.json")).unwrap()
    }

    #[test]
    fn rules_are_counted_by_verdict_and_level() {
        let report = report();
        let Summary { sign, verdict, key, figures } = Summary::of(&report);
        assert_eq!((sign, key), ('✗', "does-not-conform"));
        assert_eq!(verdict, "does not conform: 2 MUST broken; 3 SHOULD unmet");
        let counts = figures[..4].iter().map(|(_, count)| count.parse::<usize>().unwrap());
        let counts = counts.collect::<Vec<_>>();
        assert_eq!((counts[1], counts.iter().sum::<usize>()), (5, report.rules.len()));
        let unsupported = report.summary["unsupported"];
        assert_eq!((figures[2].0, counts[2]), ("unsupported", unsupported));
    }

    #[test]
    fn each_conclusion_has_its_words() {
        let said = |conclusion, change: &dyn Fn(&mut SavedReport)| {
            let mut report = SavedReport { verdict: conclusion, ..report() };
            change(&mut report);
            verdict(&report)
        };
        let nothing = |_: &mut SavedReport| {};
        let known = |report: &mut SavedReport| {
            report.expectations.known_failures = vec!["config.scope.again".to_owned()];
            report.rules.retain(|rule| rule.verdict != Verdict::Fail);
        };
        let all_pass = |report: &mut SavedReport| {
            report.rules.retain(|rule| rule.verdict == Verdict::Pass);
        };
        let strict = |report: &mut SavedReport| report.strict = true;
        let interrupted = |report: &mut SavedReport| report.interrupted = true;
        use Conclusion::*;
        for (conclusion, change, words) in [
            (Conforms, &all_pass as &dyn Fn(&mut SavedReport), "conforms"),
            (Conforms, &nothing, "conforms in what it claims; 3 SHOULD unmet"),
            (DoesNotConform, &nothing, "does not conform: 2 MUST broken; 3 SHOULD unmet"),
            (DoesNotConform, &strict, "does not conform: 2 MUST and 3 SHOULD broken"),
            (
                DoesNotConform,
                &interrupted,
                "does not conform: 2 MUST broken; interrupted, after all rules were asked once; 3 \
                 SHOULD unmet",
            ),
            (
                NoVerdict,
                &interrupted,
                "no verdict: interrupted, after all rules were asked once; 3 SHOULD unmet",
            ),
            (SelectedRulesPass, &all_pass, "the selected rules pass"),
            (
                SelectedRulesPass,
                &nothing,
                "no MUST of the selected rules is broken; 3 SHOULD unmet",
            ),
            (KnownFailures, &known, "conforms but for 1 known failure"),
            (
                ExpectationsDoNotHold,
                &all_pass,
                "0 expectations do not hold, and nothing else is wrong",
            ),
        ] {
            assert_eq!(said(conclusion, change), words);
        }
    }
}
