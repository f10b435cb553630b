#![doc = include_str!("../spec/mask.md")]
#![doc = "\n"]
#![doc = include_str!("../spec/links.md")]

use crate::random::rand;
use ndarray::ArrayD;

/// A mask of `shape`: `np.random.rand(*shape) > ratio`. True keeps, false drops.
///
/// Every call draws anew, one uniform for each element. [Its rules](mod@crate::mask).
pub fn mask(shape: &[usize], ratio: f64) -> ArrayD<bool> {
    // r[mask.rate] r[mask.dependence] r[dropout.bitwise.draws]
    rand(shape).mapv(|u| u > ratio) // r[dropout.bitwise.strict] r[mask.resolution]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inject;

    #[test]
    fn a_tie_drops() {
        inject([0.5, 0.5f64.next_up(), 0.5f64.next_down()]);
        assert_eq!(mask(&[3], 0.5).into_raw_vec_and_offset().0, [false, true, false]);
    }
}
