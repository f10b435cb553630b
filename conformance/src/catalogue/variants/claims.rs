//! Frameworks that are less, or other, than the chapter's.

use super::super::{Kernel, Mutant, Site, Variant};
use super::{BITWISE, without};
use crate::wire::{Dtype, RatioDtype, Start};
use dezero_reference::{Config, random::rand};

variants! {
    "float32-uniforms" => "Uniforms of 24 bits: candle, ONNX Runtime." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            (u * 2f64.powi(24)).floor() * 2f64.powi(-24) > site.ratio
        }
    }

    "a-function-alone" => "A function with a mode argument, without flags or gradients." {
        fn claims(&self, start: Start) -> Start {
            Start {
                capabilities: ["train", "test"].map(str::to_owned).to_vec(),
                dtypes: vec![Dtype::Float32],
                ..start
            }
        }
    }

    "float16-alone" => "One narrow dtype: an accelerator for inference and its simulator." {
        fn claims(&self, start: Start) -> Start {
            Start { dtypes: vec![Dtype::Float16], ..start }
        }
    }

    "no-graph" => "No gradients at all: ONNX's reference evaluator, NumPy." {
        fn claims(&self, start: Start) -> Start {
            without(
                start,
                &[
                    "gradient.train",
                    "gradient.test",
                    "accumulate",
                    "double_backward",
                    "config.enable_backprop",
                ],
            )
        }
        fn records(&self, _enabled: bool, _train: bool, _site: &Site) -> bool {
            false
        }
    }

    "no-tape-in-test-mode" => "Copies in test mode are not recorded, and nothing else is claimed." {
        fn claims(&self, start: Start) -> Start {
            without(without(start, BITWISE), &["gradient.test"])
        }
        fn returns_input(&self, _site: &Site) -> bool {
            false
        }
        fn records(&self, enabled: bool, train: bool, _site: &Site) -> bool {
            enabled && train
        }
    }

    "flags-alone" => "No mode can be given for a call: DeZero, tinygrad." {
        fn claims(&self, start: Start) -> Start {
            without(start, &["layers", "scopes", "threads"])
        }
    }

    "ratio-in-float32" => "The ratio is taken in float32: ONNX Runtime." {
        fn claims(&self, start: Start) -> Start {
            Start { ratio_dtype: RatioDtype::Float32, ..without(start, BITWISE) }
        }
        fn ratio(&mut self, given: Option<f64>) -> f64 {
            Dtype::Float32.round(given.unwrap_or(0.5))
        }
    }

    "two-devices" => "Arrays stay on the device that they are put on." {
        fn claims(&self, start: Start) -> Start {
            Start { devices: ["cpu", "gpu:0"].map(str::to_owned).to_vec(), ..start }
        }
    }

    "sixty-four-devices"
    => "As many devices as are judged, in four dtypes, each of which rounds the ratio." {
        fn claims(&self, start: Start) -> Start {
            let devices = (0..64).map(|number| format!("gpu:{number}")).collect();
            let ratio_dtype = RatioDtype::Same;
            Start { devices, ratio_dtype, ..without(start, BITWISE) }
        }
    }

    "scopes-refused-half-way"
    => "Scopes are decorators: a program that makes one is refused after it has set a flag." {
        fn lacks_scope_objects(&self) -> bool {
            true
        }
    }

    "draws-anyway" => "Draws in test mode too, without claiming otherwise." {
        fn claims(&self, start: Start) -> Start {
            without(start, BITWISE)
        }
        fn training(&mut self, config: Config, site: &Site) -> bool {
            if !config.train {
                rand(&[site.elements]);
            }
            config.train
        }
    }
}
