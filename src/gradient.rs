#![doc = include_str!("../spec/gradient.md")]
#![doc = "\n"]
#![doc = include_str!("../spec/links.md")]

use crate::{Element, Error, Flag, Variable, using_config};
use ndarray::ArrayD;

impl<E: Element> Variable<E> {
    /// The gradient, once [`Variable::backward`] has reached this variable.
    pub fn grad(&self) -> Option<Variable<E>> {
        self.0.grad.borrow().clone()
    }

    /// Forgets the gradient, so that the next one is not added to it.
    pub fn clear_grad(&self) {
        self.0.grad.replace(None); // r[gradient.clear]
    }

    /// Sends the gradient `gy` (ones where it is `None`) back to the leaves and adds it to what
    /// they have. With `create_graph` the gradients can be differentiated themselves.
    /// [Its rules](crate::gradient).
    ///
    /// # Errors
    /// [`Error::NoCreator`] where there is nothing to go back through: a leaf, or a variable made
    /// under [`crate::no_grad`].
    pub fn backward(&self, gy: Option<ArrayD<E>>, create_graph: bool) -> Result<(), Error> {
        if !self.has_creator() {
            return Err(Error::NoCreator); // r[gradient.without-graph]
        }
        let gy = gy.unwrap_or_else(|| self.data().mapv(|_| E::nearest(1.0)));
        self.0.grad.replace(Some(Variable::new(gy)));
        // r[config.untouched]: the flag is what it was again, also if the walk panics.
        using_config(Flag::EnableBackprop, create_graph, || self.walk());
        Ok(())
    }

    /// Newest first, so that a variable passes its gradient on only when it is complete.
    fn walk(&self) {
        let mut pending = vec![self.clone()];
        while let Some(y) = pending.pop() {
            let Some(creator) = &y.0.creator else { continue };
            let Some(gy) = y.0.grad.replace(None) else { continue };
            let gxs = creator.function.backward(&creator.inputs, &gy);
            for (x, gx) in creator.inputs.iter().zip(gxs) {
                let sum = match x.grad() {
                    Some(grad) => &grad + &gx, // r[gradient.accumulate]
                    None => gx,
                };
                x.0.grad.replace(Some(sum));
                if x.has_creator() && !pending.iter().any(|other| other.is(x)) {
                    pending.push(x.clone());
                }
            }
            pending.sort_by_key(Variable::generation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr1;

    /// There are 2^60 ways from y to x. They are not walked one by one.
    #[test]
    fn a_variable_passes_its_gradient_on_once() {
        let x = Variable::new(arr1(&[1.0]));
        let y = (0..60).fold(x.clone(), |y, _| &(&y + &x) + &y);
        y.backward(None, false).unwrap();
        assert_eq!(x.grad().unwrap().data()[0], 2f64.powi(61) - 1.0);
    }

    #[test]
    fn there_is_no_way_back_from_a_leaf() {
        let x = Variable::new(arr1(&[1.0]));
        assert_eq!(x.backward(None, false), Err(Error::NoCreator));
        assert!(x.grad().is_none());
    }
}
