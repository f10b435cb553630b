//! Which bits may be bet on. This is the fairness of the whole game, so it is decided by types.
//!
//! Under the specification every bit of a mask, given all earlier bits, all inputs and all of the
//! judge's own choices, is 1 with probability `1 - ratio`. That holds for bits that the judge picks
//! *before* it sees the answer. A bet on "what could be inferred from the answer" picks kept
//! elements more often than dropped ones, or the other way round: a kept element that becomes NaN or
//! is flushed to 0 hides itself. So [`Stakes`] are made of a program alone, [`Outcomes`] only of
//! [`Stakes`], and the pool takes nothing else.

use super::bits::Bits;
use super::reader::{Look, Reading};
use super::sight::Values;
use crate::wire::{Answer, Dtype, Observation, Outcome, Seen, Step};
use std::rc::Rc;

/// What may be bet on when a program runs, on each way that it may go.
#[derive(Clone, Debug)]
pub struct Stakes {
    readings: Vec<Reading>,
}

/// What an array that is observed has come through: dropouts, forward or on the way back.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The probability that an element comes through.
    pub keep: f64,
    /// By how much what comes through is multiplied.
    pub scale: f64,
    /// What went in there: x, or the gradient that set out.
    pub went_in: Rc<Vec<f64>>,
    /// Whether it is the gradient that is observed.
    pub of_gradient: bool,
    pub(super) shape: Vec<usize>,
    pub(super) x: Rc<Vec<f64>>,
    /// The elements that may be bet on: each shows whether it was kept.
    pub(super) fair: Bits,
}

/// What each array has come through that is observed when `program` runs and gives this answer, in the order
/// of the observations, as far as the text tells. This is for pictures: whether it may be bet on is another
/// question, which [`Stakes`] answer.
pub fn passages(program: &[Step], answer: &Answer) -> Vec<Option<Passage>> {
    let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
    let agreed = Reading::agreed(Reading::all(program, dtype), &observed(answer));
    agreed.into_iter().flat_map(|reading| reading.looks).map(|look| look.passage).collect()
}

/// The numbers of the steps that were observed.
fn observed(answer: &Answer) -> Vec<usize> {
    answer.observations.iter().map(|observation| observation.at).collect()
}

/// Bits that may be bet on, with what is known of them: a call's mask.
#[derive(Clone, Debug)]
pub struct Outcomes {
    keep: f64,
    shape: Vec<usize>,
    x: Rc<Vec<f64>>,
    kept: Bits,
}

impl Outcomes {
    /// Bits that were drawn and not observed, to see how the gamblers fare.
    ///
    /// # Panics
    /// If there are not as many bits as `x` has elements.
    pub fn simulated(keep: f64, shape: &[usize], x: Rc<Vec<f64>>, kept: Bits) -> Outcomes {
        assert_eq!(x.len(), kept.len(), "a bit for each element");
        Outcomes { keep, shape: shape.to_vec(), x, kept }
    }

    /// The probability of a 1, of each bit.
    pub fn keep(&self) -> f64 {
        self.keep
    }

    /// The shape of the array.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What went in.
    pub fn x(&self) -> &Rc<Vec<f64>> {
        &self.x
    }

    /// Whether each element was kept.
    pub fn kept(&self) -> &Bits {
        &self.kept
    }

    /// The bits themselves.
    pub(super) fn into_kept(self) -> Bits {
        self.kept
    }

    /// The two halves, as masks of their own.
    pub fn halves(&self) -> [Outcomes; 2] {
        let half = self.kept.len() / 2;
        [0, half].map(|start| Outcomes {
            keep: self.keep,
            shape: vec![half],
            x: Rc::new(self.x[start..start + half].to_vec()),
            kept: self.kept.slice(start, half),
        })
    }
}

impl Passage {
    /// Whether there is something to bet on, and it is told what came through, also where all of it was dropped: a
    /// gradient of zeros may be answered as none, and none may be one that never came, if not all that is gone back
    /// to `comes_back`.
    fn is_staked(&self, comes_back: bool) -> bool {
        /// The logarithm of a probability that is none.
        const NEVER: f64 = -40.0;
        let all_dropped = self.fair.ones() as f64 * (1.0 - self.keep).ln();
        self.fair.ones() > 0 && (!self.of_gradient || comes_back || all_dropped < NEVER)
    }

