//! Different, and right: what the judge must not complain about.

use super::{Element, Kernel, Mutant, Site, Variant};
use crate::flags::{Beginning, SharedFlags};
use crate::framework::Entry;
use crate::wire::{Dtype, RatioDtype, Seeding, Start};
use dezero_reference::{Config, Scope};

/// The same claims without these.
fn without(start: Start, dropped: &[&str]) -> Start {
    let kept = start.capabilities.iter().filter(|claimed| !dropped.contains(&claimed.as_str()));
    Start { capabilities: kept.cloned().collect(), ..start }
}

const BITWISE: &[&str] = &["bitwise"];

pub(super) fn variants() -> Vec<Variant> {
    let mut all = arithmetic();
    all.extend(edges());
    all.extend(shapes_of_frameworks());
    all.extend(scopes());
    all
}

fn scopes() -> Vec<Variant> {
    vec![
        variant!("flags-of-the-process", "All threads share the flags: DeZero, tinygrad.", {
            fn beginning(&mut self, shared: &mut SharedFlags) -> Beginning {
                Beginning::Shared(shared.share())
            }
        }),
        variant!("threads-inherit", "A new thread begins as its starter is: context variables.", {
            fn beginning(&mut self, _shared: &mut SharedFlags) -> Beginning {
                Beginning::Inherited(Config::current())
            }
        }),
        variant!("one-shot-scopes", "A scope is entered once: contextlib, so DeZero.", {
            fn refuses_again(&self, _open: bool) -> bool {
                true
            }
        }),
        variant!("scopes-leave-in-order", "Only the latest scope may be left.", {
            fn exit_before_others(
                &mut self,
                _scope: Scope,
                _saved: bool,
                _others: &mut [(Scope, Entry)],
            ) -> bool {
                true
            }
        }),
        variant!("scopes-are-a-stack", "The flag is that of the latest scope still open.", {
            fn exit_before_others(
                &mut self,
                scope: Scope,
                saved: bool,
                others: &mut [(Scope, Entry)],
            ) -> bool {
                match others.iter_mut().find(|(other, _)| other.flag == scope.flag) {
                    Some((_, entry)) => entry.saved = saved,
                    None => Config::set(scope.flag, saved),
                }
                false
            }
        }),
        variant!("text-is-true", "A text counts as true unless it is empty: Python, so DeZero.", {
            fn truth(&self, text: &str) -> Option<bool> {
                Some(!text.is_empty())
            }
        }),
    ]
}

fn arithmetic() -> Vec<Variant> {
    vec![
        variant!(
            "tie-keeps-legally",
            "`u >= ratio` keeps: Chainer, TensorFlow, ONNX Runtime, candle.",
            {
                fn claims(&self, start: Start) -> Start {
                    without(start, BITWISE)
                }
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    u >= site.ratio
                }
            }
        ),
        variant!(
            "premultiplied-reciprocal",
            "`x * (mask * (1 / scale))`: Chainer, PyTorch, candle.",
            {
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
        ),
        variant!(
            "scaled-before-masking",
            "`(x * (1 / scale)) * mask`: inf · 0 where it overflows.",
            {
                fn claims(&self, start: Start) -> Start {
                    without(start, BITWISE)
                }
                fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
                    site.dtype.round(x * site.dtype.round(1.0 / element.scale)) * element.mask()
                }
            }
        ),
        variant!("select", "`where(mask, x / scale, 0)`: Flax, Keras, tinygrad.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
                if element.kept { x / element.scale } else { 0.0 }
            }
            fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
                if element.kept { gy / element.scale } else { 0.0 }
            }
        }),
        variant!("select-forward-only", "Paddle selects forward and multiplies backward.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
                if element.kept { x / element.scale } else { 0.0 }
            }
        }),
        variant!(
            "scale-in-float32",
            "A scale in float32 for every dtype: ONNX Runtime, Paddle.",
            {
                fn claims(&self, start: Start) -> Start {
                    without(start, BITWISE)
                }
                fn scale(&mut self, site: &Site) -> f64 {
                    Dtype::Float32.round(1.0 - site.ratio)
                }
            }
        ),
        variant!(
            "fast-division",
            "A division that is two units off: GPUs with fast mathematics.",
            {
                fn claims(&self, start: Start) -> Start {
                    without(start, BITWISE)
                }
                fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
                    let error = if element.scale == 1.0 { 0.0 } else { 3.0 * site.dtype.unit() };
                    x * element.mask() / element.scale * (1.0 + error)
                }
            }
        ),
        variant!("flushes-subnormals", "Subnormal numbers become 0 in training: JAX on a CPU.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
                let tiny = |x: f64| x.abs() < site.dtype.smallest_normal() && site.ratio > 0.0;
                let flushed = |x: f64| if tiny(x) { 0.0 } else { x };
                flushed(flushed(x) * element.mask() / element.scale)
            }
        }),
    ]
}

