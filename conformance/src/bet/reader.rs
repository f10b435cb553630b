use super::bits::Bits;
use super::stake::Passage;
use crate::implementation::interpreter::viewed;
use crate::wire::{Array, Dropout, Dtype, FlagValue, KnownLayer, Layers, Mode, Step, ViewKind};
use dezero_reference::DEFAULT_RATIO;
use ndarray::{ArrayD, IxDyn};
use std::collections::{BTreeSet, HashMap};
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
    /// The number of the variable that it was computed from, and whether it is that variable.
    leaf: usize,
    is_leaf: bool,
    way: Dropouts,
}

impl KnownVariable {
    /// The same, seen as a view; `None` of what was drawn, which may be seen twice then.
    fn viewed(self, kind: ViewKind) -> Option<KnownVariable> {
        if !self.way.draws.is_empty() {
            return None;
        }
        let array = ArrayD::from_shape_vec(IxDyn(&self.shape), self.x.to_vec()).ok()?;
        let seen = viewed(&array, kind).ok()?;
        let (shape, x) = (seen.shape().to_vec(), Rc::new(seen.iter().copied().collect()));
        Some(KnownVariable { x, shape, is_leaf: false, ..self })
    }

    /// What came of it through `way`, of which some elements may be bet on.
    fn passage(
        self,
        way: &Dropouts,
        went_in: Rc<Vec<f64>>,
        of_gradient: bool,
        fair: Bits,
    ) -> Passage {
        let (keep, scale) = (way.keep, way.scale);
        let KnownVariable { shape, x, .. } = self;
        Passage { keep, scale, went_in, of_gradient, shape, x, fair }
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

/// An observation, as the text tells it.
pub(super) struct Look {
    /// The number of the step.
    pub(super) at: usize,
    /// What an array has come through that is observed; `None` of anything else, and where the text does
    /// not tell.
    pub(super) passage: Option<Passage>,
}

/// Of ratios nearer to 0 or 1 a bit tells nothing.
const NEAR_END: f64 = 1e-5;

/// Reads a program for what may be bet on.
pub(super) struct Reader {
    dtype: Dtype,
    testing: bool,
    names: HashMap<String, KnownVariable>,
    layers: Layers,
    variables: usize,
    /// The variables that each name was computed from, also where nothing else is known of it.
    leaves: HashMap<String, BTreeSet<usize>>,
    /// The variables that a variable's gradient was computed from.
    came_from: HashMap<usize, BTreeSet<usize>>,
    /// What a variable's gradient has come through; `None` if more than one was added up.
    gradients: HashMap<usize, Option<Came>>,
    /// The scopes that were made and not entered, with what they do.
    scopes: HashMap<String, (String, bool)>,
    on_a_thread: bool,
    draws: usize,
    /// Of each call the elements that were bet on. They are not bet on again.
    bet: HashMap<usize, Vec<bool>>,
    looks: Vec<Look>,
}

impl Reader {
    /// What a program looks at, in order, as far as that can be told: to its end, or up to a step behind
    /// which anything may depend on the implementation.
    pub(super) fn read(program: &[Step], dtype: Dtype) -> Vec<Look> {
        let mut reader = Reader {
            dtype,
            testing: false,
            names: HashMap::new(),
            layers: Layers::default(),
            variables: 0,
            leaves: HashMap::new(),
            came_from: HashMap::new(),
            gradients: HashMap::new(),
            scopes: HashMap::new(),
            on_a_thread: false,
            draws: 0,
            bet: HashMap::new(),
            looks: Vec::new(),
        };
        let _ = reader.block(program, 0);
        reader.looks
    }

    /// Reads steps, the first of which has the number `at`.
    fn block(&mut self, steps: &[Step], mut at: usize) -> Result<(), ReadEnd> {
        for step in steps {
            self.step(step, at)?;
            at += step.count();
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, at: usize) -> Result<(), ReadEnd> {
        match step {
            Step::Variable { to, array, .. } => self.variable(to, array),
            Step::View { to, of, kind } => {
                let viewed = self.names.get(of).cloned().and_then(|known| known.viewed(*kind));
                self.bind(to, viewed, &[of]);
            }
            Step::Dropout(call) => self.call(call, false),
            Step::DirectDropout(call) => self.call(call, true),
            Step::Layer { .. } | Step::Model { .. } | Step::LayerMode { .. } => {
                self.layers.follow(step).unwrap_or_default();
            }
            Step::Apply { to, of, layer } => match self.layers.get(layer) {
                Some(KnownLayer { ratio, train: Some(train) }) => {
                    self.through(to, of, ratio, !train, false);
                }
                _ => self.bind(to, None, &[of]),
            },
            Step::Add { to, a, b } | Step::Mul { to, a, b } => self.bind(to, None, &[a, b]),
            Step::GradAs { to, of } => {
                let leaves = self.leaves.get(of).into_iter().flatten();
                let came = leaves.filter_map(|leaf| self.came_from.get(leaf)).flatten();
                let came = came.copied().collect();
                self.names.remove(to);
                self.leaves.insert(to.clone(), came);
            }
            Step::Backward { of, gy, .. } => self.backward(of, gy.as_ref()),
            Step::ClearGrad { of } => {
                if let Some(leaf) = self.leaf(of) {
                    self.gradients.remove(&leaf);
                }
            }
            Step::Value { of } => {
                let passage = self.names.get(of).cloned().map(|known| {
                    let (way, went_in) = (known.way.clone(), Rc::clone(&known.x));
                    let fair = self.look(&way, &went_in);
                    known.passage(&way, went_in, false, fair)
                });
                self.looks.push(Look { at, passage });
            }
            Step::Grad { of } => {
                let came = self.leaf(of).and_then(|leaf| self.gradients.get(&leaf)?.clone());
                let passage = self.names.get(of).cloned().zip(came).map(|(known, (way, gy))| {
                    let fair = self.look(&way, &gy);
                    known.passage(&way, gy, true, fair)
                });
                self.looks.push(Look { at, passage });
            }
            Step::Repeat { times, body } => {
                (0..*times).try_for_each(|_| self.block(body, at + 1))?;
            }
            Step::Catch { body } => {
                match self.block(body, at + 1) {
                    Err(ReadEnd::Unknown) => return Err(ReadEnd::Unknown),
                    Ok(()) | Err(ReadEnd::Raised) => {}
                }
                self.looks.push(Look { at, passage: None });
            }
            Step::Raise { .. } => return Err(ReadEnd::Raised),
            Step::TestMode { body } => self.scope("train", false, body, at)?,
            Step::NoGrad { body } => self.scope("enable_backprop", false, body, at)?,
            Step::UsingConfig { flag, value: FlagValue::Bool(value), body } => {
                self.scope(flag, *value, body, at)?;
            }
            // Where a flag that is set by hand holds depends on the implementation on a thread.
            Step::SetConfig { flag, value } if flag == "train" && !self.on_a_thread => {
                self.testing = !value;
            }
            Step::SetConfig { flag, .. } if flag == "enable_backprop" => {}
            Step::Scope { to, flag, value } => {
                self.scopes.insert(to.clone(), (flag.clone(), *value));
            }
            // What becomes of one that is entered again depends on the implementation.
            Step::Enter { of, body: Some(body) } => {
                let (flag, value) = self.scopes.remove(of).ok_or(ReadEnd::Unknown)?;
                self.scope(&flag, value, body, at)?;
            }
            // A scope that one thread holds reaches the others where flags belong to the process.
            Step::Threads { bodies }
                if bodies.len() == 1
                    || !bodies.iter().any(|body| by_flags(body))
                    || !bodies.iter().any(|body| changes_mode(body)) =>
            {
                let outside = std::mem::replace(&mut self.on_a_thread, true);
                let mut first = at + 1;
                let ended = bodies.iter().try_for_each(|body| {
                    let begins = first;
                    first += Step::count_all(body);
                    self.inside(self.testing, body, begins)
                });
                self.on_a_thread = outside;
                ended?;
            }
            Step::Barrier {} => {}
            Step::Config { .. }
            | Step::Recorded { .. }
            | Step::Same { .. }
            | Step::Draws {}
            | Step::Device { .. } => self.looks.push(Look { at, passage: None }),
            // Seeds, scopes that are entered and left by hand, and what is neither true nor false.
            _ => return Err(ReadEnd::Unknown),
        }
        Ok(())
    }

    fn scope(&mut self, flag: &str, value: bool, body: &[Step], at: usize) -> Result<(), ReadEnd> {
        match flag {
            "train" => self.inside(!value, body, at + 1),
            "enable_backprop" => self.inside(self.testing, body, at + 1),
            // There is no such flag.
            _ => Err(ReadEnd::Raised),
        }
    }

    fn inside(&mut self, testing: bool, body: &[Step], first: usize) -> Result<(), ReadEnd> {
        let outside = std::mem::replace(&mut self.testing, testing);
        let ended = self.block(body, first);
        self.testing = outside;
        ended
    }

    /// From now on the name stands for this, which was computed from others; `None` if the text does not tell
    /// for what.
    fn bind(&mut self, to: &str, known: Option<KnownVariable>, of: &[&str]) {
        let leaves = of.iter().filter_map(|of| self.leaves.get(*of)).flatten();
        let leaves = leaves.copied().collect();
        self.leaves.insert(to.to_owned(), leaves);
        match known {
            Some(known) => self.names.insert(to.to_owned(), known),
            None => self.names.remove(to),
        };
    }

    fn variable(&mut self, to: &str, array: &Array) {
        let way = Dropouts { draws: Vec::new(), keep: 1.0, scale: 1.0 };
        // The same numbers in the next turn of a `repeat` are the same to the gamblers.
        let before = self.names.get(to).filter(|known| *known.x == array.values);
        let x = before.map_or_else(|| Rc::new(array.values.clone()), |known| Rc::clone(&known.x));
        let (shape, leaf) = (array.shape.clone(), self.variables);
        self.variables += 1;
        self.bind(to, Some(KnownVariable { x, shape, leaf, is_leaf: true, way }), &[]);
        self.leaves.insert(to.to_owned(), BTreeSet::from([leaf]));
    }

    fn call(&mut self, call: &Dropout, direct: bool) {
        let ratio = call.ratio.map_or(DEFAULT_RATIO, |real| real.0);
        let tested = call.mode.map_or(self.testing, |mode| mode == Mode::Test);
        match call.u {
            Some(_) => self.bind(&call.to, None, &[&call.of]),
            None => self.through(&call.to, &call.of, ratio, tested, direct),
        }
    }

    fn through(&mut self, to: &str, of: &str, ratio: f64, tested: bool, direct: bool) {
        let mut known = self.names.get(of).cloned();
        // Near the ends hardly anything is random, and direct dropout scales in test mode.
        if !(NEAR_END..=1.0 - NEAR_END).contains(&ratio) || tested && direct {
            known = None;
        }
        if let Some(known) = known.as_mut().filter(|_| !tested) {
            known.way.draws.push(self.draws);
            known.way.keep *= 1.0 - ratio;
            known.way.scale /= if direct { 1.0 } else { 1.0 - ratio };
            self.draws += 1;
        }
        self.bind(to, known.map(|known| KnownVariable { is_leaf: false, ..known }), &[of]);
    }

    /// The number of the variable that a name stands for.
    fn leaf(&self, name: &str) -> Option<usize> {
        self.names.get(name).filter(|known| known.is_leaf).map(|known| known.leaf)
    }

    fn backward(&mut self, of: &str, gy: Option<&Array>) {
        let leaves = self.leaves.get(of).cloned().unwrap_or_default();
        for &leaf in &leaves {
            self.came_from.entry(leaf).or_default().extend(&leaves);
        }
        match self.names.get(of) {
            Some(known) => {
                let ones = || vec![1.0; known.x.len()];
                let gy = gy.map_or_else(ones, |gy| gy.values.clone());
                let came = (known.way.clone(), Rc::new(gy));
                let grad = self.gradients.entry(known.leaf);
                grad.and_modify(|added| *added = None).or_insert(Some(came));
            }
            // What it came through the text does not tell.
            None => self.gradients.extend(leaves.into_iter().map(|leaf| (leaf, None))),
        }
    }

    /// A look at what came through `way`: the elements whose bits may be bet on. They are, from now on.
    fn look(&mut self, way: &Dropouts, went_in: &[f64]) -> Bits {
        let (smallest, largest) = (self.dtype.smallest_normal(), self.dtype.largest());
        // With room for every rounding that the specification allows.
        let tellable = |x: f64| x.abs() >= smallest && x.abs() * way.scale * 1.1 < largest;
        let mut fair = went_in.iter().map(|&x| tellable(x)).collect::<Vec<_>>();
        if way.draws.is_empty() {
            fair.fill(false);
        }
        let before = way.draws.iter().filter_map(|draw| self.bet.get(draw));
        for before in before {
            fair.iter_mut().zip(before).for_each(|(fair, bet)| *fair &= !bet);
        }
        for draw in &way.draws {
            let bet = self.bet.entry(*draw).or_insert_with(|| vec![false; fair.len()]);
            bet.iter_mut().zip(&fair).for_each(|(bet, fair)| *bet |= fair);
        }
        Bits::of(fair.into_iter())
    }
}

/// Whether a call in a body is made in the mode that the flags say.
fn by_flags(body: &[Step]) -> bool {
    Step::numbered(body).iter().any(|(_, step)| step.call().is_some_and(|call| call.mode.is_none()))
}

/// Whether the flag `train` is changed in a body.
fn changes_mode(body: &[Step]) -> bool {
    let changes = |step: &Step| match step {
        Step::UsingConfig { flag, .. } | Step::SetConfig { flag, .. } => flag == "train",
        Step::TestMode { .. } | Step::Enter { .. } | Step::Exit { .. } => true,
        _ => false,
    };
    Step::numbered(body).iter().any(|(_, step)| changes(step))
}

#[cfg(test)]
mod tests;
