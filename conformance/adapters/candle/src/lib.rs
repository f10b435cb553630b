//! Candle, step by step, as it is on the processor.

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Result, Storage, Tensor, Var};
use dezero_spec::wire::{
    Array, Dropout, Dtype, Mode, RatioDtype, Real, Same, Seen, Start, Step, ViewKind,
};
use dezero_spec::{Adapter, Names, Stop};

/// The version that `Cargo.toml` pins; candle itself does not tell it.
pub const VERSION: &str = "0.9.2";

/// The only device that is asked for here.
const CPU: &str = "cpu";

/// What candle's own users hold on to: here, the gradients of the latest call of `backward`.
///
/// There is one such call in a program, for candle does not add gradients up. Those of an earlier
/// program do no harm: candle gives every tensor an identity that no other one has.
#[derive(Debug, Default)]
pub struct Candle {
    gradients: Option<GradStore>,
}

impl Adapter for Candle {
    type Variable = Tensor;

    /// Candle has neither flags nor a seed on the processor, so that nothing is to be put back.
    fn start(&mut self, _entropy: u32) -> Start {
        let capabilities =
            "train test gradient.train gradient.test arithmetic identity views device";
        let capabilities = capabilities.split(' ').collect::<Vec<_>>();
        let mut start = Start::new("candle", &capabilities, &Dtype::ALL);
        start.implementation.version = VERSION.to_owned();
        start.ratio_dtype = RatioDtype::Float32;
        start
    }

    fn step(
        &mut self,
        step: &Step,
        names: &mut Names<Tensor>,
    ) -> std::result::Result<Option<Seen>, Stop> {
        let (to, made) = match step {
            Step::Variable { to, array, device }
                if device.as_deref().is_none_or(|name| name == CPU) =>
            {
                (to, variable(array))
            }
            Step::View { to, of, kind } => (to, view(names.get(of)?, *kind)),
            Step::Dropout(Dropout {
                to,
                of,
                ratio: Some(Real(ratio)),
                mode: Some(mode),
                u: None,
            }) => {
                let layer = candle_nn::Dropout::new(*ratio as f32);
                (to, layer.forward(names.get(of)?, *mode == Mode::Train))
            }
            Step::Add { to, a, b } => (to, names.get(a)? + names.get(b)?),
            Step::Mul { to, a, b } => (to, names.get(a)? * names.get(b)?),
            Step::Backward { of, gy, create_graph: false } => {
                let gradients = backward(names.get(of)?, gy.as_ref());
                self.gradients = Some(gradients?);
                return Ok(None);
            }
            Step::Value { of } => {
                let array = array(names.get(of)?)?;
                return Ok(Some(Seen::Array(Some(array))));
            }
            Step::Grad { of } => {
                let x = names.get(of)?;
                let gradient = self.gradients.as_ref().and_then(|gradients| gradients.get(x));
                let array = gradient.map(array).transpose()?;
                return Ok(Some(Seen::Array(array)));
            }
            Step::Device { of } => return Ok(Some(Seen::Device(device(names.get(of)?)))),
            Step::Same { a, b } => return Ok(Some(Seen::Same(same(names.get(a)?, names.get(b)?)))),
            _ => return Err(Stop::unsupported(step)),
        };
        names.bind(to, made?);
        Ok(None)
    }
}

/// A tensor of the array's dtype, which represents its numbers exactly.
fn tensor(array: &Array) -> Result<Tensor> {
    let dtype = match array.dtype {
        Dtype::Float16 => DType::F16,
        Dtype::Bfloat16 => DType::BF16,
        Dtype::Float32 => DType::F32,
        Dtype::Float64 => DType::F64,
        Dtype::Int32 => DType::I32,
        Dtype::Int64 => DType::I64,
    };
    Tensor::from_vec(array.values.clone(), array.shape.as_slice(), &Device::Cpu)?.to_dtype(dtype)
}

fn variable(array: &Array) -> Result<Tensor> {
    Ok(Var::from_tensor(&tensor(array)?)?.into_inner())
}

/// Candle shows memory transposed and broadcast; for the other two it has calls that copy.
fn view(x: &Tensor, kind: ViewKind) -> Result<Tensor> {
    match kind {
        ViewKind::Transpose => x.permute((0..x.rank()).rev().collect::<Vec<_>>()),
        ViewKind::Broadcast => x.broadcast_left(2),
        ViewKind::Reverse => x.flip(&[0]),
        ViewKind::Step => {
            let rows = Tensor::arange_step(0, x.dim(0)? as u32, 2, x.device())?;
            x.index_select(&rows, 0)
        }
    }
}

/// Candle starts from ones. Their product with `gy`, which is no variable, starts from `gy`.
fn backward(y: &Tensor, gy: Option<&Array>) -> Result<GradStore> {
    match gy {
        Some(gy) => (y * tensor(gy)?)?.backward(),
        None => y.backward(),
    }
}

fn array(x: &Tensor) -> Result<Array> {
    let dtype = match x.dtype() {
        DType::F16 => Dtype::Float16,
        DType::BF16 => Dtype::Bfloat16,
        DType::F32 => Dtype::Float32,
        DType::F64 => Dtype::Float64,
        DType::I32 => Dtype::Int32,
        DType::I64 => Dtype::Int64,
        other => candle_core::bail!("{other:?} cannot be told to the judge"),
    };
    let values = x.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
    Ok(Array::new(dtype, x.dims(), values))
}

fn device(x: &Tensor) -> String {
    match x.device() {
        Device::Cpu => CPU.to_owned(),
        other => format!("{other:?}"),
    }
}

/// Tensors are handles: two of one identity are one.
fn same(a: &Tensor, b: &Tensor) -> Same {
    let memory = |x: &Tensor| std::ptr::from_ref::<Storage>(&x.storage_and_layout().0);
    match a.id() == b.id() {
        true => Same::Object,
        false if memory(a) == memory(b) => Same::Memory,
        false => Same::No,
    }
}