    /// The bits that may be bet on, as what was observed shows them.
    fn settled(self, observation: &Observation, comes_back: bool) -> Option<Outcomes> {
        let Passage { keep, shape, x, fair, of_gradient, .. } = self;
        let values = match &observation.seen {
            Seen::Array(Some(array)) if array.values.len() == x.len() => &array.values,
            // A gradient of zeros may be answered as none.
            Seen::Array(None) if of_gradient && comes_back => &vec![0.0; x.len()],
            _ => return None,
        };
        let kept = |y: &f64| *y != 0.0;
        if fair.ones() as usize == x.len() {
            let kept = Bits::of(values.iter().map(kept));
            return Some(Outcomes { keep, shape, x, kept });
        }
        let places = (0..x.len()).filter(|&place| fair.get(place)).collect::<Vec<_>>();
        let kept = Bits::of(places.iter().map(|&place| kept(&values[place])));
        let x = Rc::new(places.iter().map(|&place| x[place]).collect());
        Some(Outcomes { keep, shape: vec![places.len()], x, kept })
    }
}

impl Stakes {
    /// What may be bet on when `program` runs, up to a step behind which it cannot be told from the text
    /// what is drawn: one that seeds the generator, for one.
    pub fn of(program: &[Step]) -> Stakes {
        let dtype = Step::dtype(program).filter(|dtype| dtype.is_float());
        Stakes { readings: dtype.map(|dtype| Reading::all(program, dtype)).unwrap_or_default() }
    }

    /// The same without what gradients show, for where these are wrong.
    pub fn of_outputs(mut self) -> Stakes {
        for look in self.readings.iter_mut().flat_map(|reading| &mut reading.looks) {
            look.passage = look.passage.take().filter(|passage| !passage.of_gradient);
        }
        self
    }

    /// Some of the numbers that went into the first call that is bet on, and what came out.
    pub fn values(self, answer: &Answer) -> Option<Values> {
        /// So many are drawn.
        const MOST: usize = 160;
        let reading = self.agreed(answer)?;
        let seen = |(look, observation): (&Look, &Observation)| {
            let Seen::Array(Some(array)) = &observation.seen else { return None };
            let Passage { scale, went_in, .. } =
                look.passage.as_ref().filter(|passage| passage.is_staked(reading.recorded))?;
            let pairs = went_in.iter().copied().zip(array.values.iter().copied());
            Some(Values { scale: *scale, pairs: pairs.take(MOST).collect() })
        };
        reading.looks.iter().zip(&answer.observations).find_map(seen)
    }

    /// How many bits there are to bet on, at most.
    pub fn bits(&self) -> usize {
        let of = |reading: &Reading| {
            let passages = reading.looks.iter().filter_map(|look| look.passage.as_ref());
            let staked = passages.filter(|passage| passage.is_staked(reading.recorded));
            staked.map(|passage| passage.fair.ones() as usize).sum()
        };
        self.readings.iter().map(of).max().unwrap_or(0)
    }

    /// What is the same on all ways that this answer may have come from.
    fn agreed(self, answer: &Answer) -> Option<Reading> {
        Reading::agreed(self.readings, &observed(answer))
    }

