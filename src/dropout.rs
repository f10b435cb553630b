#![doc = include_str!("../spec/dropout.md")]
#![doc = "\n"]
#![doc = include_str!("../spec/links.md")]

use crate::functions::{divided, masked};
use crate::{Config, Element, Error, Variable, mask::mask};

/// The ratio where none is given, as in `F.dropout(x)`.
pub const DEFAULT_RATIO: f64 = 0.5; // r[dropout.train.default-ratio]

/// Inverted dropout, the chapter's `F.dropout(x, dropout_ratio=0.5)`.
///
/// In train mode each element of `x` is dropped with probability `ratio` and the others are
/// divided by `1 - ratio`. In test mode `x` itself comes back, nothing is drawn, and the ratio is
/// not looked at. The ratio may differ from call to call; `None` is [`DEFAULT_RATIO`].
/// [Its rules](mod@crate::dropout#in-train-mode).
///
/// # Errors
/// [`Error::Ratio`] in train mode where the ratio is not in [0, 1].
pub fn dropout<E: Element>(
    x: &Variable<E>,
    ratio: impl Into<Option<f64>>,
) -> Result<Variable<E>, Error> {
    // r[config.train-mode] r[config.no-grad.drops] r[dropout.test.between]
    if Config::current().train {
        let ratio = valid(ratio.into().unwrap_or(DEFAULT_RATIO))?;
        // r[dropout.train.ratio-changes] r[dropout.train.shape] r[dropout.view] r[dropout.device]
        let mask = mask(x.shape(), ratio);
        let scale = E::nearest(1.0 - ratio); // r[dropout.train.dtype] r[dropout.train.scale.precise]
        // r[dropout.bitwise.arithmetic] r[dropout.train.scale] r[dropout.train.ratio-zero]
        // r[dropout.train.ratio-one] r[dropout.train.nonfinite] r[dropout.train.input]
        Ok(divided(&masked(x, mask), scale))
    } else {
        // r[dropout.test.identity] r[dropout.test.ratio-one] r[dropout.test.ratio-ignored]
        // r[dropout.bitwise.same] r[dropout.bitwise.no-draws] r[gradient.test.identity]
        // r[dropout.result.consistent] r[dropout.test.integer]
        Ok(x.clone())
    }
}

/// The ratio itself if it is a probability.
pub(crate) fn valid(ratio: f64) -> Result<f64, Error> {
    // Written so that NaN, which is in no range, is refused too.
    match (0.0..=1.0).contains(&ratio) {
        true => Ok(ratio),
        false => Err(Error::Ratio(ratio)), // r[dropout.train.ratio-invalid]
    }
}
