//! The variables of a program, and what gradients can do in it.

use super::scene::Refused;
use crate::wire::Step;
use std::collections::{BTreeMap, BTreeSet};

/// Whether a gradient finds its way from a variable back to one that the program made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WayBack {
    /// It does.
    Recorded,
    /// What made it was not recorded.
    NotRecorded,
    /// Frameworks differ.
    Unclear,
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) shape: Vec<usize>,
    /// The device it was put on.
    pub(super) device: Option<String>,
    /// What it is computed from, with a bound of how much a gradient grows on its way there.
    pub(super) parents: Vec<(usize, f64)>,
    pub(super) made: Made,
    pub(super) way: WayBack,
    /// No element is larger.
    pub(super) largest: f64,
    /// The variable whose very self it may be.
    pub(super) perhaps: Option<usize>,
    /// Whether the program has gone back through it.
    spent: bool,
    /// No element of its gradient is larger, of a leaf.
    gradient: f64,
    /// How far a second derivative has come, of a leaf.
    second: Second,
    /// Whether an implementation may have refused to go back to it.
    pub(super) doubtful: bool,
}

/// What made a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    Leaf,
    View,
    Train,
    Test,
    Sum,
    Product,
    Gradient,
}

/// The steps to a second derivative, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Second {
    None,
    /// There was a gradient that nothing can be computed with.
    Plain,
    /// A gradient was computed that can be computed with.
    Computed,
    Named,
    Cleared,
}

impl Node {
    pub(super) fn new(made: Made, shape: &[usize], parents: Vec<(usize, f64)>) -> Node {
        Node {
            shape: shape.to_vec(),
            device: None,
            parents,
            made,
            way: WayBack::Recorded,
            largest: 0.0,
            perhaps: None,
            spent: false,
            gradient: 0.0,
            second: Second::None,
            doubtful: false,
        }
    }
}

/// All variables, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
}

impl Graph {
    pub(super) fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// All that `of` is computed from, and itself.
    fn ancestors(&self, of: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = vec![of];
        while let Some(node) = open.pop() {
            if found.insert(node) {
                open.extend(self.nodes[node].parents.iter().map(|&(parent, _)| parent));
            }
        }
        found
    }

    /// Whether a result is, or may be, a variable that the program made.
    fn may_be_leaf(&self, node: usize) -> bool {
        self.nodes[self.itself(node)].made == Made::Leaf
    }

    /// What it may be itself, and so on.
    fn itself(&self, mut node: usize) -> usize {
        while let Some(perhaps) = self.nodes[node].perhaps {
            node = perhaps;
        }
        node
    }

    /// Goes back from `of` with a gradient of which no element is larger than `gy`; says whether
    /// frameworks may refuse it.
    pub(super) fn backward(
        &mut self,
        of: usize,
        gy: f64,
        create_graph: bool,
        largest: f64,
    ) -> Result<bool, Refused> {
        let made = self.nodes[of].made;
        if matches!(made, Made::Leaf | Made::View) || self.nodes[of].way == WayBack::Unclear {
            return Err(Refused("frameworks differ in whether one can go back from there"));
        }
        if self.nodes[of].way == WayBack::NotRecorded {
            // It may be what was computed without recording, or a copy of that.
            return match self.nodes[of].perhaps.is_some() && !self.may_be_leaf(of) {
                true => Err(Refused("it is not known whether there is a way back")),
                false => Ok(true),
            };
        }
        let ancestors = self.ancestors(of);
        if ancestors.iter().any(|&node| self.nodes[node].made == Made::View) {
            return Err(Refused("a way back through a view"));
        }
        let spent = |&node: &usize| self.nodes[node].made != Made::Leaf && self.nodes[node].spent;
        if made != Made::Gradient && ancestors.iter().any(spent) {
            return Err(Refused("the program has gone back through there"));
        }
        let leaves = ancestors.iter().copied().filter(|&node| self.nodes[node].made == Made::Leaf);
        let leaves = leaves.collect::<Vec<_>>();
        if leaves.iter().any(|&leaf| self.nodes[leaf].doubtful) {
            return Err(Refused("it is not known what the gradient is added to"));
        }
        // Where the result is x itself, gy may stand in the place of a gradient that x has.
        let has_gradient = leaves.iter().any(|&leaf| self.nodes[leaf].second != Second::None);
        if self.may_be_leaf(of) && has_gradient {
            return Err(Refused(
                "frameworks differ in whether a result's own gradient is added to",
            ));
        }
        let mut bound = gy;
        if made == Made::Gradient || create_graph {
            let [leaf] = leaves.as_slice() else {
                return Err(Refused("a second derivative is of one variable"));
            };
            let wanted = if create_graph { Second::None } else { Second::Cleared };
            if self.nodes[*leaf].second != wanted || create_graph && self.may_be_leaf(of) {
                return Err(Refused("not the next step to a second derivative"));
            }
            let product = |&node: &usize| {
                let Node { made, parents, .. } = &self.nodes[node];
                *made == Made::Product
                    && parents
                        .iter()
                        .all(|&(parent, _)| self.nodes[parent].way == WayBack::Recorded)
            };
            if create_graph && !ancestors.iter().any(product) {
                return Err(Refused("a second derivative of something linear"));
            }
            let growth = ancestors.iter().map(|&node| {
                self.nodes[node].parents.iter().map(|(_, by)| by).sum::<f64>().max(1.0)
            });
            bound *= growth.product::<f64>().powi(2);
        }
        // Parents were made before what is computed from them.
        let mut gradients = vec![0.0; of + 1];
        gradients[of] = bound;
        for &node in ancestors.iter().rev() {
            for &(parent, by) in &self.nodes[node].parents {
                gradients[parent] += gradients[node] * by;
            }
        }
        for &leaf in &leaves {
            let node = &mut self.nodes[leaf];
            node.gradient += gradients[leaf];
            node.second = match (create_graph, node.second) {
                (true, _) => Second::Computed,
                // What is named now is computed with no more.
                (false, Second::Cleared) => Second::Plain,
                (false, Second::Computed | Second::Named) => {
                    return Err(Refused("a gradient is added to one that is computed with"));
                }
                (false, _) => Second::Plain,
            };
            if node.gradient.is_nan() || node.gradient > largest {
                return Err(Refused("a gradient may overflow"));
            }
        }
        for &node in &ancestors {
            self.nodes[node].spent = true;
        }
        let doubtful = self.may_be_leaf(of);
        for &leaf in &leaves {
            self.nodes[leaf].doubtful |= doubtful;
        }
        Ok(doubtful)
    }

