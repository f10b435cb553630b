//! Scope objects gone wrong.

use super::{Kernel, Mutant, SavedFlags};
use crate::implementation::framework::ScopeEntry;
use dezero_reference::{Config, Flag, Scope};

mutants! {
    "sets-when-made" J "config.scope.unentered"
    "PyTorch issue 113298" => "A scope that is made for later switches dropout off now." {
        fn make_scope(&mut self, flag: Flag, value: bool) -> bool {
            let saved = Config::get(flag);
            Config::set(flag, value);
            saved
        }
    }

    "saves-when-made" J "config.scope.entry"
    "PyTorch issue 10858" => "A scope made in the evaluation leaves the training in test mode." {
        fn enter_scope(&mut self, scope: Scope, made: bool, _open: SavedFlags) -> bool {
            self.enter(scope.flag, scope.value);
            made
        }
    }

    "one-slot-for-all-entries" J "config.scope.again"
    "PyTorch issue 44531"
    => "A recursive function under a no_grad of its own leaves gradients off." {
        fn enter_scope(&mut self, scope: Scope, _made: bool, open: SavedFlags) -> bool {
            let saved = self.enter(scope.flag, scope.value);
            open.for_each(|slot| *slot = saved);
            saved
        }
    }

    "early-exit-trains" J "config.scope.order"
    "PyTorch issue 49017: scopes of generators end in any order"
    => "A generator that is closed early switches dropout on." {
        fn exit_before_others(
            &mut self,
            scope: Scope,
            _saved: bool,
            _others: &mut [(Scope, ScopeEntry)],
        ) -> bool {
            Config::set(scope.flag, true);
            false
        }
    }

    "text-means-what-was" J "config.other-value"
    "DeZero stores any object, measured"
    => "using_config('train', 'no') does nothing, or something." {
        fn truth(&self, _flag: Flag, _text: &str) -> Option<bool> {
            Some(Config::current().train)
        }
    }
}
