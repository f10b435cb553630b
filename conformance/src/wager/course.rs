use super::numerics::ln_sum;

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
    /// [`Pool::kinds`]: super::Pool::kinds
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

    /// Takes down what the kinds have, each of its gamblers with its own money, and what nobody bets.
    pub(super) fn look(&mut self, bits: u64, kinds: Vec<Vec<f64>>, cash: f64) {
        let ln_kinds = kinds.into_iter().map(ln_sum).collect::<Vec<_>>();
        let ln_pool = ln_sum(ln_kinds.iter().copied().chain([cash.ln()]));
        self.points.push(Point { bits, ln_pool, ln_kinds });
        self.next = (bits as f64 * GROWTH) as u64 + 1;
    }
}
