//! Seeds gone wrong.

use super::{Kernel, Mutant, Rand, Site};
use dezero_reference::{Config, Flag, seed};

mutants! {
    "seed-resets-the-flags" I "config.untouched"
    "no report found: a helper that makes a run reproducible sets all that a run depends on"
    => "A seed inside of an evaluation ends it." {
        fn seed(&mut self, value: u32) -> Option<u64> {
            for flag in [Flag::Train, Flag::EnableBackprop] {
                Config::set(flag, true);
            }
            Some(value.into())
        }
    }

    "seed-zero-ignored" M "mask.seeded"
    "Paddle pull request 7979: seed 0 means not seeded" => "Runs with seed 0 cannot be repeated." {
        fn seed(&mut self, value: u32) -> Option<u64> {
            (value != 0).then_some(u64::from(value))
        }
    }

    "seed-ignored" M "mask.seeded"
    "MXNet issue 15662: cuDNN does not hear the seed" => "Runs cannot be repeated." {
        fn seed(&mut self, _value: u32) -> Option<u64> {
            None
        }
    }

    "seeded-once" M "mask.seeded"
    "Chainer pull request 1804: a state that is made once"
    => "The second experiment of a process cannot be repeated." {
        struct State { seeded: bool }
        fn begin(&mut self) {
            self.seeded = false;
        }
        fn seed(&mut self, value: u32) -> Option<u64> {
            (!std::mem::replace(&mut self.seeded, true)).then_some(u64::from(value))
        }
    }

    "seed-of-sixteen-bits" M "mask.seeded"
    "NumPy pull request 4676: seeds cut to fewer bits in silence"
    => "Experiments with different seeds are the same experiment." {
        fn seed(&mut self, value: u32) -> Option<u64> {
            Some(u64::from(value & 0xffff))
        }
    }

    "seed-grows-with-calls" M "mask.seeded"
    "Keras issue 17548: the seed grows by one from call to call"
    => "Experiments with neighbouring seeds share all masks but one." {
        struct State { seed: Option<u64> }
        fn begin(&mut self) {
            self.seed = None;
        }
        fn seed(&mut self, value: u32) -> Option<u64> {
            self.seed = Some(u64::from(value));
            Some(u64::from(value))
        }
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            if let Some(number) = self.seed.as_mut() {
                seed(*number);
                *number += 1;
            }
            rand(site.elements)
        }
    }
}