fn edges() -> Vec<Variant> {
    vec![
        variant!("zeros-at-ratio-one", "Ratio 1 gives zeros: PyTorch, Flax, Keras.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
                if element.scale == 0.0 { 0.0 } else { x * element.mask() / element.scale }
            }
            fn backward(&mut self, gy: f64, element: &Element, _site: &Site) -> f64 {
                if element.scale == 0.0 { 0.0 } else { gy / element.scale * element.mask() }
            }
        }),
        variant!("refuses-ratio-one", "Ratio 1 is refused: Chainer, TensorFlow, MLX, candle.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn refuses(&mut self, train: bool, site: &Site) -> bool {
                train && !(0.0..1.0).contains(&site.ratio)
            }
        }),
        variant!(
            "refuses-in-test-mode-too",
            "The ratio is checked in both modes: PyTorch, tinygrad.",
            {
                fn refuses(&mut self, _train: bool, site: &Site) -> bool {
                    !(0.0..=1.0).contains(&site.ratio)
                }
            }
        ),
        variant!("same-at-ratio-zero", "Ratio 0 hands x itself back: PyTorch, Flax, MLX.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn returns_input_in_training(&self, site: &Site) -> bool {
                site.ratio == 0.0
            }
        }),
        variant!("copies-in-test-mode", "Test mode copies: ONNX Runtime.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn returns_input(&self, _site: &Site) -> bool {
                false
            }
        }),
        variant!("integers-promoted", "Integers are computed in float64: tinygrad, MLX.", {
            fn claims(&self, start: Start) -> Start {
                Start { dtypes: [start.dtypes, vec![Dtype::Int32]].concat(), ..start }
            }
            fn integers(&self) -> Option<Dtype> {
                Some(Dtype::Float64)
            }
        }),
    ]
}

fn shapes_of_frameworks() -> Vec<Variant> {
    vec![
        variant!("float32-uniforms", "Uniforms of 24 bits: candle, ONNX Runtime.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn keep(&mut self, u: f64, site: &Site) -> bool {
                (u * 2f64.powi(24)).floor() * 2f64.powi(-24) > site.ratio
            }
        }),
        variant!(
            "a-function-alone",
            "A function with a mode argument, without flags or gradients.",
            {
                fn claims(&self, start: Start) -> Start {
                    Start {
                        capabilities: ["train", "test"].map(str::to_owned).to_vec(),
                        dtypes: vec![Dtype::Float32],
                        ..start
                    }
                }
            }
        ),
        variant!("ratio-in-float32", "The ratio is taken in float32: ONNX Runtime.", {
            fn claims(&self, start: Start) -> Start {
                Start { ratio_dtype: RatioDtype::Float32, ..without(start, BITWISE) }
            }
            fn ratio(&mut self, given: Option<f64>) -> f64 {
                Dtype::Float32.round(given.unwrap_or(0.5))
            }
        }),
        variant!("two-devices", "Arrays stay on the device that they are put on.", {
            fn claims(&self, start: Start) -> Start {
                Start { devices: ["cpu", "gpu:0"].map(str::to_owned).to_vec(), ..start }
            }
        }),
        variant!("fixed-seed", "Every process draws the same masks, and says so.", {
            fn claims(&self, start: Start) -> Start {
                Start { seeding: Seeding::Fixed, ..start }
            }
            fn begin(&mut self) {
                dezero_reference::seed(7);
            }
        }),
        variant!("draws-anyway", "Draws in test mode too, without claiming otherwise.", {
            fn claims(&self, start: Start) -> Start {
                without(start, BITWISE)
            }
            fn training(&mut self, config: Config, site: &Site) -> bool {
                if !config.train {
                    dezero_reference::random::rand(&[site.elements]);
                }
                config.train
            }
        }),
    ]
}
