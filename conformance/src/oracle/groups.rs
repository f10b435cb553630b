use crate::wire::Step;
use std::collections::{BTreeMap, BTreeSet};

/// Which dropout calls of a program meet in something that is observed: what one observation shows depends on
/// the masks of one group alone. So the assignments of all groups are tried at once, and as many are enough
/// as the largest has.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// For each call its group, and its place among the calls of that.
    calls: BTreeMap<usize, (usize, usize)>,
    /// For each step that is observed its group; none if it shows nothing that was drawn.
    observed: BTreeMap<usize, usize>,
    /// The calls of each group.
    groups: Vec<Vec<usize>>,
}

/// What is known of a name: a call that it depends on, if it does on any, and the variables that it was
/// computed from.
#[derive(Clone, Default)]
struct Origins {
    call: Option<usize>,
    leaves: BTreeSet<usize>,
}

/// Reads a program for what depends on what. Where it may go one way or another, what is known is added.
#[derive(Default)]
struct Grouping {
    /// For each call another one of its group, nearer to the one that stands for the group.
    nearer: BTreeMap<usize, usize>,
    names: BTreeMap<String, Origins>,
    /// For each variable what its gradient was computed from: a gradient of a gradient goes back there.
    gradients: BTreeMap<usize, Origins>,
    /// For each step that is observed a call that it depends on.
    observed: BTreeMap<usize, usize>,
    variables: usize,
    /// Whether an error may have skipped what stands here.
    in_catch: bool,
}

impl Groups {
    pub(super) fn of(program: &[Step]) -> Groups {
        let mut grouping = Grouping::default();
        grouping.block(program, 0);
        let roots = grouping.nearer.keys().map(|&call| (call, grouping.root(call)));
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let (mut numbers, mut calls) = (BTreeMap::new(), BTreeMap::new());
        for (call, root) in roots {
            let number = *numbers.entry(root).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            calls.insert(call, (number, groups[number].len()));
            groups[number].push(call);
        }
        let group = |(&at, &call): (&usize, &usize)| (at, numbers[&grouping.root(call)]);
        let observed = grouping.observed.iter().map(group).collect();
        Groups { calls, observed, groups }
    }

    /// The same groups of these calls alone.
    pub(super) fn among(&self, calls: &[usize]) -> Groups {
        let mut groups = self.groups.clone();
        groups.iter_mut().for_each(|group| group.retain(|call| calls.contains(call)));
        let placed = groups.iter().enumerate().flat_map(|(number, group)| {
            group.iter().enumerate().map(move |(place, &call)| (call, (number, place)))
        });
        Groups { calls: placed.collect(), observed: self.observed.clone(), groups }
    }

    /// How many calls the largest group has.
    pub(super) fn largest(&self) -> usize {
        self.groups.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The place of a call in its group.
    pub(super) fn place(&self, call: usize) -> usize {
        self.calls.get(&call).map_or(0, |(_, place)| *place)
    }

    /// The calls of a group.
    pub(super) fn calls(&self, group: usize) -> &[usize] {
        &self.groups[group]
    }

    /// The group that a step shows something of, as a number, and its calls; none if it shows nothing that
    /// was drawn.
    pub(super) fn shown(&self, at: usize) -> Option<(usize, &[usize])> {
        self.observed.get(&at).map(|&group| (group, self.groups[group].as_slice()))
    }
}

impl Grouping {
    fn root(&self, mut call: usize) -> usize {
        while self.nearer[&call] != call {
            call = self.nearer[&call];
        }
        call
    }

    /// From now on both are of one group.
    fn join(&mut self, one: Option<usize>, other: Option<usize>) -> Option<usize> {
        if let (Some(one), Some(other)) = (one, other) {
            let (one, other) = (self.root(one), self.root(other));
            self.nearer.insert(one, other);
        }
        one.or(other)
    }

    fn origins(&self, name: &str) -> Origins {
        self.names.get(name).cloned().unwrap_or_default()
    }

