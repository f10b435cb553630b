//! How a rule ended, in one word and one sign for all views.

use crate::report::Verdict;
use crate::report::saved::{SavedReport, SavedRuling};
use anstyle::{AnsiColor, Style};

/// What is said of a rule and an implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// What the judge said of the sentence that the rule has today.
    Judged(Verdict),
    /// It fails, and does not count.
    Unmet,
    /// It fails, and was expected to.
    Known,
    /// What it said of a sentence that is another today.
    Stale(Verdict),
    /// The report does not know the rule.
    Missing,
    /// There is no report.
    Absent,
}

/// What there is to be said of each, in the order of a legend: key, symbol, word, meaning.
pub(crate) const LEGEND: [(&str, char, &str, &str); 11] = [
    ("fail", '✗', "fail", "the implementation breaks the rule"),
    (
        "unmet",
        '▽',
        "unmet",
        "the implementation does not do what the rule recommends, and conforms",
    ),
    ("known", '≈', "known fail", "the implementation breaks the rule, as its impl.json expects"),
    ("error", '!', "error", "the adapter crashed, hung or broke the protocol"),
    ("inconclusive", '?', "inconclusive", "there were too few masks to tell"),
    (
        "not-run",
        '·',
        "not run",
        "the rule was not asked, most often because it builds on one that did not pass",
    ),
    ("stale", '~', "stale", "the verdict is on a sentence that has changed since"),
    ("missing", '–', "–", "the report is older than the rule"),
    ("absent", ' ', "", "the implementation was not judged; the summary says why"),
    ("pass", '✓', "pass", "the implementation obeys the rule"),
    ("unsupported", '○', "unsupported", "the implementation does not claim what the rule needs"),
];

impl State {
    /// What a report of today says of a rule; with `strict`, a SHOULD counts like a MUST.
    pub(crate) fn of(ruling: &SavedRuling, strict: bool) -> State {
        match (&ruling.known_failure, ruling.verdict) {
            (Some(_), Verdict::Fail) => State::Known,
            (None, Verdict::Fail) if !ruling.level.counts(strict) => State::Unmet,
            (_, verdict) => State::Judged(verdict),
        }
    }

    /// Every way in which a rule ends, in the order of the legend.
    pub(crate) fn judged() -> [State; 8] {
        [
            State::Judged(Verdict::Fail),
            State::Unmet,
            State::Known,
            State::Judged(Verdict::Error),
            State::Judged(Verdict::Inconclusive),
            State::Judged(Verdict::NotRun),
            State::Judged(Verdict::Pass),
            State::Judged(Verdict::Unsupported),
        ]
    }

    /// The name of it in attributes of pages.
    pub(crate) fn key(self) -> &'static str {
        match self {
            State::Judged(verdict) => verdict.name(),
            State::Unmet => "unmet",
            State::Known => "known",
            State::Stale(_) => "stale",
            State::Missing => "missing",
            State::Absent => "absent",
        }
    }

    fn entry(self) -> (&'static str, char, &'static str, &'static str) {
        let mut entries = LEGEND.into_iter();
        entries.find(|entry| entry.0 == self.key()).unwrap_or(("", ' ', "", ""))
    }

    /// One character, which needs no colour.
    pub(crate) fn symbol(self) -> char {
        self.entry().1
    }

    /// A short word; for a stale verdict both.
    pub(crate) fn word(self) -> String {
        match self {
            State::Stale(verdict) => format!("stale {}", State::Judged(verdict).word()),
            other => other.entry().2.to_owned(),
        }
    }

    /// How a terminal shows it: permissions, wishes and what is expected are no alarm.
    pub(crate) fn style(self) -> Style {
        match self {
            State::Judged(Verdict::Pass) => AnsiColor::Green.on_default().bold(),
            State::Judged(Verdict::Fail | Verdict::Error) => AnsiColor::Red.on_default().bold(),
            State::Judged(Verdict::Unsupported) | State::Missing | State::Absent => {
                Style::new().dimmed()
            }
            _ => AnsiColor::Yellow.on_default().bold(),
        }
    }

    /// Whether the rule is broken, as far as is known.
    pub(crate) fn broken(self) -> bool {
        matches!(self, State::Judged(Verdict::Fail | Verdict::Error) | State::Unmet | State::Known)
    }

    /// Whether there is more to be said than a number of programs.
    pub(crate) fn needs_words(self) -> bool {
        matches!(
            self,
            State::Judged(Verdict::Fail | Verdict::Error | Verdict::Inconclusive)
                | State::Unmet
                | State::Known
                | State::Stale(_)
        )
    }
}

/// The rules of a chapter that were judged or should have been, each with its state.
pub(crate) struct Chapter<'a> {
    pub(crate) name: &'a str,
    pub(crate) rulings: Vec<(State, &'a SavedRuling)>,
}

impl<'a> Chapter<'a> {
    /// All chapters of which a rule was selected, in the order of the book.
    pub(crate) fn all(report: &'a SavedReport) -> Vec<Chapter<'a>> {
        let mut chapters: Vec<Chapter> = Vec::new();
        for ruling in report.selected() {
            let stated = (State::of(ruling, report.strict), ruling);
            match chapters.last_mut().filter(|chapter| chapter.name == ruling.chapter) {
                Some(chapter) => chapter.rulings.push(stated),
                None => chapters.push(Chapter { name: &ruling.chapter, rulings: vec![stated] }),
            }
        }
        chapters
    }

    /// How many of its rules ended so.
    pub(crate) fn count(&self, state: State) -> usize {
        self.rulings.iter().filter(|(of, _)| *of == state).count()
    }

    /// In which ways rules ended, in any of the chapters, in the order of the legend.
    pub(crate) fn states(chapters: &[Chapter]) -> Vec<State> {
        let some = |state: &State| chapters.iter().any(|chapter| chapter.count(*state) > 0);
        State::judged().into_iter().filter(some).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_in_the_legend() {
        let judged = Verdict::ALL.map(State::Judged).into_iter();
        let states = judged.chain(Verdict::ALL.map(State::Stale));
        for state in states.chain([State::Unmet, State::Known, State::Missing, State::Absent]) {
            assert_eq!(state.entry().0, state.key());
        }
    }
}
