//! Simulated masks, and pools that bet on them.

use dezero_spec::bet::bits::Bits;
use dezero_spec::bet::{Cell, CellName, Outcomes, Pool};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::rc::Rc;
use std::sync::Mutex;
use std::thread;

/// A source of uniforms.
pub(crate) struct Draws(ChaCha8Rng, u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Draws {
        Draws(ChaCha8Rng::seed_from_u64(seed), seed)
    }

    /// What it was made from.
    pub(crate) fn key(&self) -> u64 {
        self.1
    }

    /// A uniform of 32 bits in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        f64::from(self.0.next_u32()) * 2f64.powi(-32)
    }

    /// So many independent bits of this rate.
    pub(crate) fn bits(&mut self, n: usize, rate: f64) -> Bits {
        let threshold = (rate * 2f64.powi(32)).round() as u64;
        Bits::of((0..n).map(|_| u64::from(self.0.next_u32()) < threshold))
    }
}

/// A pool with one cell.
pub(crate) struct Game {
    pub(crate) pool: Pool,
    cell: usize,
    keep: f64,
    shape: Vec<usize>,
    x: Rc<Vec<f64>>,
}

impl Game {
    /// A game about masks of this rate and shape, in a cell that has `share` of the money. What goes
    /// in is negative in every second place.
    pub(crate) fn new(keep: f64, shape: &[usize], share: f64) -> Game {
        let mut pool = Pool::default();
        let name = CellName { name: "simulated".to_owned(), context: false };
        // No exact test at the end of a budget: what is measured has no end.
        let cell = pool.add(Cell::new(name, keep, shape, share, u64::MAX));
        let n = shape.iter().product::<usize>();
        let x = Rc::new((0..n).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect());
        Game { pool, cell, keep, shape: shape.to_vec(), x }
    }

    pub(crate) fn play(&mut self, mask: Bits) {
        let outcomes = Outcomes::simulated(self.keep, &self.shape, Rc::clone(&self.x), mask);
        self.pool.play(self.cell, outcomes);
    }
}

/// The results of `times` runs, in the order of their seeds; on two threads.
pub(crate) fn runs<T: Send>(times: u64, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = Mutex::new(0..times);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(seed) = { next.lock().expect("no run panics").next() } {
                    let result = run(seed);
                    results.lock().expect("no run panics").push((seed, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no run panics");
    results.sort_by_key(|(seed, _)| *seed);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The mean, and what 99 of 100 do not exceed.
pub(crate) fn mean_and_most(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    (mean, sorted[(sorted.len() * 99).div_ceil(100) - 1])
}

/// A number of bits, short.
pub(crate) fn short(bits: f64) -> String {
    match bits {
        0.0..1e4 => format!("{bits:.0}"),
        1e4..1e6 => format!("{:.0} k", bits / 1e3),
        _ => format!("{:.2} M", bits / 1e6),
    }
}
