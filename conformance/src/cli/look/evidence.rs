use super::state::State;
use super::text::{LONGEST, code};
use crate::cli::plain::cut;
use crate::report::saved::Ruling;
use crate::view::counted;
use maud::{Markup, html};
use serde_json::Value;

/// What a verdict rests on, in the order in which it is read.
pub(crate) struct RulingEvidence<'a> {
    /// The program as pseudocode.
    pub(crate) given: Option<String>,
    /// What was expected, what was observed, and so on.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// The command that shows it again.
    pub(crate) replay: Option<String>,
    /// The program as it was sent.
    pub(crate) program: Option<&'a Value>,
}

impl<'a> RulingEvidence<'a> {
    /// The evidence for a ruling in this state.
    pub(crate) fn of(ruling: &'a Ruling, state: State) -> RulingEvidence<'a> {
        let mut facts = Vec::new();
        if let State::Stale(_) = state {
            let why = "the verdict is on another sentence than the rule has now".to_owned();
            facts.push(("stale", why));
        }
        if let Some(known) = ruling.known_failure.as_ref().filter(|_| state == State::Known) {
            facts.push(("known failure", known.because.clone()));
            facts.extend(known.issue.clone().map(|issue| ("issue", issue)));
            facts.extend(known.until.clone().map(|day| ("excused until", day)));
        }
        match &ruling.counterexample {
            Some(found) => {
                let place = match found.place.as_str() {
                    "" => String::new(),
                    place => format!(" at {place}"),
                };
                facts.push(("expected", found.expected.clone()));
                facts.push(("observed", format!("{}{place}", found.observed)));
                facts.extend(found.confirmed.clone().map(|seen| ("seen", seen)));
                facts.extend(found.fixture.clone().map(|fixture| ("fixture", fixture)));
            }
            None if ruling.evidence.is_empty() => {}
            None => facts.push(("because", ruling.evidence.clone())),
        }
        match ruling.cases {
            0 => {}
            cases => facts.push(("judged by", counted(cases, "program"))),
        }
        facts.extend(ruling.example.clone().map(|suffers| ("a model suffers, e.g.", suffers)));
        if !ruling.stderr.is_empty() {
            facts.push(("stderr", ruling.stderr.join("\n")));
        }
        let found = ruling.counterexample.as_ref();
        let program = found.map(|found| &found.program).or(ruling.program.as_ref());
        RulingEvidence {
            given: found.map(|found| found.pseudocode.join("\n")),
            facts,
            replay: ruling.replay.clone(),
            program,
        }
    }

    /// The program and the facts.
    pub(crate) fn shown(&self) -> Markup {
        html! {
            @if let Some(given) = &self.given {
                h4 { "Given" }
                (code(given))
            }
            dl {
                @for (name, fact) in &self.facts {
                    div { dt { (name) } dd { (cut(fact, LONGEST)) } }
                }
            }
        }
    }

    /// The program as it was sent, folded.
    pub(crate) fn folded(&self) -> Markup {
        html! {
            @if let Some(program) = &self.program {
                details {
                    summary { "The program as JSON" }
                    (code(&format!("{program:#}")))
                }
            }
        }
    }
}
