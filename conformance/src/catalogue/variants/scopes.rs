//! Other scopes and threads.

use super::super::{Kernel, Mutant, Variant};
use crate::implementation::flags::Beginning;
use crate::implementation::framework::ScopeEntry;
use dezero_reference::{Config, Flag, Scope};

variants! {
    "flags-of-the-process" => "All threads share the flags: DeZero, tinygrad." {
        fn beginning(&mut self) -> [Beginning; 2] {
            [Beginning::Shared; 2]
        }
    }

    "threads-inherit" => "A new thread begins as its starter is: context variables." {
        fn beginning(&mut self) -> [Beginning; 2] {
            [Beginning::Inherited; 2]
        }
    }

    "threads-inherit-one-flag" => "Each flag has its own rule for threads: PyTorch issue 20528." {
        fn beginning(&mut self) -> [Beginning; 2] {
            [Beginning::Inherited, Beginning::Default]
        }
    }

    "each-flag-in-its-own-way" => "The mode is the process's, by `contextlib`; recording is the thread's." {
        fn beginning(&mut self) -> [Beginning; 2] {
            [Beginning::Shared, Beginning::Default]
        }
        fn refuses_again(&self, flag: Flag, _open: bool) -> bool {
            flag == Flag::Train
        }
        fn exit_before_others(
            &mut self,
            scope: Scope,
            saved: bool,
            others: &mut [(Scope, ScopeEntry)],
        ) -> bool {
            let later = others.iter().any(|(other, _)| other.flag == scope.flag);
            let refused = later && scope.flag == Flag::EnableBackprop;
            if !refused {
                Config::set(scope.flag, saved);
            }
            refused
        }
        fn truth(&self, flag: Flag, text: &str) -> Option<bool> {
            (flag == Flag::Train).then_some(!text.is_empty())
        }
    }

    "one-shot-scopes" => "A scope is entered once: contextlib, so DeZero." {
        fn refuses_again(&self, _flag: Flag, _open: bool) -> bool {
            true
        }
    }

    "scopes-leave-in-order" => "Only the latest scope may be left." {
        fn exit_before_others(
            &mut self,
            _scope: Scope,
            _saved: bool,
            _others: &mut [(Scope, ScopeEntry)],
        ) -> bool {
            true
        }
    }

    "scopes-are-a-stack" => "The flag is that of the latest scope still open." {
        fn exit_before_others(
            &mut self,
            scope: Scope,
            saved: bool,
            others: &mut [(Scope, ScopeEntry)],
        ) -> bool {
            match others.iter_mut().find(|(other, _)| other.flag == scope.flag) {
                Some((_, entry)) => entry.saved = saved,
                None => Config::set(scope.flag, saved),
            }
            false
        }
    }

    "text-is-true" => "A text counts as true unless it is empty: Python, so DeZero." {
        fn truth(&self, _flag: Flag, text: &str) -> Option<bool> {
            Some(!text.is_empty())
        }
    }

    "text-is-false" => "A text counts as false unless it says `True`: a flag read from a file." {
        fn truth(&self, _flag: Flag, text: &str) -> Option<bool> {
            Some(text == "True")
        }
    }
}
