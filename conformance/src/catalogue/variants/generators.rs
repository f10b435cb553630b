//! Other generators, and other ways to use one.

use super::super::stream::uniforms;
use super::super::{Kernel, Mutant, Rand, Site, Variant};
use super::philox::philox_uniform;
use super::{BITWISE, GENERATOR, without};
use crate::wire::{Seeding, Start};
use dezero_reference::seed;
use rand_chacha::rand_core::SeedableRng;
use rand_mt::Mt64;
use rand_pcg::Pcg64;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The chapter with a generator of its own: `drawn_by!(name, why, generator, how it is seeded)`.
macro_rules! drawn_by {
    ($name:literal, $why:literal, $generator:ty, $seeded:expr $(,)?) => {
        variant!($name, $why, {
            struct State {
                own: Option<$generator>,
            }
            fn claims(&self, start: Start) -> Start {
                without(start, GENERATOR)
            }
            fn begin(&mut self) {
                self.own = None;
            }
            fn seed(&mut self, value: u32) -> Option<u64> {
                self.own = Some($seeded(u64::from(value)));
                Some(u64::from(value))
            }
            fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
                uniforms(self.own.get_or_insert_with(|| $seeded(number(rand))), site.elements)
            }
        })
    };
}

pub(super) fn variants() -> Vec<Variant> {
    vec![
        variant!("fixed-seed", "Every process draws the same masks, and says so.", {
            fn claims(&self, start: Start) -> Start {
                Start { seeding: Seeding::Fixed, ..start }
            }
            fn begin(&mut self) {
                seed(7);
            }
        }),
        variant!(
            "draws-nothing-without-need",
            "Ratios 0 and 1 draw nothing: PyTorch, Flax, MLX.",
            {
                fn claims(&self, start: Start) -> Start {
                    without(start, BITWISE)
                }
                fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
                    let decided = site.ratio == 0.0 || site.ratio == 1.0;
                    if decided { vec![0.5; site.elements] } else { rand(site.elements) }
                }
            }
        ),
        variant!("draws-in-fours-legally", "Uniforms are drawn four at a time: CUDA kernels.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
                let mut u = rand(site.elements.next_multiple_of(4));
                u.truncate(site.elements);
                u
            }
        }),
        variant!("bernoulli-of-keep", "Kept where `u < 1 - ratio`: JAX, Flax, Keras.", {
            fn claims(&self, start: Start) -> Start {
                without(start, GENERATOR)
            }
            fn keep(&mut self, u: f64, site: &Site) -> bool {
                u < 1.0 - site.ratio
            }
        }),
        variant!(
            "threshold-of-32-bits",
            "A word of 32 bits is compared with `ratio * 2^32`: TPUs, OpenCL kernels.",
            {
                fn claims(&self, start: Start) -> Start {
                    without(start, GENERATOR)
                }
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    (u * 2f64.powi(32)).floor() >= (site.ratio * 2f64.powi(32)).round()
                }
            }
        ),
        drawn_by!("mersenne-twister", "MT19937: NumPy's `rand`, so DeZero.", Mt64, Mt64::new),
        drawn_by!("pcg", "PCG64: NumPy's `default_rng`.", Pcg64, Pcg64::seed_from_u64),
        drawn_by!(
            "xoshiro",
            "xoshiro256++: Julia, and `SmallRng` in Rust.",
            Xoshiro256PlusPlus,
            Xoshiro256PlusPlus::seed_from_u64,
        ),
        variant!(
            "keyed-philox",
            "Philox of a key and a counter, a key for each call: PyTorch on CUDA, JAX in its way.",
            {
                struct State {
                    key: Option<u64>,
                    calls: u64,
                }
                fn claims(&self, start: Start) -> Start {
                    without(start, GENERATOR)
                }
                fn begin(&mut self) {
                    (self.key, self.calls) = (None, 0);
                }
                fn seed(&mut self, value: u32) -> Option<u64> {
                    (self.key, self.calls) = (Some(u64::from(value)), 0);
                    Some(u64::from(value))
                }
                fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
                    let key = *self.key.get_or_insert_with(|| number(rand));
                    self.calls += 1;
                    (0..site.elements as u64)
                        .map(|index| philox_uniform(key, [index, self.calls]))
                        .collect()
                }
            }
        ),
    ]
}

/// A number that the run decides.
fn number(rand: Rand) -> u64 {
    rand(1)[0].to_bits()
}
