use crate::wire::same_bits;

/// The numbers that an implementation may show in one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowed {
    /// What the specification computes, exactly: the middle of what is allowed.
    pub value: f64,
    /// The smallest and the largest number allowed; `None` where only the bits of `value` are.
    pub between: Option<(f64, f64)>,
    /// Whether NaN is allowed besides.
    pub nan: bool,
    /// Whether 0 of either sign is allowed besides.
    pub zero: bool,
}

impl Allowed {
    /// `value` bit by bit; any NaN is any NaN.
    pub fn exactly(value: f64) -> Allowed {
        Allowed { value, between: None, nan: value.is_nan(), zero: false }
    }

    /// From `low` to `high`. Zeros of both signs are one number here.
    pub fn between(value: f64, low: f64, high: f64) -> Allowed {
        Allowed { value, between: Some((low, high)), nan: false, zero: false }
    }

    /// Any element.
    pub fn anything() -> Allowed {
        Allowed { nan: true, ..Allowed::between(0.0, f64::NEG_INFINITY, f64::INFINITY) }
    }

    /// Whether this is [`Allowed::anything`].
    pub fn is_anything(&self) -> bool {
        *self == Allowed::anything()
    }

    /// Whether an implementation may show `observed`.
    pub fn contains(&self, observed: f64) -> bool {
        if observed.is_nan() {
            return self.nan;
        }
        if observed == 0.0 && self.zero {
            return true;
        }
        match self.between {
            None => same_bits(observed, self.value),
            Some((low, high)) => low <= observed && observed <= high,
        }
    }

    /// How far `observed`, which is not allowed, is from what is, to the eye of a reader: 0 for the sign
    /// of a zero, and up to 1 for another size or sign. That a large number becomes infinite is little.
    pub fn distance(&self, observed: f64) -> f64 {
        /// Beyond this an infinity is a matter of rounding, in float16.
        const LARGE: f64 = 1024.0;
        let (low, high) = self.between.unwrap_or((self.value, self.value));
        let nearest = if observed < low { low } else { observed.min(high) };
        match (observed - nearest).abs() {
            _ if nearest.is_nan() || low.is_nan() => 1.0,
            0.0 => 0.0,
            off if off.is_finite() => off / (observed.abs() + nearest.abs()),
            _ if observed.abs() > LARGE && nearest.abs() > LARGE => 0.1,
            _ => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_is_bit_by_bit() {
        let zero = Allowed::exactly(-0.0);
        assert!(zero.contains(-0.0) && !zero.contains(0.0) && !zero.contains(f64::NAN));
        assert!(Allowed { zero: true, ..zero }.contains(0.0));
        let three = Allowed { zero: true, ..Allowed::exactly(3.0) };
        assert!(three.contains(0.0) && three.contains(3.0) && !three.contains(3.5));
        assert!(Allowed::exactly(f64::NAN).contains(-f64::NAN));
    }

    #[test]
    fn a_sign_of_zero_is_near_and_nan_is_far() {
        let near = Allowed::between(2.0, 1.0, 3.0);
        assert_eq!((near.distance(9.0), near.distance(-1.0), near.distance(0.0)), (0.5, 1.0, 1.0));
        assert_eq!(Allowed::exactly(-0.0).distance(0.0), 0.0);
        for (of, observed) in [(1.0, f64::NAN), (1.0, f64::INFINITY), (f64::NAN, 1.0)] {
            assert_eq!(Allowed::exactly(of).distance(observed), 1.0, "{of} {observed}");
        }
        assert_eq!(Allowed::exactly(65504.0).distance(f64::INFINITY), 0.1);
    }

    #[test]
    fn between_includes_its_ends_and_no_nan() {
        let near = Allowed::between(1.0, 0.5, 2.0);
        assert!([0.5, 1.0, 2.0].iter().all(|&within| near.contains(within)));
        assert!(![0.4, 2.1, 0.0, f64::NAN].iter().any(|&beyond| near.contains(beyond)));
        assert!(Allowed { nan: true, ..near }.contains(f64::NAN));
        assert!(!near.is_anything() && Allowed::anything().is_anything());
        assert!([f64::NAN, f64::INFINITY, -0.0].iter().all(|&x| Allowed::anything().contains(x)));
    }
}
