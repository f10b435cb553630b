#![doc = include_str!("../spec/ensemble.md")]
#![doc = "\n"]
#![doc = include_str!("../spec/links.md")]

use crate::{Error, Variable, dropout, inject};
use ndarray::Array1;

/// A uniform that drops at every ratio: no `u > ratio` holds for it.
pub const DROPS: f64 = 0.0;

/// A uniform that keeps at every ratio below it: the largest one there is, 1 - 2^-53.
pub const KEEPS: f64 = 1.0 - f64::EPSILON / 2.0;

/// All `2^n` masks of `n` elements.
///
/// # Panics
/// If `n` is 32 or more: there would be too many to list.
pub fn all_masks(n: usize) -> impl Iterator<Item = Vec<bool>> {
    assert!(n < 32, "2^{n} masks are too many to list");
    (0..1u32 << n).map(move |bits| (0..n).map(|i| bits >> i & 1 == 1).collect())
}

/// How likely this mask is: `1 - ratio` for each kept element, `ratio` for each dropped one.
pub fn probability(mask: &[bool], ratio: f64) -> f64 {
    mask.iter().map(|&kept| if kept { 1.0 - ratio } else { ratio }).product()
}

/// The outputs `Σ wᵢ·dropout(x)ᵢ` of the linear model `w`, averaged over all masks of `x` by their
/// probability.
///
/// # Errors
/// [`Error::Ratio`] where the ratio is not in [0, 1].
///
/// # Panics
/// If `w` and `x` differ in length, or have 32 elements or more.
pub fn ensemble_mean(w: &Array1<f64>, x: &Array1<f64>, ratio: f64) -> Result<f64, Error> {
    assert_eq!(w.len(), x.len(), "a weight for each element");
    let x = Variable::new(x.view());
    let mut mean = 0.0;
    for mask in all_masks(w.len()) {
        inject(mask.iter().map(|&kept| if kept { KEEPS } else { DROPS }));
        let y = dropout(&x, ratio);
        inject([]); // What a refused call, or one in test mode, did not draw must not reach the next one.
        let output: f64 = w.iter().zip(y?.data()).map(|(w, y)| w * y).sum();
        mean += probability(&mask, ratio) * output; // r[ensemble.mean]
    }
    Ok(mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_mode;
    use ndarray::Array1;
    use proptest::prelude::*;

    fn numbers(n: usize) -> impl Strategy<Value = Array1<f64>> {
        prop::collection::vec((-8i32..9).prop_map(f64::from), n).prop_map(Array1::from)
    }

    #[test]
    fn masks_count_in_binary_and_the_uniforms_are_the_outermost() {
        let masks = all_masks(2).collect::<Vec<_>>();
        assert_eq!(masks, [[false, false], [true, false], [false, true], [true, true]]);
        assert_eq!((DROPS, KEEPS), (0.0, 1f64.next_down()));
    }

    #[test]
    fn no_uniform_is_left_for_the_next_call() {
        let x = Array1::from(vec![1.0; 4]);
        assert!(ensemble_mean(&x, &x, 1.5).is_err());
        assert_eq!(test_mode(|| ensemble_mean(&x, &x, 0.9)).unwrap(), 4.0);
        crate::seed(0);
        let ones = Variable::new(ndarray::arr1(&[1.0; 400]));
        let kept = dropout(&ones, 0.5).unwrap().data().iter().filter(|&&y| y != 0.0).count();
        assert!((150..250).contains(&kept), "{kept}");
    }

    proptest! {
        /// Dividing by 1/2 or 1/4 and adding small integers rounds nothing, so there the mean is the
        /// output of test mode to the bit; at other ratios it is as near as sums can be.
        #[test]
        fn the_mean_over_all_masks_is_the_output_of_test_mode(
            (w, x) in (1usize..7).prop_flat_map(|n| (numbers(n), numbers(n))),
            exact in prop::sample::select(vec![0.5, 0.75]),
            ratio in 0.01f64..0.99,
        ) {
            let tested = test_mode(|| dropout(&Variable::new(x.view()), 0.5))?;
            let output = w.iter().zip(tested.data()).map(|(w, x)| w * x).sum::<f64>();
            prop_assert_eq!(ensemble_mean(&w, &x, exact)?, output);
            let largest = w.iter().zip(&x).map(|(w, x)| (w * x).abs()).sum::<f64>();
            prop_assert!((ensemble_mean(&w, &x, ratio)? - output).abs() <= 1e-12 * largest);
        }
    }
}
