use super::Site;
use super::piece::{Form, Piece, Shared};
use crate::implementation::Exact;
use dezero_reference::Variable;
use std::any::Any;
use std::rc::Rc;

/// A copy of `x`, with a way back.
pub(super) fn copy<E: Exact>(kernel: &Shared, x: &Variable<E>) -> Variable<E> {
    let values = x.data().iter().map(|x| x.to_f64()).collect::<Vec<_>>();
    let site = Site {
        dtype: E::DTYPE,
        ratio: 0.0,
        dimensions: x.shape().len(),
        elements: values.len(),
        direct: true,
        by_flags: false,
        integers: false,
    };
    let (kernel, mask) = (Rc::clone(kernel), vec![true; values.len()]);
    let form = Form::DirectTested;
    Variable::apply(Piece { kernel, form, order: 0, site, scale: 1.0, mask, x: values }, &[x])
}

/// Copies that are said to be other objects on the memory of what they are copies of: where both lie, and both
/// themselves, since memory that was given back may be where the next result lies.
#[derive(Default)]
pub(super) struct Renamed(Vec<([usize; 2], Box<dyn Any>)>);

impl Renamed {
    /// A copy of `x` that is said to be `x` by another name.
    pub(super) fn rename<E: Exact>(&mut self, kernel: &Shared, x: &Variable<E>) -> Variable<E> {
        let y = copy(kernel, x);
        self.0.push(([x, &y].map(place), Box::new([x.clone(), y.clone()])));
        y
    }

    /// Whether one of the two is the other by another name.
    pub(super) fn share<E: Exact>(&self, a: &Variable<E>, b: &Variable<E>) -> bool {
        let [a, b] = [a, b].map(place);
        self.0.iter().any(|(places, _)| *places == [a, b] || *places == [b, a])
    }

    /// A new program begins.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Where the array of `x` lies.
pub(super) fn place<E: Exact>(x: &Variable<E>) -> usize {
    x.data().as_ptr().addr()
}
