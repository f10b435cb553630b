use super::groups::Groups;
use super::model::{
    AskedElement, Exactness, MOST_CALLS, Predicted, WithElement, predict_groups, with_element,
};
use super::{Choices, World};
use crate::implementation::framework::Stop;
use crate::implementation::interpreter::Observed;
use crate::wire::{Answer, Array, Dtype, Observation, Origin, Outcome, Seen, Step};
use std::collections::HashMap;

/// What could not be explained: the earliest observation that no mask accounts for.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The number of the step.
    pub at: usize,
    /// Where in the array, in words; empty if it is not about one element.
    pub place: String,
    /// What the specification allows.
    pub expected: String,
    /// What the implementation showed.
    pub observed: String,
    /// What of the answer was wrong.
    pub wrong: Wrong,
    /// The answer does not fit the program: the adapter is at fault, not the framework.
    pub protocol: bool,
}

/// What of an answer was wrong. Rules are found by it; the words are for people.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrong {
    /// A number in an array: whether each was 0 that was expected, and whether that was which was shown.
    Value {
        /// Whether every number that was allowed is 0.
        expected_zero: bool,
        /// Whether the number that was shown is.
        observed_zero: bool,
    },
    /// The dtype of an array.
    Dtype,
    /// The shape of an array.
    Shape,
    /// A flag.
    Flag,
    /// Whether a call was recorded.
    Recorded,
    /// Whether two names are one.
    Same,
    /// How many uniforms were drawn.
    Draws,
    /// Where an array lives.
    Device,
    /// An error, or none: who was to raise one, and who did, with the type and the message.
    Error {
        /// Who was to raise.
        expected: Option<Origin>,
        /// Who did.
        observed: Option<(Origin, Box<str>)>,
    },
    /// How many elements were kept, of how many.
    Kept(u64, u64),
    /// Which masks are equal, or what is made of many.
    Masks,
    /// Which steps were observed.
    Steps,
}

impl Wrong {
    /// What the framework raised where nothing was to be raised: the type and the message.
    pub fn unexpected_error(&self) -> Option<&str> {
        match self {
            Wrong::Error { expected: None, observed: Some((Origin::Library, message)) } => {
                Some(message)
            }
            _ => None,
        }
    }
}

/// A program that the specification explains.
#[derive(Clone, Debug, Default)]
pub struct Explained {
    /// For each shape and turn, and each group of calls that are observed together.
    pub assignments: Vec<Assignments>,
}

/// The assignments that remain for the elements of one shape in one turn.
#[derive(Clone, Debug)]
pub struct Assignments {
    /// The steps of the calls.
    pub calls: Vec<usize>,
    /// The shape of the arrays.
    pub shape: Vec<usize>,
    /// The turn of the `repeat`; 0 outside.
    pub turn: usize,
    /// For each element the assignments that remain: bit `a` stands for the one whose i-th bit says whether
    /// the i-th call kept the element.
    pub alive: Vec<u64>,
}

/// Asks whether some assignment of the masks, in some world that `choices` leaves possible,
/// explains `answer`; if so, keeps the answers that do.
///
/// # Errors
/// The observation that got furthest without being explained.
///
/// # Panics
/// If the program uses a name that it has not bound, or has too many calls ([`may_be_explained`]).
pub fn explain(
    program: &[Step],
    answer: &Answer,
    exactness: Exactness,
    choices: &mut Choices,
) -> Result<Explained, Mismatch> {
    explained(program, answer, exactness, choices).map_err(|setback| setback.1)
}

/// The same; what contradicts comes with how far the answer is explained.
fn explained(
    program: &[Step],
    answer: &Answer,
    exactness: Exactness,
    choices: &mut Choices,
) -> Result<Explained, Box<(usize, Mismatch)>> {
    let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
    let groups = Groups::of(program);
    let mut open = vec![World::new(choices, dtype)];
    let mut explaining = Vec::new();
    let mut explained = None;
    let mut furthest: Option<(usize, Mismatch)> = None;
    while let Some(world) = open.pop() {
        let attempt = Attempt { program, answer, dtype, world: &world, groups: &groups };
        match with_element(dtype, exactness, attempt) {
            Ok(found) => {
                explained.get_or_insert(found);
                open.extend(world.take_open());
                explaining.push(world);
            }
            Err((progress, mismatch)) => {
                open.extend(world.take_open());
                if furthest.as_ref().is_none_or(|&(best, _)| progress > best) {
                    furthest = Some((progress, mismatch));
                }
            }
        }
    }
    match (explained, furthest) {
        (Some(explained), _) => {
            choices.narrow(dtype, &explaining);
            Ok(explained)
        }
        (None, furthest) => Err(Box::new(furthest.expect("at least one world was tried"))),
    }
}

