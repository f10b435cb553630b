//! Which bits may be bet on. This is the fairness of the whole game, so it is decided by types.
//!
//! Under the specification every bit of a mask, given all earlier bits, all inputs and all of the
//! judge's own choices, is 1 with probability `1 - ratio`. That holds for bits that the judge picks
//! *before* it sees the answer. Whoever bets on "what could be inferred from the answer" picks kept
//! elements more often than dropped ones, or the other way round: a kept element that becomes NaN or
//! is flushed to 0 hides itself. So [`Stakes`] are made of a program alone, [`Outcomes`] only of
//! [`Stakes`], and the pool takes nothing else.

use super::bits::Bits;
use crate::interpreter::viewed;
use crate::wire::{Answer, Array, Dropout, Dtype, Mode, Observation, Outcome, Program, Seen, Step};
use dezero_reference::DEFAULT_RATIO;
use ndarray::{ArrayD, IxDyn};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The observations of a program, in order, and those that may be bet on.
#[derive(Clone, Debug)]
pub struct Stakes(Vec<Option<Stake>>);

/// What an observation of an array shows of a mask: each element whether it was kept.
#[derive(Clone, Debug)]
struct Stake {
    keep: f64,
    shape: Vec<usize>,
    x: Rc<Vec<f64>>,
}

/// Bits that may be bet on, with what is known of them: a call's mask.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// The probability of a 1, of each bit.
    pub keep: f64,
    /// The shape of the array.
    pub shape: Vec<usize>,
    /// What went in.
    pub x: Rc<Vec<f64>>,
    /// Whether each element was kept.
    pub kept: Bits,
}

impl Stakes {
    /// What may be bet on when `program` runs; nothing if it seeds the generator or injects
    /// uniforms, or if it cannot be told from its text what it does.
    pub fn of(program: &[Step]) -> Stakes {
        let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
        let mut reader = Reader { dtype, ..Reader::default() };
        match reader.block(program) {
            Ok(()) if dtype.is_float() => Stakes(reader.stakes),
            _ => Stakes(Vec::new()),
        }
    }

    /// How many bits there are to bet on.
    pub fn bits(&self) -> usize {
        self.0.iter().flatten().map(|stake| stake.x.len()).sum()
    }

    /// Reads the bits from the answer, which some mask must have explained. What is bet on is
    /// normal, so it is 0 if and only if it was dropped.
    pub fn settle(self, answer: &Answer) -> Vec<Outcomes> {
        if self.0.len() != answer.observations.len() || answer.outcome != Outcome::Done {
            return Vec::new();
        }
        let settled = |(stake, observation): (Option<Stake>, &Observation)| {
            let Stake { keep, shape, x } = stake?;
            let Seen::Array(Some(array)) = &observation.seen else { return None };
            let kept = Bits::of(array.values.iter().map(|&y| y != 0.0));
            (array.values.len() == x.len()).then_some(Outcomes { keep, shape, x, kept })
        };
        self.0.into_iter().zip(&answer.observations).filter_map(settled).collect()
    }
}

/// Why a text was read no further.
enum End {
    /// The program raises here.
    Raised,
    /// What comes now depends on the implementation.
    Unknown,
}

/// What is known of the variable that a name stands for.
#[derive(Clone)]
struct Known {
    x: Rc<Vec<f64>>,
    shape: Vec<usize>,
    /// The name of the variable that it was computed from.
    leaf: String,
    way: Way,
}

/// The dropouts between a variable and what was computed from it.
#[derive(Clone)]
struct Way {
    /// The numbers of the calls.
    draws: Vec<usize>,
    /// The probability that an element comes through all of them.
    keep: f64,
    /// By how much what comes through is multiplied.
    scale: f64,
}

/// A gradient that has come back: what it came through, and as what it set out.
type Came = (Way, Rc<Vec<f64>>);

struct Reader {
    dtype: Dtype,
    testing: bool,
    names: HashMap<String, Known>,
    /// What a variable's gradient has come through; `None` if more than one was added up.
    gradients: HashMap<String, Option<Came>>,
    draws: usize,
    /// The calls of whose masks something was seen. Nobody bets on them any more.
    seen: HashSet<usize>,
    stakes: Vec<Option<Stake>>,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            dtype: Dtype::Float32,
            testing: false,
            names: HashMap::new(),
            gradients: HashMap::new(),
            draws: 0,
            seen: HashSet::new(),
            stakes: Vec::new(),
        }
    }
}

