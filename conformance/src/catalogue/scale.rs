//! Scales gone wrong: what is kept is divided by another number.

use super::{Element, Kernel, Mutant, Site};
use crate::wire::Dtype;

mutants! {
    "scale-is-ratio" A "dropout.train.scale"
    "kaldi issue 2814, theanets issue 123"
    => "Activations are ten times too large at ratio 0.1; at 0.5 all seems well." {
        fn scale(&mut self, site: &Site) -> f64 {
            site.dtype.round(site.ratio)
        }
    }

    "no-scale" A "dropout.train.scale"
    "shainet pull request 106" => "The network sees smaller sums in training than in testing." {
        fn scale(&mut self, _site: &Site) -> f64 {
            1.0
        }
    }

    "scaled-twice" A "dropout.train.scale"
    "mlpractical pull request 32" => "Activations grow from layer to layer." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            site.dtype.round(x * element.mask() / element.scale) / element.scale
        }
    }

    "scale-of-the-default" A "dropout.train.scale"
    "Keras pull request 19397: the rate of another dropout"
    => "Activations are too large at ratio 0.1; at 0.5 all seems well." {
        fn scale(&mut self, site: &Site) -> f64 {
            if site.ratio == 0.0 { 1.0 } else { 0.5 }
        }
    }

    "large-arrays-unscaled" A "dropout.train.scale"
    "MXNet pull request 7303: one of two paths forgot the factor"
    => "Large layers see smaller sums in training than in testing, small ones do not." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            x * element.mask() / if site.elements > 1000 { 1.0 } else { element.scale }
        }
    }

    "ratio-is-what-is-kept" B "dropout.train.scale"
    "BERT issue 1089: keep_prob became rate"
    => "Nine elements in ten are dropped at 0.1; at 0.5 all seems well." {
        fn ratio(&mut self, given: Option<f64>) -> f64 {
            1.0 - given.unwrap_or(0.5)
        }
    }

    "tail-unscaled" Q "dropout.train.scale"
    "llama.cpp pull request 16443: a vectorised loop leaves its tail unscaled"
    => "The last elements of odd layers are too small." {
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            let tail = element.index >= element.of / 4 * 4 && element.of > 4;
            x * element.mask() / if tail { 1.0 } else { element.scale }
        }
    }

    "scale-in-bfloat16" D "dropout.train.scale"
    "Paddle issue 39501" => "Every activation is off by up to 0.4 %." {
        fn scale(&mut self, site: &Site) -> f64 {
            Dtype::Bfloat16.round(1.0 - site.ratio)
        }
    }

    "scale-cancels" D "dropout.train.scale"
    "ONNX Runtime 1.32: 1 / (1.0f - ratio), measured"
    => "Activations are off in the fifth digit at ratio 0.999." {
        fn scale(&mut self, site: &Site) -> f64 {
            let subtract = |of: Dtype| of.round(1.0 - of.round(site.ratio));
            site.dtype.round(subtract(Dtype::Float32))
        }
    }

    "scale-from-the-mask" D "dropout.train.scale"
    "neural-fortran pull request 195: the sum before over the sum after"
    => "What one neuron says depends on which others are silent." {
        struct State { kept: f64 }
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let mask = u.iter().map(|&u| u > site.ratio).collect::<Vec<_>>();
            let kept = mask.iter().filter(|&&kept| kept).count();
            self.kept = kept.max(1) as f64 / mask.len().max(1) as f64;
            mask
        }
        fn scale(&mut self, site: &Site) -> f64 {
            site.dtype.round(self.kept)
        }
    }

    "scale-a-little-off" D "dropout.train.scale.precise"
    "ONNX Runtime 1.32 subtracts in float32"
    => "Nothing visible; results differ from other frameworks' in the fourth digit." {
        fn scale(&mut self, site: &Site) -> f64 {
            (1.0 - site.ratio) * (1.0 + 4.0 * site.dtype.unit())
        }
    }

    "scale-of-the-call-before" G "dropout.train.ratio-changes"
    "Megatron-LM issue 411: a stored parameter"
    => "A schedule changes the masks at once and the scale a step later." {
        struct State { before: Option<f64> }
        fn begin_program(&mut self) {
            self.before = None;
        }
        fn scale(&mut self, site: &Site) -> f64 {
            let scale = site.dtype.round(1.0 - site.ratio);
            self.before.replace(scale).unwrap_or(scale)
        }
    }
}