    fn bind(&mut self, to: &str, mut origins: Origins) {
        if self.in_catch {
            let before = self.origins(to);
            origins.call = self.join(origins.call, before.call);
            origins.leaves.extend(before.leaves);
        }
        self.names.insert(to.to_owned(), origins);
    }

    fn block(&mut self, steps: &[Step], mut at: usize) {
        for step in steps {
            self.step(step, at);
            at += step.count();
        }
    }

    fn step(&mut self, step: &Step, at: usize) {
        if step.is_call() {
            self.nearer.entry(at).or_insert(at);
        }
        match step {
            Step::Variable { to, .. } => {
                let leaves = BTreeSet::from([self.variables]);
                self.variables += 1;
                self.bind(to, Origins { call: None, leaves });
            }
            Step::View { to, of, .. } => self.bind(to, self.origins(of)),
            Step::Add { to, a, b } | Step::Mul { to, a, b } => {
                let (a, b) = (self.origins(a), self.origins(b));
                let call = self.join(a.call, b.call);
                self.bind(to, Origins { call, leaves: &a.leaves | &b.leaves });
            }
            Step::Backward { of, .. } => {
                let Origins { call, leaves } = self.origins(of);
                for leaf in &leaves {
                    let before = self.gradients.remove(leaf).unwrap_or_default();
                    let call = self.join(call, before.call);
                    let leaves = &leaves | &before.leaves;
                    self.gradients.insert(*leaf, Origins { call, leaves });
                }
            }
            Step::GradAs { of, to } => {
                let gradient = self.gradient(of);
                self.bind(to, gradient);
            }
            Step::ClearGrad { of } if !self.in_catch => {
                for leaf in self.origins(of).leaves {
                    self.gradients.remove(&leaf);
                }
            }
            Step::Value { of } => {
                let call = self.origins(of).call;
                self.observe(at, call);
            }
            Step::Grad { of } => {
                let call = self.gradient(of).call;
                self.observe(at, call);
            }
            _ => {}
        }
        if let (Some(of), Some(to)) = (step.input(), step.binds()) {
            let Origins { call, leaves } = self.origins(of);
            let call = self.join(call, Some(at));
            self.bind(to, Origins { call, leaves });
        }
        let outside = self.in_catch;
        self.in_catch |= matches!(step, Step::Catch { .. });
        // What one turn leaves, the next one finds.
        let times = if matches!(step, Step::Repeat { .. }) { 2 } else { 1 };
        let mut first = at + 1;
        for body in step.bodies() {
            (0..times).for_each(|_| self.block(body, first));
            first += Step::count_all(body);
        }
        self.in_catch = outside;
    }

    /// What the gradient of what `name` stands for was computed from.
    fn gradient(&mut self, name: &str) -> Origins {
        let leaves = self.origins(name).leaves;
        let known = leaves.iter().filter_map(|leaf| self.gradients.get(leaf).cloned());
        let mut all = Origins::default();
        for Origins { call, leaves } in known.collect::<Vec<_>>() {
            all.call = self.join(all.call, call);
            all.leaves.extend(leaves);
        }
        all
    }

