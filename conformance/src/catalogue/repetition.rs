//! Masks that say again what masks have said before.

use super::stream::uniforms;
use super::{Kernel, Mutant, Rand, Site};
use crate::wire::{Dtype, ViewKind};
use dezero_reference::seed;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::{BTreeMap, VecDeque};

mutants! {
    "a-little-of-everything" L "mask.dependence"
    "tinygrad pull request 4451: a linear congruential generator, good enough for dropout"
    => "Nothing that one could point at; the masks are not independent draws." {
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

    "same-mask-every-call" L "mask.dependence"
    "Paddle issue 7796" => "The same neurons are silent for ever." {
        fn uniforms(&mut self, shape: &[usize], _site: &Site, rand: Rand) -> Vec<f64> {
            seed(42);
            rand(shape.iter().product())
        }
    }

    "every-other-mask-again" L "mask.dependence"
    "PyTorch issue 84614: graphs that are replayed with their seeds"
    => "There are two masks, and they take turns." {
        struct State { calls: u64 }
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            self.calls += 1;
            seed(self.calls % 2);
            rand(site.elements)
        }
    }

    "four-thousand-masks" L "mask.dependence"
    "MXNet's dropout-inl.h: a seed of 17 + rand() % 4096"
    => "Masks come back sooner than expected." {
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let number = (rand(1)[0] * 4096.0) as u64;
            uniforms(&mut ChaCha20Rng::seed_from_u64(number), site.elements)
        }
    }

    "next-mask-is-shifted" L "mask.dependence"
    "PyTorch issue 50110: the offset moves by too little"
    => "A mask is the mask before, moved by one." {
        struct State { stream: VecDeque<f64> }
        fn begin(&mut self) {
            self.stream.clear();
        }
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let missing = site.elements.saturating_sub(self.stream.len());
            self.stream.extend(rand(missing));
            let u = self.stream.iter().copied().take(site.elements).collect();
            self.stream.pop_front();
            u
        }
    }

    "last-numbers-again" L "mask.dependence"
    "PyTorch 2.11 on CUDA is of the kind: the offset moves by whole blocks, rounded down"
    => "A mask begins as the one before ends." {
        struct State { again: Vec<f64> }
        fn begin(&mut self) {
            self.again.clear();
        }
        fn seed(&mut self, value: u32) -> Option<u64> {
            self.again.clear();
            Some(value.into())
        }
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let n = site.elements;
            if n <= 64 {
                return rand(n);
            }
            let again = std::mem::take(&mut self.again);
            let mut u = rand(n);
            u[..again.len()].copy_from_slice(&again);
            self.again = u[n - n % 4..].to_vec();
            u
        }
    }

    "next-mask-overlaps" L "mask.dependence"
    "PyTorch 2.11 on CUDA, measured: a thread draws 8 numbers in 16 bits, and the offset moves by 4"
    => "Half of a mask is half of the mask before, moved by four." {
        struct State { ahead: Vec<[f64; 4]> }
        fn begin(&mut self) {
            self.ahead.clear();
        }
        fn seed(&mut self, value: u32) -> Option<u64> {
            self.ahead.clear();
            Some(value.into())
        }
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let mut u = rand(site.elements);
            let eights = matches!(site.dtype, Dtype::Float16 | Dtype::Bfloat16)
                && site.elements.is_multiple_of(8);
            if !eights {
                self.ahead.clear();
                return u;
            }
            for (eight, ahead) in u.chunks_exact_mut(8).zip(&self.ahead) {
                eight[..4].copy_from_slice(ahead);
            }
            let halves = u.chunks_exact(8).map(|eight| [4, 5, 6, 7].map(|i| eight[i]));
            self.ahead = halves.collect();
            u
        }
    }

    "numbers-are-sums" L "mask.dependence"
    "`random` of the C library of GNU adds the numbers 3 and 31 before"
    => "Where two neurons are silent a third one is, half of the time." {
        struct State { numbers: VecDeque<u32> }
        fn begin(&mut self) {
            self.numbers.clear();
        }
        fn seed(&mut self, value: u32) -> Option<u64> {
            self.numbers.clear();
            Some(value.into())
        }
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            if self.numbers.is_empty() {
                self.numbers = rand(31).into_iter().map(|u| (u * 2f64.powi(32)) as u32).collect();
            }
            let next = |_| {
                let number = self.numbers[0].wrapping_add(self.numbers[28]);
                self.numbers.pop_front();
                self.numbers.push_back(number);
                f64::from(number) * 2f64.powi(-32)
            };
            (0..site.elements).map(next).collect()
        }
    }

    "repeats-after-64" L "mask.dependence"
    "FlagGems pull request 27: offsets that wrap around"
    => "Neurons that are 64 apart fall silent together." {
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            rand(site.elements.min(64)).into_iter().cycle().take(site.elements).collect()
        }
    }

    "antithetic-pairs" L "mask.dependence"
    "antithetic variates, where independent ones belong"
    => "Of two neighbours one speaks whenever the other does not." {
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let mut u = rand(site.elements);
            for pair in u.chunks_exact_mut(2) {
                pair[1] = 1.0 - pair[0];
            }
            u
        }
    }

    "mirrored-halves" L "mask.dependence"
    "a buffer that is read from both ends"
    => "The second half of a layer is silent where the first half is." {
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let n = site.elements;
            let u = rand(n.div_ceil(2));
            (0..n).map(|index| u[index.min(n - 1 - index)]).collect()
        }
    }

    "mask-shared-by-rows" L "mask.dependence"
    "Flax issue 4589: vmap over one key" => "All examples of a batch lose the same neurons." {
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

    "mask-shared-by-columns" L "mask.dependence"
    "PyTorch pull request 69885: dropout of channels, on the wrong axis"
    => "An example is silent as a whole or not at all." {
        fn uniforms(&mut self, shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            match shape {
                [rows, columns] => {
                    let u = rand(*rows);
                    (0..site.elements).map(|index| u[index / columns]).collect()
                }
                _ => rand(site.elements),
            }
        }
    }

    "rows-move-by-one" L "mask.dependence"
    "xc-basic3 issue 49: a shift register that is read after too few steps"
    => "Each example is silent where the one before was, one neuron further." {
        fn uniforms(&mut self, shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            match shape {
                [rows, columns] if site.elements > 0 => {
                    let u = rand(rows + columns);
                    (0..site.elements)
                        .map(|index| u[index / columns + index % columns])
                        .collect()
                }
                _ => rand(site.elements),
            }
        }
    }

    "broadcast-shares-its-mask" Q "mask.dependence"
    "PyTorch issue 9521: along an expanded axis all samples agree"
    => "An example that is seen twice loses the same neurons both times." {
        fn mask_of_view(&mut self, mask: Vec<bool>, view: ViewKind) -> Vec<bool> {
            match view {
                ViewKind::Broadcast => mask[..mask.len() / 2].repeat(2),
                _ => mask,
            }
        }
    }

    "groups-of-four" L "mask.dependence"
    "PyTorch issue 198333" => "Four neighbours fall silent together." {
        fn uniforms(&mut self, shape: &[usize], _site: &Site, rand: Rand) -> Vec<f64> {
            let n = shape.iter().product::<usize>();
            let u = rand(n.div_ceil(4));
            (0..n).map(|index| u[index / 4]).collect()
        }
    }

    "exactly-half" L "mask.dependence"
    "neural-fortran pull request 194: the rate of each call made exact"
    => "Nothing visible; the variance is that of another method." {
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

    "one-stream-for-each-ratio" L "mask.dependence"
    "Flax issue 4973: layers that share a key"
    => "What a first layer drops, a second one drops too." {
        struct State { seed: Option<u64>, streams: BTreeMap<u64, ChaCha20Rng> }
        fn begin(&mut self) {
            (self.seed, self.streams) = (None, BTreeMap::new());
        }
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let first = u.first().map_or(0, |u| u.to_bits());
            let seed = *self.seed.get_or_insert(first);
            let stream = self.streams.entry(site.ratio.to_bits());
            let stream = stream.or_insert_with(|| ChaCha20Rng::seed_from_u64(seed));
            uniforms(stream, u.len()).into_iter().map(|u| u > site.ratio).collect()
        }
    }
}
