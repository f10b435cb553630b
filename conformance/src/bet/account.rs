use super::cell::Cell;
use super::gamblers::interval;
use super::numerics::ln_sum;
use super::pool::{Pool, Standing};
use super::sight::{Rows, SQUARE, Sight, Values};

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
    /// How the money went.
    pub course: Course,
    /// Of the gamblers that found the masks wrong, the first of each kind, and what they point at.
    pub exhibits: Vec<Exhibit>,
    /// A mask of the rate that is nearest to a half, judged right or wrong, and the probability with
    /// which an element should be kept.
    pub sample: Option<(Rows, f64)>,
}

/// What a gambler points at.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// The gambler, and what it has.
    pub standing: Standing,
    /// What it believes.
    pub belief: String,
    /// The probability with which an element should be kept where it sits; `None` if it sits nowhere.
    pub keep: Option<f64>,
    /// What it points at.
    pub sights: Vec<Sight>,
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
    /// Whether it is about what is around the calls.
    pub context: bool,
    /// Some numbers that went in, and what came out.
    pub values: Option<Values>,
    /// The deviation of the rate that a pass rules out; `None` if rates were not judged here.
    pub deviation: Option<f64>,
}

/// So many gamblers are told of.
const RICHEST: usize = 12;

/// So many of them point at something.
const POINTING: usize = 5;

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
            let (context, values) = (cell.name.context, cell.values().cloned());
            CellAccount { name, keep, kept, trials, interval, context, values, deviation }
        });
        let cells = cells.collect();
        let halves = |cell: &&Cell| (cell.keep - 0.5).abs();
        let rated = pool.cells().iter().filter(|cell| cell.rate.is_some());
        let sample = rated.min_by(|a, b| halves(a).total_cmp(&halves(b))).and_then(|cell| {
            let latest = cell.calls().pop()?;
            Some((Rows::of_call(&latest, SQUARE)?, cell.keep))
        });
        Account {
            bits: pool.bits(),
            ln_wealth: pool.ln_wealth(),
            richest,
            cells,
            course: pool.course().clone(),
            exhibits: exhibits(pool),
            sample,
        }
    }
}

/// The gambler that names what is wrong, then the richest of each other kind. Gamblers that are not rich
/// alone come only where none is. While the pool is not rich there are no exhibits.
fn exhibits(pool: &mut Pool) -> Vec<Exhibit> {
    if !pool.is_rich() {
        return Vec::new();
    }
    let leader = pool.leader();
    let alone = leader.is_some();
    let others = pool.standings().into_iter().filter(|standing| !alone || standing.is_rich());
    let mut chosen: Vec<Standing> = Vec::new();
    for standing in leader.into_iter().chain(others) {
        if chosen.len() < POINTING && chosen.iter().all(|one| one.gambler != standing.gambler) {
            chosen.push(standing);
        }
    }
    let exhibit = |standing: Standing| Exhibit {
        belief: pool.belief(&standing),
        keep: pool.keep(&standing),
        sights: pool.sights(&standing),
        standing,
    };
    chosen.into_iter().map(exhibit).collect()
}

/// How the money went over a run. It is looked at ever more seldom, so that a run of any length
/// leaves some hundred points and costs nothing to speak of.
#[derive(Clone, Debug, Default)]
pub struct Course {
    points: Vec<Point>,
    next: u64,
}

/// What there was after so many bits, in natural logarithms of all the money at the beginning.
#[derive(Clone, Debug)]
pub struct Point {
    /// How many bits were bet on.
    pub bits: u64,
    /// What the pool had.
    pub ln_pool: f64,
    /// What the gamblers of each kind had together, in the order of [`Pool::kinds`].
    ///
    /// [`Pool::kinds`]: Pool::kinds
    pub ln_kinds: Vec<f64>,
}

/// By how much the bits grow from one point to the next: sixty points from a number to ten times it.
const GROWTH: f64 = 1.04;

impl Course {
    /// The points, in order.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Whether it is time to look.
    pub(super) fn is_due(&self, bits: u64) -> bool {
        bits >= self.next
    }

    /// Takes down the money of the kinds, gambler by gambler, and `cash`, the money that is not bet.
    pub(super) fn look(&mut self, bits: u64, kinds: Vec<Vec<f64>>, cash: f64) {
        let ln_kinds = kinds.into_iter().map(ln_sum).collect::<Vec<_>>();
        let ln_pool = ln_sum(ln_kinds.iter().copied().chain([cash.ln()]));
        self.points.push(Point { bits, ln_pool, ln_kinds });
        self.next = (bits as f64 * GROWTH) as u64 + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After 100 bits the next look is due at 105: four per cent more, and one.
    #[test]
    fn a_run_is_looked_at_ever_more_seldom() {
        let mut course = Course::default();
        assert!(course.is_due(0));
        for (bits, next) in [(100, 105), (1000, 1041), (10_000, 10_401)] {
            course.look(bits, vec![vec![0.25f64.ln(), 0.5f64.ln()], vec![]], 0.25);
            assert!(!course.is_due(bits) && !course.is_due(next - 1) && course.is_due(next));
        }
        let bits = course.points().iter().map(|point| point.bits).collect::<Vec<_>>();
        assert_eq!(bits, [100, 1000, 10_000]);
        let Point { ln_pool, ln_kinds, .. } = &course.points()[0];
        assert!(ln_pool.abs() < 1e-12, "all the money: {ln_pool}");
        assert!((ln_kinds[0] - 0.75f64.ln()).abs() < 1e-12, "{ln_kinds:?}");
        assert_eq!(ln_kinds[1], f64::NEG_INFINITY);
    }
}
