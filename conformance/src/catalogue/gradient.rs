//! The way back gone wrong, but for its masks.

use super::{Element, Kernel, Mutant, Site};
use crate::wire::Dtype;
use std::cell::Cell;

mutants! {
    "gradient-unscaled" O "gradient.train.scale"
    "apex pull request 816" => "The layers before learn more slowly." {
        fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
            gy * element.mask()
        }
    }

    "gradient-by-ratio" O "gradient.train.scale"
    "apex pull request 816: p in place of 1 / (1 - p)"
    => "The layers before learn ten times too slowly at ratio 0.1." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            gy * element.mask() * if site.ratio == 0.0 { 1.0 } else { site.ratio }
        }
    }

    "gradient-through-float16" D "gradient.train.scale"
    "Paddle issue 39501: the arithmetic of mixed precision" => "Small gradients become 0." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let gx = site.dtype.round(gy / element.scale) * element.mask();
            if site.dtype == Dtype::Bfloat16 { gx } else { Dtype::Float16.round(gx) }
        }
    }

    "gradient-forgets-what-comes" O "gradient.train.scale"
    "ai-engineering-from-scratch pull request 17: the mask is not the gradient"
    => "The layers before learn something, but not this." {
        fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
            if gy.is_finite() {
                element.mask() / element.scale
            } else {
                gy * element.mask()
            }
        }
    }

    "gradient-ends-at-65536" O "gradient.train.mask"
    "a loop counter of sixteen bits; cf. FlagGems pull request 23"
    => "The last neurons of a large layer learn nothing." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let gx = site.dtype.round(gy / element.scale) * element.mask();
            if element.index < 65_536 { gx } else { 0.0 }
        }
    }

    "mask-from-output" O "gradient.train.zero-input"
    "kaldi issue 3890" => "After a ReLU, neurons at 0 learn nothing." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            if element.x == 0.0 {
                0.0
            } else {
                site.dtype.round(gy / element.scale) * element.mask()
            }
        }
    }

    "gradient-becomes-array" E "gradient.train.dtype"
    "Paddle issue 26837" => "The gradient of a single number has another shape than the number." {
        fn shape(&self, shape: &[usize], gradient: bool) -> Vec<usize> {
            if shape.is_empty() && gradient { vec![1] } else { shape.to_vec() }
        }
    }

    "gradient-nan-to-zero" P "gradient.train.nonfinite"
    "adversarial-robustness-toolbox pull request 883: NaN in a gradient set to 0"
    => "An exploding gradient is hidden." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let gy = if gy.is_finite() { gy } else { 0.0 };
            site.dtype.round(gy / element.scale) * element.mask()
        }
    }

    "gradient-infinity-clipped" P "gradient.train.nonfinite"
    "stylegan2-ada-pytorch, training_loop.py: nan_to_num over every gradient"
    => "An exploding gradient is hidden." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let gx = site.dtype.round(gy / element.scale) * element.mask();
            if gx.is_infinite() { site.dtype.largest().copysign(gx) } else { gx }
        }
    }

    "gradient-infinite-at-one" C "gradient.train.ratio-one"
    "Flax issue 2055" => "Gradients become infinite at ratio 1." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let quotient = site.dtype.round(gy / element.scale);
            if element.kept || site.ratio == 1.0 { quotient } else { 0.0 * gy }
        }
    }

    "no-gradient-in-test-mode" O "gradient.test.identity"
    "Paddle pull request 35122, torch nn issue 614"
    => "Adversarial examples cannot be made against the evaluated model." {
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn tested_backward(&mut self, _gy: f64, _site: &Site) -> f64 {
            0.0
        }
    }

    "tested-gradient-scaled" O "gradient.test.identity"
    "Paddle pull request 35122: 1 - p belongs to the other form"
    => "Gradients through a model in test mode are too small." {
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn tested_backward(&mut self, gy: f64, site: &Site) -> f64 {
            if (0.0..1.0).contains(&site.ratio) { gy * (1.0 - site.ratio) } else { gy }
        }
    }

    "gradient-replaces" O "gradient.accumulate"
    "MXNet issue 9497: written where it should be added"
    => "Of two uses of a variable only one teaches." {
        fn replaces_gradients(&self) -> bool {
            true
        }
    }

    "gradients-replace-once-cleared" O "gradient.clear"
    "no report found: clearing marks the gradient as to be written anew, and nothing takes the mark away"
    => "In a network that was cleared once, of two uses of a variable only one teaches." {
        struct State { cleared: Cell<bool> }
        fn clears(&self) -> bool {
            self.cleared.set(true);
            true
        }
        fn replaces_gradients(&self) -> bool {
            self.cleared.get()
        }
        fn begin_program(&mut self) {
            self.cleared.set(false);
        }
    }

    "overflow-becomes-zero" P "gradient.train.scale"
    "adversarial-robustness-toolbox pull request 883 is of the kind: what is infinite set to 0"
    => "An exploding activation is hidden." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let y = x * element.mask() / element.scale;
            let overflows = x.is_finite() && site.ratio < 1.0 && site.dtype.round(y).is_infinite();
            if overflows { 0.0 } else { y }
        }
    }

    "clear-forgets-nothing" O "gradient.clear"
    "tt-blacksmith pull request 711: gradients that are never cleared"
    => "Gradients of all steps pile up." {
        fn clears(&self) -> bool {
            false
        }
    }

    "layer-keeps-last-scale" N "gradient.chain"
    "chainer issue 2071: state in the layer, overwritten by the next call"
    => "With two ratios in one network, gradients use the wrong one." {
        struct State { last: f64 }
        fn scale(&mut self, site: &Site) -> f64 {
            self.last = site.dtype.round(1.0 - site.ratio);
            self.last
        }
        fn scale_for_backward(&mut self, _scale: f64) -> f64 {
            self.last
        }
    }

    "second-derivative-unscaled" O "gradient.double"
    "no report known; cf. Chainer pull request 3356" => "Gradient penalties are wrong." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let quotient = site.dtype.round(gy / element.scale);
            let quotient = if element.order > 1 { gy } else { quotient };
            quotient * element.mask()
        }
    }

    "second-derivative-unmasked" O "gradient.double"
    "no report known; cf. Chainer pull request 3356"
    => "Gradient penalties teach neurons that did not speak." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let mask = if element.order > 1 { 1.0 } else { element.mask() };
            site.dtype.round(gy / element.scale) * mask
        }
    }

    "no-grad-records-secretly" J "gradient.without-graph"
    "PyTorch issue 15802" => "Gradients flow where they were switched off." {
        fn records(&self, _enabled: bool, _train: bool, _site: &Site) -> bool {
            true
        }
        fn says_recorded(&self) -> bool {
            false
        }
    }
}
