//! One network, trained four ways.

use crate::data::{Samples, column, grid};
use crate::network::Network;
use dezero_reference::{Error, Variable, no_grad, seed, test_mode};
use ndarray::{ArrayD, Zip};

/// Samples to learn from.
pub(crate) const TRAIN_SAMPLES: usize = 20;
/// Samples that are held out.
pub(crate) const TEST_SAMPLES: usize = 200;
pub(crate) const STEPS: usize = 3000;
/// Steps from one evaluation to the next.
pub(crate) const INTERVAL: usize = 20;

const LEARNING_RATE: f64 = 0.01;

/// What is done against overfitting.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    ratio: f64,
    weight_decay: f64,
}

/// With ratio 0 and decay 0, dropout and weight decay do nothing.
pub(crate) const WAYS: [Way; 4] = [
    Way { name: "plain", ratio: 0.0, weight_decay: 0.0 },
    Way { name: "dropout", ratio: 0.3, weight_decay: 0.0 },
    Way { name: "weight decay", ratio: 0.0, weight_decay: 0.003 },
    Way { name: "both", ratio: 0.3, weight_decay: 0.003 },
];

/// Both losses in test mode after so many steps.
pub(crate) struct Losses {
    pub(crate) step: usize,
    pub(crate) train: f64,
    pub(crate) test: f64,
}

/// How a training went.
pub(crate) struct Course {
    pub(crate) name: &'static str,
    pub(crate) losses: Vec<Losses>,
    /// Points of the curve that the trained network draws.
    pub(crate) curve: Vec<(f64, f64)>,
    /// The final test loss without test mode, averaged over a hundred masks.
    pub(crate) without_test_mode: f64,
}

impl Course {
    pub(crate) fn last(&self) -> &Losses {
        self.losses.last().expect("step 0 at least")
    }

    /// The evaluation with the lowest test loss, the first of them if there are several.
    pub(crate) fn best(&self) -> &Losses {
        let by_test = |a: &&Losses, b: &&Losses| a.test.total_cmp(&b.test);
        self.losses.iter().min_by(by_test).expect("step 0 at least")
    }
}

/// The samples that all ways share, to learn from and held out.
pub(crate) fn samples(start: u64) -> (Samples, Samples) {
    seed(start);
    (Samples::draw(TRAIN_SAMPLES), Samples::draw(TEST_SAMPLES))
}

/// Trains from the same samples and the same first weights in each way.
pub(crate) fn train(way: &Way, start: u64) -> Result<Course, Error> {
    let (train, test) = samples(start);
    let mut network = Network::draw(way.ratio);
    let mut adam = Adam::new(&network.parameters);
    let mut losses = Vec::new();
    for step in 0..=STEPS {
        if step % INTERVAL == 0 {
            // Without test mode these two would be losses of networks with a third of them missing.
            let (train, test) =
                test_mode(|| Ok((network.evaluate(&train)?, network.evaluate(&test)?)))?;
            losses.push(Losses { step, train, test });
        }
        if step < STEPS {
            network.loss(&train)?.backward(None, false)?;
            adam.step(&mut network.parameters, way.weight_decay);
        }
    }
    let inputs = Variable::new(column(grid(201)));
    let curve = test_mode(|| no_grad(|| network.predict(&inputs)))?;
    let curve = inputs.data().iter().copied().zip(curve.data().iter().copied()).collect();
    let mut without_test_mode = 0.0;
    for _ in 0..100 {
        without_test_mode += network.evaluate(&test)? / 100.0;
    }
    Ok(Course { name: way.name, losses, curve, without_test_mode })
}

/// All four ways, in their order.
pub(crate) fn train_all(start: u64) -> Result<Vec<Course>, Error> {
    WAYS.iter().map(|way| train(way, start)).collect()
}

/// Adam (Kingma and Ba, 2015) with its usual constants.
struct Adam {
    means: Vec<ArrayD<f64>>,
    squares: Vec<ArrayD<f64>>,
    /// What of the zeros they started with is still in the means and in the squares.
    remains: (f64, f64),
}

impl Adam {
    fn new(parameters: &[Variable<f64>]) -> Adam {
        let zeros = parameters.iter().map(|parameter| parameter.data().mapv(|_| 0.0));
        let zeros = zeros.collect::<Vec<_>>();
        Adam { means: zeros.clone(), squares: zeros, remains: (1.0, 1.0) }
    }

    /// Moves the parameters, which come out as new variables without a gradient. The decay is
    /// added to the gradient, as DeZero's `WeightDecay` does.
    fn step(&mut self, parameters: &mut [Variable<f64>], weight_decay: f64) {
        self.remains = (self.remains.0 * 0.9, self.remains.1 * 0.999);
        let (first, second) = (1.0 - self.remains.0, 1.0 - self.remains.1);
        let averages = self.means.iter_mut().zip(&mut self.squares);
        for (parameter, (means, squares)) in parameters.iter_mut().zip(averages) {
            let gradient = parameter.grad().expect("backward reaches every parameter");
            let mut moved = parameter.data().clone();
            Zip::from(&mut moved).and(gradient.data()).and(means).and(squares).for_each(
                |parameter, &gradient, mean, square| {
                    let gradient = gradient + weight_decay * *parameter;
                    *mean += 0.1 * (gradient - *mean);
                    *square += 0.001 * (gradient * gradient - *square);
                    *parameter -=
                        LEARNING_RATE * (*mean / first) / ((*square / second).sqrt() + 1e-8);
                },
            );
            *parameter = Variable::new(moved);
        }
    }
}
