//! What a verdict rests on, in the order in which it is read, for all views.

use super::state::State;
use super::words::{counted, wrap};
use crate::report::Verdict;
use crate::report::saved::{SavedCounterexample, SavedRuling};
use serde_json::Value;

/// What a verdict rests on.
pub(crate) struct RulingEvidence<'a> {
    /// The program as pseudocode.
    pub(crate) given: &'a [String],
    /// What was expected, what was observed, and so on.
    pub(crate) facts: Vec<Fact>,
    /// How many programs were judged.
    pub(crate) judged_by: Option<String>,
    /// The command that shows it again.
    pub(crate) replay: Option<&'a str>,
    /// The program as it was sent.
    pub(crate) program: Option<&'a Value>,
}

/// Something that is known of it.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) text: String,
    /// Whether its lines may be broken otherwise.
    prose: bool,
}

fn prose(label: &'static str, text: impl Into<String>) -> Fact {
    Fact { label, text: text.into(), prose: true }
}

fn verbatim(label: &'static str, text: impl Into<String>) -> Fact {
    Fact { label, text: text.into(), prose: false }
}

impl<'a> RulingEvidence<'a> {
    /// The evidence for a ruling in this state.
    pub(crate) fn of(ruling: &'a SavedRuling, state: State) -> RulingEvidence<'a> {
        let mut facts = Vec::new();
        if let State::Stale(_) = state {
            facts.push(prose("stale", "the verdict is on another sentence than the rule has now"));
        }
        if let Some(known) = ruling.known_failure.as_ref().filter(|_| state == State::Known) {
            facts.push(prose("known", known.because.clone()));
            facts.extend(known.issue.clone().map(|issue| verbatim("issue", issue)));
            facts.extend(known.until.clone().map(|day| verbatim("until", day)));
        }
        match &ruling.counterexample {
            Some(found) => facts.extend(seen(found)),
            None if ruling.evidence.is_empty() => {}
            None => {
                let label = if ruling.verdict == Verdict::Fail { "observed" } else { "because" };
                facts.push(prose(label, ruling.evidence.clone()));
            }
        }
        for (label, lines) in [("raised", &ruling.traceback), ("stderr", &ruling.stderr)] {
            if !lines.is_empty() {
                facts.push(verbatim(label, lines.join("\n")));
            }
        }
        facts.extend(ruling.perhaps.clone().map(|why| prose("perhaps", why)));
        facts.extend(ruling.example.clone().map(|suffers| prose("e.g.", suffers)));
        let found = ruling.counterexample.as_ref();
        RulingEvidence {
            given: found.map_or(ruling.pseudocode.as_slice(), |found| &found.pseudocode),
            facts,
            judged_by: Some(counted(ruling.cases, "program")).filter(|_| ruling.cases > 0),
            replay: ruling.replay.as_deref(),
            program: found.map(|found| &found.program).or(ruling.program.as_ref()),
        }
    }

    /// The evidence of a program that was asked alone.
    pub(crate) fn of_counterexample(found: &'a SavedCounterexample) -> RulingEvidence<'a> {
        RulingEvidence {
            given: &found.pseudocode,
            facts: seen(found).collect(),
            judged_by: None,
            replay: None,
            program: Some(&found.program),
        }
    }

    /// Program, facts and command as they are, a label before each.
    pub(crate) fn unbroken(&self) -> impl Iterator<Item = String> {
        let lines = self.lines(usize::MAX).into_iter();
        lines.map(|(label, line)| format!("{label:<9} {line}"))
    }

    /// Program, facts and command as lines of so many characters, each with its label; only the first line of
    /// each has one.
    pub(crate) fn lines(&self, width: usize) -> Vec<(&'static str, String)> {
        let mut lines = labelled("given", shortened(self.given));
        for Fact { label, text, prose } in &self.facts {
            let of = text.lines().flat_map(|line| match prose {
                true => wrap(line, width),
                false => vec![line.to_owned()],
            });
            lines.extend(labelled(label, of.collect()));
        }
        lines.extend(labelled("replay", self.replay.iter().map(|&line| line.to_owned()).collect()));
        lines
    }
}

/// What was seen of a program.
fn seen(found: &SavedCounterexample) -> impl Iterator<Item = Fact> {
    let place = match found.place.as_str() {
        "" => String::new(),
        place => format!(" at {place}"),
    };
    let fixture = found.fixture.clone().map(|fixture| verbatim("fixture", fixture));
    let expected = verbatim("expected", found.expected.clone());
    let observed = verbatim("observed", format!("{}{place}", found.observed));
    let confirmed = found.confirmed.clone().map(|seen| prose("seen", seen));
    let before = Some(shortened(&found.before).join("\n")).filter(|lines| !lines.is_empty());
    let before = before.map(|lines| verbatim("before", lines));
    fixture.into_iter().chain([expected, observed]).chain(confirmed).chain(before)
}

/// Lines of which the first has the label.
pub(super) fn labelled(label: &str, lines: Vec<String>) -> Vec<(&str, String)> {
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    labels.zip(lines).collect()
}

/// Longer programs are cut in the middle.
const LONGEST_PROGRAM: usize = 24;

fn shortened(program: &[String]) -> Vec<String> {
    let mut program = program.to_vec();
    if program.len() > LONGEST_PROGRAM {
        let cut = program.len() - LONGEST_PROGRAM;
        let middle = LONGEST_PROGRAM / 2;
        program.splice(middle..middle + cut, [format!("… {cut} more lines")]);
    }
    program
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_programs_are_cut_in_the_middle() {
        let lines =
            |from: usize, to: usize| (from..to).map(|line| line.to_string()).collect::<Vec<_>>();
        for few in [0, 1, 24] {
            assert_eq!(shortened(&lines(0, few)), lines(0, few));
        }
        for (many, cut) in [(25, "… 1 more lines"), (30, "… 6 more lines")] {
            let expected = [lines(0, 12), vec![cut.to_owned()], lines(many - 12, many)];
            assert_eq!(shortened(&lines(0, many)), expected.concat());
        }
    }
}
