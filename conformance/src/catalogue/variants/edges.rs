//! Other answers where the chapter is silent.

use super::super::{Element, Kernel, Mutant, Site, Variant};
use super::{BITWISE, without};
use crate::wire::{Dtype, Start};

variants! {
    "zeros-at-ratio-one" => "Ratio 1 gives zeros: PyTorch, Flax, Keras." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            if element.scale == 0.0 { 0.0 } else { x * element.mask() / element.scale }
        }
        fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
            if element.scale == 0.0 { 0.0 } else { gy / element.scale * element.mask() }
        }
    }

    "refuses-ratio-one" => "Ratio 1 is refused: Chainer, TensorFlow, MLX, candle." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            train && !(0.0..1.0).contains(&site.ratio)
        }
    }

    "refuses-ratio-one-always"
    => "Ratio 1 is refused in test mode, too: Chainer 7 and MLX check first." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn refuses(&mut self, _train: bool, site: &Site) -> bool {
            !(0.0..1.0).contains(&site.ratio)
        }
    }

    "refuses-in-test-mode-too" => "The ratio is checked in both modes: PyTorch, tinygrad." {
        fn refuses(&mut self, _train: bool, site: &Site) -> bool {
            !(0.0..=1.0).contains(&site.ratio)
        }
    }

    "nan-ratio-goes" => "`ratio < 0 or ratio > 1` lets NaN through: PyTorch, MLX." {
        fn refuses(&mut self, _train: bool, site: &Site) -> bool {
            site.ratio < 0.0 || site.ratio > 1.0
        }
    }

    "any-ratio-goes-legally" => "No ratio is refused, which a SHOULD asks for: DeZero, Flax." {
        fn refuses(&mut self, _train: bool, _site: &Site) -> bool {
            false
        }
    }

    "negative-ratios-refused-in-test-mode"
    => "Test mode looks at the sign of the ratio alone, so that 1.1 passes." {
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            site.ratio < 0.0 || train && !(0.0..=1.0).contains(&site.ratio)
        }
    }

    "negative-ratios-refused-alone"
    => "The sign of the ratio is looked at in both modes, and nothing else of it." {
        fn refuses(&mut self, _train: bool, site: &Site) -> bool {
            site.ratio < 0.0
        }
    }

    "refuses-nan" => "An x with NaN in it is refused, loudly, in both modes." {
        fn refuses_number(&self, _train: bool, x: f64) -> bool {
            x.is_nan()
        }
    }

    "refuses-when-observed"
    => "What is not finite, and ratio 1, is refused when the result is observed: lazy frameworks." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            train && (!(0.0..=1.0).contains(&site.ratio) || site.ratio == 1.0 && !site.direct)
        }
        fn refuses_number(&self, _train: bool, x: f64) -> bool {
            !x.is_finite()
        }
        fn refuses_late(&self) -> bool {
            true
        }
    }

    "refuses-nonfinite-in-training"
    => "Train mode refuses what is not finite, forward and on the way back: anomaly detection." {
        fn refuses_number(&self, train: bool, x: f64) -> bool {
            train && !x.is_finite()
        }
        fn refuses_gradient(&self, gy: f64) -> bool {
            !gy.is_finite()
        }
    }

    "copies-but-at-ratio-zero" => "Ratio 0 hands x itself back, and test mode copies." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn returns_input_in_training(&self, site: &Site) -> bool {
            site.ratio == 0.0
        }
    }

    "same-at-ratio-zero" => "Ratio 0 hands x itself back: PyTorch, Flax, MLX." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn returns_input_in_training(&self, site: &Site) -> bool {
            site.ratio == 0.0
        }
    }

    "renamed-at-ratio-zero" => "Ratio 0 hands back another object on the memory of x." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn returns_input_in_training(&self, site: &Site) -> bool {
            site.ratio == 0.0
        }
        fn renames_input(&self) -> bool {
            true
        }
    }

    "renamed-in-test-mode"
    => "Test mode hands back another object on the memory of x: TensorFlow's identity." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn renames_input(&self) -> bool {
            true
        }
    }

    "copies-in-test-mode" => "Test mode copies: ONNX Runtime." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
    }

    "empty-arrays-handed-back"
    => "An empty x comes back as it is, at any ratio: there is nothing to drop." {
        fn returns_input_in_training(&self, site: &Site) -> bool {
            site.elements == 0
        }
    }

    "copies-but-for-empty-arrays"
    => "Test mode copies, and an empty x comes back as it is in train mode." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn returns_input_in_training(&self, site: &Site) -> bool {
            site.elements == 0
        }
    }

    "copies-large-arrays-in-test-mode"
    => "Test mode hands small arrays back and copies large ones, which a SHOULD is against." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn returns_input(&self, site: &Site) -> bool {
            site.elements <= 10
        }
    }

    "integers-promoted" => "Integers are computed in float64: tinygrad, MLX." {
        fn claims(&self, start: Start) -> Start {
            Start { dtypes: [start.dtypes, vec![Dtype::Int32]].concat(), ..start }
        }
        fn integers(&self) -> Option<Dtype> {
            Some(Dtype::Float64)
        }
    }

    "integers-back-at-ratio-zero"
    => "Integers are computed in float64, and handed back at ratio 0: tinygrad." {
        fn claims(&self, start: Start) -> Start {
            let start = without(start, BITWISE);
            Start {
                dtypes: [start.dtypes, vec![Dtype::Int32, Dtype::Int64]].concat(),
                ..start
            }
        }
        fn integers(&self) -> Option<Dtype> {
            Some(Dtype::Float64)
        }
        fn returns_input_in_training(&self, site: &Site) -> bool {
            site.ratio == 0.0
        }
    }

    "refuses-integers-in-training"
    => "Integers are refused in train mode, and pass in test mode: PyTorch." {
        fn claims(&self, start: Start) -> Start {
            Start { dtypes: [start.dtypes, vec![Dtype::Int32]].concat(), ..start }
        }
        fn integers(&self) -> Option<Dtype> {
            Some(Dtype::Int32)
        }
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            train && (site.integers || !(0.0..=1.0).contains(&site.ratio))
        }
    }

    "refuses-integers" => "Integers are refused in both modes: TensorFlow." {
        fn claims(&self, start: Start) -> Start {
            Start { dtypes: [start.dtypes, vec![Dtype::Int32]].concat(), ..start }
        }
        fn integers(&self) -> Option<Dtype> {
            Some(Dtype::Int32)
        }
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            site.integers || train && !(0.0..=1.0).contains(&site.ratio)
        }
    }

    "gradient-of-a-leaf"
    => "Going back from a variable that nothing created gives it its gradient: PyTorch." {
        fn goes_back_from_anything(&self) -> bool {
            true
        }
    }

    "gy-is-the-gradient-of-y"
    => "One goes back from `y.grad = gy`: where y is x, its gradient is gy, whatever it was. Chainer." {
        fn goes_back_from_anything(&self) -> bool {
            true
        }
        fn keeps_gy_as_gradient(&self) -> bool {
            true
        }
    }
}
