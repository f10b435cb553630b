//! A network with one hidden layer, and its loss.

use crate::data::{Samples, column, normal};
use crate::functions::{matmul, relu};
use dezero_reference::{Error, Variable, dropout, no_grad};
use ndarray::Array2;

/// Hidden neurons: five for each sample, far more than the curve needs.
pub(crate) const WIDTH: usize = 100;

pub(crate) struct Network {
    /// Hidden weights and biases, output weights and bias.
    pub(crate) parameters: [Variable<f64>; 4],
    /// The ratio of the dropout behind the hidden layer.
    ratio: f64,
}

impl Network {
    /// Draws the weights from the engine's generator.
    pub(crate) fn draw(ratio: f64) -> Network {
        let normals = |rows, columns, deviation: f64| {
            Variable::new(Array2::from_shape_simple_fn((rows, columns), || deviation * normal()))
        };
        let parameters = [
            normals(1, WIDTH, 2f64.sqrt()),
            normals(1, WIDTH, 1.0),
            normals(WIDTH, 1, (2.0 / WIDTH as f64).sqrt()),
            Variable::new(Array2::zeros((1, 1))),
        ];
        Network { parameters, ratio }
    }

    /// The outputs for the inputs, one a row.
    pub(crate) fn predict(&self, inputs: &Variable<f64>) -> Result<Variable<f64>, Error> {
        let [hidden_weights, hidden_biases, weights, bias] = &self.parameters;
        // A bias is the weight of an input that is always 1.
        let one = Variable::new(column(inputs.data().iter().map(|_| 1.0)));
        let hidden = relu(&(&matmul(inputs, hidden_weights) + &matmul(&one, hidden_biases)));
        let hidden = dropout(&hidden, self.ratio)?;
        Ok(&matmul(&hidden, weights) + &matmul(&one, bias))
    }

    /// The mean squared error.
    pub(crate) fn loss(&self, samples: &Samples) -> Result<Variable<f64>, Error> {
        let outputs = self.predict(&Variable::new(samples.inputs.view()))?;
        let errors = &outputs + &Variable::new(samples.targets.mapv(|target| -target));
        let count = samples.targets.len();
        let shares = Variable::new(Array2::from_elem((1, count), 1.0 / count as f64));
        Ok(matmul(&shares, &(&errors * &errors)))
    }

    /// The loss as a number, in the mode that is in force.
    pub(crate) fn evaluate(&self, samples: &Samples) -> Result<f64, Error> {
        Ok(no_grad(|| self.loss(samples))?.data()[[0, 0]])
    }
}
