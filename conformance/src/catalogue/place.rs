//! Masks that depend on the data, or on the place in it.

use super::{Kernel, Mutant, Site};

mutants! {
    "tail-always-kept" Q "mask.dependence"
    "ExecuTorch pull request 22882: an element differs where a vector's tail begins"
    => "The last elements of odd layers are never dropped." {
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let tail = u.len() / 4 * 4;
            let kept = u.iter().enumerate();
            let whole = site.ratio == 1.0 || u.len() < 8;
            kept.map(|(index, &u)| u > site.ratio || index >= tail && !whole).collect()
        }
    }

    "tail-always-dropped" Q "mask.dependence"
    "onnx-tensorrt issue 106: a mask that drops always"
    => "The last neurons of odd layers never speak." {
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let tail = u.len() / 8 * 8;
            let whole = site.ratio == 0.0 || u.len() < 9;
            let kept = u.iter().enumerate();
            kept.map(|(index, &u)| u > site.ratio && (index < tail || whole)).collect()
        }
    }

    "first-element-dropped" L "mask.dependence"
    "ONNX Runtime 1.32, measured: 0 of 10000 first elements kept"
    => "The first neuron of every layer never speaks." {
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let mut mask = u.iter().map(|&u| u > site.ratio).collect::<Vec<_>>();
            if let Some(first) = mask.first_mut() {
                *first &= site.ratio == 0.0;
            }
            mask
        }
    }

    "second-half-kept-more" L "mask.dependence"
    "PyTorch issue 198333: keep rates that differ by channel"
    => "Half of the neurons are regularised less than the other half." {
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let edge = site.ratio == 0.0 || site.ratio == 1.0;
            let half = u.len() / 2;
            let lean = |index| {
                if edge {
                    0.0
                } else if index < half {
                    0.02
                } else {
                    -0.02
                }
            };
            let kept = u.iter().enumerate();
            kept.map(|(index, &u)| u > site.ratio + lean(index)).collect()
        }
    }

    "drops-negatives-more" L "mask.dependence"
    "a mask drawn from the data's own bits" => "What is dropped depends on what is said." {
        fn mask(&mut self, u: &[f64], x: &[f64], site: &Site) -> Vec<bool> {
            let shift = |x: &f64| if *x < 0.0 { 0.05 } else { -0.05 };
            let edge = site.ratio == 0.0 || site.ratio == 1.0;
            let kept = u.iter().zip(x);
            kept.map(|(&u, x)| u > site.ratio + if edge { 0.0 } else { shift(x) }).collect()
        }
    }

    "drops-large-values-more" L "mask.dependence"
    "a mask drawn from the data's own bits" => "Who speaks loudly is silenced more often." {
        fn mask(&mut self, u: &[f64], x: &[f64], site: &Site) -> Vec<bool> {
            let edge = site.ratio == 0.0 || site.ratio == 1.0;
            let shift = |x: &f64| {
                if edge {
                    0.0
                } else if x.abs() > 1.0 {
                    0.05
                } else {
                    -0.05
                }
            };
            u.iter().zip(x).map(|(&u, x)| u > site.ratio + shift(x)).collect()
        }
    }

    "what-is-not-finite-is-kept" L "mask.dependence"
    "no report found: a comparison that is written as not being below the ratio, with NaN in it"
    => "Dropout keeps just what should not have been there." {
        fn mask(&mut self, u: &[f64], x: &[f64], site: &Site) -> Vec<bool> {
            u.iter().zip(x).map(|(&u, x)| u > site.ratio || !x.is_finite()).collect()
        }
    }
}
