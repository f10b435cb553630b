use super::model::{AskedElement, Exactness, WithElement, predict, with_element};
use super::{Allowed, Choices, World};
use crate::implementation::framework::Stop;
use crate::implementation::interpreter::{Observed, ShownArray};
use crate::wire::{Dtype, Origin, Seen, Step};
use std::collections::{BTreeMap, BTreeSet};

/// What the specification predicts under one assignment of the masks, if the questions are
/// answered so.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The questions that the program asks, with the answers assumed.
    pub answers: BTreeMap<&'static str, &'static str>,
    /// Those of the questions that another value may answer differently.
    pub about_values: BTreeSet<&'static str>,
    /// Bit i says whether the i-th dropout call that draws a mask keeps.
    pub assignment: u64,
    /// How many calls drew a mask; the program may end before others do.
    pub masks: usize,
    /// What is observed: the step and what it sees.
    pub observations: Vec<(usize, Seen<Foreseen>)>,
    /// The error that ends the program.
    pub raised: Option<Origin>,
}

/// The numbers that may be observed in an array.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    /// The shape of the array.
    pub shape: Vec<usize>,
    /// What is allowed of each element.
    pub elements: Vec<Allowed>,
}

/// All predictions for a program, and the steps whose calls draw a mask, in order; of implementations
/// that answer a question alike for all values of the program.
///
/// # Panics
/// If the program uses a name that it has not bound, or has too many dropout calls.
pub fn predictions(program: &[Step], exactness: Exactness) -> (Vec<Prediction>, Vec<usize>) {
    let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
    with_element(dtype, exactness, All { program, dtype })
}

struct All<'a> {
    program: &'a [Step],
    dtype: Dtype,
}

impl WithElement for All<'_> {
    type Output = (Vec<Prediction>, Vec<usize>);

    fn run<E: AskedElement>(self) -> Self::Output {
        let mut open = vec![World::new(&Choices::default(), self.dtype)];
        let (mut all, mut calls) = (Vec::new(), Vec::new());
        while let Some(world) = open.pop() {
            let predicted = predict::<E>(self.program, &world);
            let raised = match predicted.ended {
                Some((_, Stop::Raised(origin, _))) => Some(origin),
                _ => None,
            };
            let foresee = |observed: &Vec<Observed<E>>| {
                observed
                    .iter()
                    .map(|it| (it.at, it.seen.clone().map(|x| foreseen(x, &world))))
                    .collect()
            };
            let foreseen = predicted.observed.iter().map(foresee).collect::<Vec<_>>();
            // Only now does the world know all that is asked in it.
            let Some(answers) = world.answers() else {
                open.extend(world.take_open());
                continue;
            };
            let (masks, about_values) = (predicted.calls.len(), world.about_values());
            all.extend(foreseen.into_iter().zip(0..).map(|(observations, assignment)| {
                Prediction {
                    answers: answers.clone(),
                    about_values: about_values.clone(),
                    assignment,
                    masks,
                    observations,
                    raised,
                }
            }));
            if masks > calls.len() {
                calls = predicted.calls;
            }
            open.extend(world.take_open());
        }
        (all, calls)
    }
}

fn foreseen<E: AskedElement>(shown: ShownArray<E>, world: &World) -> Foreseen {
    let shape = shown.array.shape().to_vec();
    Foreseen { shape, elements: shown.array.iter().map(|x| x.allowed(world)).collect() }
}
