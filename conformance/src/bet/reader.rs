use super::bits::Bits;
use super::stake::Passage;
use crate::book::choice_answers;
use crate::implementation::interpreter::viewed;
use crate::wire::{Array, Dropout, Dtype, Mode, Placed, Step, ViewKind, Walk};
use dezero_reference::DEFAULT_RATIO;
use ndarray::{ArrayD, IxDyn};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// What is known of the variable that a name stands for.
#[derive(Clone)]
struct KnownVariable {
    x: Rc<Vec<f64>>,
    shape: Vec<usize>,
    /// The number of the variable that it was computed from, and whether it is that variable.
    leaf: usize,
    is_leaf: bool,
    /// Whether every call on the way was recorded.
    recorded: bool,
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
#[derive(Clone, Debug)]
pub(super) struct Look {
    /// The number of the step.
    pub(super) at: usize,
    /// What an array has come through that is observed; `None` of anything else, and where the text does
    /// not tell.
    pub(super) passage: Option<Passage>,
}

/// Of ratios nearer to 0 or 1 a bit tells nothing.
const NEAR_END: f64 = 1e-5;

/// What a program looks at, where the choices of the specification are answered in one way.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// In the order of the observations.
    pub(super) looks: Vec<Look>,
    /// Whether all calls are recorded: then no gradient is one of zeros.
    pub(super) recorded: bool,
}

/// More ways than these a program is not followed, and nothing is bet on; few have more than ten.
const MOST_WAYS: usize = 64;

impl Reading {
    /// The program on every way that an implementation may take through it to its end: which modes hold may
    /// depend on what it answers to the choices, and on what it refuses.
    pub(super) fn all(program: &[Step], dtype: Dtype) -> Vec<Reading> {
        let mut arrays = HashMap::new();
        let walks = walks(program).unwrap_or_default();
        let to_its_end = walks.iter().filter(|walk| walk.stopped.is_none());
        to_its_end.map(|walk| Reader::read(walk, dtype, &mut arrays)).collect()
    }

    /// The numbers of the steps that are observed.
    fn places(&self) -> impl Iterator<Item = usize> {
        self.looks.iter().map(|look| look.at)
    }

    /// What may be told of a program that was observed at these steps: what it looks at on every way that
    /// observes them; `None` if there is no such way.
    pub(super) fn agreed(readings: Vec<Reading>, observed: &[usize]) -> Option<Reading> {
        let same = |reading: &Reading| reading.places().eq(observed.iter().copied());
        let mut readings = readings.into_iter().filter(same);
        let mut agreed = readings.next()?;
        for other in readings {
            agreed.recorded &= other.recorded;
            for (look, other) in agreed.looks.iter_mut().zip(other.looks) {
                look.passage = look.passage.take().filter(|it| Some(it) == other.passage.as_ref());
            }
        }
        Some(agreed)
    }
}

/// Every walk through the program; `None` if there are too many. Of an array that may be handed back it is
/// taken that it is: going back from it may be refused then, and need not be.
fn walks(program: &[Step]) -> Option<Vec<Walk<'_>>> {
    type Answer = ((String, Option<u64>), &'static str);
    let mut walks = Vec::new();
    let mut given: Vec<Vec<Answer>> = vec![Vec::new()];
    while let Some(given_here) = given.pop() {
        let answers = RefCell::new(given_here);
        let known = answers.borrow().len();
        let walk = Walk::of(program, &|question, about| {
            let asked = (question.to_owned(), about.map(f64::to_bits));
            let before = answers.borrow().iter().find(|(of, _)| *of == asked).map(|it| it.1);
            before.unwrap_or_else(|| {
                let first = possible(question)[0];
                answers.borrow_mut().push((asked, first));
                first
            })
        });
        let answers = answers.into_inner();
        for (index, ((question, _), _)) in answers.iter().enumerate().skip(known) {
            for &other in possible(question).iter().skip(1) {
                let mut instead = answers[..=index].to_vec();
                instead[index].1 = other;
                given.push(instead);
            }
        }
        walks.push(walk);
        if walks.len() + given.len() > MOST_WAYS {
            return None;
        }
    }
    Some(walks)
}

/// The answers to a choice that may change a program's way.
fn possible(question: &str) -> &'static [&'static str] {
    const HANDED_BACK: [&str; 3] = ["test_result", "empty_result", "ratio_zero_result"];
    if HANDED_BACK.contains(&question) { &["same"] } else { choice_answers(question) }
}

