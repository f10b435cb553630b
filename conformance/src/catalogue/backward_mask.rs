//! Masks that are not those of the way there.

use super::{Element, Kernel, Mutant, Site};

mutants! {
    "gradient-of-another-mask" N "gradient.train.mask"
    "PyTorch issue 198333, mamba issue 1023" => "Neurons learn from what others said." {
        fn mask_for_backward(&mut self, mask: &[bool], _site: &Site) -> Vec<bool> {
            let mut other = mask.to_vec();
            other.rotate_right(1.min(mask.len()));
            other
        }
    }

    "gradient-unmasked" O "gradient.train.mask"
    "numpy-ml issue 94" => "Neurons that did not speak are taught." {
        fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
            gy / element.scale
        }
    }

    "backward-draws-anew" N "gradient.train.mask"
    "xla pull request 4690, guided-diffusion issue 167: recomputed with the generator elsewhere"
    => "Neurons learn from what others said." {
        fn mask_for_backward(&mut self, mask: &[bool], site: &Site) -> Vec<bool> {
            let u = dezero_reference::random::rand(&[mask.len()]);
            u.iter().map(|&u| u > site.ratio).collect()
        }
    }

    "large-masks-recomputed" N "gradient.train.mask"
    "OLMo-core pull request 828: recomputed where memory is short"
    => "The loss depends on whether activations were saved." {
        fn mask_for_backward(&mut self, mask: &[bool], site: &Site) -> Vec<bool> {
            if site.elements < 1000 {
                return mask.to_vec();
            }
            let u = dezero_reference::random::rand(&[mask.len()]);
            u.iter().map(|&u| u > site.ratio).collect()
        }
    }

    "matrix-masks-backwards" N "gradient.train.mask"
    "mamba issue 1023: another kernel makes the mask again"
    => "Neurons of batches learn from what others said." {
        fn mask_for_backward(&mut self, mask: &[bool], site: &Site) -> Vec<bool> {
            let mut mask = mask.to_vec();
            if site.dimensions == 2 {
                mask.reverse();
            }
            mask
        }
    }

    "vectors-go-back-unmasked" O "gradient.train.mask"
    "Paddle issue 26837: a case of its own for one dimension"
    => "Neurons that did not speak are taught, in single examples." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let mask = if site.dimensions == 1 { 1.0 } else { element.mask() };
            site.dtype.round(gy / element.scale) * mask
        }
    }

    "mask-from-what-is-positive" O "gradient.train.mask"
    "candle issue 82 (another candle): the mask is read off the output"
    => "Neurons below 0 learn nothing." {
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            let mask = if element.x > 0.0 { element.mask() } else { 0.0 };
            site.dtype.round(gy / element.scale) * mask
        }
    }

    "layer-keeps-last-mask" N "gradient.accumulate"
    "Chainer pull request 2071"
    => "A layer that is called twice teaches by the second mask alone." {
        struct State { last: Vec<bool> }
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            self.last = u.iter().map(|&u| u > site.ratio).collect();
            self.last.clone()
        }
        fn mask_for_backward(&mut self, mask: &[bool], _site: &Site) -> Vec<bool> {
            if mask.len() == self.last.len() { self.last.clone() } else { mask.to_vec() }
        }
    }
}
