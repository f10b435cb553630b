use super::stake::Passage;
use crate::implementation::interpreter::viewed;
use crate::wire::{
    Array, Dropout, Dtype, FlagValue, KnownLayer, Layers, Mode, Program, Real, Step,
};
use dezero_reference::DEFAULT_RATIO;
use ndarray::{ArrayD, IxDyn};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Why a text was read no further.
enum ReadEnd {
    /// The program raises here.
    Raised,
    /// What comes now depends on the implementation.
    Unknown,
}

/// What is known of the variable that a name stands for.
#[derive(Clone)]
struct KnownVariable {
    x: Rc<Vec<f64>>,
    shape: Vec<usize>,
    /// The name of the variable that it was computed from.
    leaf: String,
    way: Dropouts,
}

impl KnownVariable {
    /// A look at what came of it.
    fn seen(self, way: &Dropouts, went_in: Rc<Vec<f64>>, of_gradient: bool, fair: bool) -> Look {
        let (keep, scale) = (way.keep, way.scale);
        let KnownVariable { shape, x, .. } = self;
        Look { passage: Passage { keep, scale, went_in, of_gradient, shape, x }, fair }
    }
}

/// The dropouts between a variable and what was computed from it.
#[derive(Clone)]
struct Dropouts {
    /// The numbers of the calls.
    draws: Vec<usize>,
    /// The probability that an element comes through all of them.
    keep: f64,
    /// By how much what comes through is multiplied.
    scale: f64,
}

/// A gradient that has come back: what it came through, and as what it set out.
type Came = (Dropouts, Rc<Vec<f64>>);

/// A look at an array.
pub(super) struct Look {
    pub(super) passage: Passage,
    /// Whether it may be bet on.
    pub(super) fair: bool,
}

/// What was read of a program.
pub(super) struct Read {
    /// For each observation what it is a look at, as far as that was read.
    pub(super) looks: Vec<Option<Look>>,
    /// Whether the text tells all that is observed.
    pub(super) to_the_end: bool,
}

/// Reads a program for what may be bet on.
pub(super) struct Reader {
    dtype: Dtype,
    testing: bool,
    names: HashMap<String, KnownVariable>,
    layers: Layers,
    /// What a variable's gradient has come through; `None` if more than one was added up.
    gradients: HashMap<String, Option<Came>>,
    draws: usize,
    /// The calls of whose masks something was seen. Their bits are not bet on again.
    seen: HashSet<usize>,
    looks: Vec<Option<Look>>,
}

impl Reader {
    /// What a program looks at, and whether that may be bet on.
    pub(super) fn read(program: &[Step], dtype: Dtype) -> Read {
        let mut reader = Reader {
            dtype,
            testing: false,
            names: HashMap::new(),
            layers: Layers::default(),
            gradients: HashMap::new(),
            draws: 0,
            seen: HashSet::new(),
            looks: Vec::new(),
        };
        let to_the_end = reader.block(program).is_ok();
        Read { looks: reader.looks, to_the_end }
    }

