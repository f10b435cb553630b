//! Scope objects and threads gone wrong.

use super::{Ended, Kernel, Mutant, Saved, Site};
use crate::flags::{Beginning, SharedFlags};
use dezero_reference::{Config, Flag, Scope, seed};

pub(super) fn mutants() -> Vec<Mutant> {
    let mut all = objects();
    all.extend(threads());
    all
}

fn objects() -> Vec<Mutant> {
    vec![
        mutant!(
            "sets-when-made",
            "J",
            "config.scope.unentered",
            "PyTorch issue 113298",
            "A scope that is made for later switches dropout off now.",
            {
                fn make_scope(&mut self, flag: Flag, value: bool) -> bool {
                    let saved = Config::get(flag);
                    Config::set(flag, value);
                    saved
                }
            }
        ),
        mutant!(
            "saves-when-made",
            "J",
            "config.scope.entry",
            "PyTorch issue 10858",
            "A scope made in the evaluation leaves the training in test mode.",
            {
                fn enter_scope(&mut self, scope: Scope, made: bool, _open: Saved) -> bool {
                    self.enter(scope.flag, scope.value);
                    made
                }
            }
        ),
        mutant!(
            "one-slot-for-all-entries",
            "J",
            "config.scope.again",
            "PyTorch issue 44531",
            "A recursive function under a no_grad of its own leaves gradients off.",
            {
                fn enter_scope(&mut self, scope: Scope, _made: bool, open: Saved) -> bool {
                    let saved = self.enter(scope.flag, scope.value);
                    open.for_each(|slot| *slot = saved);
                    saved
                }
            }
        ),
    ]
}

fn threads() -> Vec<Mutant> {
    vec![
        mutant!("some-threads-inherit", "K", "config.thread.scope",
                "PyTorch issue 15802: some ways to start a thread forget no_grad",
                "Whether a data loader sees test mode depends on who started it.", [started: usize], {
        fn beginning(&mut self, _shared: &mut SharedFlags) -> Beginning {
                    self.started += 1;
                    match self.started % 2 {
                        1 => Beginning::Inherited(Config::current()),
                        _ => Beginning::Default,
                    }
                }
        }),
        mutant!("threads-do-not-restore", "K", "config.thread.restore",
                "synalinks issue 65: a slot of the thread that is overwritten",
                "A server that evaluates on a worker never trains on it again.", [worker: bool], {
        fn begin_thread(&mut self) {
                    self.worker = true;
                }
                fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
                    if !self.worker {
                        Config::set(flag, saved);
                    }
                }
        }),
        mutant!("threads-always-train", "K", "config.thread.dropout",
                "PyTorch issue 28370: workers without the flags of their thread",
                "Predictions are random where they are computed in parallel.", [worker: bool], {
        fn begin_thread(&mut self) {
                    self.worker = true;
                }
                fn training(&mut self, config: Config, site: &Site) -> bool {
                    config.train || (self.worker && site.by_flags)
                }
        }),
        mutant!(
            "threads-draw-alike",
            "L",
            "mask.dependence",
            "ngraph pull request 3006: seeded with the number of the thread",
            "Every worker drops the same neurons.",
            {
                fn begin_thread(&mut self) {
                    seed(1);
                }
            }
        ),
    ]
}
