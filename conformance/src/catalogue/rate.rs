//! Masks that keep too much or too little.

use super::{Kernel, Mutant, Site};
use crate::wire::Dtype;

mutants! {
    "keep-and-drop-swapped" B "mask.rate"
    "nd4j issue 1373" => "Nine elements in ten are dropped at ratio 0.1." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            u > 1.0 - site.ratio || site.ratio == 0.0
        }
    }

    "float16-keeps-what-it-should-drop" B "mask.rate"
    "tensorflow-densenet pull request 22: keep_prob and rate, in one of two paths"
    => "Nine elements in ten are dropped at ratio 0.1, in mixed precision alone." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            let edge = site.ratio == 0.0 || site.ratio == 1.0;
            let swapped = site.dtype == Dtype::Float16 && !edge;
            u > if swapped { 1.0 - site.ratio } else { site.ratio }
        }
    }

    "eight-bit-threshold" D "mask.rate"
    "flash-attention, apex pull request 1614" => "At ratio 0.99, 17 % too many elements are kept." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            (u * 256.0).floor() <= ((1.0 - site.ratio) * 255.0).floor()
        }
    }

    "uniforms-in-bfloat16" D "mask.rate"
    "Paddle issue 51688, TensorFlow in bfloat16, measured"
    => "In mixed precision the rate is another than was asked for." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            let narrow = site.dtype == Dtype::Bfloat16 && site.ratio > 0.0;
            (if narrow { (u * 128.0).floor() / 128.0 } else { u }) > site.ratio
        }
    }

    "ratio-in-bfloat16" D "mask.rate"
    "Paddle issue 39501: the ratio in the dtype of x"
    => "At ratio 0.99, 17 % too many elements are kept." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            u > Dtype::Bfloat16.round(site.ratio)
        }
    }

    "large-arrays-keep-more" D "mask.rate"
    "PyTorch issue 198333: a keep rate several sigma off, on one path"
    => "Large layers are regularised less than small ones." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            let edge = site.ratio == 0.0 || site.ratio == 1.0;
            u > if site.elements > 1000 && !edge { 0.95 * site.ratio } else { site.ratio }
        }
    }

    "nine-bit-uniforms" D "mask.resolution"
    "JAX issue 28017: uniforms with as many steps as the mantissa has"
    => "A ratio that is lowered a little is not lowered at all." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            let coarse = (u * 512.0).floor() / 512.0;
            if site.ratio == 0.0 { true } else { coarse > site.ratio }
        }
    }

    "injected-uniforms-ignored" M "ensemble.mean"
    "cs249r_book issue 1869: a generator besides the seeded one"
    => "Masks that were chosen are not used." {
        fn ignores_injected(&self) -> bool {
            true
        }
    }
}