/// Reads a walk for what may be bet on.
struct Reader<'p, 'a> {
    dtype: Dtype,
    /// The names of each thread.
    names: HashMap<(usize, &'p str), KnownVariable>,
    variables: usize,
    /// The variables that each name was computed from, also where nothing else is known of it.
    leaves: HashMap<(usize, &'p str), BTreeSet<usize>>,
    /// The variables that a variable's gradient was computed from.
    came_from: HashMap<usize, BTreeSet<usize>>,
    /// What a variable's gradient has come through; `None` if more than one was added up.
    gradients: HashMap<usize, Option<Came>>,
    draws: usize,
    /// Of each call the elements that were bet on. They are not bet on again.
    bet: HashMap<usize, Vec<bool>>,
    looks: Vec<Look>,
    /// The numbers of each step that makes a variable: the same numbers are the same to the gamblers.
    arrays: &'a mut HashMap<*const Step, Rc<Vec<f64>>>,
    /// The thread of the step that is read.
    thread: usize,
    /// Whether calls at this step are recorded.
    recorded: bool,
}

impl<'p> Reader<'p, '_> {
    fn read(
        walk: &Walk<'p>,
        dtype: Dtype,
        arrays: &mut HashMap<*const Step, Rc<Vec<f64>>>,
    ) -> Reading {
        let mut reader = Reader {
            dtype,
            names: HashMap::new(),
            variables: 0,
            leaves: HashMap::new(),
            came_from: HashMap::new(),
            gradients: HashMap::new(),
            draws: 0,
            bet: HashMap::new(),
            looks: Vec::new(),
            arrays,
            thread: 0,
            recorded: true,
        };
        // What is drawn after a seed is not free, and which thread is first may change a mode.
        let lost = |placed: &Placed| match placed.step {
            Step::Seed { .. } => true,
            Step::Threads { bodies } => {
                bodies.len() > 1
                    && bodies.iter().any(|body| by_flags(body))
                    && bodies.iter().any(|body| changes_mode(body))
            }
            _ => false,
        };
        let told = walk.steps.iter().position(lost).unwrap_or(walk.steps.len());
        let mut recorded = true;
        let mut catches: Vec<(usize, usize)> = Vec::new();
        for (index, placed) in walk.steps.iter().enumerate() {
            reader.leave(&mut catches, index);
            if let Step::Catch { .. } = placed.step {
                catches.push((placed.ended, placed.at));
            }
            reader.thread = placed.thread;
            reader.recorded = placed.flag("enable_backprop") == Some(true);
            recorded &= !placed.step.is_call() || reader.recorded;
            // What was refused did nothing.
            if placed.raised.is_none() {
                reader.step(placed, index < told);
            }
        }
        reader.leave(&mut catches, walk.steps.len());
        Reading { looks: reader.looks, recorded }
    }

    /// Looks at the errors that catches have caught which end before a step of the walk.
    fn leave(&mut self, catches: &mut Vec<(usize, usize)>, before: usize) {
        while let Some((_, at)) = catches.pop_if(|(ended, _)| *ended <= before) {
            self.looks.push(Look { at, passage: None });
        }
    }

    fn step(&mut self, placed: &Placed<'p>, told: bool) {
        let at = placed.at;
        match placed.step {
            step @ Step::Variable { to, array, .. } => self.variable(to, array, step),
            Step::View { to, of, kind } => {
                let viewed = self.name(of).and_then(|known| known.viewed(*kind));
                self.bind(to, viewed, &[of]);
            }
            Step::Dropout(call) => self.call(call, placed, false, told),
            Step::DirectDropout(call) => self.call(call, placed, true, told),
            Step::Apply { to, of, layer } => match placed.layers.get(layer.as_str()) {
                // The mode that a new layer has is asked, not known.
                Some(&(ratio, Some(train))) if told => self.through(to, of, ratio, !train, false),
                _ => self.bind(to, None, &[of]),
            },
            Step::Add { to, a, b } | Step::Mul { to, a, b } => self.bind(to, None, &[a, b]),
            Step::GradAs { to, of } => {
                let leaves = self.leaves_of(of);
                let came = leaves.iter().filter_map(|leaf| self.came_from.get(leaf)).flatten();
                let came = came.copied().collect();
                self.names.remove(&(self.thread, to.as_str()));
                self.leaves.insert((self.thread, to), came);
            }
            Step::Backward { of, gy, .. } => self.backward(of, gy.as_ref()),
            Step::ClearGrad { of } => {
                if let Some(leaf) = self.leaf(of) {
                    self.gradients.remove(&leaf);
                }
            }
            Step::Value { of } => {
                let passage = self.name(of).map(|known| {
                    let (way, went_in) = (known.way.clone(), Rc::clone(&known.x));
                    let fair = self.look(&way, &went_in);
                    known.passage(&way, went_in, false, fair)
                });
                self.looks.push(Look { at, passage });
            }
            Step::Grad { of } => {
                let came = self.leaf(of).and_then(|leaf| self.gradients.get(&leaf)?.clone());
                let passage = self.name(of).zip(came).map(|(known, (way, gy))| {
                    let fair = self.look(&way, &gy);
                    known.passage(&way, gy, true, fair)
                });
                self.looks.push(Look { at, passage });
            }
            Step::Config { .. }
            | Step::Recorded { .. }
            | Step::Same { .. }
            | Step::Draws {}
            | Step::Device { .. } => self.looks.push(Look { at, passage: None }),
            _ => {}
        }
    }

    fn name(&self, name: &'p str) -> Option<KnownVariable> {
        self.names.get(&(self.thread, name)).cloned()
    }

    fn leaves_of(&self, name: &'p str) -> BTreeSet<usize> {
        self.leaves.get(&(self.thread, name)).cloned().unwrap_or_default()
    }

    /// From now on the name stands for this, which was computed from others; `None` if the text does not tell
    /// for what.
    fn bind(&mut self, to: &'p str, known: Option<KnownVariable>, of: &[&'p str]) {
        let leaves = of.iter().flat_map(|of| self.leaves_of(of)).collect();
        self.leaves.insert((self.thread, to), leaves);
        match known {
            Some(known) => self.names.insert((self.thread, to), known),
            None => self.names.remove(&(self.thread, to)),
        };
    }

