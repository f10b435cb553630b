//! Tensors of any rank and dtype under one type. dfdx has both in the type, where a program has them
//! in the array.

use dezero_spec::wire::{Array, Dtype, Mode, ViewKind};
use dfdx::dtypes::f16;
use dfdx::prelude::*;
use std::cell::RefCell;
use std::mem::take;
use std::rc::Rc;

/// What a name stands for.
pub type Variable = Rc<dyn AnyTensor>;

/// A tensor of some rank and dtype.
pub trait AnyTensor {
    /// Through a layer, in one of its modes.
    fn dropout(&self, layer: Dropout, mode: Mode) -> Variable;
    /// A view of the same memory, if dfdx has one of this kind.
    fn view(&self, kind: ViewKind) -> Option<Variable>;
    /// Goes back through all that was recorded.
    fn backward(&self, gy: Option<&Array>);
    /// The numbers.
    fn array(&self) -> Array;
    /// The gradient, if the program has gone back.
    fn gradient(&self) -> Option<Array>;
}

/// What the tensors of a program share: the tape, and the gradients that come of it. It is gone when
/// no name stands for a tensor any more.
#[derive(Default)]
pub(crate) struct Recording<E: Float> {
    tape: RefCell<OwnedTape<E, Cpu>>,
    gradients: RefCell<Option<Gradients<E, Cpu>>>,
}

/// The dtypes that dfdx drops out.
pub(crate) trait Float: dfdx::shapes::Dtype {
    const DTYPE: Dtype;
}

impl Float for f16 {
    const DTYPE: Dtype = Dtype::Float16;
}

impl Float for f32 {
    const DTYPE: Dtype = Dtype::Float32;
}

impl Float for f64 {
    const DTYPE: Dtype = Dtype::Float64;
}

/// A tensor, and the recording that it takes part in.
pub(crate) struct Held<S: Shape, E: Float> {
    tensor: Tensor<S, E, Cpu>,
    recording: Rc<Recording<E>>,
}

/// A variable of the array's shape, if it has no more axes than the judge asks for. Of an empty tensor
/// dfdx cannot read the numbers: it panics.
pub(crate) fn variable<E: Float>(
    array: &Array,
    device: &Cpu,
    recording: Rc<Recording<E>>,
) -> Option<Variable>
where
    Cpu: Device<E>,
{
    Some(match array.shape[..] {
        _ if array.values.is_empty() => return None,
        [] => held((), array, device, recording),
        [a] => held((a,), array, device, recording),
        [a, b] => held((a, b), array, device, recording),
        [a, b, c] => held((a, b, c), array, device, recording),
        [a, b, c, d] => held((a, b, c, d), array, device, recording),
        _ => return None,
    })
}

fn held<S: Views, E: Float>(
    shape: S,
    array: &Array,
    device: &Cpu,
    recording: Rc<Recording<E>>,
) -> Variable
where
    Cpu: Device<E>,
{
    Rc::new(Held { tensor: tensor(shape, array, device), recording })
}

/// A tensor of the array's dtype, which represents its numbers exactly.
fn tensor<S: Shape, E: Float>(shape: S, array: &Array, device: &Cpu) -> Tensor<S, E, Cpu>
where
    Cpu: Device<E>,
{
    let values = array.values.iter().map(|&value| E::from_f64(value).expect("a float")).collect();
    device.tensor_from_vec(values, shape)
}

fn array<S: Shape, E: Float>(tensor: &Tensor<S, E, Cpu>) -> Array
where
    Cpu: Device<E>,
{
    let values = tensor.as_vec().into_iter().map(|value| value.to_f64().expect("a float"));
    Array::new(E::DTYPE, tensor.shape().concrete().as_ref(), values.collect())
}

impl<S: Views, E: Float> Held<S, E>
where
    Cpu: Device<E>,
{
    /// Another tensor of the same program.
    fn beside<T: Views>(&self, tensor: Tensor<T, E, Cpu>) -> Variable {
        Rc::new(Held { tensor, recording: self.recording.clone() })
    }

    /// What a call returned: the tensor, and a tape that it was recorded on.
    fn recorded(&self, result: Tensor<S, E, Cpu, OwnedTape<E, Cpu>>) -> Variable {
        let (tensor, tape) = result.split_tape();
        let mut whole = self.recording.tape.borrow_mut();
        *whole = take(&mut *whole).merge(tape);
        self.beside(tensor)
    }
}

