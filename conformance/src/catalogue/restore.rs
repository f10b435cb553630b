//! Scopes that do not set, or do not restore.

use super::{Ended, Kernel, Mutant};
use dezero_reference::{Config, Error, Flag};
use std::collections::VecDeque;

mutants! {
    "only-sets-false" J "config.using.sets"
    "pytorch issue 40158: a scope written for no_grad alone"
    => "Monte Carlo dropout inside an evaluation is off." {
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            let saved = Config::get(flag);
            Config::set(flag, saved && value);
            saved
        }
    }

    "outer-scope-decides" J "config.using.sets"
    "PyTorch issues 19189 and 40158: enable_grad inside no_grad"
    => "Monte Carlo dropout inside an evaluation is off." {
        struct State { depth: usize }
        fn begin(&mut self) {
            self.depth = 0;
        }
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            let saved = Config::get(flag);
            if self.depth == 0 {
                Config::set(flag, value);
            }
            self.depth += 1;
            saved
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            self.depth = self.depth.saturating_sub(1);
            Config::set(flag, saved);
        }
    }

    "never-restores" I "config.restore.return"
    "pytorch-fcn issue 57, joeynmt issue 184"
    => "After the first validation the network trains in test mode." {
        fn exit(&mut self, _flag: Flag, _value: bool, _saved: bool, _ended: Ended) {}
    }

    "scopes-counted-in-twelve-bits" J "config.restore.return"
    "no report found: what is saved stands in a ring of 4096 places"
    => "In the 4096th evaluation the network stays in test mode." {
        struct State { scopes: usize }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            self.scopes += 1;
            if !self.scopes.is_multiple_of(4096) {
                Config::set(flag, saved);
            }
        }
    }

    "ninth-scope-is-only-counted" J "config.restore.saved-at-entry"
    "no report found: what is saved stands on a stack of eight places"
    => "In scopes deep inside of others, nothing changes." {
        struct State { open: usize }
        fn begin(&mut self) {
            self.open = 0;
        }
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            let saved = Config::get(flag);
            self.open += 1;
            if self.open <= 8 {
                Config::set(flag, value);
            }
            saved
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            self.open -= 1;
            if self.open < 8 {
                Config::set(flag, saved);
            }
        }
    }

    "an-error-in-no-grad-trains" J "config.independent"
    "no report found: one place for both flags where an error is handled"
    => "After an error in no_grad the evaluation around it drops." {
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
            Config::set(flag, saved);
            if flag == Flag::EnableBackprop && ended != Ended::Returned {
                Config::set(Flag::Train, true);
            }
        }
    }

    "no-finally" J "config.restore.error"
    "Paddle pull request 24243"
    => "After an error in a validation the network trains in test mode." {
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
            if ended != Ended::Error {
                Config::set(flag, saved);
            }
        }
    }

    "no-finally-for-gradients" J "config.restore.error"
    "MONAI pull request 8810: set_grad_enabled after an early raise"
    => "After an error under no_grad the network learns nothing more." {
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
            if ended != Ended::Error || flag == Flag::Train {
                Config::set(flag, saved);
            }
        }
    }

    "errors-restore-the-default" I "config.restore.error"
    "continuum issue 161, pytorch-lightning issue 20177: a helper that ends in train mode"
    => "An error that is caught inside an evaluation switches dropout on for the rest of it." {
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
            Config::set(flag, saved || ended == Ended::Error);
        }
    }

    "errors-restore-one-scope" J "config.restore.error"
    "trl issue 6659, dace pull request 2018: the outer of two contexts"
    => "An error through two scopes leaves the mode of the outer one." {
        struct State { unwinding: bool }
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            self.unwinding = false;
            let saved = Config::get(flag);
            Config::set(flag, value);
            saved
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
            let error = ended == Ended::Error;
            if !(error && std::mem::replace(&mut self.unwinding, error)) {
                Config::set(flag, saved);
            }
        }
    }

    "no-drop-guard" J "config.restore.panic"
    "mutsu pull request 6769: restored by a statement, which a panic skips"
    => "After a caught panic gradients are off for good." {
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
            if ended != Ended::Panic {
                Config::set(flag, saved);
            }
        }
    }

    "panics-restore-the-default" J "config.restore.panic"
    "nncf pull request 614: the end of a scope sets a constant, not what was"
    => "A panic that is caught inside an evaluation switches dropout on for the rest of it." {
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, ended: Ended) {
            Config::set(flag, saved || ended == Ended::Panic);
        }
    }

    "restores-true" I "config.restore.saved-at-entry"
    "MultiBench issue 26"
    => "An evaluation inside an evaluation switches dropout on for the rest of it." {
        fn exit(&mut self, flag: Flag, _value: bool, _saved: bool, _ended: Ended) {
            Config::set(flag, true);
        }
    }

    "restores-the-opposite" I "config.restore.saved-at-entry"
    "MultiBench issue 26: train() wherever eval() ends"
    => "An evaluation inside an evaluation switches dropout on for the rest of it." {
        fn exit(&mut self, flag: Flag, value: bool, _saved: bool, _ended: Ended) {
            Config::set(flag, !value);
        }
    }

    "one-slot-for-a-flag" J "config.restore.saved-at-entry"
    "PyTorch issue 44860: one place for what was saved"
    => "After an evaluation inside an evaluation the network trains in test mode." {
        struct State { train: bool, enable_backprop: bool }
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            let saved = Config::get(flag);
            match flag {
                Flag::Train => self.train = saved,
                Flag::EnableBackprop => self.enable_backprop = saved,
            }
            Config::set(flag, value);
            saved
        }
        fn exit(&mut self, flag: Flag, _value: bool, _saved: bool, _ended: Ended) {
            let saved = match flag {
                Flag::Train => self.train,
                Flag::EnableBackprop => self.enable_backprop,
            };
            Config::set(flag, saved);
        }
    }

    "first-in-first-out" J "config.restore.saved-at-entry"
    "PyTorch issue 40158: what nesting means"
    => "After three nested scopes the mode is that of the wrong one." {
        struct State { saved: VecDeque<bool> }
        fn begin(&mut self) {
            self.saved.clear();
        }
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            let saved = Config::get(flag);
            self.saved.push_back(saved);
            Config::set(flag, value);
            saved
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            Config::set(flag, self.saved.pop_front().unwrap_or(saved));
        }
    }

    "outermost-alone-restores" I "config.restore.saved-at-entry"
    "Flux issue 909: one switch for everything"
    => "What an inner scope set holds to the end of the outer one." {
        struct State { depth: usize }
        fn begin(&mut self) {
            self.depth = 0;
        }
        fn enter(&mut self, flag: Flag, value: bool) -> bool {
            self.depth += 1;
            let saved = Config::get(flag);
            Config::set(flag, value);
            saved
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            self.depth = self.depth.saturating_sub(1);
            if self.depth == 0 {
                Config::set(flag, saved);
            }
        }
    }

    "leaves-what-was-set" J "config.restore.inner-set"
    "QCoDeS pull request 2220: a scope that compares first leaves what was set inside"
    => "A mode that was set by hand inside a scope outlives it." {
        fn exit(&mut self, flag: Flag, value: bool, saved: bool, _ended: Ended) {
            if Config::get(flag) == value {
                Config::set(flag, saved);
            }
        }
    }

    "swallows-errors" J "config.propagate"
    "pylama pull request 207: an __exit__ that returns something true"
    => "An error in a validation goes unnoticed." {
        fn swallows(&self) -> bool {
            true
        }
    }

    "creates-unknown-flags" J "config.unknown-name"
    "Chainer, measured" => "using_config('trian', False) evaluates with dropout." {
        fn flag(&self, name: &str) -> Result<Option<Flag>, Error> {
            Ok(name.parse().ok())
        }
    }

    "any-spelling-goes" J "config.unknown-name"
    "Chainer, measured: names are not checked"
    => "A name that another framework refuses is taken for a flag here." {
        fn flag(&self, name: &str) -> Result<Option<Flag>, Error> {
            name.trim_end_matches('s').to_lowercase().parse().map(Some)
        }
    }
}
