//! Inverted dropout gone wrong in test mode.

use super::{Kernel, Mutant, Site};
use crate::wire::{Dtype, Start};
use dezero_reference::Config;
use std::collections::HashMap;

mutants! {
    "large-arrays-always-train" F "dropout.test.identity"
    "PyTorch issue 10584" => "Predictions are random on the fused path." {
        fn training(&mut self, config: Config, site: &Site) -> bool {
            config.train || site.elements > 1000
        }
    }

    "bfloat16-always-trains" F "dropout.test.identity"
    "PyTorch issue 10584: the fused path ignores the mode"
    => "Predictions are random in mixed precision alone." {
        fn training(&mut self, config: Config, site: &Site) -> bool {
            config.train || site.dtype == Dtype::Bfloat16
        }
    }

    "matrices-always-train" F "dropout.test.identity"
    "awd-lstm-lm issue 72: training=True on one branch"
    => "Predictions are random for batches, and right for single examples." {
        fn training(&mut self, config: Config, site: &Site) -> bool {
            config.train || site.dimensions == 2
        }
    }

    "first-prediction-is-random" F "dropout.test.identity"
    "Keras issue 22761: traced before the mode is known"
    => "The first prediction after a start is random." {
        struct State { tested: bool }
        fn begin(&mut self) {
            self.tested = false;
        }
        fn training(&mut self, config: Config, _site: &Site) -> bool {
            config.train || !std::mem::replace(&mut self.tested, true)
        }
    }

    "scaled-in-test-mode" A "dropout.test.identity"
    "KerasDropconnect issue 1" => "Predictions are too large." {
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn tested(&mut self, x: f64, site: &Site) -> f64 {
            if (0.0..1.0).contains(&site.ratio) { x / (1.0 - site.ratio) } else { x }
        }
    }

    "test-mode-upcasts" E "dropout.test.identity"
    "PyTorch issue 195705: float32 for bfloat16"
    => "A network in mixed precision predicts in float32, at twice the memory." {
        struct State { testing: bool }
        fn training(&mut self, config: Config, _site: &Site) -> bool {
            self.testing = !config.train;
            config.train
        }
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn dtype(&self, dtype: Dtype, _shape: &[usize]) -> Dtype {
            let narrow = matches!(dtype, Dtype::Float16 | Dtype::Bfloat16);
            if self.testing && narrow { Dtype::Float32 } else { dtype }
        }
    }

    "test-mode-hides-nan" P "dropout.test.identity"
    "PyTorch issue 7999: NaN becomes 0 in a forward pass, and hides bugs"
    => "A model that is broken predicts zeros." {
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn tested(&mut self, x: f64, _site: &Site) -> f64 {
            if x.is_nan() { 0.0 } else { x }
        }
    }

    "test-mode-flushes" P "dropout.test.identity"
    "JAX flushes subnormal numbers on a CPU, measured"
    => "Test mode computes where it should do nothing." {
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn tested(&mut self, x: f64, site: &Site) -> f64 {
            if x.abs() < site.dtype.smallest_normal() { 0.0 } else { x }
        }
    }

    "ratio-one-in-test-mode" C "dropout.test.ratio-one"
    "Flax issue 2510" => "An evaluated model gives zeros." {
        fn returns_input(&self, site: &Site) -> bool {
            site.ratio != 1.0
        }
        fn tested(&mut self, _x: f64, _site: &Site) -> f64 {
            0.0
        }
    }

    "nan-ratio-in-test-mode" C "dropout.test.ratio-ignored"
    "MLX and Flax, measured: range tests that let NaN pass"
    => "A ratio that became NaN turns predictions into NaN." {
        fn returns_input(&self, site: &Site) -> bool {
            (0.0..=1.0).contains(&site.ratio)
        }
        fn tested(&mut self, x: f64, site: &Site) -> f64 {
            x * site.ratio
        }
    }

    "integers-through-float32" E "dropout.test.integer"
    "Keras 3.15, which casts its input to the layer's dtype in test mode too"
    => "Token numbers above 16777216 change in evaluation." {
        fn claims(&self, start: Start) -> Start {
            Start { dtypes: [start.dtypes, vec![Dtype::Int32]].concat(), ..start }
        }
        fn integers(&self) -> Option<Dtype> {
            Some(Dtype::Float64)
        }
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn tested(&mut self, x: f64, site: &Site) -> f64 {
            if site.integers { Dtype::Float32.round(x) } else { x }
        }
    }

    "test-mode-sticks" G "dropout.test.between"
    "Megatron-LM issue 411" => "After the first evaluation nothing is dropped any more." {
        struct State { tested: bool }
        fn begin_program(&mut self) {
            self.tested = false;
        }
        fn training(&mut self, config: Config, _site: &Site) -> bool {
            self.tested |= !config.train;
            config.train && !self.tested
        }
    }

    "compiled-once-for-a-shape" H "dropout.test.between"
    "PyTorch issue 68190: a graph with training=True baked in"
    => "What a shape met first, training or testing, it meets ever after." {
        struct State { compiled: HashMap<(usize, usize), bool> }
        fn begin_program(&mut self) {
            self.compiled.clear();
        }
        fn training(&mut self, config: Config, site: &Site) -> bool {
            let shape = (site.dimensions, site.elements);
            *self.compiled.entry(shape).or_insert(config.train)
        }
    }

    "copies-large-arrays" R "dropout.result.consistent"
    "PyTorch issue 126755" => "Whether writing to the result changes x depends on the size." {
        fn returns_input(&self, site: &Site) -> bool {
            site.elements < 10
        }
    }
}
