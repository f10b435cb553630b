//! Variables and the functions that create them.

use crate::{Config, Element, Flag};
use ndarray::{ArrayBase, ArrayD, Data, Dimension};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// A step of the graph: how to compute it, and how gradients go back through it.
pub trait Function<E: Element> {
    /// The output; it need not have the shape of the inputs.
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E>;

    /// The gradient of each input, given the inputs and the output's gradient. It is written with
    /// variables, so it can be differentiated in its turn.
    fn backward(&self, xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>>;
}

/// An array, its gradient, and the function that created it. Cloning one names the same variable
/// again, as `=` does in Python.
pub struct Variable<E: Element>(pub(crate) Rc<Inner<E>>);

pub(crate) struct Inner<E: Element> {
    data: ArrayD<E>,
    pub(crate) grad: RefCell<Option<Variable<E>>>,
    pub(crate) creator: Option<Creator<E>>,
    generation: usize,
}

pub(crate) struct Creator<E: Element> {
    pub(crate) function: Box<dyn Function<E>>,
    pub(crate) inputs: Vec<Variable<E>>,
}

impl<E: Element> Variable<E> {
    /// A leaf: a variable without a creator.
    pub fn new<S: Data<Elem = E>, D: Dimension>(data: ArrayBase<S, D>) -> Self {
        Self::created(data.to_owned().into_dyn(), None)
    }

    fn created(data: ArrayD<E>, creator: Option<Creator<E>>) -> Self {
        let generation = creator.as_ref().map_or(0, |creator| {
            let newest = creator.inputs.iter().map(Variable::generation).max();
            newest.map_or(0, |generation| generation + 1)
        });
        let grad = RefCell::new(None);
        Variable(Rc::new(Inner { data, grad, creator, generation }))
    }

    /// Applies `function` to `inputs` and, unless [`crate::no_grad`] is in force, records it.
    pub fn apply(function: impl Function<E> + 'static, inputs: &[&Self]) -> Self {
        let arrays: Vec<_> = inputs.iter().map(|x| x.data()).collect();
        let data = function.forward(&arrays);
        // r[config.no-grad.records-nothing]
        let creator = Config::get(Flag::EnableBackprop).then(|| Creator {
            function: Box::new(function),
            inputs: inputs.iter().map(|&x| x.clone()).collect(),
        });
        Self::created(data, creator)
    }

    /// The array.
    pub fn data(&self) -> &ArrayD<E> {
        &self.0.data
    }

    /// The shape of the array; `[]` for a single number.
    pub fn shape(&self) -> &[usize] {
        self.0.data.shape()
    }

    /// Whether a function created this variable and was recorded.
    pub fn has_creator(&self) -> bool {
        self.0.creator.is_some()
    }

    /// 0 for a leaf, else one more than the newest input of its creator.
    pub fn generation(&self) -> usize {
        self.0.generation
    }

    /// Whether both are names of one variable: Python's `is`.
    pub fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A long chain of functions is taken apart link by link: one that drops its inputs, which drop theirs,
/// would overflow the stack.
impl<E: Element> Drop for Inner<E> {
    fn drop(&mut self) {
        let links = |inner: &mut Inner<E>| {
            let inputs = inner.creator.take().into_iter().flat_map(|creator| creator.inputs);
            inputs.chain(inner.grad.take()).collect::<Vec<_>>()
        };
        let mut pending = links(self);
        while let Some(Variable(link)) = pending.pop() {
            pending.extend(
                Rc::into_inner(link).map(|mut inner| links(&mut inner)).unwrap_or_default(),
            );
        }
    }
}

impl<E: Element> Clone for Variable<E> {
    fn clone(&self) -> Self {
        Variable(Rc::clone(&self.0))
    }
}

impl<E: Element> fmt::Debug for Variable<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variable({:?})", self.0.data.iter().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::no_grad;
    use ndarray::arr1;

    #[test]
    fn a_long_chain_is_dropped() {
        let x = Variable::new(arr1(&[1.0]));
        let last = (0..200_000).fold(x.clone(), |y, _| &y + &x);
        assert_eq!(last.generation(), 200_000);
        drop(last);
        assert_eq!(x.data()[0], 1.0);
    }

    #[test]
    fn generations_are_counted_from_the_leaves() {
        let x = Variable::new(arr1(&[1.0, -0.0]));
        let y = &x + &x;
        let z = &y + &x;
        assert_eq!([x.generation(), y.generation(), z.generation()], [0, 1, 2]);
        assert_eq!([x.has_creator(), z.has_creator()], [false, true]);
        assert!(!no_grad(|| &x + &y).has_creator());
        assert_eq!(format!("{x:?}"), "variable([1.0, -0.0])");
    }
}
