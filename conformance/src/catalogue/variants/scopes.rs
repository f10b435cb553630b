//! Other scopes and threads.

use super::super::{Kernel, Mutant, Variant};
use crate::implementation::flags::{Beginning, SharedFlags};
use crate::implementation::framework::ScopeEntry;
use dezero_reference::{Config, Scope};

variants! {
    "flags-of-the-process" => "All threads share the flags: DeZero, tinygrad." {
        fn beginning(&mut self, shared: &mut SharedFlags) -> Beginning {
            Beginning::Shared(shared.share())
        }
    }

    "threads-inherit" => "A new thread begins as its starter is: context variables." {
        fn beginning(&mut self, _shared: &mut SharedFlags) -> Beginning {
            Beginning::Inherited(Config::current())
        }
    }

    "one-shot-scopes" => "A scope is entered once: contextlib, so DeZero." {
        fn refuses_again(&self, _open: bool) -> bool {
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
        fn truth(&self, text: &str) -> Option<bool> {
            Some(!text.is_empty())
        }
    }

    "text-is-false" => "A text counts as false unless it says `True`: a flag read from a file." {
        fn truth(&self, text: &str) -> Option<bool> {
            Some(text == "True")
        }
    }
}