    /// Names the gradient of `leaf`.
    pub(super) fn gradient_of(&mut self, leaf: usize) -> Result<usize, Refused> {
        let node = &mut self.nodes[leaf];
        if node.second != Second::Computed {
            return Err(Refused("there is no gradient to compute with"));
        }
        node.second = Second::Named;
        let mut named = Node::new(Made::Gradient, &node.shape.clone(), vec![(leaf, 1.0)]);
        named.device = node.device.clone();
        // What the first way back went through is gone through again.
        let others =
            (0..self.nodes.len()).filter(|&other| other != leaf && self.nodes[other].spent);
        let through = others.filter(|&other| self.ancestors(other).contains(&leaf));
        let through = through.map(|other| (other, 1.0)).collect::<Vec<_>>();
        named.parents.extend(through);
        Ok(self.add(named))
    }

    pub(super) fn clear(&mut self, leaf: usize) {
        let node = &mut self.nodes[leaf];
        node.gradient = 0.0;
        node.doubtful = false;
        node.second = match node.second {
            Second::Named => Second::Cleared,
            Second::Computed | Second::Cleared => Second::Plain,
            Second::Plain | Second::None => Second::None,
        };
    }
}

/// Whether no way back in `program` is one in which frameworks differ, as far as the graph tells; whether something
/// was recorded is not looked at.
pub(super) fn goes_back_alike(program: &[Step]) -> bool {
    Ways::default().steps(program).is_ok()
}

/// A graph, and what the names stand for.
#[derive(Default)]
struct Ways {
    graph: Graph,
    names: BTreeMap<String, usize>,
}

impl Ways {
    fn steps(&mut self, steps: &[Step]) -> Result<(), Refused> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Result<(), Refused> {
        match step {
            Step::Variable { to, .. } => self.bind(to, Made::Leaf, &[]),
            Step::View { to, of, .. } => self.bind(to, Made::View, &[of]),
            Step::Dropout(call) | Step::DirectDropout(call) => {
                self.bind(&call.to, Made::Train, &[&call.of])
            }
            Step::Apply { to, of, .. } => self.bind(to, Made::Train, &[of]),
            Step::Add { to, a, b } => self.bind(to, Made::Sum, &[a, b]),
            Step::Mul { to, a, b } => self.bind(to, Made::Product, &[a, b]),
            Step::Backward { of, create_graph, .. } => {
                let of = self.node(of)?;
                self.graph.backward(of, 1.0, *create_graph, f64::INFINITY).map(drop)
            }
            Step::GradAs { of, to } => {
                let leaf = self.node(of)?;
                let gradient = self.graph.gradient_of(leaf)?;
                self.names.insert(to.clone(), gradient);
                Ok(())
            }
            Step::ClearGrad { of } => {
                let leaf = self.node(of)?;
                self.graph.clear(leaf);
                Ok(())
            }
            Step::Repeat { body, .. } => [body, body].into_iter().try_for_each(|it| self.steps(it)),
            step => step.bodies().into_iter().try_for_each(|body| self.steps(body)),
        }
    }

    fn node(&self, name: &str) -> Result<usize, Refused> {
        self.names.get(name).copied().ok_or(Refused("a name that is not bound"))
    }

    fn bind(&mut self, name: &str, made: Made, of: &[&str]) -> Result<(), Refused> {
        let parents =
            of.iter().map(|of| Ok((self.node(of)?, 1.0))).collect::<Result<_, Refused>>()?;
        let node = self.graph.add(Node::new(made, &[], parents));
        self.names.insert(name.to_owned(), node);
        Ok(())
    }
}
