//! dfdx, step by step, on the processor.

mod held;

pub use held::{AnyTensor, Variable};

use dezero_spec::wire::{Array, Dropout, Dtype, RatioDtype, Real, Seeding, Seen, Start, Step};
use dezero_spec::{Adapter, Names, Stop};
use dfdx::dtypes::f16;
use dfdx::nn::modules;
use dfdx::prelude::Cpu;
use held::{Float, Recording, variable};
use std::any::Any;
use std::rc::{Rc, Weak};

/// The version that `Cargo.toml` pins; dfdx itself does not tell it.
pub const VERSION: &str = "0.13.0";

/// What dfdx's own users hold on to: the device, which holds the generator, and here the recording of
/// the program that runs.
///
/// A program has one way back, since that spends the tape.
pub struct Dfdx {
    device: Cpu,
    recording: Weak<dyn Any>,
}

impl Default for Dfdx {
    fn default() -> Dfdx {
        Dfdx { device: Cpu::default(), recording: Weak::<()>::new() }
    }
}

impl Dfdx {
    /// A variable on the recording of this program, which the first variable begins.
    fn variable<E: Float>(&mut self, array: &Array) -> Option<Variable>
    where
        Cpu: dfdx::prelude::Device<E>,
    {
        let current = self.recording.upgrade().and_then(|any| any.downcast().ok());
        let recording = current.unwrap_or_else(|| Rc::new(Recording::<E>::default()));
        let weak: Weak<Recording<E>> = Rc::downgrade(&recording);
        self.recording = weak;
        variable(array, &self.device, recording)
    }
}

impl Adapter for Dfdx {
    type Variable = Variable;

    /// `Cpu::default()` draws the same masks in every process. A device is seeded when it is made, and
    /// tensors stay on theirs, so that nothing can be seeded again. `tests/deviations.rs` tells why
    /// `arithmetic` is not claimed. `threads` is not, since the judge runs an adapter in Rust on one
    /// thread.
    fn start(&mut self, entropy: u32) -> Start {
        self.device = Cpu::seed_from_u64(entropy.into());
        let capabilities = ["train", "test", "default_ratio", "gradient.train", "views"];
        let dtypes = [Dtype::Float16, Dtype::Float32, Dtype::Float64];
        let mut start = Start::new("dfdx", &capabilities, &dtypes);
        start.implementation.version = VERSION.to_owned();
        start.ratio_dtype = RatioDtype::Float32;
        start.seeding = Seeding::Entropy;
        start
    }

    fn step(&mut self, step: &Step, names: &mut Names<Variable>) -> Result<Option<Seen>, Stop> {
        let (to, made) = match step {
            Step::Variable { to, array, device: None } => {
                let variable = match array.dtype {
                    Dtype::Float16 => self.variable::<f16>(array),
                    Dtype::Float32 => self.variable::<f32>(array),
                    Dtype::Float64 => self.variable::<f64>(array),
                    _ => None,
                };
                (to, variable)
            }
            Step::View { to, of, kind } => (to, names.get(of)?.view(*kind)),
            Step::Dropout(Dropout { to, of, ratio, mode: Some(mode), u: None }) => {
                let layer = match ratio {
                    Some(Real(ratio)) => modules::Dropout { p: *ratio as f32 },
                    None => modules::Dropout::default(),
                };
                (to, Some(names.get(of)?.dropout(layer, *mode)))
            }
            Step::Backward { of, gy, create_graph: false } => {
                names.get(of)?.backward(gy.as_ref());
                return Ok(None);
            }
            Step::Value { of } => return Ok(Some(Seen::Array(Some(names.get(of)?.array())))),
            Step::Grad { of } => return Ok(Some(Seen::Array(names.get(of)?.gradient()))),
            _ => return Err(Stop::unsupported(step)),
        };
        let refused = || Stop::Unsupported("no such shape, dtype or view".to_owned());
        names.bind(to, made.ok_or_else(refused)?);
        Ok(None)
    }
}
