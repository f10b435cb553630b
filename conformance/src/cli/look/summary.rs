use crate::book::Level;
use crate::cli::plain::one_line;
use crate::report::saved::Report;
use crate::report::{Conclusion, Verdict};
use crate::view::counted;

/// A report in one line, as text.
pub(crate) struct Summary {
    /// The verdict with its symbol.
    pub(crate) verdict: String,
    /// The name of the verdict.
    pub(crate) key: &'static str,
    /// The names of figures, and the figures.
    pub(crate) figures: Vec<(&'static str, String)>,
}

impl Summary {
    pub(crate) fn of(report: &Report) -> Summary {
        let count = |verdict| report.rules.iter().filter(|rule| rule.verdict == verdict).count();
        let (pass, fail) = (count(Verdict::Pass), count(Verdict::Fail));
        let unsupported = count(Verdict::Unsupported);
        let undecided = report.rules.len() - pass - fail - unsupported;
        let verdict = match report.verdict {
            Conclusion::Conforms if fail > 0 => {
                format!("✓ conforms, breaks {}", broken(report, true))
            }
            Conclusion::Conforms => "✓ conforms".to_owned(),
            Conclusion::DoesNotConform => match report.expectations.known_failures.len() {
                0 => format!("✗ breaks {}", broken(report, false)),
                _ => format!("✗ breaks {}, and {}", broken(report, false), known(report)),
            },
            Conclusion::NoVerdict if report.interrupted => "? interrupted".to_owned(),
            Conclusion::NoVerdict => "? no verdict".to_owned(),
            Conclusion::SelectedRulesPass => "✓ selected rules pass".to_owned(),
            Conclusion::KnownFailures => format!("≈ conforms but for {}", known(report)),
            Conclusion::ExpectationsDoNotHold => match report.expectations.problems.len() {
                1 => "✗ 1 expectation does not hold".to_owned(),
                count => format!("✗ {count} expectations do not hold"),
            },
        };
        let verdict = match report.interrupted && report.verdict != Conclusion::NoVerdict {
            true => format!("{verdict}, interrupted"),
            false => verdict,
        };
        let unknown = || "–".to_owned();
        let platform = report.platform.as_ref().map(|on| format!("{} {}", on.os, on.arch));
        let date = report.date.as_deref().map(|date| one_line(date, 40));
        Summary {
            verdict,
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
}

/// How many rules fail as expected.
fn known(report: &Report) -> String {
    counted(report.expectations.known_failures.len(), "known failure")
}

/// The rules that fail, by level: `1 MUST, 2 SHOULD`; those that were expected to only with `known`.
fn broken(report: &Report, known: bool) -> String {
    let of = |level| {
        let fails = report.rules.iter().filter(|rule| rule.verdict == Verdict::Fail);
        let fails = fails.filter(|rule| known || rule.known_failure.is_none());
        fails.filter(|rule| rule.level == level).count()
    };
    let levels = [Level::Must, Level::Should, Level::May].map(|level| (level, of(level)));
    let some = levels.iter().filter(|(_, count)| *count > 0);
    some.map(|(level, count)| format!("{count} {level}")).collect::<Vec<_>>().join(", ")
}

/// A number of bits that is read at a glance.
fn bits(bits: u64) -> String {
    match bits {
        0..1_000 => bits.to_string(),
        1_000..1_000_000 => format!("{:.0} k", bits as f64 / 1e3),
        _ => format!("{:.1} M", bits as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report that is on record: Paddle's, which breaks MUSTs and SHOULDs.
    fn report() -> Report {
        serde_json::from_str(include_str!("../../../results/paddle.json")).unwrap()
    }

    #[test]
    fn rules_are_counted_by_verdict_and_level() {
        let report = report();
        let Summary { verdict, key, figures } = Summary::of(&report);
        assert_eq!((verdict.as_str(), key), ("✗ breaks 2 MUST, 3 SHOULD", "does-not-conform"));
        let counts = figures[..4].iter().map(|(_, count)| count.parse::<usize>().unwrap());
        let counts = counts.collect::<Vec<_>>();
        assert_eq!((counts[1], counts.iter().sum::<usize>()), (5, report.rules.len()));
        let unsupported = report.summary["unsupported"];
        assert_eq!((figures[2].0, counts[2]), ("unsupported", unsupported));
    }

    #[test]
    fn each_conclusion_has_its_words() {
        let verdict = |conclusion, change: &dyn Fn(&mut Report)| {
            let mut report = Report { verdict: conclusion, ..report() };
            change(&mut report);
            Summary::of(&report).verdict
        };
        let nothing = |_: &mut Report| {};
        let known = |report: &mut Report| {
            report.expectations.known_failures = vec!["config.scope.again".to_owned()];
        };
        let none_fails = |report: &mut Report| {
            report.rules.retain(|rule| rule.verdict != Verdict::Fail);
        };
        let interrupted = |report: &mut Report| report.interrupted = true;
        use Conclusion::*;
        for (conclusion, change, words) in [
            (Conforms, &nothing as &dyn Fn(&mut Report), "✓ conforms, breaks 2 MUST, 3 SHOULD"),
            (Conforms, &none_fails, "✓ conforms"),
            (DoesNotConform, &known, "✗ breaks 2 MUST, 3 SHOULD, and 1 known failure"),
            (DoesNotConform, &interrupted, "✗ breaks 2 MUST, 3 SHOULD, interrupted"),
            (NoVerdict, &nothing, "? no verdict"),
            (NoVerdict, &interrupted, "? interrupted"),
            (KnownFailures, &known, "≈ conforms but for 1 known failure"),
            (ExpectationsDoNotHold, &nothing, "✗ 0 expectations do not hold"),
        ] {
            assert_eq!(verdict(conclusion, change), words);
        }
    }

    #[test]
    fn bits_are_read_at_a_glance() {
        for (number, words) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1 k"),
            (999_499, "999 k"),
            (1_000_000, "1.0 M"),
            (3_381_497, "3.4 M"),
        ] {
            assert_eq!(bits(number), words);
        }
    }
}
