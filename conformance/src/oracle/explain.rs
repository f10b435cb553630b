use super::model::{Asked, Exactness, Predicted, WithElement, predict, with_element};
use super::{Choices, World};
use crate::framework::Stop;
use crate::interpreter::{Observed, Saw};
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
    /// The answer does not fit the program: the adapter is at fault, not the framework.
    pub protocol: bool,
}

/// A program that the specification explains.
#[derive(Clone, Debug, Default)]
pub struct Explained {
    /// For each shape and turn, for each element, the assignments that remain: bit `a` stands for
    /// the assignment whose i-th bit says whether the i-th dropout call kept the element.
    pub assignments: Vec<Assignments>,
    /// How many calls drew a mask; in a `repeat`, those of one turn.
    pub calls: usize,
}

/// The assignments that remain for the elements of one shape in one turn.
#[derive(Clone, Debug)]
pub struct Assignments {
    /// The shape of the arrays.
    pub shape: Vec<usize>,
    /// The turn of the `repeat`; 0 outside.
    pub turn: usize,
    /// One word for each element.
    pub alive: Vec<u64>,
}

/// Asks whether some assignment of the masks, in some world that `choices` leaves possible,
/// explains `answer`; if so, keeps the answers that do.
///
/// # Errors
/// The observation that got furthest without being explained.
pub fn explain(
    program: &[Step],
    answer: &Answer,
    exactness: Exactness,
    choices: &mut Choices,
) -> Result<Explained, Mismatch> {
    let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
    let mut open = vec![World::new(choices, dtype)];
    let mut explaining = Vec::new();
    let mut explained = None;
    let mut furthest: Option<(usize, Mismatch)> = None;
    while let Some(world) = open.pop() {
        let attempt = Attempt { program, answer, dtype, world: &world };
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
        (None, furthest) => Err(furthest.expect("at least one world was tried").1),
    }
}

/// One world's attempt to explain an answer.
struct Attempt<'a> {
    program: &'a [Step],
    answer: &'a Answer,
    dtype: Dtype,
    world: &'a World,
}

