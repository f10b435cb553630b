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
