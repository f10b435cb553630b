use super::{Dropout, FlagValue, Layers, Mode, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The capabilities that a program uses, as the protocol's tables give them; in the order of the
/// alphabet. Going back needs the gradient of each mode that dropout was called in on the way.
pub fn needs(program: &[Step]) -> Vec<&'static str> {
    let mut used = Used::default();
    used.steps(program);
    used.capabilities.into_iter().collect()
}

/// What going back from a variable goes through.
#[derive(Clone, Default)]
struct Way {
    /// The variables at its far end.
    leaves: BTreeSet<String>,
    /// The gradients of the modes in which dropout was called.
    gradients: BTreeSet<&'static str>,
}

impl Way {
    fn join(&mut self, other: &Way) {
        self.leaves.extend(other.leaves.iter().cloned());
        self.gradients.extend(&other.gradients);
    }
}

#[derive(Default)]
struct Used {
    capabilities: BTreeSet<&'static str>,
    ways: BTreeMap<String, Way>,
    /// All that was gone through on the ways back so far.
    gone: Way,
    /// The variables that have a gradient, and those that the latest way back led to.
    with_gradient: BTreeSet<String>,
    latest: BTreeSet<String>,
    /// The flag `train` as far as the text of the program tells.
    testing: bool,
    layers: Layers,
    /// Whether the scope that was made last is one of test mode.
    scope_tests: bool,
}

