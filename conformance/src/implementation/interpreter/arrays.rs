use crate::implementation::framework::Stop;
use crate::wire::{Array, ViewKind};
use dezero_reference::{Element, Variable};
use ndarray::{ArrayD, Axis, IxDyn, Slice};
use std::sync::Arc;

/// An array that was observed; it may be handed from thread to thread.
#[derive(Clone)]
pub struct ShownArray<E> {
    /// The array.
    pub array: Arc<ArrayD<E>>,
    /// Whether a function created it.
    pub derived: bool,
}

pub(super) fn shown<E: Element>(x: &Variable<E>) -> ShownArray<E> {
    // In the order in which the protocol writes arrays; a view may have another one.
    let array = Arc::new(x.data().as_standard_layout().into_owned());
    ShownArray { array, derived: x.has_creator() }
}

pub(super) fn to_ndarray<E: Element>(array: &Array) -> ArrayD<E> {
    let values = array.values.iter().map(|&value| E::nearest(value)).collect();
    ArrayD::from_shape_vec(IxDyn(&array.shape), values).expect("the wire checked the shape")
}

/// The elements that a view of `x` shows, laid out as the view shows them.
pub(crate) fn viewed<E: Element>(x: &ArrayD<E>, kind: ViewKind) -> Result<ArrayD<E>, Stop> {
    if x.ndim() == 0 && matches!(kind, ViewKind::Reverse | ViewKind::Step) {
        return Err(Stop::Unsupported("a single number has no first axis".to_owned()));
    }
    Ok(match kind {
        ViewKind::Transpose => x.t().to_owned(),
        ViewKind::Reverse => x.slice_axis(Axis(0), Slice::new(0, None, -1)).to_owned(),
        ViewKind::Step => x.slice_axis(Axis(0), Slice::new(0, None, 2)).to_owned(),
        ViewKind::Broadcast => {
            let shape = [&[2], x.shape()].concat();
            x.broadcast(shape).expect("a new first axis fits").to_owned()
        }
    })
}
