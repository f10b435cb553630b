use super::exchanges::{Aim, EXCHANGES, Exchange};
use crate::implementation::mistakes::{Language, diagnose_answer, excerpt};
use crate::implementation::{Fault, Implementation};
use crate::oracle::{Choices, Exactness, explain};
use crate::wire::{Answer, FaultKind, Origin, Outcome, Start, Step};

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Examined {
    /// What it is.
    pub name: &'static str,
    /// How it is.
    pub finding: ExchangeFinding,
}

/// How one thing is.
#[derive(Clone, Debug)]
pub enum ExchangeFinding {
    /// As it should be, and what there is to say.
    Right(String),
    /// The adapter is right, but there is something to know before it is judged.
    Note(String),
    /// The adapter is wrong.
    Wrong(Fault),
    /// It was not asked, and why.
    NotAsked(&'static str),
}

const REFUSED: &str = "a step whose capability is not claimed was to be refused: {\"id\":…,\"unsupported\":{\"at\":2,\"why\":…}}";
const BLAMED: &str = "a name that is not bound was to be an error of the adapter: \
                      {\"id\":…,\"observations\":[],\"error\":{\"at\":1,\"from\":\"adapter\",…}}";

/// Looks at one thing after the other, and tells each to `see` at once. Whether all are right.
pub fn examine(
    implementation: &mut dyn Implementation,
    language: Language,
    see: &mut dyn FnMut(Examined) -> std::io::Result<()>,
) -> std::io::Result<bool> {
    let mut entropy = 1;
    let mut right = true;
    let start = match implementation.start(entropy) {
        Ok(start) => start,
        Err(fault) => {
            see(Examined { name: "start", finding: unanswered(fault) })?;
            return Ok(false);
        }
    };
    see(Examined { name: "start", finding: ExchangeFinding::Right(introduced(&start)) })?;
    let mut gone = None;
    for exchange in &EXCHANGES {
        let finding = match ((exchange.program)(&start), gone) {
            (_, Some(why)) => ExchangeFinding::NotAsked(why),
            (None, _) => ExchangeFinding::NotAsked("what is claimed leaves no room for it"),
            (Some(program), None) => ask(implementation, exchange, &program, language),
        };
        if let ExchangeFinding::NotAsked(INTERRUPTED) = finding {
            gone = Some(INTERRUPTED);
        }
        if let ExchangeFinding::Wrong(fault) = &finding {
            right = false;
            entropy += 1;
            gone = match fault.kind {
                FaultKind::Timeout => Some("the adapter hangs"),
                _ => {
                    implementation.start(entropy).err().map(|_| "the adapter does not start again")
                }
            };
        }
        see(Examined { name: exchange.name, finding })?;
    }
    Ok(right)
}

/// The reason why nothing more is asked after an interruption.
const INTERRUPTED: &str = "interrupted";

/// A missing answer is the adapter's mistake, unless the adapter was interrupted.
fn unanswered(fault: Fault) -> ExchangeFinding {
    match fault.kind {
        FaultKind::Interrupted => ExchangeFinding::NotAsked(INTERRUPTED),
        _ => ExchangeFinding::Wrong(fault),
    }
}

/// What the adapter says of itself, on one line.
fn introduced(start: &Start) -> String {
    let name = &start.implementation;
    let dtypes = start.dtypes.iter().map(|dtype| dtype.name()).collect::<Vec<_>>().join(" ");
    let text =
        format!("{} {}: {}; {dtypes}", name.name, name.version, start.capabilities.join(" "));
    // It comes from a stranger and goes to a terminal.
    text.replace(char::is_control, " ")
}

fn ask(
    implementation: &mut dyn Implementation,
    exchange: &Exchange,
    program: &[Step],
    language: Language,
) -> ExchangeFinding {
    let answer = match implementation.run(exchange.name, program) {
        Ok(answer) => answer,
        Err(fault) => return unanswered(fault),
    };
    match (exchange.aim, &answer.outcome) {
        (Aim::Refused, Outcome::Unsupported { .. }) => ExchangeFinding::Right(String::new()),
        (Aim::Blamed, Outcome::Raised { from: Origin::Adapter, .. }) => {
            ExchangeFinding::Right(String::new())
        }
        (Aim::Refused, _) => wrong(&answer, exchange, REFUSED),
        (_, Outcome::Unsupported { at, why }) => {
            ExchangeFinding::Note(format!("refused at step {at}: {}", excerpt(why)))
        }
        (Aim::Blamed, _) => wrong(&answer, exchange, BLAMED),
        (_, Outcome::Raised { from: Origin::Adapter, message, .. }) => {
            wrong(&answer, exchange, &format!("the adapter itself failed: {message}"))
        }
        (Aim::Answered, Outcome::Raised { message, .. }) => ExchangeFinding::Note(excerpt(message)),
        (aim, _) => looked_over(&answer, exchange, program, aim, language),
    }
}

fn looked_over(
    answer: &Answer,
    exchange: &Exchange,
    program: &[Step],
    aim: Aim,
    language: Language,
) -> ExchangeFinding {
    let exactness = Exactness::Must;
    let Err(mismatch) = explain(program, answer, exactness, &mut Choices::default()) else {
        return ExchangeFinding::Right(String::new());
    };
    let found = format!("expected {}, observed {}", mismatch.expected, mismatch.observed);
    if aim != Aim::Observed && !mismatch.protocol {
        return ExchangeFinding::Note(format!("answered, but not as the rules have it: {found}"));
    }
    match diagnose_answer(program, answer, language) {
        Some(diagnosis) => wrong(answer, exchange, &format!("{found}\n{diagnosis}")),
        None => wrong(answer, exchange, &found),
    }
}

fn wrong(answer: &Answer, exchange: &Exchange, why: &str) -> ExchangeFinding {
    let read = format!("\n  read as: {}", excerpt(&answer.to_line(exchange.name)));
    let message = match why.split_once('\n') {
        Some((first, rest)) => format!("{first}{read}\n{rest}"),
        None => why.to_owned() + &read,
    };
    ExchangeFinding::Wrong(Fault { kind: FaultKind::Protocol, message, stderr: vec![] })
}

#[cfg(test)]
mod tests;
