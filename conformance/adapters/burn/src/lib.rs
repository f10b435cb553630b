//! Burn, step by step, with its backend Flex on the processor.

mod layers;
mod ranks;

pub use layers::Named;
pub use ranks::Variable;

use burn::module::Module;
use burn::nn::DropoutConfig;
use burn::tensor::{DType, Device, Gradients, Shape, Tensor, TensorData, s};
use dezero_spec::wire::{Array, Dropout, Dtype, Mode, Real, Seeding, Seen, Start, Step, ViewKind};
use dezero_spec::{Adapter, Names, Stop};
use layers::{give_mode, layer_of, tensor_of};
use ranks::{of_any_rank, of_one_rank};
use std::ops::{Add, Mul};

/// The version that `Cargo.toml` pins; burn itself does not tell it.
pub const VERSION: &str = "0.22.1";

/// The only device that is asked for here.
const CPU: &str = "cpu";

/// The two ways in which burn switches dropout off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestMode {
    /// The tensor is one without autodiff: there is nothing to learn from it. This is how burn means
    /// inference, and what `valid()` does to a whole model.
    #[default]
    Inner,
    /// The layer is frozen. The tensor stays as it is, so that there is a way back through the layer.
    Frozen,
}

/// What burn's own users hold on to: here, the gradients of the latest call of `backward`.
///
/// There is one such call in a program, for burn does not add gradients up. Those of an earlier
/// program do no harm: burn gives every tensor an identity that no other one has.
#[derive(Default)]
pub struct Burn {
    test_mode: TestMode,
    gradients: Option<Gradients>,
}

impl Burn {
    /// Burn with one of its test modes.
    pub fn new(test_mode: TestMode) -> Burn {
        Burn { test_mode, gradients: None }
    }

    fn dropout(&self, x: Variable, ratio: f64, mode: Mode) -> Variable {
        let layer = DropoutConfig::new(ratio).init();
        match (mode, self.test_mode) {
            (Mode::Train, _) => of_any_rank!(x => layer.forward(x.autodiff()).into()),
            (Mode::Test, TestMode::Inner) => of_any_rank!(x => layer.forward(x.inner()).into()),
            (Mode::Test, TestMode::Frozen) => of_any_rank!(x => layer.freeze().forward(x).into()),
        }
    }
}

impl Adapter for Burn {
    type Variable = Named;

    /// `threads` is not claimed, since the judge runs an adapter in Rust on one thread.
    fn start(&mut self, entropy: u32) -> Start {
        Device::flex().seed(entropy.into());
        let mut capabilities = vec!["train", "test", "seeded", "gradient.train", "arithmetic"];
        capabilities.extend(["views", "device"]);
        if self.test_mode == TestMode::Frozen {
            capabilities.extend(["gradient.test", "layers"]);
        }
        let dtypes = [Dtype::Float16, Dtype::Bfloat16, Dtype::Float32, Dtype::Float64];
        let mut start = Start::new("burn", &capabilities, &dtypes);
        start.implementation.version = VERSION.to_owned();
        start.seeding = Seeding::Entropy;
        start
    }

