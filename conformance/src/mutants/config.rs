//! Modes gone wrong.

use super::{Element, Ended, Kernel, Mutant, Site};
use dezero_reference::{Config, Error, Flag};

pub(super) fn mutants() -> Vec<Mutant> {
    let mut all = scopes();
    all.extend(meaning());
    all
}

/// Scopes that do not set, or do not restore.
fn scopes() -> Vec<Mutant> {
    vec![
        mutant!(
            "starts-in-test-mode",
            "G",
            "config.default",
            "Keras, tinygrad and MXNet by design",
            "A training script trains without dropout.",
            {
                fn begin(&mut self) {
                    Config::set(Flag::Train, false);
                }
            }
        ),
        mutant!(
            "only-sets-false",
            "J",
            "config.using.sets",
            "a scope written for no_grad alone",
            "Monte Carlo dropout inside an evaluation is off.",
            {
                fn enter(&mut self, flag: Flag, value: bool) -> bool {
                    let saved = Config::get(flag);
                    Config::set(flag, saved && value);
                    saved
                }
            }
        ),
        mutant!(
            "never-restores",
            "I",
            "config.restore.return",
            "pytorch-fcn issue 57, joeynmt issue 184",
            "After the first validation the network trains in test mode.",
            {
                fn exit(&mut self, _flag: Flag, _value: bool, _saved: bool, _ended: Ended) {}
            }
        ),
        mutant!(
            "no-finally",
            "J",
            "config.restore.error",
            "Paddle pull request 24243",
            "After an error in a validation the network trains in test mode.",
            {
                fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
                    if ended != Ended::Error {
                        Config::set(flag, saved);
                    }
                }
            }
        ),
        mutant!(
            "no-drop-guard",
            "J",
            "config.restore.panic",
            "tch-rs no_grad",
            "After a caught panic gradients are off for good.",
            {
                fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
                    if ended != Ended::Panic {
                        Config::set(flag, saved);
                    }
                }
            }
        ),
        mutant!(
            "restores-true",
            "I",
            "config.restore.saved-at-entry",
            "MultiBench issue 26",
            "An evaluation inside an evaluation switches dropout on for the rest of it.",
            {
                fn exit(&mut self, flag: Flag, _value: bool, _saved: bool, _ended: Ended) {
                    Config::set(flag, true);
                }
            }
        ),
        mutant!(
            "leaves-what-was-set",
            "J",
            "config.restore.inner-set",
            "a scope that compares first",
            "A mode that was set by hand inside a scope outlives it.",
            {
                fn exit(&mut self, flag: Flag, value: bool, saved: bool, _ended: Ended) {
                    if Config::get(flag) == value {
                        Config::set(flag, saved);
                    }
                }
            }
        ),
        mutant!(
            "swallows-errors",
            "J",
            "config.propagate",
            "__exit__ that returns True",
            "An error in a validation goes unnoticed.",
            {
                fn swallows(&self) -> bool {
                    true
                }
            }
        ),
        mutant!(
            "creates-unknown-flags",
            "J",
            "config.unknown-name",
            "Chainer, measured",
            "using_config('trian', False) evaluates with dropout.",
            {
                fn flag(&self, name: &str) -> Result<Option<Flag>, Error> {
                    Ok(name.parse().ok())
                }
            }
        ),
    ]
}

/// Flags that mean something else.
fn meaning() -> Vec<Mutant> {
    vec![
        mutant!(
            "no-grad-is-test-mode",
            "F",
            "config.independent",
            "SimpleNet issue 2",
            "no_grad is mistaken for test mode.",
            {
                fn enter(&mut self, flag: Flag, value: bool) -> bool {
                    let saved = Config::get(flag);
                    Config::set(flag, value);
                    if flag == Flag::EnableBackprop && !value {
                        Config::set(Flag::Train, false);
                    }
                    saved
                }
                fn exit(&mut self, flag: Flag, value: bool, saved: bool, _ended: Ended) {
                    Config::set(flag, saved);
                    if flag == Flag::EnableBackprop && !value {
                        Config::set(Flag::Train, true);
                    }
                }
            }
        ),
        mutant!(
            "mode-read-at-import",
            "H",
            "config.test-mode",
            "PyTorch issue 43661",
            "Switching to test mode has no effect.",
            {
                fn training(&mut self, config: Config, site: &Site) -> bool {
                    site.by_flags || config.train
                }
            }
        ),
        mutant!("any-test-scope-counts", "H", "config.train-mode", "a counter of open test modes",
                "Monte Carlo dropout inside an evaluation is off.", [open: Vec<bool>], {
        fn begin(&mut self) {
                    self.open.clear();
                }
                fn enter(&mut self, flag: Flag, value: bool) -> bool {
                    self.open.push(flag == Flag::Train && !value);
                    let saved = Config::get(flag);
                    Config::set(flag, value);
                    saved
                }
                fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
                    self.open.pop();
                    Config::set(flag, saved);
                }
                fn training(&mut self, config: Config, site: &Site) -> bool {
                    config.train && !(site.by_flags && self.open.contains(&true))
                }
        }),
        mutant!(
            "backward-asks-the-mode",
            "H",
            "config.forward-decides",
            "traced graphs",
            "Gradients taken inside an evaluation ignore the mask.",
            {
                fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
                    match Config::current().train {
                        true => site.dtype.round(gy / element.scale) * element.mask(),
                        false => gy,
                    }
                }
            }
        ),
        mutant!(
            "no-grad-records",
            "J",
            "config.no-grad.records-nothing",
            "PyTorch issue 28370",
            "Evaluation eats memory.",
            {
                fn records_always(&self, _site: &Site) -> bool {
                    true
                }
            }
        ),
        mutant!(
            "no-grad-drops-nothing",
            "G",
            "config.no-grad.drops",
            "ethos-ares issue 20",
            "Monte Carlo dropout under no_grad gives one answer for ever.",
            {
                fn training(&mut self, config: Config, _site: &Site) -> bool {
                    config.train && config.enable_backprop
                }
            }
        ),
    ]
}
