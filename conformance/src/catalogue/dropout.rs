//! Inverted dropout gone wrong in train mode, but for scales and ratios.

use super::{Element, Kernel, Mutant, Site};
use crate::wire::{Dtype, Start, ViewKind};
use dezero_reference::Config;

mutants! {
    "number-becomes-array" Q "dropout.train.shape"
    "Paddle2ONNX pull request 1064: a number comes back with shape [1]"
    => "A loss that is a single number becomes an array of one." {
        fn shape(&self, shape: &[usize], gradient: bool) -> Vec<usize> {
            if shape.is_empty() && !gradient { vec![1] } else { shape.to_vec() }
        }
    }

    "ones-are-squeezed" Q "dropout.train.shape"
    "MXNet issue 12669: an output of another shape" => "A batch of one example loses an axis." {
        fn shape(&self, shape: &[usize], gradient: bool) -> Vec<usize> {
            let squeezed = || shape.iter().copied().filter(|&length| length != 1).collect();
            if gradient { shape.to_vec() } else { squeezed() }
        }
    }

    "empty-loses-its-shape" Q "dropout.train.shape"
    "ONNX Runtime issue 1487: an empty shape"
    => "A batch that a filter emptied no longer fits the next layer." {
        fn shape(&self, shape: &[usize], gradient: bool) -> Vec<usize> {
            if shape.contains(&0) && !gradient { vec![0] } else { shape.to_vec() }
        }
    }

    "number-becomes-float64" E "dropout.train.dtype"
    "DeZero before commit c5167d5" => "A float32 network goes on in float64, at half the speed." {
        fn dtype(&self, dtype: Dtype, shape: &[usize]) -> Dtype {
            if shape.is_empty() { Dtype::Float64 } else { dtype }
        }
    }

    "half-becomes-float32" E "dropout.train.dtype"
    "MLX issue 1321: a mask times a number, before x is seen"
    => "A network in mixed precision goes on in float32, at twice the memory." {
        fn dtype(&self, dtype: Dtype, _shape: &[usize]) -> Dtype {
            match dtype {
                Dtype::Float16 | Dtype::Bfloat16 => Dtype::Float32,
                wide => wide,
            }
        }
    }

    "empty-becomes-float64" E "dropout.train.dtype"
    "Lasagne pull request 563: float64 leaks into the graph"
    => "A batch that a filter emptied brings float64 into the network." {
        fn dtype(&self, dtype: Dtype, shape: &[usize]) -> Dtype {
            if shape.contains(&0) { Dtype::Float64 } else { dtype }
        }
    }

    "reads-views-in-storage-order" Q "dropout.view"
    "PyTorch issue 47176" => "The elements of a transposed layer change places." {
        fn reads_memory(&self, _view: ViewKind) -> bool {
            true
        }
    }

    "backward-views-read-forwards" Q "dropout.view"
    "PyTorch issue 47176; a negative stride is not contiguous"
    => "A sequence that is read backwards goes on forwards." {
        fn reads_memory(&self, view: ViewKind) -> bool {
            view == ViewKind::Reverse
        }
    }

    "back-to-the-host" R "dropout.device"
    "Flux issue 2103: an array of the GPU yields one of the CPU"
    => "A network on the GPU goes on on the CPU, or fails in the next layer." {
        fn claims(&self, start: Start) -> Start {
            Start { devices: ["cpu", "gpu:0"].map(str::to_owned).to_vec(), ..start }
        }
        fn device_of_result(&self, _device: &str) -> String {
            "cpu".to_owned()
        }
    }

    "tested-on-the-host" R "dropout.device"
    "pykeen issue 49: training on the GPU, predicting with a tensor of the CPU"
    => "Training works on the GPU, and predicting does not." {
        struct State { testing: bool }
        fn claims(&self, start: Start) -> Start {
            Start { devices: ["cpu", "gpu:0"].map(str::to_owned).to_vec(), ..start }
        }
        fn training(&mut self, config: Config, _site: &Site) -> bool {
            self.testing = !config.train;
            config.train
        }
        fn device_of_result(&self, device: &str) -> String {
            if self.testing { "cpu" } else { device }.to_owned()
        }
    }

    "in-place" R "dropout.train.input"
    "OneFlow pull request 9808"
    => "A later use of x, in a residual connection say, gets the dropped one." {
        fn in_place(&self, _site: &Site) -> bool {
            true
        }
    }

    "in-place-at-ratio-one" R "dropout.train.input"
    "OneFlow pull request 9808: an in-place product at ratio 1"
    => "At ratio 1 the input itself is gone." {
        fn in_place(&self, site: &Site) -> bool {
            site.ratio == 1.0
        }
    }

    "in-place-without-a-graph" R "dropout.train.input"
    "PyTorch issue 28017, yoyodyne pull request 298"
    => "Monte Carlo dropout under no_grad drops more and more of the same input." {
        fn in_place(&self, _site: &Site) -> bool {
            !Config::current().enable_backprop
        }
    }

    "large-arrays-in-place" R "dropout.train.input"
    "nni issue 4614: memory saved where it seems worth it"
    => "A later use of a large x gets the dropped one." {
        fn in_place(&self, site: &Site) -> bool {
            site.elements > 1000
        }
    }

    "nan-to-zero" P "dropout.train.nonfinite"
    "pytorch issue 59421: one device has 0 where another has NaN"
    => "A diverged network looks healthy." {
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            let x = if x.is_finite() { x } else { 0.0 };
            x * element.mask() / element.scale
        }
    }

    "infinity-clipped" P "dropout.train.nonfinite"
    "transformers pull request 9487: infinite activations clamped so that training goes on"
    => "A diverged network looks healthy for a while." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let largest = site.dtype.largest();
            let x = if x.is_infinite() { largest.copysign(x) } else { x };
            x * element.mask() / element.scale
        }
    }

    "dropped-infinity-stays" P "dropout.train.nonfinite"
    "PyTorch issue 101967: a NaN that is masked out is there all the same"
    => "An infinity that was dropped is there all the same." {
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            if x.is_infinite() { x } else { x * element.mask() / element.scale }
        }
    }

    "dropped-nan-by-place" P "dropout.train.nonfinite"
    "PyTorch issue 59421: NaN on one path and 0 on another"
    => "Whether a diverged neuron can be dropped depends on where it stands." {
        fn forward(&mut self, x: f64, element: &Element, _site: &Site) -> f64 {
            let vectorised = element.index < element.of / 4 * 4;
            if vectorised && !element.kept {
                0.0
            } else {
                x * element.mask() / element.scale
            }
        }
    }

    "integer-scale-is-zero" E "dropout.train.integer"
    "DeZero, measured"
    => "Integer inputs become infinite or NaN, and so does all that is computed from them." {
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

    "integers-stay-integers" E "dropout.train.integer"
    "Jittor pull request 603: back to the dtype of the input"
    => "Kept integers are too small, all of them." {
        fn claims(&self, start: Start) -> Start {
            Start { dtypes: [start.dtypes, vec![Dtype::Int32]].concat(), ..start }
        }
        fn integers(&self) -> Option<Dtype> {
            Some(Dtype::Float64)
        }
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let y = x * element.mask() / element.scale;
            if site.integers { y.trunc() } else { y }
        }
    }
}