    fn step(&mut self, step: &Step, names: &mut Names<Named>) -> Result<Option<Seen>, Stop> {
        let (to, made) = match step {
            Step::Variable { to, array, device }
                if device.as_deref().is_none_or(|name| name == CPU) =>
            {
                (to, variable(array))
            }
            Step::View { to, of, kind } => (to, view(tensor_of(names, of)?.clone(), *kind)),
            Step::Dropout(Dropout {
                to,
                of,
                ratio: Some(Real(ratio)),
                mode: Some(mode),
                u: None,
            }) => (to, Some(self.dropout(tensor_of(names, of)?.clone(), *ratio, *mode))),
            Step::Layer { to, ratio: Real(ratio) } if self.test_mode == TestMode::Frozen => {
                names.bind(to, Named::Layer(DropoutConfig::new(*ratio).init()));
                return Ok(None);
            }
            Step::Model { to, layers } => {
                names.bind(to, Named::Model(layers.clone()));
                return Ok(None);
            }
            Step::LayerMode { of, train } => return give_mode(names, of, *train).map(|()| None),
            Step::Apply { to, of, layer } => {
                let (layer, x) = (layer_of(names, layer)?, tensor_of(names, of)?.clone());
                (to, Some(of_any_rank!(x => layer.forward(x).into())))
            }
            Step::Add { to, a, b } => {
                let [a, b] = [tensor_of(names, a)?.clone(), tensor_of(names, b)?.clone()];
                (to, of_one_rank!(a, b, Add::add))
            }
            Step::Mul { to, a, b } => {
                let [a, b] = [tensor_of(names, a)?.clone(), tensor_of(names, b)?.clone()];
                (to, of_one_rank!(a, b, Mul::mul))
            }
            Step::Backward { of, gy, create_graph: false } => {
                let y = tensor_of(names, of)?.clone();
                self.gradients = Some(of_any_rank!(y => backward(y, gy.as_ref())));
                return Ok(None);
            }
            Step::Seed { value } => {
                Device::flex().seed((*value).into());
                return Ok(None);
            }
            Step::Value { of } => {
                let x = tensor_of(names, of)?;
                return Ok(Some(Seen::Array(Some(of_any_rank!(x => array(x))))));
            }
            Step::Grad { of } => {
                let x = tensor_of(names, of)?;
                let gradients = self.gradients.as_ref();
                let array =
                    of_any_rank!(x => gradients.and_then(|all| x.grad(all)).as_ref().map(array));
                return Ok(Some(Seen::Array(array)));
            }
            Step::Device { of } => {
                let x = tensor_of(names, of)?;
                return Ok(Some(Seen::Device(of_any_rank!(x => device(&x.device())))));
            }
            _ => return Err(Stop::unsupported(step)),
        };
        let made = made.ok_or_else(|| Stop::Unsupported("no such rank".to_owned()))?;
        names.bind(to, Named::Tensor(made));
        Ok(None)
    }
}

/// A tensor of the array's dtype, which represents its numbers exactly.
fn tensor<const D: usize>(array: &Array) -> Tensor<D> {
    let dtype = match array.dtype {
        Dtype::Float16 => DType::F16,
        Dtype::Bfloat16 => DType::BF16,
        Dtype::Float32 => DType::F32,
        Dtype::Float64 => DType::F64,
        integer => panic!("no tensor of {integer} goes through dropout"),
    };
    let data = TensorData::new(array.values.clone(), array.shape.as_slice());
    Tensor::from_data(data, (&Device::flex().autodiff(), dtype))
}

fn variable(array: &Array) -> Option<Variable> {
    Some(match array.shape.len() {
        1 => Variable::One(tensor(array).require_grad()),
        2 => Variable::Two(tensor(array).require_grad()),
        3 => Variable::Three(tensor(array).require_grad()),
        4 => Variable::Four(tensor(array).require_grad()),
        _ => return None,
    })
}

fn view(x: Variable, kind: ViewKind) -> Option<Variable> {
    Some(match kind {
        ViewKind::Transpose => of_any_rank!(x => transposed(x).into()),
        ViewKind::Reverse => of_any_rank!(x => x.flip([0]).into()),
        ViewKind::Step => of_any_rank!(x => x.slice(s![..;2]).into()),
        ViewKind::Broadcast => match x {
            Variable::One(x) => Variable::Two(broadcast(x)),
            Variable::Two(x) => Variable::Three(broadcast(x)),
            Variable::Three(x) => Variable::Four(broadcast(x)),
            Variable::Four(x) => Variable::Five(broadcast(x)),
            Variable::Five(_) => return None,
        },
    })
}

fn transposed<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    x.permute(std::array::from_fn::<_, D, _>(|axis| D - 1 - axis))
}

fn broadcast<const D: usize, const E: usize>(x: Tensor<D>) -> Tensor<E> {
    let mut shape = vec![2];
    shape.extend(x.dims());
    x.expand::<E, _>(Shape::from(shape))
}

/// Burn starts from ones. Their product with `gy`, which needs no gradient, starts from `gy`.
fn backward<const D: usize>(y: Tensor<D>, gy: Option<&Array>) -> Gradients {
    match gy {
        Some(gy) => (y * tensor(gy)).backward(),
        None => y.backward(),
    }
}

fn array<const D: usize>(x: &Tensor<D>) -> Array {
    let dtype = match x.dtype() {
        DType::F16 => Dtype::Float16,
        DType::BF16 => Dtype::Bfloat16,
        DType::F32 => Dtype::Float32,
        DType::F64 => Dtype::Float64,
        other => panic!("{other:?} cannot be told to the judge"),
    };
    let values = x.to_data().iter::<f64>().collect();
    Array::new(dtype, &x.dims(), values)
}

/// Burn compares devices without a look at autodiff.
fn device(device: &Device) -> String {
    if *device == Device::flex() { CPU.to_owned() } else { format!("{device:?}") }
}
