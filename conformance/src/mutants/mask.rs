//! Masks gone wrong.

use super::{Kernel, Mutant, Rand, Site};
use crate::wire::ViewKind;
use dezero_reference::seed;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;

pub(super) fn mutants() -> Vec<Mutant> {
    let mut all = rates();
    all.extend(repetitions());
    all
}

fn rates() -> Vec<Mutant> {
    vec![
        mutant!(
            "keep-and-drop-swapped",
            "B",
            "mask.rate",
            "nd4j issue 1373",
            "Nine elements in ten are dropped at ratio 0.1.",
            {
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    u > 1.0 - site.ratio || site.ratio == 0.0
                }
            }
        ),
        mutant!(
            "eight-bit-threshold",
            "D",
            "mask.rate",
            "flash-attention, apex pull request 1614",
            "At ratio 0.99, 17 % too many elements are kept.",
            {
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    (u * 256.0).floor() <= ((1.0 - site.ratio) * 255.0).floor()
                }
            }
        ),
        mutant!(
            "nine-bit-uniforms",
            "D",
            "mask.resolution",
            "TensorFlow draws uniforms in bfloat16",
            "A ratio that is lowered a little is not lowered at all.",
            {
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    let coarse = (u * 512.0).floor() / 512.0;
                    if site.ratio == 0.0 { true } else { coarse > site.ratio }
                }
            }
        ),
        mutant!(
            "tail-always-kept",
            "Q",
            "mask.data",
            "vectorised loops with a scalar tail",
            "The last elements of odd layers are never dropped.",
            {
                fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
                    let tail = u.len() / 4 * 4;
                    let kept = u.iter().enumerate();
                    let whole = site.ratio == 1.0 || u.len() < 8;
                    kept.map(|(index, &u)| u > site.ratio || index >= tail && !whole).collect()
                }
            }
        ),
        mutant!(
            "drops-negatives-more",
            "L",
            "mask.data",
            "a mask drawn from the data's own bits",
            "What is dropped depends on what is said.",
            {
                fn mask(&mut self, u: &[f64], x: &[f64], site: &Site) -> Vec<bool> {
                    let shift = |x: &f64| if *x < 0.0 { 0.05 } else { -0.05 };
                    let edge = site.ratio == 0.0 || site.ratio == 1.0;
                    let kept = u.iter().zip(x);
                    kept.map(|(&u, x)| u > site.ratio + if edge { 0.0 } else { shift(x) }).collect()
                }
            }
        ),
        mutant!(
            "injected-uniforms-ignored",
            "M",
            "ensemble.mean",
            "an own generator besides the seeded one",
            "Masks that were chosen are not used.",
            {
                fn ignores_injected(&self) -> bool {
                    true
                }
            }
        ),
    ]
}

fn repetitions() -> Vec<Mutant> {
    vec![
        mutant!(
            "a-little-of-everything",
            "L",
            "mask.law",
            "a generator of sixteen bits, used thriftily",
            "Nothing that one could point at; the masks are not independent draws.",
            {
                fn mask(&mut self, u: &[f64], x: &[f64], site: &Site) -> Vec<bool> {
                    let edge = site.ratio == 0.0 || site.ratio == 1.0 || u.len() < 100;
                    let mut last = false;
                    let kept = u.iter().zip(x).map(|(&u, x)| {
                        let pull = if last { 0.01 } else { -0.01 };
                        let lean = if *x < 0.0 { 0.01 } else { -0.01 };
                        last = u > site.ratio + if edge { 0.0 } else { pull + lean };
                        last
                    });
                    kept.collect()
                }
            }
        ),
        mutant!(
            "same-mask-every-call",
            "L",
            "mask.dependence",
            "Paddle issue 7796",
            "The same neurons are silent for ever.",
            {
                fn uniforms(&mut self, shape: &[usize], _site: &Site, rand: Rand) -> Vec<f64> {
                    seed(42);
                    rand(shape.iter().product())
                }
            }
        ),
        mutant!(
            "mask-shared-by-rows",
            "L",
            "mask.dependence",
            "Flax issue 4589: vmap over one key",
            "All examples of a batch lose the same neurons.",
            {
                fn uniforms(&mut self, shape: &[usize], _site: &Site, rand: Rand) -> Vec<f64> {
                    let n = shape.iter().product();
                    match shape {
                        [_, columns] if *columns > 0 => {
                            rand(*columns).into_iter().cycle().take(n).collect()
                        }
                        _ => rand(n),
                    }
                }
            }
        ),
        mutant!(
            "broadcast-shares-its-mask",
            "Q",
            "mask.dependence",
            "dfdx draws for each stored element",
            "An example that is seen twice loses the same neurons both times.",
            {
                fn mask_of_view(&mut self, mask: Vec<bool>, view: ViewKind) -> Vec<bool> {
                    match view {
                        ViewKind::Broadcast => mask[..mask.len() / 2].repeat(2),
                        _ => mask,
                    }
                }
            }
        ),
        mutant!(
            "groups-of-four",
            "L",
            "mask.dependence",
            "PyTorch issue 198333",
            "Four neighbours fall silent together.",
            {
                fn uniforms(&mut self, shape: &[usize], _site: &Site, rand: Rand) -> Vec<f64> {
                    let n = shape.iter().product::<usize>();
                    let u = rand(n.div_ceil(4));
                    (0..n).map(|index| u[index / 4]).collect()
                }
            }
        ),
        mutant!(
            "exactly-half",
            "L",
            "mask.dependence",
            "a permutation in place of draws",
            "Nothing visible; the variance is that of another method.",
            {
                fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
                    if u.len() < 100 {
                        return u.iter().map(|&u| u > site.ratio).collect();
                    }
                    let mut order = (0..u.len()).collect::<Vec<_>>();
                    order.sort_by(|&a, &b| u[a].total_cmp(&u[b]));
                    let dropped = (u.len() as f64 * site.ratio).round() as usize;
                    let mut mask = vec![true; u.len()];
                    for &index in &order[..dropped] {
                        mask[index] = false;
                    }
                    mask
                }
            }
        ),
        mutant!("one-stream-for-each-ratio", "L", "mask.dependence",
                "Flax issue 4973: layers that share a key",
                "What a first layer drops, a second one drops too.",
                [seed: Option<u64>, streams: BTreeMap<u64, ChaCha20Rng>], {
        fn begin(&mut self) {
                    (self.seed, self.streams) = (None, BTreeMap::new());
                }
                fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
                    let first = u.first().map_or(0, |u| u.to_bits());
                    let seed = *self.seed.get_or_insert(first);
                    let stream = self.streams.entry(site.ratio.to_bits());
                    let stream = stream.or_insert_with(|| ChaCha20Rng::seed_from_u64(seed));
                    let mut uniform = || (stream.next_u64() >> 11) as f64 * 2f64.powi(-53);
                    u.iter().map(|_| uniform() > site.ratio).collect()
                }
        }),
        mutant!(
            "seed-zero-ignored",
            "M",
            "mask.seeded",
            "Paddle: seed 0 means not seeded",
            "Runs with seed 0 cannot be repeated.",
            {
                fn seed(&mut self, value: u32) -> Option<u64> {
                    (value != 0).then_some(u64::from(value))
                }
            }
        ),
    ]
}
