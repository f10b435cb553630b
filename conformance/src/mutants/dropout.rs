//! Inverted dropout gone wrong in train mode.

use super::{Element, Kernel, Mutant, Rand, Site};
use crate::wire::{Dtype, Start, ViewKind};

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!(
            "scale-is-ratio",
            "A",
            "dropout.train.scale",
            "kaldi issue 2814, theanets issue 123",
            "Activations are ten times too large at ratio 0.1; at 0.5 all seems well.",
            {
                fn scale(&mut self, site: &Site) -> f64 {
                    site.dtype.round(site.ratio)
                }
            }
        ),
        mutant!(
            "no-scale",
            "A",
            "dropout.train.scale",
            "shainet pull request 106",
            "The network sees smaller sums in training than in testing.",
            {
                fn scale(&mut self, _site: &Site) -> f64 {
                    1.0
                }
            }
        ),
        mutant!(
            "tail-unscaled",
            "Q",
            "dropout.train.scale",
            "vectorised loops with a scalar tail",
            "The last elements of odd layers are too small.",
            {
                fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
                    let tail = element.index >= element.of / 4 * 4 && element.of > 4;
                    x * element.mask() / if tail { 1.0 } else { element.scale }
                }
            }
        ),
        mutant!(
            "scale-in-bfloat16",
            "D",
            "dropout.train.scale",
            "Paddle issue 39501",
            "Every activation is off by up to 0.4 %.",
            {
                fn scale(&mut self, site: &Site) -> f64 {
                    Dtype::Bfloat16.round(1.0 - site.ratio)
                }
            }
        ),
        mutant!(
            "scale-a-little-off",
            "D",
            "dropout.train.scale.precise",
            "ONNX Runtime 1.32 subtracts in float32",
            "Nothing visible; results differ from other frameworks' in the fourth digit.",
            {
                fn scale(&mut self, site: &Site) -> f64 {
                    (1.0 - site.ratio) * (1.0 + 4.0 * site.dtype.unit())
                }
            }
        ),
        mutant!(
            "number-becomes-array",
            "Q",
            "dropout.train.shape",
            "Chainer 7 and numbers",
            "A loss that is a single number becomes an array of one.",
            {
                fn shape(&self, shape: &[usize], gradient: bool) -> Vec<usize> {
                    if shape.is_empty() && !gradient { vec![1] } else { shape.to_vec() }
                }
            }
        ),
        mutant!(
            "number-becomes-float64",
            "E",
            "dropout.train.dtype",
            "DeZero before commit c5167d5",
            "A float32 network goes on in float64, at half the speed.",
            {
                fn dtype(&self, dtype: Dtype, shape: &[usize]) -> Dtype {
                    if shape.is_empty() { Dtype::Float64 } else { dtype }
                }
            }
        ),
        mutant!(
            "reads-views-in-storage-order",
            "Q",
            "dropout.view",
            "PyTorch issue 47176",
            "The elements of a transposed layer change places.",
            {
                fn reads_memory(&self, _view: ViewKind) -> bool {
                    true
                }
            }
        ),
        mutant!(
            "back-to-the-host",
            "R",
            "dropout.device",
            "numpy where get_array_module belongs",
            "A network on the GPU goes on on the CPU, or fails in the next layer.",
            {
                fn claims(&self, start: Start) -> Start {
                    Start { devices: ["cpu", "gpu:0"].map(str::to_owned).to_vec(), ..start }
                }
                fn device_of_result(&self, _device: &str) -> String {
                    "cpu".to_owned()
                }
            }
        ),
        mutant!(
            "in-place",
            "R",
            "dropout.train.input",
            "OneFlow pull request 9808",
            "Whoever uses x again, a residual connection say, gets the dropped one.",
            {
                fn in_place(&self, _site: &Site) -> bool {
                    true
                }
            }
        ),
        mutant!(
            "nan-to-zero",
            "P",
            "dropout.train.nonfinite",
            "np.nan_to_num around everything",
            "A diverged network looks healthy.",
            {
                fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
                    let x = if x.is_finite() { x } else { 0.0 };
                    x * element.mask() / element.scale
                }
            }
        ),
        mutant!("first-ratio-sticks", "G", "dropout.train.ratio-changes", "Megatron-LM issue 411",
                "A schedule that lowers the ratio has no effect.", [first: Option<f64>], {
        fn begin_program(&mut self) {
                    self.first = None;
                }
                fn ratio(&mut self, given: Option<f64>) -> f64 {
                    *self.first.get_or_insert(given.unwrap_or(0.5))
                }
        }),
        mutant!(
            "default-is-a-tenth",
            "C",
            "dropout.train.default-ratio",
            "a default copied elsewhere",
            "Models trained without a ratio overfit.",
            {
                fn ratio(&mut self, given: Option<f64>) -> f64 {
                    given.unwrap_or(0.1)
                }
            }
        ),
        mutant!(
            "drops-at-ratio-zero",
            "C",
            "dropout.train.ratio-zero",
            "boltz issue 553",
            "Dropout that was switched off still drops one element in 512.",
            {
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    (u * 512.0).floor() / 512.0 > site.ratio
                }
            }
        ),
        mutant!(
            "ratio-one-keeps",
            "C",
            "dropout.train.ratio-one",
            "a guard against dividing by 0",
            "Ratio 1 keeps everything.",
            {
                fn scale(&mut self, site: &Site) -> f64 {
                    if site.ratio == 1.0 { 1.0 } else { site.dtype.round(1.0 - site.ratio) }
                }
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    site.ratio == 1.0 || u > site.ratio
                }
            }
        ),
        mutant!(
            "any-ratio-goes",
            "C",
            "dropout.train.ratio-invalid",
            "MLX, Flax and DeZero",
            "A percentage, 50 in place of 0.5, is accepted.",
            {
                fn refuses(&mut self, _train: bool, _site: &Site) -> bool {
                    false
                }
            }
        ),
        mutant!(
            "integer-scale-is-zero",
            "E",
            "dropout.train.integer",
            "DeZero, measured",
            "Integer inputs become infinite or NaN, and so does all that is computed from them.",
            {
                fn claims(&self, start: Start) -> Start {
                    Start { dtypes: [start.dtypes, vec![Dtype::Int32]].concat(), ..start }
                }
                fn integers(&self) -> Option<Dtype> {
                    Some(Dtype::Float64)
                }
                fn scale(&mut self, site: &Site) -> f64 {
                    let scale = site.dtype.round(1.0 - site.ratio);
                    if site.integers { scale.trunc() } else { scale }
                }
            }
        ),
        mutant!(
            "tie-keeps",
            "C",
            "dropout.bitwise.strict",
            "Chainer, TensorFlow and candle",
            "Masks differ from the chapter's once in 2^53 elements.",
            {
                fn keep(&mut self, u: f64, site: &Site) -> bool {
                    u >= site.ratio
                }
            }
        ),
        mutant!(
            "reciprocal",
            "O",
            "dropout.bitwise.arithmetic",
            "Chainer and PyTorch",
            "Results differ from the chapter's in the last bit.",
            {
                fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
                    x * (element.mask() * site.dtype.round(1.0 / element.scale))
                }
            }
        ),
        mutant!(
            "draws-in-fours",
            "M",
            "dropout.bitwise.draws",
            "PyTorch issue 50110",
            "What is drawn after dropout differs from the chapter's.",
            {
                fn uniforms(&mut self, shape: &[usize], _site: &Site, rand: Rand) -> Vec<f64> {
                    let n = shape.iter().product::<usize>();
                    let mut u = rand(n.next_multiple_of(4));
                    u.truncate(n);
                    u
                }
            }
        ),
    ]
}