impl<S: Views, E: Float> AnyTensor for Held<S, E>
where
    Cpu: Device<E>,
{
    fn dropout(&self, mut layer: Dropout, mode: Mode) -> Variable {
        match mode {
            Mode::Train => self.recorded(layer.forward_mut(self.tensor.leaky_trace())),
            Mode::Test => self.beside(layer.forward(self.tensor.clone())),
        }
    }

    fn view(&self, kind: ViewKind) -> Option<Variable> {
        match kind {
            ViewKind::Transpose => S::transposed(self),
            ViewKind::Broadcast => S::broadcast(self),
            ViewKind::Reverse | ViewKind::Step => None,
        }
    }

    /// dfdx goes back from a single number: the sum of y, each element weighed by that of `gy`.
    fn backward(&self, gy: Option<&Array>) {
        let y = self.tensor.clone().put_tape(take(&mut *self.recording.tape.borrow_mut()));
        let weighed = match gy {
            Some(gy) => y * tensor::<S, E>(*self.tensor.shape(), gy, self.tensor.device()),
            None => y,
        };
        let gradients = weighed.sum::<(), S::AllAxes>().backward();
        *self.recording.gradients.borrow_mut() = Some(gradients);
    }

    fn array(&self) -> Array {
        array(&self.tensor)
    }

    /// A tensor that was not on the way back gets zeros, as the parameters of a model do.
    fn gradient(&self) -> Option<Array> {
        let mut gradients = self.recording.gradients.borrow_mut();
        gradients.as_mut().map(|gradients| {
            gradients.try_alloc_for(&self.tensor).expect("memory for a gradient");
            array(&gradients.get(&self.tensor))
        })
    }
}

/// The views of each rank.
pub(crate) trait Views: Shape {
    fn transposed<E: Float>(held: &Held<Self, E>) -> Option<Variable>
    where
        Cpu: Device<E>;
    fn broadcast<E: Float>(held: &Held<Self, E>) -> Option<Variable>
    where
        Cpu: Device<E>;
}

macro_rules! views {
    ($($shape:ty: |$tensor:ident, $s:ident| $transposed:expr, $broadcast:expr;)*) => {
        $(
            impl Views for $shape {
                fn transposed<E: Float>(held: &Held<Self, E>) -> Option<Variable>
                where
                    Cpu: Device<E>,
                {
                    let $tensor = held.tensor.clone();
                    Some(held.beside($transposed))
                }

                fn broadcast<E: Float>(held: &Held<Self, E>) -> Option<Variable>
                where
                    Cpu: Device<E>,
                {
                    let ($tensor, $s) = (held.tensor.clone(), *held.tensor.shape());
                    Some(held.beside($tensor.broadcast_like::<_, Axis<0>>(&$broadcast)))
                }
            }
        )*
    };
}

type N = usize;
views! {
    (): |x, _s| x, (2,);
    (N,): |x, s| x, (2, s.0);
    (N, N): |x, s| x.permute::<_, Axes2<1, 0>>(), (2, s.0, s.1);
    (N, N, N): |x, s| x.permute::<_, Axes3<2, 1, 0>>(), (2, s.0, s.1, s.2);
    (N, N, N, N): |x, s| x.permute::<_, Axes4<3, 2, 1, 0>>(), (2, s.0, s.1, s.2, s.3);
}

/// Four axes become five when they are broadcast. No program looks at a view of a view.
impl Views for (N, N, N, N, N) {
    fn transposed<E: Float>(_: &Held<Self, E>) -> Option<Variable>
    where
        Cpu: Device<E>,
    {
        None
    }

    fn broadcast<E: Float>(_: &Held<Self, E>) -> Option<Variable>
    where
        Cpu: Device<E>,
    {
        None
    }
}