    fn variable(&mut self, to: &'p str, array: &Array, step: *const Step) {
        let way = Dropouts { draws: Vec::new(), keep: 1.0, scale: 1.0 };
        let x = self.arrays.entry(step).or_insert_with(|| Rc::new(array.values.clone()));
        let (x, shape, leaf) = (Rc::clone(x), array.shape.clone(), self.variables);
        self.variables += 1;
        let known = KnownVariable { x, shape, leaf, is_leaf: true, recorded: true, way };
        self.bind(to, Some(known), &[]);
        self.leaves.insert((self.thread, to), BTreeSet::from([leaf]));
    }

    fn call(&mut self, call: &'p Dropout, placed: &Placed, direct: bool, told: bool) {
        let ratio = call.ratio.map_or(DEFAULT_RATIO, |real| real.0);
        match placed.mode().filter(|_| told && call.u.is_none()) {
            None => self.bind(&call.to, None, &[&call.of]),
            Some(mode) => self.through(&call.to, &call.of, ratio, mode == Mode::Test, direct),
        }
    }

    fn through(&mut self, to: &'p str, of: &'p str, ratio: f64, tested: bool, direct: bool) {
        let mut known = self.name(of);
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
        let known = known.map(|known| {
            let recorded = known.recorded && self.recorded;
            KnownVariable { is_leaf: false, recorded, ..known }
        });
        self.bind(to, known, &[of]);
    }

    /// The number of the variable that a name stands for.
    fn leaf(&self, name: &'p str) -> Option<usize> {
        self.name(name).filter(|known| known.is_leaf).map(|known| known.leaf)
    }

    fn backward(&mut self, of: &'p str, gy: Option<&Array>) {
        let leaves = self.leaves_of(of);
        for &leaf in &leaves {
            self.came_from.entry(leaf).or_default().extend(&leaves);
        }
        match self.name(of).filter(|known| known.recorded) {
            Some(known) => {
                let ones = || vec![1.0; known.x.len()];
                let gy = gy.map_or_else(ones, |gy| gy.values.clone());
                let came = (known.way.clone(), Rc::new(gy));
                let grad = self.gradients.entry(known.leaf);
                grad.and_modify(|added| *added = None).or_insert(Some(came));
            }
            // What it came through the text does not tell, or whether anything came.
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