/// Whether so few calls of a program are observed together that all their masks can be tried: [`explain`]
/// takes no others.
pub fn may_be_explained(program: &[Step]) -> bool {
    Groups::of(program).largest() <= MOST_CALLS
}

/// Whether some masks and choices explain `answer` as one to `program`, which is not the program that was
/// asked. Nothing is learnt of the choices.
pub fn would_explain(program: &[Step], answer: &Answer, exactness: Exactness) -> bool {
    explained_up_to(program, answer, exactness) == usize::MAX
}

/// How many observations some masks and choices explain as an answer to `program`, which is not the program that
/// was asked: those before the first that contradicts. All and the end are [`usize::MAX`].
pub fn explained_up_to(program: &[Step], answer: &Answer, exactness: Exactness) -> usize {
    if !may_be_explained(program) {
        return 0;
    }
    let explained = explained(program, answer, exactness, &mut Choices::default());
    explained.map_or_else(|setback| setback.0 / 2, |_| usize::MAX)
}

/// One world's attempt to explain an answer.
struct Attempt<'a> {
    program: &'a [Step],
    answer: &'a Answer,
    dtype: Dtype,
    world: &'a World,
    groups: &'a Groups,
}

impl WithElement for Attempt<'_> {
    type Output = Result<Explained, (usize, Mismatch)>;

    fn run<E: AskedElement>(self) -> Self::Output {
        let (predicted, groups) = predict_groups::<E>(self.program, self.world, self.groups);
        let Predicted { observed: predictions, ended, .. } = predicted;
        let mut alive = HashMap::new();
        for (index, observation) in self.answer.observations.iter().enumerate() {
            let judged = match predictions[0].get(index) {
                Some(predicted) if predicted.at == observation.at => {
                    let calls = groups.shown(observation.at).map_or(0, |(_, it)| it.len());
                    let of_group = &predictions[..1 << calls];
                    let of_all = of_group.iter().map(|all| &all[index]).collect::<Vec<_>>();
                    let judged = self.observation(&of_all, observation, &mut alive);
                    judged.map_err(|mismatch| (2 * index + 1, mismatch))
                }
                // Of two worlds, the one that went the same way explains more.
                predicted => Err((2 * index, self.out_of_step(predicted, observation))),
            };
            judged?;
        }
        let progress = self.answer.observations.len();
        let ending = self.ending(ended, predictions[0].get(progress));
        ending.map_err(|mismatch| (2 * progress, mismatch))?;
        let assignments = alive.into_iter().filter_map(|((shape, turn, group), alive)| {
            let calls = groups.calls(group?).to_vec();
            Some(Assignments { calls, shape, turn, alive })
        });
        Ok(Explained { assignments: assignments.collect() })
    }
}

/// Of the elements of one shape, in one turn, that show one group of calls, the assignments that remain.
type Alive = HashMap<(Vec<usize>, usize, Option<usize>), Vec<u64>>;

