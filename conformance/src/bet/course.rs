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