    fn block(&mut self, steps: &[Step]) -> Result<(), ReadEnd> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Result<(), ReadEnd> {
        match step {
            Step::Variable { to, array, .. } => self.variable(to, array),
            Step::View { to, of, kind } => {
                let known = self.names.get(of).ok_or(ReadEnd::Unknown)?.clone();
                // What was drawn once may be seen twice then.
                if !known.way.draws.is_empty() {
                    return Err(ReadEnd::Unknown);
                }
                let array = ArrayD::from_shape_vec(IxDyn(&known.shape), known.x.to_vec());
                let array = array.map_err(|_| ReadEnd::Unknown)?;
                let seen = viewed(&array, *kind).map_err(|_| ReadEnd::Unknown)?;
                let x = Rc::new(seen.iter().copied().collect());
                self.names
                    .insert(to.clone(), KnownVariable { x, shape: seen.shape().to_vec(), ..known });
            }
            Step::Dropout(call) => self.call(call, false)?,
            Step::DirectDropout(call) => self.call(call, true)?,
            Step::Layer { to, ratio: Real(ratio) } => self.layers.layer(to, *ratio),
            Step::Model { to, layers } => self.layers.model(to, layers),
            Step::LayerMode { of, train } => {
                self.layers.give(of, *train).ok_or(ReadEnd::Unknown)?;
            }
            Step::Apply { to, of, layer } => match self.layers.get(layer) {
                Some(KnownLayer { ratio, train: Some(train) }) => {
                    self.through(to, of, ratio, !train, false)?;
                }
                _ => return Err(ReadEnd::Unknown),
            },
            Step::Backward { of, gy: Some(gy), create_graph: false } => {
                let known = self.names.get(of).ok_or(ReadEnd::Unknown)?;
                let came = (known.way.clone(), Rc::new(gy.values.clone()));
                let grad = self.gradients.entry(known.leaf.clone());
                grad.and_modify(|added| *added = None).or_insert(Some(came));
            }
            Step::Value { of } => {
                let known = self.names.get(of).ok_or(ReadEnd::Unknown)?.clone();
                let (way, went_in) = (known.way.clone(), Rc::clone(&known.x));
                let fair = self.look(&way, &went_in);
                self.looks.push(Some(known.seen(&way, went_in, false, fair)));
            }
            Step::Grad { of } => {
                let known = self.names.get(of).ok_or(ReadEnd::Unknown)?.clone();
                let came = self.gradients.get(of).cloned().ok_or(ReadEnd::Unknown)?;
                let (way, gy) = came.ok_or(ReadEnd::Unknown)?;
                let hidden = known.x.iter().all(|&x| x == 0.0);
                let fair = self.look(&way, &gy) && hidden;
                self.looks.push(Some(known.seen(&way, gy, true, fair)));
            }
            Step::Repeat { times, body } => (0..*times).try_for_each(|_| self.block(body))?,
            Step::Catch { body } => {
                match self.block(body) {
                    Err(ReadEnd::Unknown) => return Err(ReadEnd::Unknown),
                    Ok(()) | Err(ReadEnd::Raised) => {}
                }
                self.looks.push(None);
            }
            Step::Raise { .. } => return Err(ReadEnd::Raised),
            Step::TestMode { body } => self.inside(true, body)?,
            Step::NoGrad { body } => self.inside(self.testing, body)?,
            Step::UsingConfig { flag, value, body } => {
                let truth = match value {
                    FlagValue::Bool(truth) => *truth,
                    FlagValue::Text(_) => return Err(ReadEnd::Unknown),
                };
                match flag.as_str() {
                    "train" => self.inside(!truth, body)?,
                    "enable_backprop" => self.inside(self.testing, body)?,
                    _ => return Err(ReadEnd::Unknown),
                }
            }
            // A scope that one thread holds while it waits reaches the others where flags belong to the process.
            Step::Threads { bodies } if bodies.len() > 1 && bodies.iter().any(by_flags) => {
                return Err(ReadEnd::Unknown);
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
                self.looks.push(None);
            }
            // Not bet on: other gradients, scopes as objects, flags set by hand, seeds and sums. Their masks
            // cannot be told from the text alone.
            _ => return Err(ReadEnd::Unknown),
        }
        Ok(())
    }

    fn inside(&mut self, testing: bool, body: &Program) -> Result<(), ReadEnd> {
        let outside = std::mem::replace(&mut self.testing, testing);
        let ended = self.block(body);
        self.testing = outside;
        ended
    }

    fn variable(&mut self, to: &str, array: &Array) {
        let way = Dropouts { draws: Vec::new(), keep: 1.0, scale: 1.0 };
        // The same numbers in the next turn of a `repeat` are the same to the gamblers.
        let before = self.names.get(to).filter(|known| *known.x == array.values);
        let x = before.map_or_else(|| Rc::new(array.values.clone()), |known| Rc::clone(&known.x));
        let (shape, leaf) = (array.shape.clone(), to.to_owned());
        self.gradients.remove(to);
        self.names.insert(to.to_owned(), KnownVariable { x, shape, leaf, way });
    }

    fn call(&mut self, call: &Dropout, direct: bool) -> Result<(), ReadEnd> {
        let ratio = call.ratio.map_or(DEFAULT_RATIO, |real| real.0);
        let tested = call.mode.map_or(self.testing, |mode| mode == Mode::Test);
        if call.u.is_some() {
            return Err(ReadEnd::Unknown);
        }
        self.through(&call.to, &call.of, ratio, tested, direct)
    }

    fn through(
        &mut self,
        to: &str,
        of: &str,
        ratio: f64,
        tested: bool,
        direct: bool,
    ) -> Result<(), ReadEnd> {
        let mut known = self.names.get(of).ok_or(ReadEnd::Unknown)?.clone();
        // At the ends nothing is random, and direct dropout scales in test mode.
        if !(ratio > 0.0 && ratio < 1.0) || tested && direct {
            return Err(ReadEnd::Unknown);
        }
        if !tested {
            known.way.draws.push(self.draws);
            known.way.keep *= 1.0 - ratio;
            known.way.scale /= if direct { 1.0 } else { 1.0 - ratio };
            self.draws += 1;
        }
        self.names.insert(to.to_owned(), known);
        Ok(())
    }

    /// A look at what came through `way`; whether its bits may be bet on. The masks on the way are
    /// seen from now on.
    fn look(&mut self, way: &Dropouts, went_in: &[f64]) -> bool {
        let (smallest, largest) = (self.dtype.smallest_normal(), self.dtype.largest());
        // With room for every rounding that the specification allows.
        let tellable = |&x: &f64| x.abs() >= smallest && x.abs() * way.scale * 1.1 < largest;
        let unseen =
            !way.draws.is_empty() && way.draws.iter().all(|draw| !self.seen.contains(draw));
        self.seen.extend(&way.draws);
        unseen && went_in.iter().all(tellable)
    }
}

/// Whether a call in a body is made in the mode that the flags say.
fn by_flags(body: &Program) -> bool {
    Step::numbered(body).iter().any(|(_, step)| step.call().is_some_and(|call| call.mode.is_none()))
}

#[cfg(test)]
mod tests;
