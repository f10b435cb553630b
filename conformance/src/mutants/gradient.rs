//! The way back gone wrong.

use super::{Element, Kernel, Mutant, Site};

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!(
            "gradient-of-another-mask",
            "N",
            "gradient.train.mask",
            "PyTorch issue 198333, mamba issue 1023",
            "Neurons learn from what others said.",
            {
                fn mask_for_backward(&mut self, mask: &[bool], _site: &Site) -> Vec<bool> {
                    let mut other = mask.to_vec();
                    other.rotate_right(1.min(mask.len()));
                    other
                }
            }
        ),
        mutant!(
            "gradient-unmasked",
            "O",
            "gradient.train.mask",
            "numpy-ml issue 94",
            "Neurons that did not speak are taught.",
            {
                fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
                    gy / element.scale
                }
            }
        ),
        mutant!(
            "gradient-unscaled",
            "O",
            "gradient.train.scale",
            "apex pull request 816",
            "The layers before learn more slowly.",
            {
                fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
                    gy * element.mask()
                }
            }
        ),
        mutant!(
            "mask-from-output",
            "O",
            "gradient.train.zero-input",
            "kaldi issue 3890",
            "After a ReLU, neurons at 0 learn nothing.",
            {
                fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
                    if element.x == 0.0 {
                        0.0
                    } else {
                        site.dtype.round(gy / element.scale) * element.mask()
                    }
                }
            }
        ),
        mutant!(
            "gradient-becomes-array",
            "E",
            "gradient.train.dtype",
            "Paddle issue 26837",
            "The gradient of a single number has another shape than the number.",
            {
                fn shape(&self, shape: &[usize], gradient: bool) -> Vec<usize> {
                    if shape.is_empty() && gradient { vec![1] } else { shape.to_vec() }
                }
            }
        ),
        mutant!(
            "gradient-nan-to-zero",
            "P",
            "gradient.train.nonfinite",
            "np.nan_to_num around everything",
            "An exploding gradient is hidden.",
            {
                fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
                    let gy = if gy.is_finite() { gy } else { 0.0 };
                    site.dtype.round(gy / element.scale) * element.mask()
                }
            }
        ),
        mutant!(
            "gradient-infinite-at-one",
            "C",
            "gradient.train.ratio-one",
            "Flax issue 2055",
            "Gradients become infinite at ratio 1.",
            {
                fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
                    let quotient = site.dtype.round(gy / element.scale);
                    if element.kept || site.ratio == 1.0 { quotient } else { 0.0 * gy }
                }
            }
        ),
        mutant!(
            "no-gradient-in-test-mode",
            "O",
            "gradient.test.identity",
            "Paddle pull request 35122, torch nn issue 614",
            "Adversarial examples cannot be made against the evaluated model.",
            {
                fn returns_input(&self, _site: &Site) -> bool {
                    false
                }
                fn tested_backward(&mut self, _gy: f64, _site: &Site) -> f64 {
                    0.0
                }
            }
        ),
        mutant!(
            "gradient-replaces",
            "O",
            "gradient.accumulate",
            "written, not added",
            "Of two uses of a variable only one teaches.",
            {
                fn replaces_gradients(&self) -> bool {
                    true
                }
            }
        ),
        mutant!(
            "clear-forgets-nothing",
            "O",
            "gradient.clear",
            "cleargrad left out",
            "Gradients of all steps pile up.",
            {
                fn clears(&self) -> bool {
                    false
                }
            }
        ),
        mutant!("layer-keeps-last-scale", "N", "gradient.chain", "state in the layer, overwritten by the next call",
                "With two ratios in one network, gradients use the wrong one.", [last: f64], {
        fn scale(&mut self, site: &Site) -> f64 {
                    self.last = site.dtype.round(1.0 - site.ratio);
                    self.last
                }
                fn scale_for_backward(&mut self, _scale: f64) -> f64 {
                    self.last
                }
        }),
        mutant!("layer-keeps-last-mask", "N", "gradient.accumulate", "Chainer pull request 2071",
                "A layer that is called twice teaches by the second mask alone.", [last: Vec<bool>], {
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
                    self.last = u.iter().map(|&u| u > site.ratio).collect();
                    self.last.clone()
                }
                fn mask_for_backward(&mut self, mask: &[bool], _site: &Site) -> Vec<bool> {
                    if mask.len() == self.last.len() { self.last.clone() } else { mask.to_vec() }
                }
        }),
        mutant!(
            "second-derivative-unscaled",
            "O",
            "gradient.double",
            "no report known; cf. Chainer pull request 3356",
            "Gradient penalties are wrong.",
            {
                fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
                    let quotient = site.dtype.round(gy / element.scale);
                    let quotient = if element.order > 1 { gy } else { quotient };
                    quotient * element.mask()
                }
            }
        ),
        mutant!(
            "no-grad-records-secretly",
            "J",
            "gradient.without-graph",
            "PyTorch issue 15802",
            "Gradients flow where they were switched off.",
            {
                fn records_always(&self, _site: &Site) -> bool {
                    true
                }
                fn says_recorded(&self) -> bool {
                    false
                }
            }
        ),
    ]
}