impl Used {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn inside(&mut self, testing: bool, body: &[Step]) {
        let outside = std::mem::replace(&mut self.testing, testing);
        self.steps(body);
        self.testing = outside;
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Dropout(call) => self.call(call),
            Step::DirectDropout(call) => {
                self.call(call);
                self.add("direct");
            }
            Step::Backward { of, create_graph, .. } => {
                let way = self.ways.get(of).cloned().unwrap_or_default();
                self.capabilities.extend(&way.gradients);
                if way.leaves.iter().any(|leaf| self.with_gradient.contains(leaf)) {
                    self.add("accumulate");
                }
                self.with_gradient.extend(way.leaves.iter().cloned());
                self.gone.join(&way);
                self.latest = way.leaves;
                if *create_graph {
                    self.add("double_backward");
                }
            }
            Step::Grad { of } => self.gradient(of),
            Step::GradAs { of, to } => {
                self.gradient(of);
                self.ways.insert(to.clone(), self.gone.clone());
                self.add("double_backward");
            }
            Step::ClearGrad { of } => {
                self.with_gradient.remove(of);
                // A framework that returns gradients and adds none up has nothing to clear, but must
                // not stumble.
                if !self.capabilities.contains("double_backward") {
                    self.add("accumulate");
                }
            }
            Step::Add { to, a, b } | Step::Mul { to, a, b } => {
                self.made(to, &[a, b], None);
                self.add("arithmetic");
            }
            Step::UsingConfig { flag, value, body } => {
                self.flag(flag);
                if let FlagValue::Text(_) = value {
                    self.add("other_values");
                }
                let testing =
                    if flag == "train" { *value == FlagValue::Bool(false) } else { self.testing };
                self.inside(testing, body);
            }
            Step::Layer { .. } | Step::Model { .. } => {
                self.add("layers");
                self.layers.follow(step);
            }
            Step::LayerMode { .. } => {
                self.layers.follow(step);
            }
            Step::Apply { to, of, layer } => {
                let testing = self.layers.get(layer).is_some_and(|it| it.train == Some(false));
                self.add("layers");
                self.made(to, &[of], Some(if testing { Mode::Test } else { Mode::Train }));
            }
            Step::Scope { flag, value, .. } => {
                self.flag(flag);
                self.add("scopes");
                self.scope_tests = flag == "train" && !value;
            }
            Step::Enter { body, .. } => {
                self.add("scopes");
                let testing = self.scope_tests || self.testing;
                self.inside(testing, body.as_deref().unwrap_or_default());
            }
            Step::Exit { .. } => self.add("scopes"),
            Step::Threads { .. } | Step::Barrier {} => {
                self.add("threads");
                for body in step.bodies() {
                    self.steps(body);
                }
            }
            Step::TestMode { body } => {
                self.flag("train");
                self.inside(true, body);
            }
            Step::NoGrad { body } => {
                self.flag("enable_backprop");
                self.steps(body);
            }
            Step::SetConfig { flag, .. } | Step::Config { flag } => self.flag(flag),
            Step::Catch { body } => self.steps(body),
            Step::Repeat { times, body } => {
                // A second turn finds the gradients of the first.
                (0..(*times).min(2)).for_each(|_| self.steps(body));
            }
            Step::Seed { .. } => self.add("seeded"),
            Step::Recorded { .. } => self.add("config.enable_backprop"),
            Step::Same { .. } => self.add("identity"),
            Step::Draws {} => self.add("bitwise"),
            Step::View { to, of, .. } => {
                self.made(to, &[of], None);
                self.add("views");
            }
            Step::Variable { to, device, .. } => {
                self.with_gradient.remove(to);
                let leaf = Way { leaves: BTreeSet::from([to.clone()]), ..Way::default() };
                self.ways.insert(to.clone(), leaf);
                if device.is_some() {
                    self.add("device");
                }
            }
            Step::Device { .. } => self.add("device"),
            Step::Raise { .. } | Step::Value { .. } => {}
        }
    }

    fn call(&mut self, call: &Dropout) {
        let by_flag = if self.testing { Mode::Test } else { Mode::Train };
        self.made(&call.to, &[&call.of], Some(call.mode.unwrap_or(by_flag)));
        if call.mode.is_none() {
            self.add("config.train");
        }
        if call.ratio.is_none() {
            self.add("default_ratio");
        }
        if call.u.is_some() {
            self.add("injected");
        }
    }

    /// A variable was made of others, by dropout in a mode or by something else.
    fn made(&mut self, to: &str, of: &[&String], mode: Option<Mode>) {
        let mut way = Way::default();
        of.iter().filter_map(|&name| self.ways.get(name)).for_each(|on| way.join(on));
        if let Some(mode) = mode {
            let (call, gradient) = match mode {
                Mode::Train => ("train", "gradient.train"),
                Mode::Test => ("test", "gradient.test"),
            };
            self.add(call);
            way.gradients.insert(gradient);
        }
        self.ways.insert(to.to_owned(), way);
    }

    /// A gradient is looked at. Who adds none up may keep those of the latest way back alone.
    fn gradient(&mut self, of: &str) {
        if self.with_gradient.contains(of) && !self.latest.contains(of) {
            self.add("accumulate");
        }
    }

    fn flag(&mut self, name: &str) {
        self.add(match name {
            "train" => "config.train",
            "enable_backprop" => "config.enable_backprop",
            _ => "names",
        });
    }

    fn add(&mut self, capability: &'static str) {
        self.capabilities.insert(capability);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::steps::*;
    use crate::wire::{Array, Dtype, ViewKind};

    fn array() -> Array {
        Array::full(Dtype::Float32, &[1], 1.0)
    }

    fn back() -> Step {
        backward("y", array())
    }

    #[test]
    fn programs_need_what_their_steps_need() {
        let clear = || Step::ClearGrad { of: "x".to_owned() };
        let grad_as = Step::GradAs { of: "x".to_owned(), to: "g".to_owned() };
        let graph = Step::Backward { of: "y".to_owned(), gy: None, create_graph: true };
        let sum = |to: &str| Step::Add { to: to.into(), a: "x".into(), b: "x".into() };
        let given = |name: &str| variable(name, array());
        let times = Step::Mul { to: "z".into(), a: "x".into(), b: "x".into() };
        let eval = |train| vec![layer("d", 0.5), layer_mode("d", train), apply("y", "x", "d")];
        let in_model =
            vec![layer("d", 0.5), model("m", &["d"]), layer_mode("m", false), apply("y", "x", "d")];
        let scoped =
            |flag: &str, value, body: Vec<Step>| vec![scope("s", flag, value), within("s", body)];
        let call = || vec![dropout("y", "x", 0.5)];
        let two_ways = |seen: &str| {
            let other = Step::Add { to: "y".into(), a: "w".into(), b: "w".into() };
            vec![given("x"), sum("y"), back(), given("w"), other, back(), grad(seen)]
        };
        let in_either = vec![test("t", "x", 0.5), train("y", "x", 0.5), back()];
        let cases: Vec<(Vec<Step>, &[&str])> = vec![
            (vec![], &[]),
            (vec![variable("x", array()), value("x"), grad("x"), raise(), panic()], &[]),
            (vec![train("y", "x", 0.5)], &["train"]),
            (vec![test("y", "x", 0.5)], &["test"]),
            (call(), &["config.train", "train"]),
            (vec![default_ratio("y", "x")], &["default_ratio", "train"]),
            (vec![injected("y", "x", 0.5, array())], &["injected", "train"]),
            (vec![direct("y", "x", 0.5, Mode::Test)], &["direct", "test"]),
            (vec![train("y", "x", 0.5), back()], &["gradient.train", "train"]),
            (vec![test("y", "x", 0.5), back()], &["gradient.test", "test"]),
            (vec![back()], &[]),
            (in_either, &["gradient.train", "test", "train"]),
            (vec![given("x"), sum("y"), back(), back()], &["accumulate", "arithmetic"]),
            (vec![given("x"), sum("y"), repeat(2, vec![back()])], &["accumulate", "arithmetic"]),
            (vec![given("x"), sum("y"), back(), given("x"), sum("y"), back()], &["arithmetic"]),
            (two_ways("w"), &["arithmetic"]),
            (two_ways("x"), &["accumulate", "arithmetic"]),
            (vec![given("x"), sum("y"), back(), clear(), back()], &["accumulate", "arithmetic"]),
            (vec![grad_as, clear()], &["double_backward"]),
            (vec![graph], &["double_backward"]),
            (vec![clear()], &["accumulate"]),
            (vec![sum("z")], &["arithmetic"]),
            (vec![times], &["arithmetic"]),
            (vec![using_text("train", "False", vec![])], &["config.train", "other_values"]),
            (vec![using("train", false, call())], &["config.train", "test"]),
            (vec![using("train", true, call())], &["config.train", "train"]),
            (vec![test_mode(vec![using("train", true, call())])], &["config.train", "train"]),
            (
                vec![test_mode(vec![using("enable_backprop", false, call())])],
                &["config.enable_backprop", "config.train", "test"],
            ),
            (vec![test_mode(call())], &["config.train", "test"]),
            (vec![test_mode(vec![]), dropout("y", "x", 0.5)], &["config.train", "train"]),
            (vec![no_grad(vec![train("y", "x", 0.5)])], &["config.enable_backprop", "train"]),
            (vec![using("other", true, vec![])], &["names"]),
            (vec![set("train", true)], &["config.train"]),
            (vec![config("enable_backprop")], &["config.enable_backprop"]),
            (vec![catch(vec![train("y", "x", 0.5)])], &["train"]),
            (vec![repeat(2, vec![test("y", "x", 0.5)])], &["test"]),
            (vec![layer("d", 0.5)], &["layers"]),
            (vec![model("m", &[])], &["layers"]),
            (eval(true), &["layers", "train"]),
            (eval(false), &["layers", "test"]),
            (in_model, &["layers", "test"]),
            (scoped("train", false, call()), &["config.train", "scopes", "test"]),
            (scoped("train", true, call()), &["config.train", "scopes", "train"]),
            (
                scoped("enable_backprop", false, call()),
                &["config.enable_backprop", "config.train", "scopes", "train"],
            ),
            (
                vec![test_mode(scoped("enable_backprop", false, call()))],
                &["config.enable_backprop", "config.train", "scopes", "test"],
            ),
            (vec![exit("s")], &["scopes"]),
            (vec![enter("s")], &["scopes"]),
            (vec![threads(vec![vec![], vec![test("y", "x", 0.5)]])], &["test", "threads"]),
            (vec![barrier()], &["threads"]),
            (vec![Step::Seed { value: 1 }], &["seeded"]),
            (vec![recorded("x")], &["config.enable_backprop"]),
            (vec![same("x", "y")], &["identity"]),
            (vec![Step::Draws {}], &["bitwise"]),
            (vec![view("v", "x", ViewKind::Step)], &["views"]),
            (vec![device("x")], &["device"]),
            (vec![on_device("x", array(), "cpu")], &["device"]),
        ];
        for (program, expected) in cases {
            assert_eq!(needs(&program), expected, "{program:?}");
        }
    }
}