impl Attempt<'_> {
    fn observation<E: AskedElement>(
        &self,
        predicted: &[&Observed<E>],
        observation: &Observation,
        alive: &mut Alive,
    ) -> Result<(), Mismatch> {
        let at = observation.at;
        let wrong = |wrong, expected: String, observed: String| {
            Err(Mismatch { at, place: String::new(), expected, observed, wrong, protocol: false })
        };
        match (&predicted[0].seen, &observation.seen) {
            (Seen::Array(Some(x)), Seen::Array(found)) => {
                let shape = x.array.shape();
                let zeros = || Array::full(self.dtype, shape, 0.0);
                let found = found.clone().unwrap_or_else(zeros);
                // What integers become is the framework's affair.
                if found.dtype != self.dtype && self.dtype.is_float() {
                    return wrong(Wrong::Dtype, self.dtype.to_string(), found.dtype.to_string());
                }
                if found.shape != shape {
                    let (expected, found) =
                        (format!("shape {shape:?}"), format!("{:?}", found.shape));
                    return wrong(Wrong::Shape, expected, found);
                }
                self.array(predicted, &found, at, alive)
            }
            (Seen::Array(None), Seen::Array(None)) => Ok(()),
            (Seen::Array(None), Seen::Array(Some(found))) => {
                match found.values.iter().find(|&&value| value != 0.0) {
                    None => Ok(()),
                    Some(value) => {
                        let value_of = Wrong::Value { expected_zero: true, observed_zero: false };
                        wrong(value_of, "no gradient, or zeros".into(), format!("{value:?}"))
                    }
                }
            }
            (Seen::Config(a), Seen::Config(b)) | (Seen::Recorded(a), Seen::Recorded(b))
                if a == b =>
            {
                Ok(())
            }
            (Seen::Config(a), Seen::Config(b)) => wrong(Wrong::Flag, python(*a), python(*b)),
            (Seen::Recorded(a), Seen::Recorded(b)) => {
                wrong(Wrong::Recorded, python(*a), python(*b))
            }
            (Seen::Same(a), Seen::Same(b)) if a == b => Ok(()),
            (Seen::Same(a), Seen::Same(b)) => {
                wrong(Wrong::Same, format!("{a:?}"), format!("{b:?}"))
            }
            (Seen::Draws(a), Seen::Draws(b)) if a == b => Ok(()),
            (Seen::Draws(a), Seen::Draws(b)) => {
                let drawn = |count| format!("{count} uniforms drawn");
                wrong(Wrong::Draws, drawn(*a), drawn(*b))
            }
            (Seen::Device(a), Seen::Device(b)) if a == b => Ok(()),
            (Seen::Device(a), Seen::Device(b)) => {
                wrong(Wrong::Device, format!("on {a}"), format!("on {b}"))
            }
            (Seen::Raised(a, _), Seen::Raised(b, _)) if a == b => Ok(()),
            (Seen::Raised(a, _), Seen::Raised(b, message)) => {
                let said = |origin: &Option<Origin>, message: &str| {
                    origin.map_or("no error".to_owned(), |origin| an_error(origin, message))
                };
                let error = Wrong::Error {
                    expected: *a,
                    observed: b.map(|origin| (origin, message.as_str().into())),
                };
                wrong(error, said(a, ""), said(b, message))
            }
            _ => Err(Mismatch {
                at,
                place: String::new(),
                expected: "an observation of the kind that the step makes".into(),
                observed: "another kind".into(),
                wrong: Wrong::Steps,
                protocol: true,
            }),
        }
    }

    fn array<E: AskedElement>(
        &self,
        predicted: &[&Observed<E>],
        found: &Array,
        at: usize,
        alive: &mut Alive,
    ) -> Result<(), Mismatch> {
        let all = u64::MAX >> (64 - predicted.len());
        let group = self.groups.shown(at).map(|(group, _)| group);
        let key = (found.shape.clone(), predicted[0].turn, group);
        let alive = alive.entry(key).or_insert_with(|| vec![all; found.values.len()]);
        let arrays = predicted.iter().map(|predicted| match &predicted.seen {
            Seen::Array(Some(x)) => {
                x.array.as_slice().expect("what is shown is in standard layout")
            }
            _ => unreachable!("all assignments observe the same steps"),
        });
        let arrays = arrays.collect::<Vec<_>>();
        // Of several elements the one that is furthest off is shown, and not the sign of a zero.
        let mut furthest: Option<(f64, usize)> = None;
        for (index, &value) in found.values.iter().enumerate() {
            let mut left = 0;
            let mut off = f64::INFINITY;
            for (assignment, array) in arrays.iter().enumerate() {
                if alive[index] >> assignment & 1 == 1 {
                    let allowed = array[index].allowed(self.world);
                    match allowed.contains(value) {
                        true => left |= 1 << assignment,
                        false => off = off.min(allowed.distance(value)),
                    }
                }
            }
            if left != 0 {
                alive[index] = left;
            } else if furthest.is_none_or(|(best, _)| off > best) {
                furthest = Some((off, index));
            }
        }
        let Some((_, index)) = furthest else { return Ok(()) };
        let possible = (0..arrays.len()).filter(|assignment| alive[index] >> assignment & 1 == 1);
        let possible = possible.map(|assignment| arrays[assignment][index]).collect::<Vec<_>>();
        let value = found.values[index];
        let mut expected = Vec::new();
        for said in possible.iter().map(|element| element.describe(self.world, value)) {
            if !expected.contains(&said) {
                expected.push(said);
            }
        }
        let zero = |element: &E| element.allowed(self.world).value == 0.0;
        Err(Mismatch {
            at,
            place: place(index, &found.shape),
            expected: expected.join(", or "),
            observed: format!("{value:?}"),
            wrong: Wrong::Value {
                expected_zero: possible.iter().all(zero),
                observed_zero: value == 0.0,
            },
            protocol: false,
        })
    }

    /// The program went another way than predicted. Where it can, because of a `catch`, that is
    /// the framework's doing; else the adapter's.
    fn out_of_step<E: AskedElement>(
        &self,
        predicted: Option<&Observed<E>>,
        found: &Observation,
    ) -> Mismatch {
        // An error ends its thread; the others go on to what they observe.
        let threads = |(_, step): &(usize, &Step)| matches!(step, Step::Threads { .. });
        if matches!(self.answer.outcome, Outcome::Raised { .. })
            && Step::numbered(self.program).iter().any(threads)
            && let Err(raised) = self.ending::<E>(None, None)
        {
            return raised;
        }
        let way = |at: usize, caught: Option<&str>| match caught {
            Some("") => format!("an error caught at step {at}"),
            Some(message) => format!("an error caught at step {at}: \"{message}\""),
            None => format!("the observation of step {at}"),
        };
        let expected = match predicted {
            Some(Observed { at, seen: Seen::Raised(Some(_), _), .. }) => way(*at, Some("")),
            Some(predicted) => way(predicted.at, None),
            None => "no further observation".to_owned(),
        };
        let observed = match &found.seen {
            Seen::Raised(Some(_), message) => way(found.at, Some(message)),
            _ => way(found.at, None),
        };
        let raised = |seen: Option<(Option<Origin>, &str)>| {
            seen.and_then(|(origin, message)| Some((origin?, message.into())))
        };
        let foreseen = predicted.and_then(|predicted| match &predicted.seen {
            Seen::Raised(origin, _) => *origin,
            _ => None,
        });
        let seen = raised(match &found.seen {
            Seen::Raised(origin, message) => Some((*origin, message)),
            _ => None,
        });
        let wrong = match (foreseen, seen) {
            (None, None) => Wrong::Steps,
            (expected, observed) => Wrong::Error { expected, observed },
        };
        let protocol = !has_catch(self.program);
        Mismatch { at: found.at, place: String::new(), expected, observed, wrong, protocol }
    }

    fn ending<E: AskedElement>(
        &self,
        stop: Option<(usize, Stop)>,
        missing: Option<&Observed<E>>,
    ) -> Result<(), Mismatch> {
        let expected = match &stop {
            Some((_, Stop::Raised(origin, _))) => an_error(*origin, ""),
            _ => "no error".to_owned(),
        };
        let origin = match &stop {
            Some((_, Stop::Raised(origin, _))) => Some(*origin),
            _ => None,
        };
        let mismatch = |at, wrong, observed: String, protocol| {
            let (place, expected) = (String::new(), expected.clone());
            Err(Mismatch { at, place, expected, observed, wrong, protocol })
        };
        match (&self.answer.outcome, stop) {
            (Outcome::Raised { from, .. }, Some((_, Stop::Raised(origin, _))))
                if *from == origin && missing.is_none() =>
            {
                Ok(())
            }
            (Outcome::Raised { at, from, message, .. }, _) => {
                let protocol = *from == Origin::Adapter;
                let observed = Some((*from, message.as_str().into()));
                let wrong = Wrong::Error { expected: origin, observed };
                mismatch(*at, wrong, an_error(*from, message), protocol)
            }
            (_, Some((at, _))) => {
                let wrong = Wrong::Error { expected: origin, observed: None };
                mismatch(at, wrong, "no error".to_owned(), false)
            }
            (_, None) => match missing {
                None => Ok(()),
                Some(predicted) => mismatch(
                    predicted.at,
                    Wrong::Steps,
                    "the program ended without the observation of this step".to_owned(),
                    true,
                ),
            },
        }
    }
}

fn an_error(from: Origin, message: &str) -> String {
    let whose = format!("an error from the {from:?}").to_lowercase();
    if message.is_empty() { whose } else { format!("{whose}: \"{message}\"") }
}

fn place(index: usize, shape: &[usize]) -> String {
    let mut rest = index;
    let mut place = Vec::new();
    for &side in shape.iter().rev() {
        place.push((rest % side).to_string());
        rest /= side;
    }
    place.reverse();
    if place.is_empty() { String::new() } else { format!("[{}]", place.join(", ")) }
}

fn has_catch(program: &[Step]) -> bool {
    Step::numbered(program).iter().any(|(_, step)| matches!(step, Step::Catch { .. }))
}

/// A flag as the pseudocode of a counterexample writes it.
fn python(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}

#[cfg(test)]
mod tests;
