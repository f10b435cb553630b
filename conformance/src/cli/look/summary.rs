use crate::cli::plain::one_line;
use dezero_spec::report::saved::Report;
use dezero_spec::rules::Level;
use dezero_spec::{Conclusion, Verdict};

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
    match report.expectations.known_failures.len() {
        1 => "1 known failure".to_owned(),
        count => format!("{count} known failures"),
    }
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
