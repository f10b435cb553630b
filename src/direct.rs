#![doc = include_str!("../spec/direct.md")]
#![doc = "\n"]
#![doc = include_str!("../spec/links.md")]

use crate::functions::{masked, scaled};
use crate::{Config, DEFAULT_RATIO, Element, Error, Variable, dropout::valid, mask::mask};

/// Direct dropout: `x * mask` in train mode, `x * (1 - ratio)` in test mode.
/// [Its rules](crate::direct).
///
/// # Errors
/// [`Error::Ratio`] in either mode where the ratio is not in [0, 1].
pub fn direct_dropout<E: Element>(
    x: &Variable<E>,
    ratio: impl Into<Option<f64>>,
) -> Result<Variable<E>, Error> {
    let ratio = valid(ratio.into().unwrap_or(DEFAULT_RATIO))?;
    if Config::current().train {
        Ok(masked(x, mask(x.shape(), ratio))) // r[direct.train.values]
    } else {
        Ok(scaled(x, E::nearest(1.0 - ratio))) // r[direct.test.scale]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_mode;
    use ndarray::arr1;

    #[test]
    fn the_way_back_in_test_mode_is_scaled_alike() {
        let x = Variable::new(arr1(&[1.0, -2.0]));
        let y = test_mode(|| direct_dropout(&x, 0.25)).unwrap();
        assert_eq!(*y.data(), arr1(&[0.75, -1.5]).into_dyn());
        y.backward(None, false).unwrap();
        assert_eq!(*x.grad().unwrap().data(), arr1(&[0.75, 0.75]).into_dyn());
    }
}