impl WithElement for Attempt<'_> {
    type Output = Result<Explained, (usize, Mismatch)>;

    fn run<E: Asked>(self) -> Self::Output {
        let Predicted { observed: predictions, ended, calls } =
            predict::<E>(self.program, self.world);
        let mut alive = HashMap::new();
        for (index, observation) in self.answer.observations.iter().enumerate() {
            let judged = match predictions[0].get(index) {
                Some(predicted) if predicted.at == observation.at => {
                    let of_all = predictions.iter().map(|all| &all[index]).collect::<Vec<_>>();
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
        let assignments = alive
            .into_iter()
            .map(|((shape, turn), alive)| Assignments { shape, turn, alive })
            .collect();
        Ok(Explained { assignments, calls: calls.len() })
    }
}

type Alive = HashMap<(Vec<usize>, usize), Vec<u64>>;

impl Attempt<'_> {
    fn observation<E: Asked>(
        &self,
        predicted: &[&Observed<E>],
        observation: &Observation,
        alive: &mut Alive,
    ) -> Result<(), Mismatch> {
        let at = observation.at;
        let wrong = |expected: String, observed: String| {
            Err(Mismatch { at, place: String::new(), expected, observed, protocol: false })
        };
        match (&predicted[0].saw, &observation.seen) {
            (Saw::Array(x), Seen::Array(found)) => {
                let shape = x.array.shape();
                let zeros = || Array::full(self.dtype, shape, 0.0);
                let found = found.clone().unwrap_or_else(zeros);
                // What integers become is the framework's affair.
                if found.dtype != self.dtype && self.dtype.is_float() {
                    return wrong(self.dtype.to_string(), found.dtype.to_string());
                }
                if found.shape != shape {
                    return wrong(format!("shape {shape:?}"), format!("{:?}", found.shape));
                }
                self.array(predicted, &found, at, alive)
            }
            (Saw::NoGradient, Seen::Array(None)) => Ok(()),
            (Saw::NoGradient, Seen::Array(Some(found))) => {
                match found.values.iter().find(|&&value| value != 0.0) {
                    None => Ok(()),
                    Some(value) => wrong("no gradient, or zeros".into(), format!("{value:?}")),
                }
            }
            (Saw::Config(a), Seen::Config(b)) | (Saw::Recorded(a), Seen::Recorded(b)) => {
                if a == b {
                    Ok(())
                } else {
                    wrong(python(*a), python(*b))
                }
            }
            (Saw::Same(a), Seen::Same(b)) if a == b => Ok(()),
            (Saw::Same(a), Seen::Same(b)) => wrong(format!("{a:?}"), format!("{b:?}")),
            (Saw::Draws(a), Seen::Draws(b)) if a == b => Ok(()),
            (Saw::Draws(a), Seen::Draws(b)) => {
                wrong(format!("{a} uniforms drawn"), format!("{b} uniforms drawn"))
            }
            (Saw::Device(a), Seen::Device(b)) if a == b => Ok(()),
            (Saw::Device(a), Seen::Device(b)) => wrong(format!("on {a}"), format!("on {b}")),
            (Saw::Raised(a, _), Seen::Raised(b, _)) if a == b => Ok(()),
            (Saw::Raised(a, _), Seen::Raised(b, message)) => {
                let said = |origin: &Option<Origin>, message: &str| {
                    origin.map_or("no error".to_owned(), |origin| an_error(origin, message))
                };
                wrong(said(a, ""), said(b, message))
            }
            _ => Err(Mismatch {
                at,
                place: String::new(),
                expected: "an observation of the kind that the step makes".into(),
                observed: "another kind".into(),
                protocol: true,
            }),
        }
    }

    fn array<E: Asked>(
        &self,
        predicted: &[&Observed<E>],
        found: &Array,
        at: usize,
        alive: &mut Alive,
    ) -> Result<(), Mismatch> {
        let all = u64::MAX >> (64 - predicted.len());
        let key = (found.shape.clone(), predicted[0].turn);
        let alive = alive.entry(key).or_insert_with(|| vec![all; found.values.len()]);
        let arrays = predicted.iter().map(|predicted| match &predicted.saw {
            Saw::Array(x) => x.array.as_slice().expect("what is shown is in standard layout"),
            _ => unreachable!("all assignments observe the same steps"),
        });
        let arrays = arrays.collect::<Vec<_>>();
        for (index, &value) in found.values.iter().enumerate() {
            let mut left = 0;
            for (assignment, array) in arrays.iter().enumerate() {
                if alive[index] >> assignment & 1 == 1
                    && array[index].allowed(self.world).contains(value)
                {
                    left |= 1 << assignment;
                }
            }
            if left == 0 {
                let mut expected = Vec::new();
                for (assignment, array) in arrays.iter().enumerate() {
                    let said = array[index].describe();
                    if alive[index] >> assignment & 1 == 1 && !expected.contains(&said) {
                        expected.push(said);
                    }
                }
                return Err(Mismatch {
                    at,
                    place: place(index, &found.shape),
                    expected: expected.join(", or "),
                    observed: format!("{value:?}"),
                    protocol: false,
                });
            }
            alive[index] = left;
        }
        Ok(())
    }

    /// The program went another way than predicted. Where it can, because of a `catch`, that is
    /// the framework's doing; else the adapter's.
    fn out_of_step<E: Asked>(
        &self,
        predicted: Option<&Observed<E>>,
        found: &Observation,
    ) -> Mismatch {
        let way = |at: usize, caught: Option<&str>| match caught {
            Some("") => format!("an error caught at step {at}"),
            Some(message) => format!("an error caught at step {at}: \"{message}\""),
            None => format!("the observation of step {at}"),
        };
        let expected = match predicted {
            Some(Observed { at, saw: Saw::Raised(Some(_), _), .. }) => way(*at, Some("")),
            Some(predicted) => way(predicted.at, None),
            None => "no further observation".to_owned(),
        };
        let observed = match &found.seen {
            Seen::Raised(Some(_), message) => way(found.at, Some(message)),
            _ => way(found.at, None),
        };
        let protocol = !has_catch(self.program);
        Mismatch { at: found.at, place: String::new(), expected, observed, protocol }
    }

    fn ending<E: Asked>(
        &self,
        stop: Option<(usize, Stop)>,
        missing: Option<&Observed<E>>,
    ) -> Result<(), Mismatch> {
        let expected = match &stop {
            Some((_, Stop::Raised(origin, _))) => an_error(*origin, ""),
            _ => "no error".to_owned(),
        };
        let mismatch = |at, observed: String, protocol| {
            let (place, expected) = (String::new(), expected.clone());
            Err(Mismatch { at, place, expected, observed, protocol })
        };
        match (&self.answer.outcome, stop) {
            (Outcome::Raised { from, .. }, Some((_, Stop::Raised(origin, _))))
                if *from == origin && missing.is_none() =>
            {
                Ok(())
            }
            (Outcome::Raised { at, from, message }, _) => {
                let protocol = *from == Origin::Adapter;
                mismatch(*at, an_error(*from, message), protocol)
            }
            (_, Some((at, _))) => mismatch(at, "no error".to_owned(), false),
            (_, None) => match missing {
                None => Ok(()),
                Some(predicted) => mismatch(
                    predicted.at,
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
