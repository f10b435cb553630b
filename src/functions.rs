//! The few functions that dropout needs, each with its way forward and its way back.

use crate::{Element, Function, Variable};
use ndarray::{ArrayD, Zip};

fn zip<E: Element, B: Copy>(x: &ArrayD<E>, other: &ArrayD<B>, f: impl Fn(E, B) -> E) -> ArrayD<E> {
    Zip::from(x).and(other).map_collect(|&x, &b| f(x, b))
}

struct Add;

impl<E: Element> Function<E> for Add {
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E> {
        zip(xs[0], xs[1], |a, b| a + b)
    }

    fn backward(&self, _xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>> {
        vec![gy.clone(), gy.clone()]
    }
}

/// Elementwise `a + b`.
///
/// # Panics
/// If the shapes differ.
impl<E: Element> std::ops::Add for &Variable<E> {
    type Output = Variable<E>;

    fn add(self, other: &Variable<E>) -> Variable<E> {
        Variable::apply(Add, &[self, other])
    }
}

struct Mul;

impl<E: Element> Function<E> for Mul {
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E> {
        zip(xs[0], xs[1], |a, b| a * b)
    }

    fn backward(&self, xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>> {
        vec![gy * &xs[1], gy * &xs[0]]
    }
}

/// Elementwise `a * b`.
///
/// # Panics
/// If the shapes differ.
impl<E: Element> std::ops::Mul for &Variable<E> {
    type Output = Variable<E>;

    fn mul(self, other: &Variable<E>) -> Variable<E> {
        Variable::apply(Mul, &[self, other])
    }
}

struct Masked {
    mask: ArrayD<bool>,
}

impl<E: Element> Function<E> for Masked {
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E> {
        zip(xs[0], &self.mask, |x, kept| x * E::nearest(if kept { 1.0 } else { 0.0 }))
    }

    fn backward(&self, _xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>> {
        // r[gradient.train.mask] r[gradient.train.zero-input] r[gradient.train.nonfinite]
        // r[gradient.direct.train] r[gradient.double] r[gradient.chain] r[config.forward-decides]
        vec![masked(gy, self.mask.clone())]
    }
}

/// `x * mask`, the mask being 1 where it is true and 0 where it is false.
pub(crate) fn masked<E: Element>(x: &Variable<E>, mask: ArrayD<bool>) -> Variable<E> {
    Variable::apply(Masked { mask }, &[x])
}

struct Divided<E> {
    scale: E,
}

impl<E: Element> Function<E> for Divided<E> {
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E> {
        xs[0].mapv(|x| x / self.scale)
    }

    fn backward(&self, _xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>> {
        // r[gradient.train.scale] r[gradient.train.dtype] r[gradient.train.ratio-one]
        vec![divided(gy, self.scale)]
    }
}

/// `x / scale`.
pub(crate) fn divided<E: Element>(x: &Variable<E>, scale: E) -> Variable<E> {
    Variable::apply(Divided { scale }, &[x])
}

struct Scaled<E> {
    scale: E,
}

impl<E: Element> Function<E> for Scaled<E> {
    fn forward(&self, xs: &[&ArrayD<E>]) -> ArrayD<E> {
        xs[0].mapv(|x| x * self.scale)
    }

    fn backward(&self, _xs: &[Variable<E>], gy: &Variable<E>) -> Vec<Variable<E>> {
        vec![scaled(gy, self.scale)] // r[gradient.direct.test]
    }
}

/// `x * scale`.
pub(crate) fn scaled<E: Element>(x: &Variable<E>, scale: E) -> Variable<E> {
    Variable::apply(Scaled { scale }, &[x])
}
