//! Threads gone wrong.

use super::{Ended, Kernel, Mutant, Site};
use crate::implementation::flags::Beginning;
use dezero_reference::{Config, Flag, seed};

mutants! {
    "some-threads-inherit" K "config.thread.scope"
    "PyTorch issue 15802: some ways to start a thread forget no_grad"
    => "Whether a data loader sees test mode depends on who started it." {
        struct State { started: usize }
        fn beginning(&mut self) -> [Beginning; 2] {
            self.started += 1;
            match self.started % 2 {
                1 => [Beginning::Inherited; 2],
                _ => [Beginning::Default; 2],
            }
        }
    }

    "threads-begin-in-test-mode" K "config.thread.scope"
    "PyTorch issue 82145: new threads of a server"
    => "A worker that is to train trains without dropout." {
        fn begin_thread(&mut self) {
            Config::set(Flag::Train, false);
        }
    }

    "threads-reset-their-starter" K "config.thread.scope"
    "DeZero, measured: scopes of two threads overlap"
    => "Starting a worker inside an evaluation switches dropout on." {
        fn beginning(&mut self) -> [Beginning; 2] {
            Config::set(Flag::Train, true);
            [Beginning::Default; 2]
        }
    }

    "threads-do-not-restore" K "config.thread.restore"
    "synalinks issue 65: a slot of the thread that is overwritten"
    => "A server that evaluates on a worker never trains on it again." {
        struct State { worker: bool }
        fn begin_thread(&mut self) {
            self.worker = true;
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            if !self.worker {
                Config::set(flag, saved);
            }
        }
    }

    "threads-restore-the-default" K "config.thread.restore"
    "synalinks issue 65: a slot of the thread that is overwritten"
    => "An evaluation inside an evaluation drops on workers." {
        struct State { worker: bool }
        fn begin_thread(&mut self) {
            self.worker = true;
        }
        fn exit(&mut self, flag: Flag, _value: bool, saved: bool, _ended: Ended) {
            Config::set(flag, saved || self.worker);
        }
    }

    "threads-always-train" K "config.thread.dropout"
    "PyTorch issue 28370: workers without the flags of their thread"
    => "Predictions are random where they are computed in parallel." {
        struct State { worker: bool }
        fn begin_thread(&mut self) {
            self.worker = true;
        }
        fn training(&mut self, config: Config, site: &Site) -> bool {
            config.train || (self.worker && site.by_flags)
        }
    }

    "large-arrays-train-in-threads" K "config.thread.dropout"
    "PyTorch issue 28370: above 1000 items a pool computes"
    => "Predictions of large layers are random where they are computed in parallel." {
        struct State { worker: bool }
        fn begin_thread(&mut self) {
            self.worker = true;
        }
        fn training(&mut self, config: Config, site: &Site) -> bool {
            config.train || (self.worker && site.elements > 1000)
        }
    }

    "threads-draw-alike" L "mask.dependence"
    "ngraph pull request 3006: seeded with the number of the thread"
    => "Every worker drops the same neurons." {
        fn begin_thread(&mut self) {
            seed(1);
        }
    }
}
