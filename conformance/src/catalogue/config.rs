//! Flags that mean something else.

use super::{Element, Ended, Kernel, Mutant, Site};
use dezero_reference::{Config, Flag};

mutants! {
    "starts-in-test-mode" G "config.default"
    "Keras, tinygrad and MXNet by design" => "A training script trains without dropout." {
        fn begin(&mut self) {
            Config::set(Flag::Train, false);
        }
    }

    "backward-switches-recording-on" F "config.untouched"
    "MONAI issue 5889 is of the kind: a helper sets a mode instead of restoring it"
    => "An evaluation under no_grad keeps a graph from the first way back on, until memory ends." {
        fn after_backward(&mut self, _failed: bool) {
            Config::set(Flag::EnableBackprop, true);
        }
    }

    "failed-backward-stays-off" F "config.untouched"
    "no report found: recording switched off without `finally`"
    => "After one caught error of `backward` nothing learns any more." {
        fn after_backward(&mut self, failed: bool) {
            if failed {
                Config::set(Flag::EnableBackprop, false);
            }
        }
    }

    "no-grad-is-test-mode" F "config.independent"
    "SimpleNet issue 2" => "no_grad is mistaken for test mode." {
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

    "test-mode-is-no-grad" F "config.independent"
    "ethos-ares issue 20: two modes, one switch"
    => "Nothing can be learnt from an evaluated model: no adversarial examples, no fine-tuning of what is frozen." {
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            let saved = Config::get(flag);
            Config::set(flag, value);
            if flag == Flag::Train && !value {
                Config::set(Flag::EnableBackprop, false);
            }
            saved
        }
        fn exit(&mut self, flag: Flag, value: bool, saved: bool, _ended: Ended) {
            Config::set(flag, saved);
            if flag == Flag::Train && !value {
                Config::set(Flag::EnableBackprop, true);
            }
        }
    }

    "restores-both-flags" J "config.independent"
    "a scope that copies the whole configuration; cf. xgboost pull request 12025"
    => "no_grad set by hand in an evaluation is undone at its end." {
        struct State { saved: Vec<[bool; 2]> }
        fn begin(&mut self) {
            self.saved.clear();
        }
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            self.saved.push([Flag::Train, Flag::EnableBackprop].map(Config::get));
            let saved = Config::get(flag);
            Config::set(flag, value);
            saved
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            if let Some([train, enable_backprop]) = self.saved.pop() {
                Config::set(Flag::Train, train);
                Config::set(Flag::EnableBackprop, enable_backprop);
            }
            Config::set(flag, saved);
        }
    }

    "mode-read-at-import" H "config.test-mode"
    "PyTorch issue 43661" => "Switching to test mode has no effect." {
        fn training(&mut self, config: Config, site: &Site) -> bool {
            site.by_flags || config.train
        }
    }

    "mode-of-the-first-call" H "config.test-mode"
    "PyTorch issues 13991 and 47211: frozen by a trace"
    => "A model that was called once in training predicts at random." {
        struct State { first: Option<bool> }
        fn begin_program(&mut self) {
            self.first = None;
        }
        fn training(&mut self, config: Config, site: &Site) -> bool {
            if site.by_flags {
                *self.first.get_or_insert(config.train)
            } else {
                config.train
            }
        }
    }

    "any-test-scope-counts" H "config.train-mode"
    "a counter of open test modes" => "Monte Carlo dropout inside an evaluation is off." {
        struct State { open: Vec<bool> }
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
    }

    "backward-asks-the-mode" H "config.forward-decides"
    "pytorch issue 10006: a backward that asks for the mode"
    => "Gradients taken inside an evaluation ignore the mask." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            match Config::current().train {
                true => site.dtype.round(gy / element.scale) * element.mask(),
                false => gy,
            }
        }
    }

    "going-back-asks-for-recording" H "config.forward-decides"
    "a guard against a missing graph that asks the flag"
    => "Nothing that was recorded has a way back in no_grad." {
        fn refuses_to_go_back(&self, config: Config) -> bool {
            !config.enable_backprop
        }
    }

    "no-grad-records" J "config.no-grad.records-nothing"
    "PyTorch issue 28370" => "Evaluation eats memory." {
        fn records(&self, _enabled: bool, _train: bool, _site: &Site) -> bool {
            true
        }
    }

    "large-arrays-recorded-under-no-grad" K "config.no-grad.records-nothing"
    "PyTorch issue 28370: workers of large arrays without the flags"
    => "Evaluation eats memory, for large layers alone." {
        fn records(&self, enabled: bool, _train: bool, site: &Site) -> bool {
            enabled || site.elements > 1000
        }
    }

    "no-grad-drops-nothing" G "config.no-grad.drops"
    "ethos-ares issue 20" => "Monte Carlo dropout under no_grad gives one answer for ever." {
        fn training(&mut self, config: Config, _site: &Site) -> bool {
            config.train && config.enable_backprop
        }
    }
}