    fn observe(&mut self, at: usize, call: Option<usize>) {
        let before = self.observed.get(&at).copied();
        if let Some(call) = self.join(call, before) {
            self.observed.insert(at, call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::steps::*;
    use crate::wire::{Array, Dtype};

    /// The groups, each as the steps of its calls; and for each observation its group's first call.
    fn grouped(program: &[Step]) -> (Vec<Vec<usize>>, Vec<Option<usize>>) {
        let groups = Groups::of(program);
        let observes = |step: &Step| matches!(step, Step::Value { .. } | Step::Grad { .. });
        let observed = Step::numbered(program).into_iter().filter(|(_, step)| observes(step));
        let first = observed.map(|(at, _)| groups.shown(at).map(|(_, calls)| calls[0])).collect();
        (groups.groups, first)
    }

    fn x() -> Step {
        variable("x", Array::full(Dtype::Float32, &[2], 1.0))
    }

    fn calls(names: &[(&str, &str)]) -> Vec<Step> {
        names.iter().map(|(to, of)| train(to, of, 0.5)).collect()
    }

    #[test]
    fn calls_that_are_observed_by_themselves_are_groups_of_one() {
        let made = [vec![x()], calls(&[("a", "x"), ("b", "x"), ("c", "a")])].concat();
        let looks = vec![value("b"), value("x"), value("a"), value("c")];
        let (groups, shown) = grouped(&[made.clone(), looks].concat());
        assert_eq!(groups, [vec![1, 3], vec![2]]);
        assert_eq!(shown, [Some(2), None, Some(1), Some(1)]);
        let sum = vec![add("z", "b", "x"), value("z"), mul("w", "b", "c"), value("w")];
        let (groups, shown) = grouped(&[made, sum].concat());
        assert_eq!((groups, shown), (vec![vec![1, 2, 3]], vec![Some(1); 2]));
    }

    #[test]
    fn gradients_depend_on_all_that_came_back() {
        let made = [vec![x()], calls(&[("a", "x"), ("b", "x")])].concat();
        let ways = |between: Vec<Step>| {
            let first = vec![back("a"), grad("x")];
            grouped(&[made.clone(), first, between, vec![back("b"), grad("x")]].concat()).0
        };
        assert_eq!(ways(vec![]), [vec![1, 2]]);
        assert_eq!(ways(vec![clear_grad("x")]), [vec![1], vec![2]]);
        // An error may have come before.
        assert_eq!(ways(vec![catch(vec![clear_grad("x")])]), [vec![1, 2]]);
        let anew = [made.clone(), vec![back("a"), grad("x"), x(), train("b", "x", 0.5)]].concat();
        let (groups, shown) = grouped(&[anew, vec![back("b"), grad("x")]].concat());
        assert_eq!((groups.len(), shown), (3, vec![Some(1), Some(6)]));
    }

    /// A second derivative goes through the mask to all that the first one came from.
    #[test]
    fn gradients_of_gradients_depend_on_the_mask() {
        let w = variable("w", Array::full(Dtype::Float32, &[2], 1.0));
        let made = [vec![x(), w], calls(&[("y", "x")]), vec![mul("z", "y", "w")]].concat();
        let first = vec![back_with_graph("z"), grad_as("g", "x"), clear_grad("w"), clear_grad("x")];
        let (groups, shown) =
            grouped(&[made, first, vec![back("g"), grad("w"), grad("x")]].concat());
        assert_eq!((groups, shown), (vec![vec![2]], vec![Some(2), Some(2)]));
    }

    #[test]
    fn a_name_in_a_catch_may_be_what_it_was() {
        let made = [vec![x()], calls(&[("a", "x")])].concat();
        let rebound = |caught: bool| {
            let rebinds = calls(&[("a", "x")]);
            let rebinds = if caught { vec![catch(rebinds)] } else { rebinds };
            grouped(&[made.clone(), rebinds, vec![value("a")]].concat()).0
        };
        assert_eq!((rebound(false), rebound(true)), (vec![vec![1], vec![2]], vec![vec![1, 3]]));
    }

    /// Of calls that draw nothing no mask is assumed.
    #[test]
    fn groups_are_those_of_calls_that_draw() {
        let program = [vec![x()], calls(&[("a", "x"), ("b", "a"), ("c", "x")]), vec![value("b")]];
        let groups = Groups::of(&program.concat());
        assert_eq!((groups.largest(), groups.place(2)), (2, 1));
        let drawn = groups.among(&[2]);
        assert_eq!((drawn.largest(), drawn.place(2)), (1, 0));
        assert_eq!(drawn.shown(4), Some((0, &[2][..])));
        assert_eq!(groups.among(&[3]).shown(4), Some((0, &[][..])));
    }

    #[test]
    fn turns_may_find_what_one_before_left() {
        let turn = |looks: Vec<Step>| {
            let body = [looks, calls(&[("a", "x")])].concat();
            grouped(&[vec![x(), train("a", "x", 0.5), repeat(3, body)]].concat())
        };
        assert_eq!(turn(vec![]).0, [vec![1], vec![3]]);
        assert_eq!(turn(vec![value("a")]), (vec![vec![1, 4]], vec![Some(1)]));
    }
}
