//! Which programs may be drawn, decided from their text: those that every right implementation
//! answers alike, but for masks and choices.

mod calls;
mod layers;
mod scopes;

pub(super) use calls::is_wild;
pub(super) use scopes::Closed;

use super::graph::{Graph, Made, Node, WayBack};
use crate::wire::{Dtype, FLAGS, FlagValue, Layers, Start, Step, needs};
use std::collections::BTreeMap;

/// Why a program is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) &'static str);

/// The most steps of a program.
pub const MOST_STEPS: usize = 30;

/// The most dropout calls in one turn; the oracle tries all their masks.
const MOST_CALLS: usize = 6;

/// The most numbers that the oracle computes for one observation, under all masks.
const MOST_NUMBERS: usize = 1 << 18;

/// What is known at one point of a program.
#[derive(Clone)]
pub(super) struct Scene<'a> {
    start: &'a Start,
    /// Whether values are compared to the bit.
    bitwise: bool,
    dtype: Option<Dtype>,
    pub(super) graph: Graph,
    names: BTreeMap<String, usize>,
    scopes: BTreeMap<String, ScopeKnown>,
    pub(super) layers: Layers,
    /// The flags `train` and `enable_backprop`, where they are known.
    flags: [Option<bool>; 2],
    calls: usize,
    masks: usize,
    elements: usize,
    /// Whether some number or ratio is extreme.
    wild: bool,
    /// Whether some number is not finite.
    nonfinite: bool,
    computes: bool,
    inside: Inside,
    /// Scopes that were entered by hand and are open, in their order.
    by_hand: Vec<String>,
}

/// Where in a program one is.
#[derive(Clone, Copy, Default)]
struct Inside {
    repeat: bool,
    thread: bool,
    /// Whether a scope is left at the end of a body around.
    scope: bool,
    /// How many scopes were open by hand when the innermost `catch` began; `None` outside of all.
    catch: Option<usize>,
    /// Whether an implementation may have refused something in this `catch`.
    doubtful: bool,
    /// What may have been refused is observed next: some compute, and raise, only then.
    owed: Option<Owed>,
}

/// What an observation is to be of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owed {
    /// The array that was bound last.
    Value,
    /// What came back to a variable.
    Gradient,
}

#[derive(Clone, Debug)]
struct ScopeKnown {
    flag: String,
    value: bool,
    /// Whether it was entered before; frameworks differ in what becomes of it then.
    used: bool,
    /// What became of it depends on the implementation.
    lost: bool,
    saved: Vec<Option<bool>>,
}

/// Why a block ends before its end.
pub(super) enum EarlyEnd {
    Raised,
    Refused(Refused),
}

impl From<Refused> for EarlyEnd {
    fn from(refused: Refused) -> EarlyEnd {
        EarlyEnd::Refused(refused)
    }
}

fn flag_index(flag: &str) -> Option<usize> {
    FLAGS.iter().position(|&known| known == flag)
}

fn refuse<T>(why: &'static str) -> Result<T, EarlyEnd> {
    Err(EarlyEnd::Refused(Refused(why)))
}

/// Whether `program` may be drawn for an implementation that answered `start`, as far as its text
/// tells.
pub(super) fn well_formed(program: &[Step], start: &Start, bitwise: bool) -> Result<(), Refused> {
    if Step::count_all(program) > MOST_STEPS {
        return Err(Refused("too many steps"));
    }
    if !needs(program).iter().all(|need| start.claims(need)) {
        return Err(Refused("it needs what is not claimed"));
    }
    match Scene::new(start, bitwise).block(program) {
        Ok(()) => Ok(()),
        Err(EarlyEnd::Raised) => Err(Refused("it ends in an error")),
        Err(EarlyEnd::Refused(why)) => Err(why),
    }
}

impl<'a> Scene<'a> {
    pub(super) fn new(start: &'a Start, bitwise: bool) -> Scene<'a> {
        Scene {
            start,
            bitwise,
            dtype: None,
            graph: Graph::default(),
            names: BTreeMap::new(),
            scopes: BTreeMap::new(),
            layers: Layers::default(),
            flags: [Some(true); 2],
            calls: 0,
            masks: 0,
            elements: 0,
            wild: false,
            nonfinite: false,
            computes: false,
            inside: Inside::default(),
            by_hand: Vec::new(),
        }
    }

    /// The names that are bound, with what they stand for, those that were bound last at the end.
    pub(super) fn bound(&self) -> Vec<(&str, &Node)> {
        let mut all = self.names.iter().collect::<Vec<_>>();
        all.sort_by_key(|&(_, &node)| node);
        all.into_iter().map(|(name, &node)| (name.as_str(), &self.graph.nodes[node])).collect()
    }

    /// What a name stands for.
    pub(super) fn known(&self, name: &str) -> Option<&Node> {
        self.names.get(name).map(|&node| &self.graph.nodes[node])
    }

    /// A flag, where it is known.
    pub(super) fn flag(&self, flag: &str) -> Option<bool> {
        flag_index(flag).and_then(|index| self.flags[index])
    }

    /// The same in a scope.
    pub(super) fn within(&self, flag: &str, value: bool) -> Scene<'a> {
        let mut inside = self.clone();
        if let Some(index) = flag_index(flag) {
            inside.flags[index] = Some(value);
        }
        inside
    }

