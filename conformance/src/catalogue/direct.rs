//! Direct dropout gone wrong.

use super::{Element, Kernel, Mutant, Site};
use dezero_reference::Config;

mutants! {
    "direct-scales-in-training" A "direct.train.values"
    "mlpractical pull request 32" => "Everything is scaled twice, in training and in testing." {
        fn direct(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            x * element.mask() / (1.0 - site.ratio)
        }
    }

    "direct-keeps-what-it-should-drop" B "mask.rate"
    "nd4j issue 1373: DropConnect beside DropOut"
    => "Nine weights in ten are dropped at ratio 0.1." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            if site.direct { u < site.ratio } else { u > site.ratio }
        }
    }

    "direct-test-by-ratio" A "direct.test.scale"
    "convnetjs issue 61" => "Predictions are too small, and right at 0.5." {
        fn direct_scale(&mut self, site: &Site) -> f64 {
            site.dtype.round(site.ratio)
        }
    }

    "direct-test-unscaled" A "direct.test.scale"
    "composer pull request 376: the factor sits in a branch that never runs"
    => "Predictions are too large." {
        fn direct_scale(&mut self, _site: &Site) -> f64 {
            1.0
        }
    }

    "direct-always-trains" F "direct.test.scale"
    "PyTorch issue 124464: attention's dropout knows no mode"
    => "Predictions are random, unless the ratio is 0, as it is in most tests." {
        fn training(&mut self, config: Config, site: &Site) -> bool {
            config.train || site.direct
        }
    }

    "direct-gradient-unmasked" O "gradient.direct.train"
    "numpy-ml issue 94" => "Neurons that did not speak are taught." {
        fn direct_backward(&mut self, gy: f64, _element: &Element, _site: &Site) -> f64 {
            gy
        }
    }

    "direct-gradient-unmasked-in-large-arrays" O "gradient.direct.train"
    "FlagGems pull request 23 is of the kind: another kernel from some size on"
    => "In large layers, neurons that did not speak are taught." {
        fn direct_backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            if site.elements > 5000 { gy } else { gy * element.mask() }
        }
    }

    "direct-gradient-scaled" O "gradient.direct.train"
    "mlpractical pull request 32: one factor too many" => "The layers before learn too fast." {
        fn direct_backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            if site.ratio == 1.0 {
                0.0 * gy
            } else {
                gy * element.mask() / (1.0 - site.ratio)
            }
        }
    }

    "direct-gradient-unscaled" O "gradient.direct.test"
    "Paddle pull request 35122" => "Gradients through a model in test mode are too large." {
        fn direct_scale_backward(&mut self, _scale: f64) -> f64 {
            1.0
        }
    }

    "direct-gradient-by-ratio" O "gradient.direct.test"
    "convnetjs issue 61" => "Gradients through a model in test mode are wrong, and right at 0.5." {
        fn direct_scale_backward(&mut self, scale: f64) -> f64 {
            1.0 - scale
        }
    }
}
