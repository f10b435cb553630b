use super::{Dropout, FlagValue, Layers, Mode, Real, Step};
use std::collections::BTreeSet;

/// The capabilities that a program uses, as the protocol's tables give them; in the order of the
/// alphabet. Going back needs the gradient of each mode that the program calls dropout in.
pub fn needs(program: &[Step]) -> Vec<&'static str> {
    let mut used = Used::default();
    used.steps(program);
    if used.goes_back {
        for (mode, gradient) in [("train", "gradient.train"), ("test", "gradient.test")] {
            if used.capabilities.contains(mode) {
                used.capabilities.insert(gradient);
            }
        }
    }
    used.capabilities.into_iter().collect()
}

#[derive(Default)]
struct Used {
    capabilities: BTreeSet<&'static str>,
    goes_back: bool,
    /// Whether somebody goes back again before the gradients are cleared.
    gradients: bool,
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
            Step::Backward { create_graph, .. } => {
                if self.gradients {
                    self.add("accumulate");
                }
                self.goes_back = true;
                self.gradients = true;
                if *create_graph {
                    self.add("double_backward");
                }
            }
            Step::GradAs { .. } => self.add("double_backward"),
            Step::ClearGrad { .. } => {
                self.gradients = false;
                // Who returns gradients and adds none up has nothing to clear, but must not stumble.
                if !self.capabilities.contains("double_backward") {
                    self.add("accumulate");
                }
            }
            Step::Add { .. } | Step::Mul { .. } => self.add("arithmetic"),
            Step::UsingConfig { flag, value, body } => {
                self.flag(flag);
                if let FlagValue::Text(_) = value {
                    self.add("other_values");
                }
                let testing =
                    if flag == "train" { *value == FlagValue::Bool(false) } else { self.testing };
                self.inside(testing, body);
            }
            Step::Layer { to, ratio: Real(ratio) } => {
                self.add("layers");
                self.layers.layer(to, *ratio);
            }
            Step::Model { to, layers } => {
                self.add("layers");
                self.layers.model(to, layers);
            }
            Step::LayerMode { of, train } => {
                self.layers.give(of, *train);
            }
            Step::Apply { layer, .. } => {
                let testing = self.layers.get(layer).is_some_and(|it| it.train == Some(false));
                self.add("layers");
                self.add(if testing { "test" } else { "train" });
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
            Step::Catch { body } | Step::Repeat { body, .. } => self.steps(body),
            Step::Seed { .. } => self.add("seeded"),
            Step::Recorded { .. } => self.add("config.enable_backprop"),
            Step::Same { .. } => self.add("identity"),
            Step::Draws {} => self.add("bitwise"),
            Step::View { .. } => self.add("views"),
            Step::Device { .. } | Step::Variable { device: Some(_), .. } => self.add("device"),
            Step::Variable { device: None, .. }
            | Step::Raise { .. }
            | Step::Value { .. }
            | Step::Grad { .. } => {}
        }
    }

    fn call(&mut self, call: &Dropout) {
        self.add(match (call.mode, self.testing) {
            (Some(Mode::Train), _) | (None, false) => "train",
            (Some(Mode::Test), _) | (None, true) => "test",
        });
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
