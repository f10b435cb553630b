use super::kernel::{Element, Kernel, Site};
use crate::implementation::Exact;
use dezero_reference::{Function, Variable};
use ndarray::{ArrayD, IxDyn};
use std::cell::RefCell;
use std::rc::Rc;

/// A kernel that the calls of one thread share.
pub(super) type Shared = Rc<RefCell<Box<dyn Kernel>>>;

/// Which of the kernel's formulas a function computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Inverted,
    Direct,
    Tested,
    DirectTested,
}

/// A call of dropout, or its way back of some order, as a function of the graph.
pub(super) struct Piece {
    pub(super) kernel: Shared,
    pub(super) form: Form,
    pub(super) order: usize,
    pub(super) site: Site,
    pub(super) scale: f64,
    pub(super) mask: Vec<bool>,
    pub(super) x: Vec<f64>,
}

impl Piece {
    fn element(&self, value: f64, index: usize) -> f64 {
        let element = Element {
            index,
            of: self.mask.len(),
            x: self.x[index],
            kept: self.mask[index],
            scale: self.scale,
            order: self.order,
        };
        let (mut kernel, site) = (self.kernel.borrow_mut(), &self.site);
        match (self.form, self.order) {
            (Form::Inverted, 0) => kernel.forward(value, &element, site),
            (Form::Inverted, _) => kernel.backward(value, &element, site),
            (Form::Direct, 0) => kernel.direct(value, &element, site),
            (Form::Direct, _) => kernel.direct_backward(value, &element, site),
            (Form::Tested, 0) => kernel.tested(value, site),
            (Form::Tested, _) => kernel.tested_backward(value, site),
            (Form::DirectTested, _) => value * self.scale,
        }
    }
}

impl<E: Exact> Function<E> for Piece {
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E> {
        // What was read at the call; a gradient comes as an array.
        let read = |index, x: E| if self.order == 0 { self.x[index] } else { x.to_f64() };
        let values = xs[0].iter().enumerate();
        let values = values.map(|(index, &x)| E::nearest(self.element(read(index, x), index)));
        let shape = self.kernel.borrow().shape(xs[0].shape(), self.order > 0);
        ArrayD::from_shape_vec(IxDyn(&shape), values.collect()).expect("as many elements")
    }

    fn backward(&self, xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>> {
        let mut kernel = self.kernel.borrow_mut();
        if kernel.replaces_gradients() {
            xs[0].clear_grad();
        }
        let piece = Piece {
            kernel: Rc::clone(&self.kernel),
            form: self.form,
            order: self.order + 1,
            site: self.site,
            scale: match self.form {
                Form::DirectTested => kernel.direct_scale_backward(self.scale),
                _ => kernel.scale_for_backward(self.scale),
            },
            mask: kernel.mask_for_backward(&self.mask, &self.site),
            x: self.x.clone(),
        };
        drop(kernel);
        vec![Variable::apply(piece, &[gy])]
    }
}
