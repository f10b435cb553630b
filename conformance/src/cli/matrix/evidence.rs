use super::joined::Cell;
use super::state::State;
use serde_json::Value;

/// What a verdict rests on, in the order in which it is read.
pub(super) struct Evidence<'a> {
    /// The program as pseudocode.
    pub(super) given: Option<String>,
    /// What was expected, what was observed, and so on.
    pub(super) facts: Vec<(&'static str, String)>,
    /// The command that shows it again.
    pub(super) replay: Option<String>,
    /// The program as it was sent.
    pub(super) program: Option<&'a Value>,
}

impl<'a> Evidence<'a> {
    /// Nothing if there is no report, or the report does not know the rule.
    pub(super) fn of(cell: &Cell<'a>) -> Option<Evidence<'a>> {
        let ruling = cell.ruling?;
        let mut facts = Vec::new();
        if let State::Stale(_) = cell.state {
            let why = "the verdict is on another sentence than the rule has now".to_owned();
            facts.push(("stale", why));
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
            1 => facts.push(("judged by", "1 program".to_owned())),
            cases => facts.push(("judged by", format!("{cases} programs"))),
        }
        facts.extend(ruling.example.clone().map(|suffers| ("a model suffers, e.g.", suffers)));
        if !ruling.stderr.is_empty() {
            facts.push(("stderr", ruling.stderr.join("\n")));
        }
        let found = ruling.counterexample.as_ref();
        let program = found.map(|found| &found.program).or(ruling.program.as_ref());
        Some(Evidence {
            given: found.map(|found| found.pseudocode.join("\n")),
            facts,
            replay: ruling.replay.clone(),
            program,
        })
    }
}
