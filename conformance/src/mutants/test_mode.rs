//! Inverted dropout gone wrong in test mode.

use super::{Kernel, Mutant, Site};
use crate::wire::{Dtype, Start};
use dezero_reference::Config;

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!(
            "large-arrays-always-train",
            "F",
            "dropout.test.identity",
            "PyTorch issue 10584",
            "Predictions are random on the fused path.",
            {
                fn training(&mut self, config: Config, site: &Site) -> bool {
                    config.train || site.elements > 1000
                }
            }
        ),
        mutant!(
            "scaled-in-test-mode",
            "A",
            "dropout.test.identity",
            "KerasDropconnect issue 1",
            "Predictions are too large.",
            {
                fn returns_input(&self, _site: &Site) -> bool {
                    false
                }
                fn tested(&mut self, x: f64, site: &Site) -> f64 {
                    if (0.0..1.0).contains(&site.ratio) { x / (1.0 - site.ratio) } else { x }
                }
            }
        ),
        mutant!(
            "ratio-one-in-test-mode",
            "C",
            "dropout.test.ratio-one",
            "Flax issue 2510",
            "An evaluated model gives zeros.",
            {
                fn returns_input(&self, site: &Site) -> bool {
                    site.ratio != 1.0
                }
                fn tested(&mut self, _x: f64, _site: &Site) -> f64 {
                    0.0
                }
            }
        ),
        mutant!(
            "nan-ratio-in-test-mode",
            "C",
            "dropout.test.ratio-ignored",
            "range tests that let NaN pass",
            "A ratio that became NaN turns predictions into NaN.",
            {
                fn returns_input(&self, site: &Site) -> bool {
                    (0.0..=1.0).contains(&site.ratio)
                }
                fn tested(&mut self, x: f64, site: &Site) -> f64 {
                    x * site.ratio
                }
            }
        ),
        mutant!(
            "integers-through-float32",
            "E",
            "dropout.test.integer",
            "Keras 3.15, which casts its input to the layer's dtype in test mode too",
            "Token numbers above 16777216 change in evaluation.",
            {
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
        ),
        mutant!("test-mode-sticks", "G", "dropout.test.between", "Megatron-LM issue 411",
                "After the first evaluation nothing is dropped any more.", [tested: bool], {
        fn begin_program(&mut self) {
                    self.tested = false;
                }
                fn training(&mut self, config: Config, _site: &Site) -> bool {
                    self.tested |= !config.train;
                    config.train && !self.tested
                }
        }),
        mutant!(
            "copies-large-arrays",
            "R",
            "dropout.result.consistent",
            "PyTorch issue 126755",
            "Whether writing to the result changes x depends on the size.",
            {
                fn returns_input(&self, site: &Site) -> bool {
                    site.elements < 10
                }
            }
        ),
        mutant!(
            "draws-in-test-mode",
            "M",
            "dropout.bitwise.no-draws",
            "MXNet issue 16705",
            "How training goes on depends on how often one has evaluated.",
            {
                fn training(&mut self, config: Config, site: &Site) -> bool {
                    if !config.train {
                        dezero_reference::random::rand(&[site.elements]);
                    }
                    config.train
                }
            }
        ),
        mutant!(
            "copies",
            "R",
            "dropout.bitwise.same",
            "ONNX Runtime",
            "Test mode costs a copy.",
            {
                fn returns_input(&self, _site: &Site) -> bool {
                    false
                }
            }
        ),
    ]
}
