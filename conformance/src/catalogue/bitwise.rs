//! What claims to be the chapter's to the bit, and is not.

use super::stream::uniforms;
use super::{Element, Kernel, Mutant, Rand, Site};
use dezero_reference::Config;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

mutants! {
    "tie-keeps" C "dropout.bitwise.strict"
    "Chainer, TensorFlow and candle; boltz issue 553 asks for it"
    => "Masks differ from the chapter's once in 2^53 elements." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            u >= site.ratio
        }
    }

    "reciprocal" O "dropout.bitwise.arithmetic"
    "Chainer pull request 2873: multiplied by 1 / (1 - ratio)"
    => "Results differ from the chapter's in the last bit." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            x * (element.mask() * site.dtype.round(1.0 / element.scale))
        }
    }

    "chapter-in-float64" O "dropout.bitwise.arithmetic"
    "dfdx: another scale forwards and backwards"
    => "Results differ from the chapter's in the last bit." {
        fn scale(&mut self, site: &Site) -> f64 {
            1.0 - site.ratio
        }
    }

    "draws-in-fours" M "dropout.bitwise.draws"
    "PyTorch issue 50110" => "What is drawn after dropout differs from the chapter's." {
        fn uniforms(&mut self, shape: &[usize], _site: &Site, rand: Rand) -> Vec<f64> {
            let n = shape.iter().product::<usize>();
            let mut u = rand(n.next_multiple_of(4));
            u.truncate(n);
            u
        }
    }

    "draws-one-more" M "dropout.bitwise.draws"
    "flash-attention pull request 315: the counter of the generator"
    => "What is drawn after dropout differs from the chapter's." {
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let mut u = rand(site.elements + 1);
            u.truncate(site.elements);
            u
        }
    }

    "draws-in-blocks-when-large" M "dropout.bitwise.draws"
    "PyTorch issue 68909: the vectorised kernel counts otherwise"
    => "What is drawn after a large layer differs from the chapter's." {
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            let n = site.elements;
            let mut u = rand(if n > 1000 { n.next_multiple_of(1024) } else { n });
            u.truncate(n);
            u
        }
    }

    "draws-nothing-at-ratio-zero" M "dropout.bitwise.draws"
    "TensorFlow issue 25775: whether a ratio of 0 draws"
    => "How training goes on depends on whether one layer has ratio 0." {
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            if site.ratio == 0.0 { vec![0.5; site.elements] } else { rand(site.elements) }
        }
    }

    "direct-draws-elsewhere" M "dropout.bitwise.draws"
    "cs249r_book pull request 1869: a generator besides the seeded one"
    => "Runs of the direct form cannot be repeated." {
        struct State { other: Option<ChaCha20Rng> }
        fn uniforms(&mut self, _shape: &[usize], site: &Site, rand: Rand) -> Vec<f64> {
            if !site.direct {
                return rand(site.elements);
            }
            let begin = || ChaCha20Rng::seed_from_u64(rand(1)[0].to_bits());
            uniforms(self.other.get_or_insert_with(begin), site.elements)
        }
    }

    "draws-in-test-mode" M "dropout.bitwise.no-draws"
    "MXNet issue 16705" => "How training goes on depends on how often one has evaluated." {
        fn training(&mut self, config: Config, site: &Site) -> bool {
            if !config.train {
                dezero_reference::random::rand(&[site.elements]);
            }
            config.train
        }
    }

    "backward-draws" M "dropout.bitwise.no-draws"
    "PyTorch issue 14253, guided-diffusion issue 167: a way back that computes anew"
    => "The next masks depend on whether one went back." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            dezero_reference::random::rand(&[1]);
            site.dtype.round(gy / element.scale) * element.mask()
        }
    }

    "copies" R "dropout.bitwise.same"
    "ONNX Runtime" => "Test mode costs a copy." {
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
    }
}
