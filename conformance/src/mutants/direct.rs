//! Direct dropout gone wrong.

use super::{Element, Kernel, Mutant, Site};

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!(
            "direct-scales-in-training",
            "A",
            "direct.train.values",
            "mlpractical pull request 32",
            "Everything is scaled twice, in training and in testing.",
            {
                fn direct(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
                    x * element.mask() / (1.0 - site.ratio)
                }
            }
        ),
        mutant!(
            "direct-test-by-ratio",
            "A",
            "direct.test.scale",
            "convnetjs issue 61",
            "Predictions are too small, and right at 0.5.",
            {
                fn direct_scale(&mut self, site: &Site) -> f64 {
                    site.dtype.round(site.ratio)
                }
            }
        ),
        mutant!(
            "direct-gradient-unmasked",
            "O",
            "gradient.direct.train",
            "numpy-ml issue 94",
            "Neurons that did not speak are taught.",
            {
                fn direct_backward(&mut self, gy: f64, _element: &Element, _site: &Site) -> f64 {
                    gy
                }
            }
        ),
        mutant!(
            "direct-gradient-unscaled",
            "O",
            "gradient.direct.test",
            "Paddle pull request 35122",
            "Gradients through a model in test mode are too large.",
            {
                fn direct_scale_backward(&mut self, _scale: f64) -> f64 {
                    1.0
                }
            }
        ),
    ]
}
