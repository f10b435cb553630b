//! Samples of a smooth function, with noise.
//!
//! Nothing here asks the system's library for a sine or a logarithm: their last bits differ
//! between systems, and training makes much of little.

use dezero_reference::random::rand;
use ndarray::{Array1, ArrayD, Axis};

/// The standard deviation of the noise.
pub(crate) const NOISE: f64 = 0.5;

/// What the network should find: up, down and up again between -1 and 1.
pub(crate) fn truth(x: f64) -> f64 {
    (4.0 * x * x - 3.0) * x
}

/// Nearly a normal number: the sum of twelve uniforms has the variance 1.
pub(crate) fn normal() -> f64 {
    rand(&[12]).iter().fold(-6.0, |sum, u| sum + u)
}

/// `count` numbers from -1 to 1 with the same distance between neighbours.
pub(crate) fn grid(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |index| 2.0 * index as f64 / (count - 1) as f64 - 1.0)
}

/// A matrix with one number a row.
pub(crate) fn column(numbers: impl Iterator<Item = f64>) -> ArrayD<f64> {
    numbers.collect::<Array1<f64>>().insert_axis(Axis(1)).into_dyn()
}

/// Inputs and targets, one sample a row.
pub(crate) struct Samples {
    pub(crate) inputs: ArrayD<f64>,
    pub(crate) targets: ArrayD<f64>,
}

impl Samples {
    /// Draws the noise of `count` samples from the engine's generator.
    pub(crate) fn draw(count: usize) -> Samples {
        let inputs = column(grid(count));
        let targets = inputs.mapv(|x| truth(x) + NOISE * normal());
        Samples { inputs, targets }
    }
}