    /// Reads the bits from the answer, which some mask must have explained. What is bet on is
    /// normal, so it is 0 if and only if it was dropped. Which way the program went, the places of the
    /// observations tell: whether a call is refused says nothing of masks.
    pub fn settle(self, answer: &Answer) -> Vec<Outcomes> {
        if answer.outcome != Outcome::Done {
            return Vec::new();
        }
        // Of what was refused no gradient comes.
        let refused = |seen: &Observation| matches!(seen.seen, Seen::Raised(Some(_), _));
        let any_refused = answer.observations.iter().any(refused);
        let Some(Reading { looks, recorded }) = self.agreed(answer) else { return Vec::new() };
        let comes_back = recorded && !any_refused;
        let stakes =
            looks.into_iter().map(|look| look.passage.filter(|it| it.is_staked(comes_back)));
        let settled = stakes.zip(&answer.observations).filter_map(|(stake, observation)| {
            stake.and_then(|stake| stake.settled(observation, comes_back))
        });
        settled.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::steps::*;
    use crate::wire::{Array, Origin};

    fn array(values: &[f64]) -> Array {
        row(Dtype::Float32, values)
    }

    fn x(values: &[f64]) -> Step {
        variable("x", array(values))
    }

    fn bits(program: &[Step]) -> usize {
        Stakes::of(program).bits()
    }

    #[test]
    fn what_can_be_told_apart_is_bet_on_once() {
        let call = || vec![train("y", "x", 0.25), value("y")];
        let normal = x(&[1.0, -2.0]);
        assert_eq!(bits(&[vec![normal.clone()], call()].concat()), 2);
        assert_eq!(bits(&[vec![normal.clone()], call(), vec![value("y")]].concat()), 2);
        assert_eq!(bits(&[vec![normal.clone()], vec![repeat(5, call())]].concat()), 10);
        for hidden in [0.0, f64::NAN, f64::INFINITY, 1e-40, 3e38] {
            assert_eq!(bits(&[vec![x(&[1.0, hidden])], call()].concat()), 1, "{hidden}");
        }
        let seeded = vec![Step::Seed { value: 1 }, normal.clone()];
        assert_eq!(bits(&[seeded, call()].concat()), 0);
        assert_eq!(bits(&[normal.clone(), test_mode(vec![dropout("y", "x", 0.5), value("y")])]), 0);
        assert_eq!(bits(&[normal, train("y", "x", 0.0), value("y")]), 0);
    }

    /// Of a chain one bit is bet on, whichever output is looked at first.
    #[test]
    fn a_mask_that_was_seen_is_not_bet_on() {
        let chain = vec![x(&[1.0, 2.0]), train("a", "x", 0.5), train("b", "a", 0.5)];
        let looks = |names: &[&str]| {
            let looks = names.iter().map(|name| value(name)).collect();
            bits(&[chain.clone(), looks].concat())
        };
        assert_eq!((looks(&["b"]), looks(&["a", "b"]), looks(&["b", "a"])), (2, 2, 2));
        let Stakes { readings } = Stakes::of(&[chain, vec![value("b")]].concat());
        assert_eq!(readings[0].looks[0].passage.as_ref().unwrap().keep, 0.25);
    }

    /// Of a view of what was drawn, elements may be one element twice.
    #[test]
    fn views_of_results_are_not_bet_on() {
        let call = train("y", "x", 0.5);
        let kind = crate::wire::ViewKind::Broadcast;
        let of_x = vec![x(&[1.0]), view("v", "x", kind), train("y", "v", 0.5), value("y")];
        assert_eq!(bits(&of_x), 2);
        assert_eq!(bits(&[x(&[1.0]), call, view("v", "y", kind), value("v")]), 0);
    }

    #[test]
    fn where_x_is_zero_the_gradient_is_bet_on() {
        let gy = |gy: f64| array(&[1.0, gy]);
        let program = |second| {
            let call = train("y", "x", 0.5);
            vec![x(&[0.0, -0.0]), call, backward("y", gy(second)), grad("x")]
        };
        assert_eq!(bits(&program(2.0)), 2);
        assert_eq!(bits(&program(0.0)), 1);
        assert_eq!(Stakes::of(&program(2.0)).of_outputs().bits(), 0);
        let twice = [program(2.0), vec![backward("y", gy(1.0)), grad("x")]].concat();
        assert_eq!(bits(&twice), 2);
    }

    fn simulated(kept: &[bool]) -> Outcomes {
        let x = Rc::new((0..kept.len()).map(|i| i as f64).collect());
        Outcomes::simulated(0.75, &[kept.len()], x, Bits::of(kept.iter().copied()))
    }

    fn shown(outcomes: &Outcomes) -> (&[usize], &[f64], Vec<bool>) {
        assert_eq!(outcomes.keep(), 0.75);
        let kept = outcomes.kept();
        let bits = (0..kept.len()).map(|at| kept.get(at)).collect();
        (outcomes.shape(), outcomes.x().as_slice(), bits)
    }

    /// The answer tells which elements were kept; where it is another answer, it tells nothing.
    #[test]
    fn what_comes_out_is_what_was_kept() {
        let program = [x(&[1.5, -2.0, 0.5]), train("y", "x", 0.25), value("y")];
        let seen = |values: &[f64]| Observation { at: 2, seen: Seen::Array(Some(array(values))) };
        let answer = |observations, outcome| Answer { observations, outcome };
        let right = answer(vec![seen(&[2.0, 0.0, -0.0])], Outcome::Done);
        let passages = passages(&program, &right);
        let went_in = passages[0].as_ref().map(|passage| passage.went_in.as_slice());
        assert_eq!((passages.len(), went_in), (1, Some([1.5, -2.0, 0.5].as_slice())));
        let settled = Stakes::of(&program).settle(&right);
        let [outcomes] = settled.as_slice() else { panic!("{settled:?}") };
        assert_eq!((outcomes.keep(), outcomes.shape()), (0.75, [3].as_slice()));
        assert_eq!(outcomes.x().as_slice(), [1.5, -2.0, 0.5]);
        assert_eq!(outcomes.kept(), &Bits::of([true, false, false].into_iter()));
        let values = Stakes::of(&program).values(&right).unwrap();
        assert_eq!(values.pairs, [(1.5, 2.0), (-2.0, 0.0), (0.5, 0.0)]);
        for other in [
            answer(vec![seen(&[2.0, 0.0])], Outcome::Done),
            answer(vec![], Outcome::Done),
            answer(
                vec![seen(&[2.0, 0.0, 0.0])],
                Outcome::Unsupported { at: 2, why: String::new() },
            ),
            answer(vec![Observation { at: 2, seen: Seen::Array(None) }], Outcome::Done),
        ] {
            assert!(Stakes::of(&program).settle(&other).is_empty(), "{other:?}");
        }
    }

    /// A gradient of zeros is none to some; it says as much.
    #[test]
    fn no_gradient_is_one_of_zeros() {
        let back = backward("y", array(&[1.0, 2.0]));
        let program = [x(&[0.0, 0.0]), train("y", "x", 0.25), back, grad("x")];
        let observations = vec![Observation { at: 3, seen: Seen::Array(None) }];
        let settled = Stakes::of(&program).settle(&Answer { observations, outcome: Outcome::Done });
        let [outcomes] = settled.as_slice() else { panic!("{settled:?}") };
        assert_eq!(shown(outcomes).2, [false, false]);
    }

    /// Where a gradient may not come back at all, few bits of one tell nothing.
    #[test]
    fn a_gradient_that_may_not_come_is_not_bet_on() {
        let ones = |n: usize| array(&vec![1.0; n]);
        let way = |n: usize, steps: Vec<Step>| {
            let back = vec![backward("y", ones(n)), grad("x")];
            [vec![variable("x", array(&vec![0.0; n]))], steps, back].concat()
        };
        let call = || vec![train("y", "x", 0.5)];
        assert_eq!(bits(&way(9, call())), 9);
        assert_eq!(bits(&way(9, vec![no_grad(call())])), 0);
        let caught = |error: Option<Origin>| {
            let program = way(9, vec![catch(call())]);
            let raised = Seen::Raised(error, String::new());
            let seen = [(1, raised), (4, Seen::Array(None))];
            let observations = seen.map(|(at, seen)| Observation { at, seen }).to_vec();
            let answer = Answer { observations, outcome: Outcome::Done };
            Stakes::of(&program).settle(&answer).len()
        };
        assert_eq!((caught(None), caught(Some(Origin::Library))), (1, 0));
        assert_eq!(bits(&way(90, vec![no_grad(vec![]), train("y", "x", 0.5)])), 90);
    }

    /// Of an array that does not show each of its elements, those that it does; of a program that went another
    /// way than foreseen, what it observed.
    #[test]
    fn some_elements_are_bet_on() {
        let program = [x(&[1.0, 0.0, -2.0]), train("y", "x", 0.25), value("y")];
        let seen = |at: usize| {
            let seen = Seen::Array(Some(array(&[0.0, 0.0, -2.5])));
            Answer { observations: vec![Observation { at, seen }], outcome: Outcome::Done }
        };
        let settled = Stakes::of(&program).settle(&seen(2));
        let [outcomes] = settled.as_slice() else { panic!("{settled:?}") };
        let expected: (&[usize], &[f64], _) = (&[2], &[1.0, -2.0], vec![false, true]);
        assert_eq!(shown(outcomes), expected);
        let elsewhere = Stakes::of(&program).settle(&seen(1));
        assert!(elsewhere.is_empty(), "{elsewhere:?}");
        let refused = catch(vec![train("z", "x", 1.0), value("z")]);
        let program = [vec![refused], program[1..].to_vec()].concat();
        let program = [vec![x(&[1.0, 0.0, -2.0])], program].concat();
        let raised = Seen::Raised(Some(Origin::Library), String::new());
        let mut observations = vec![Observation { at: 1, seen: raised }];
        observations.extend(seen(5).observations);
        let answer = Answer { observations, outcome: Outcome::Done };
        assert_eq!(Stakes::of(&program).settle(&answer).len(), 1);
    }

    #[test]
    fn masks_are_cut_in_two() {
        let whole = simulated(&[true, false, false, true]);
        let expected: [(&[usize], &[f64], _); 2] =
            [(&[2], &[0.0, 1.0], vec![true, false]), (&[2], &[2.0, 3.0], vec![false, true])];
        assert_eq!(whole.halves().each_ref().map(shown), expected);
    }
}