impl Reader {
    fn block(&mut self, steps: &[Step]) -> Result<(), End> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Result<(), End> {
        match step {
            Step::Variable { to, array, .. } => self.variable(to, array),
            Step::View { to, of, kind } => {
                let known = self.names.get(of).ok_or(End::Unknown)?.clone();
                let array = ArrayD::from_shape_vec(IxDyn(&known.shape), known.x.to_vec());
                let array = array.map_err(|_| End::Unknown)?;
                let seen = viewed(&array, *kind).map_err(|_| End::Unknown)?;
                let x = Rc::new(seen.iter().copied().collect());
                self.names.insert(to.clone(), Known { x, shape: seen.shape().to_vec(), ..known });
            }
            Step::Dropout(call) => self.call(call, false)?,
            Step::DirectDropout(call) => self.call(call, true)?,
            Step::Backward { of, gy: Some(gy), create_graph: false } => {
                let known = self.names.get(of).ok_or(End::Unknown)?;
                let came = (known.way.clone(), Rc::new(gy.values.clone()));
                let grad = self.gradients.entry(known.leaf.clone());
                grad.and_modify(|added| *added = None).or_insert(Some(came));
            }
            Step::Value { of } => {
                let Known { x, shape, way, .. } = self.names.get(of).ok_or(End::Unknown)?.clone();
                let stake = self.look(&way, &x).then_some(Stake { keep: way.keep, shape, x });
                self.stakes.push(stake);
            }
            Step::Grad { of } => {
                let Known { x, shape, .. } = self.names.get(of).ok_or(End::Unknown)?.clone();
                let came = self.gradients.get(of).cloned().ok_or(End::Unknown)?;
                let (way, gy) = came.ok_or(End::Unknown)?;
                let stake = self.look(&way, &gy).then_some(Stake { keep: way.keep, shape, x });
                self.stakes.push(stake);
            }
            Step::Repeat { times, body } => (0..*times).try_for_each(|_| self.block(body))?,
            Step::Catch { body } => {
                match self.block(body) {
                    Err(End::Unknown) => return Err(End::Unknown),
                    Ok(()) | Err(End::Raised) => {}
                }
                self.stakes.push(None);
            }
            Step::Raise { .. } => return Err(End::Raised),
            Step::TestMode { body } => self.inside(true, body)?,
            Step::NoGrad { body } => self.inside(self.testing, body)?,
            Step::UsingConfig { flag, value, body } => {
                let truth = match value {
                    crate::wire::FlagValue::Bool(truth) => *truth,
                    crate::wire::FlagValue::Text(_) => return Err(End::Unknown),
                };
                match flag.as_str() {
                    "train" => self.inside(!truth, body)?,
                    "enable_backprop" => self.inside(self.testing, body)?,
                    _ => return Err(End::Unknown),
                }
            }
            Step::Threads { bodies } => {
                for body in bodies {
                    self.inside(self.testing, body)?;
                }
            }
            Step::Barrier {} => {}
            Step::Config { .. }
            | Step::Recorded { .. }
            | Step::Same { .. }
            | Step::Device { .. } => {
                self.stakes.push(None);
            }
            // Gradients are bet on by whoever has a rule for them; scopes as objects, flags set by
            // hand, seeds and sums are told from their text by nobody.
            _ => return Err(End::Unknown),
        }
        Ok(())
    }

    fn inside(&mut self, testing: bool, body: &Program) -> Result<(), End> {
        let outside = std::mem::replace(&mut self.testing, testing);
        let ended = self.block(body);
        self.testing = outside;
        ended
    }

    fn variable(&mut self, to: &str, array: &Array) {
        let way = Way { draws: Vec::new(), keep: 1.0, scale: 1.0 };
        // The same numbers in the next turn of a `repeat` are the same to the gamblers.
        let before = self.names.get(to).filter(|known| *known.x == array.values);
        let x = before.map_or_else(|| Rc::new(array.values.clone()), |known| Rc::clone(&known.x));
        let (shape, leaf) = (array.shape.clone(), to.to_owned());
        self.gradients.remove(to);
        self.names.insert(to.to_owned(), Known { x, shape, leaf, way });
    }

    fn call(&mut self, call: &Dropout, direct: bool) -> Result<(), End> {
        let mut known = self.names.get(&call.of).ok_or(End::Unknown)?.clone();
        let ratio = call.ratio.map_or(DEFAULT_RATIO, |real| real.0);
        let tested = call.mode.map_or(self.testing, |mode| mode == Mode::Test);
        // At the ends nothing is random, and direct dropout scales in test mode.
        if call.u.is_some() || !(ratio > 0.0 && ratio < 1.0) || tested && direct {
            return Err(End::Unknown);
        }
        if !tested {
            known.way.draws.push(self.draws);
            known.way.keep *= 1.0 - ratio;
            known.way.scale /= if direct { 1.0 } else { 1.0 - ratio };
            self.draws += 1;
        }
        self.names.insert(call.to.clone(), known);
        Ok(())
    }

    /// A look at what came through `way`; whether its bits may be bet on. The masks on the way are
    /// seen from now on.
    fn look(&mut self, way: &Way, went_in: &[f64]) -> bool {
        let (smallest, largest) = (self.dtype.smallest_normal(), self.dtype.largest());
        // With room for every rounding that the specification allows.
        let tellable = |&x: &f64| x.abs() >= smallest && x.abs() * way.scale * 1.1 < largest;
        let unseen =
            !way.draws.is_empty() && way.draws.iter().all(|draw| !self.seen.contains(draw));
        self.seen.extend(&way.draws);
        unseen && went_in.iter().all(tellable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::*;

    fn x(values: &[f64]) -> Step {
        variable("x", Array::new(Dtype::Float32, &[values.len()], values.to_vec()))
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
            assert_eq!(bits(&[vec![x(&[1.0, hidden])], call()].concat()), 0, "{hidden}");
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
        let Stakes(stakes) = Stakes::of(&[chain, vec![value("b")]].concat());
        assert_eq!(stakes[0].as_ref().unwrap().keep, 0.25);
    }

    #[test]
    fn where_x_is_zero_the_gradient_is_bet_on() {
        let gy = |gy: f64| Array::new(Dtype::Float32, &[2], vec![1.0, gy]);
        let program = |second| {
            let call = train("y", "x", 0.5);
            vec![x(&[0.0, -0.0]), call, backward("y", gy(second)), grad("x")]
        };
        assert_eq!(bits(&program(2.0)), 2);
        assert_eq!(bits(&program(0.0)), 0);
        let twice = [program(2.0), vec![backward("y", gy(1.0)), grad("x")]].concat();
        assert_eq!(bits(&twice), 0);
    }
}