    /// The same where errors are caught.
    pub(super) fn in_catch(&self) -> Scene<'a> {
        let catch = Some(self.by_hand.len());
        Scene { inside: Inside { catch, ..self.inside }, ..self.clone() }
    }

    /// The same in a closed body.
    pub(super) fn in_closed(&self, closed: Closed) -> Scene<'a> {
        let mut inside = self.clone();
        inside.close(closed);
        inside
    }

    /// Whether a closed body may begin here: they are not nested.
    pub(super) fn may_close(&self) -> bool {
        !self.inside.repeat && !self.inside.thread && self.by_hand.is_empty()
    }

    /// Whether an error may be raised here: it is caught, and it leaves no scope open.
    pub(super) fn catches(&self) -> bool {
        self.inside.catch == Some(self.by_hand.len())
    }

    fn block(&mut self, steps: &[Step]) -> Result<(), EarlyEnd> {
        let open = self.by_hand.len();
        for (index, step) in steps.iter().enumerate() {
            match self.step(step) {
                Ok(()) => {}
                Err(EarlyEnd::Raised) => {
                    // Only an implementation that swallows errors comes here.
                    let reads = |step: &Step| matches!(step, Step::Config { .. });
                    return match steps[index + 1..].iter().all(reads) && self.by_hand.len() == open
                    {
                        true => Err(EarlyEnd::Raised),
                        false => refuse("more than reading of flags after an error"),
                    };
                }
                Err(refused) => return Err(refused),
            }
        }
        if self.inside.owed.is_some() {
            return refuse("what may be refused is observed at once");
        }
        match self.by_hand.len() == open {
            true => Ok(()),
            false => refuse("a block leaves a scope open, or leaves one from outside"),
        }
    }

    /// Goes on by one step.
    pub(super) fn step(&mut self, step: &Step) -> Result<(), EarlyEnd> {
        let observes = matches!(
            step,
            Step::Value { .. } | Step::Grad { .. } | Step::Config { .. } | Step::Device { .. }
        );
        if self.inside.doubtful && !observes {
            return refuse("after what may be refused, one only observes");
        }
        let latest = self.graph.nodes.len().checked_sub(1);
        let pays = match (self.inside.owed.take(), step) {
            (None, _) | (Some(Owed::Gradient), Step::Grad { .. }) => true,
            (Some(Owed::Value), Step::Value { of }) => self.names.get(of).copied() == latest,
            _ => false,
        };
        if !pays {
            return refuse("what may be refused is observed at once");
        }
        match step {
            Step::Variable { to, array, device } => self.variable(to, array, device.as_deref())?,
            Step::View { to, of, kind } => {
                let node = self.node(of)?;
                let known = &self.graph.nodes[node];
                if known.made != Made::Leaf || !self.is_float() {
                    return refuse("a view of something computed");
                }
                let mut view = Node::new(Made::View, &kind.shape(&known.shape), vec![(node, 1.0)]);
                (view.way, view.largest) = (WayBack::Unclear, known.largest);
                view.device.clone_from(&known.device);
                self.elements = self.elements.max(view.shape.iter().product());
                self.bind(to, view);
            }
            Step::Dropout(call) => self.dropout(call, false)?,
            Step::DirectDropout(_) if self.bitwise => {
                return refuse("direct dropout is not claimed to the bit");
            }
            Step::DirectDropout(call) => self.dropout(call, true)?,
            Step::Add { to, a, b } => self.arithmetic(to, a, b, false)?,
            Step::Mul { to, a, b } => self.arithmetic(to, a, b, true)?,
            Step::Backward { of, gy, create_graph } => {
                self.backward(of, gy.as_ref(), *create_graph)?;
            }
            Step::GradAs { of, to } => {
                let leaf = self.leaf(of)?;
                let gradient = self.graph.gradient_of(leaf)?;
                self.names.insert(to.clone(), gradient);
            }
            Step::ClearGrad { of } => {
                let leaf = self.leaf(of)?;
                self.graph.clear(leaf);
            }
            Step::Grad { of } => {
                let leaf = self.leaf(of)?;
                if self.graph.nodes[leaf].doubtful && !self.inside.doubtful {
                    return refuse("a way back that was refused may have begun");
                }
                if self.bitwise {
                    return refuse("gradients are not claimed to the bit");
                }
            }
            Step::Value { of } => {
                if self.graph.nodes[self.node(of)?].made == Made::Gradient {
                    return refuse("a gradient is observed as one");
                }
            }
            Step::Device { of } => {
                self.node(of)?;
            }
            Step::Recorded { of } => {
                let node = &self.graph.nodes[self.node(of)?];
                let made = matches!(node.made, Made::Train | Made::Sum | Made::Product);
                if !made || node.perhaps.is_some() || node.way == WayBack::Unclear {
                    return refuse("whether that is recorded is not said");
                }
            }
            Step::Same { a, b } => {
                let (x, y) = (self.node(a)?, self.node(b)?);
                let direct = self.graph.nodes[y].perhaps == Some(x);
                // Empty arrays share no memory with anything, not even with themselves, and what
                // becomes of integers is the framework's affair.
                if self.graph.nodes[x].shape.contains(&0) || !self.is_float() {
                    return refuse("whether these are one is asked of floats with elements");
                }
                if !direct || self.flags[1] != Some(true) || !self.known_to_be_plain(x) {
                    return refuse("whether these are one is not said");
                }
            }
            Step::Config { .. } => {}
            Step::Draws {} => {
                if !self.bitwise || self.inside.repeat || self.inside.thread {
                    return refuse("the draws are not counted here");
                }
            }
            Step::Raise { .. } => {
                return match self.catches() {
                    true => Err(EarlyEnd::Raised),
                    false => refuse("an error that is not caught, or that leaves a scope open"),
                };
            }
            Step::Catch { body } => self.catch(body)?,
            Step::Repeat { times, body } => self.repeat(*times, body)?,
            Step::TestMode { body } => self.scoped("train", false, body)?,
            Step::NoGrad { body } => self.scoped("enable_backprop", false, body)?,
            Step::UsingConfig { flag, value: FlagValue::Bool(value), body }
                if flag_index(flag).is_some() =>
            {
                self.scoped(flag, *value, body)?;
            }
            // An unknown name is refused by all implementations, a text by some.
            Step::UsingConfig { body, .. } => {
                self.doubt()?;
                if body.iter().any(|step| !matches!(step, Step::Config { .. })) {
                    return refuse("more than reading of flags in a scope that may be refused");
                }
            }
            Step::SetConfig { flag, value } => {
                let Some(index) = flag_index(flag) else { return refuse("no such flag") };
                self.flags[index] = Some(*value);
            }
            Step::Scope { to, flag, value } => {
                if flag_index(flag).is_none() || self.by_hand.contains(to) {
                    return refuse("no such flag, or the scope is open");
                }
                let (flag, value) = (flag.clone(), *value);
                let known = ScopeKnown { flag, value, used: false, lost: false, saved: vec![] };
                self.scopes.insert(to.clone(), known);
            }
            Step::Enter { of, body } => self.enter(of, body.as_deref())?,
            Step::Exit { of } => self.exit(of)?,
            Step::Threads { bodies } => super::together::threads(self, bodies)?,
            Step::Barrier {} => {
                if !self.inside.thread || self.inside.repeat {
                    return refuse("a barrier outside of threads");
                }
            }
            Step::Layer { to, ratio } => self.layer(to, *ratio)?,
            Step::Model { to, layers } => self.model(to, layers)?,
            Step::LayerMode { of, train } => self.layer_mode(of, *train)?,
            Step::Apply { to, of, layer } => self.apply(to, of, layer)?,
            Step::Seed { .. } => return refuse("seeds are judged by other rules"),
        }
        let numbers = self.elements.checked_shl(self.masks as u32);
        match self.masks <= MOST_CALLS && numbers.is_some_and(|n| n <= MOST_NUMBERS) {
            true if self.wild && (self.calls > 1 || self.computes) => {
                refuse("extreme numbers in more than one call")
            }
            true => Ok(()),
            false => refuse("too many masks"),
        }
    }

    fn is_float(&self) -> bool {
        self.dtype.is_some_and(Dtype::is_float)
    }

    fn largest(&self) -> f64 {
        // With room for the rounding of every step on the way.
        self.dtype.map_or(0.0, Dtype::largest) / 8.0
    }

    fn node(&self, name: &str) -> Result<usize, EarlyEnd> {
        match self.names.get(name) {
            Some(&node) => Ok(node),
            None => refuse("a name that is not bound"),
        }
    }

    fn leaf(&self, name: &str) -> Result<usize, EarlyEnd> {
        let node = self.node(name)?;
        match self.graph.nodes[node].made == Made::Leaf && self.is_float() {
            true => Ok(node),
            false => refuse("gradients of what was computed are not judged"),
        }
    }

    fn known_to_be_plain(&self, node: usize) -> bool {
        let node = &self.graph.nodes[node];
        matches!(node.made, Made::Leaf | Made::Train) && node.perhaps.is_none()
    }

    fn bind(&mut self, name: &str, node: Node) {
        let node = self.graph.add(node);
        self.names.insert(name.to_owned(), node);
    }

    /// Something that an implementation may refuse.
    fn doubt(&mut self) -> Result<(), EarlyEnd> {
        if !self.catches() {
            return refuse("what may be refused, where it is not caught");
        }
        self.inside.doubtful = true;
        Ok(())
    }
}

/// Whether a ratio is told from 0 and 1 in every dtype.
fn usual(ratio: f64) -> bool {
    (0.0078125..=0.9921875).contains(&ratio)
}

#[cfg(test)]
mod tests;
