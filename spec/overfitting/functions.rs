//! The functions that a small network needs and the engine does not have.
//!
//! The loops are plain on purpose. `ndarray` multiplies matrices with instructions that it picks at
//! run time, and the last bits of its sums differ between machines; these do not.

use dezero_reference::{Function, Variable};
use ndarray::{ArrayD, IxDyn};

struct MatMul;

impl Function<f64> for MatMul {
    fn forward(&self, xs: &[&ArrayD<f64>]) -> ArrayD<f64> {
        let (a, b) = (xs[0].as_standard_layout(), xs[1].as_standard_layout());
        let (&[rows, inner], &[height, columns]) = (a.shape(), b.shape()) else {
            panic!("a product of two matrices");
        };
        assert_eq!(inner, height, "as many columns as rows");
        let mut product = ArrayD::zeros(IxDyn(&[rows, columns]));
        let (a, b) = (a.as_slice().expect("in order"), b.as_slice().expect("in order"));
        let sums = product.as_slice_mut().expect("in order").chunks_exact_mut(columns);
        for (a, sums) in a.chunks_exact(inner).zip(sums) {
            for (a, b) in a.iter().zip(b.chunks_exact(columns)) {
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum += a * b;
                }
            }
        }
        product
    }

    fn backward(&self, xs: &[Variable<f64>], gy: &Variable<f64>) -> Vec<Variable<f64>> {
        vec![matmul(gy, &transpose(&xs[1])), matmul(&transpose(&xs[0]), gy)]
    }
}

/// The product of two matrices.
pub(crate) fn matmul(a: &Variable<f64>, b: &Variable<f64>) -> Variable<f64> {
    Variable::apply(MatMul, &[a, b])
}

struct Transpose;

impl Function<f64> for Transpose {
    fn forward(&self, xs: &[&ArrayD<f64>]) -> ArrayD<f64> {
        xs[0].t().to_owned()
    }

    fn backward(&self, _xs: &[Variable<f64>], gy: &Variable<f64>) -> Vec<Variable<f64>> {
        vec![transpose(gy)]
    }
}

fn transpose(x: &Variable<f64>) -> Variable<f64> {
    Variable::apply(Transpose, &[x])
}

struct Relu;

impl Function<f64> for Relu {
    fn forward(&self, xs: &[&ArrayD<f64>]) -> ArrayD<f64> {
        xs[0].mapv(|x| if x > 0.0 { x } else { 0.0 })
    }

    fn backward(&self, xs: &[Variable<f64>], gy: &Variable<f64>) -> Vec<Variable<f64>> {
        let slope = xs[0].data().mapv(|x| if x > 0.0 { 1.0 } else { 0.0 });
        vec![gy * &Variable::new(slope)]
    }
}

/// `x` where it is positive, 0 elsewhere.
pub(crate) fn relu(x: &Variable<f64>) -> Variable<f64> {
    Variable::apply(Relu, &[x])
}
