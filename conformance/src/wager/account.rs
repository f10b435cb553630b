use super::gamblers::interval;
use super::pool::{Pool, Standing};

/// How a run's wager went.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// How many bits were bet on.
    pub bits: u64,
    /// The natural logarithm of what the pool has, of 1 at the beginning.
    pub ln_wealth: f64,
    /// The richest gamblers, the richest first, with what they believe.
    pub richest: Vec<(Standing, String)>,
    /// The cells.
    pub cells: Vec<CellAccount>,
}

/// How it went in one cell.
#[derive(Clone, Debug)]
pub struct CellAccount {
    /// What its calls have in common.
    pub name: String,
    /// The probability with which an element should be kept.
    pub keep: f64,
    /// How many were kept.
    pub kept: u64,
    /// Of how many.
    pub trials: u64,
    /// The rates that are possible still, with 99.9 %, whenever one looks.
    pub interval: (f64, f64),
    /// The deviation of the rate that a pass rules out; `None` if rates were not judged here.
    pub deviation: Option<f64>,
}

/// So many gamblers are told of.
const RICHEST: usize = 12;

impl Account {
    /// The account of a pool.
    pub fn of(pool: &mut Pool) -> Account {
        let standings = pool.standings().into_iter().take(RICHEST);
        let richest = standings.map(|standing| {
            let belief = pool.belief(&standing);
            (standing, belief)
        });
        let richest = richest.collect();
        let cells = pool.cells().iter().map(|cell| {
            let (kept, trials) = cell.counts();
            let interval = interval(kept, trials, cell.keep);
            let (name, keep, deviation) = (cell.name.name.clone(), cell.keep, cell.rate);
            CellAccount { name, keep, kept, trials, interval, deviation }
        });
        let cells = cells.collect();
        Account { bits: pool.bits(), ln_wealth: pool.ln_wealth(), richest, cells }
    }
}
