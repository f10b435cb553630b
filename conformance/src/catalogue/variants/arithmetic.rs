//! Other arithmetic, within the tolerance.

use super::super::{Element, Kernel, Mutant, Site, Variant};
use super::{BITWISE, without};
use crate::wire::{Dtype, Start};

variants! {
    "tie-keeps-legally" => "`u >= ratio` keeps: Chainer, TensorFlow, ONNX Runtime, candle." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            u >= site.ratio
        }
    }

    "premultiplied-reciprocal" => "`x * (mask * (1 / scale))`: Chainer, PyTorch, candle." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            x * (element.mask() * site.dtype.round(1.0 / element.scale))
        }
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            gy * (element.mask() * site.dtype.round(1.0 / element.scale))
        }
    }

    "scaled-before-masking" => "`(x * (1 / scale)) * mask`: inf · 0 where it overflows." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            site.dtype.round(x * site.dtype.round(1.0 / element.scale)) * element.mask()
        }
    }

    "fused-reciprocal"
    => "`x * (1 / (1 - ratio))` in float64, rounded once: kernels that compute wider." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            if site.ratio == 1.0 {
                f64::NAN
            } else {
                x * (element.mask() * (1.0 / (1.0 - site.ratio)))
            }
        }
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            if site.ratio == 1.0 {
                f64::NAN
            } else {
                gy * (element.mask() * (1.0 / (1.0 - site.ratio)))
            }
        }
    }

    "select" => "`where(mask, x / scale, 0)`: Flax, Keras, tinygrad." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            if element.kept { x / element.scale } else { 0.0 }
        }
        fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
            if element.kept { gy / element.scale } else { 0.0 }
        }
    }

    "select-forward-only" => "Paddle selects forward and multiplies backward." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            if element.kept { x / element.scale } else { 0.0 }
        }
    }

    "select-backward-only" => "Multiplied on the way there, selected on the way back." {
        fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
            if element.kept { gy / element.scale } else { 0.0 }
        }
    }

    "direct-selects" => "`where(mask, x, 0)` in direct dropout, there and back." {
        fn direct(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            if element.kept { x } else { 0.0 }
        }
        fn direct_backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
            if element.kept { gy } else { 0.0 }
        }
    }

    "dropped-is-negative-zero" => "Dropped elements are -0.0: a product with a negative factor." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            if element.kept { x / element.scale } else { -0.0 }
        }
    }

    "scale-in-float32" => "A scale in float32 for every dtype: ONNX Runtime, Paddle." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn scale(&mut self, site: &Site) -> f64 {
            Dtype::Float32.round(1.0 - site.ratio)
        }
    }

    "fast-division" => "A division that is two units off: GPUs with fast mathematics." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let error = if element.scale == 1.0 { 0.0 } else { 3.0 * site.dtype.unit() };
            x * element.mask() / element.scale * (1.0 + error)
        }
    }

    "flushes-subnormals" => "Subnormal numbers become 0 in training: JAX on a CPU, CuPy." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let flushed = |x: f64| if site.dtype.is_subnormal(x) { 0.0 } else { x };
            flushed(flushed(x) * element.mask() / element.scale)
        }
    }
}
