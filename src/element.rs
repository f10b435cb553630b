//! The numbers that arrays are made of.

use half::{bf16, f16};
use std::fmt::Debug;
use std::ops::{Add, Div, Mul};

/// A floating-point number: `f16`, `bf16`, `f32` or `f64`. Integers are none: there is no dropout
/// of them here.
///
/// The engine needs three operations and one conversion, no more. With this trait implemented for
/// another type (an interval, a symbol, a number that counts its roundings), the whole engine runs
/// on it.
pub trait Element:
    // r[dropout.train.integer]
    Copy
    + Debug
    + Add<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// The nearest element, ties to even, rounded once; infinite beyond the largest finite one.
    fn nearest(value: f64) -> Self;
}

impl Element for f64 {
    fn nearest(value: f64) -> f64 {
        value
    }
}

impl Element for f32 {
    fn nearest(value: f64) -> f32 {
        value as f32
    }
}

impl Element for f16 {
    fn nearest(value: f64) -> f16 {
        f16::from_f32(round_to(value, 11, -14, 65504.0))
    }
}

impl Element for bf16 {
    fn nearest(value: f64) -> bf16 {
        // The largest finite bfloat16 is (2 - 2^-7) * 2^127.
        bf16::from_f32(round_to(value, 8, -126, f32::from_bits(0x7f7f_0000)))
    }
}

/// Rounds `value` to `precision` significant bits, fewer below the normal range, which starts at
/// `2^min_exponent`. The result is a number of the narrow format, so what follows is exact.
///
/// The `from_f64` of `half` 2 rounds twice on some machines (half-rs issues 116 and
/// 151), which is off by one step for about one `1 - ratio` in ten thousand.
fn round_to(value: f64, precision: i32, min_exponent: i32, largest: f32) -> f32 {
    if !value.is_finite() {
        return value as f32;
    }
    let biased = (value.to_bits() >> 52) & 0x7ff;
    let exponent = (biased as i32 - 1023).max(min_exponent);
    // Powers of two from 2^-133 to 2^1023 are exact in f64, and so is the scaling by them.
    let step = 2f64.powi(exponent + 1 - precision);
    let rounded = (value / step).round_ties_even() * step;
    if rounded.abs() > f64::from(largest) {
        return f32::INFINITY.copysign(rounded as f32);
    }
    rounded as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn midpoints_round_to_even_and_once() {
        // Just above the midpoint of 1 and 1 + 2^-10 by less than f32 can see: rounding through
        // f32 first lands on the midpoint and then on 1.
        let above = 1.0 + 2f64.powi(-11) + 2f64.powi(-40);
        assert_eq!(f16::nearest(above).to_bits(), 0x3c01);
        assert_eq!(f16::nearest(1.0 + 2f64.powi(-11)).to_bits(), 0x3c00);
        assert_eq!(f16::nearest(65519.99).to_bits(), 0x7bff);
        assert_eq!(f16::nearest(65520.0), f16::INFINITY);
        assert_eq!(f16::nearest(2f64.powi(-25)).to_bits(), 0);
        assert_eq!(f16::nearest(2f64.powi(-25) * 1.001).to_bits(), 1);
        assert_eq!(bf16::nearest(0.999).to_f32(), 1.0);
        assert_eq!(bf16::nearest(-3.4e38), bf16::NEG_INFINITY);
        assert_eq!(bf16::nearest(-0.0).to_bits(), 0x8000);
        assert_eq!(f32::nearest(0.1), 0.1f32);
    }

    proptest! {
        /// Every number of the narrow formats, and the middle between any two neighbours.
        #[test]
        fn the_nearest_is_never_beaten_by_a_neighbour(bits in 0u16..0x7c00, t in -1.0f64..1.0) {
            let here = f16::from_bits(bits).to_f64();
            let next = f16::from_bits(bits + 1).to_f64();
            if next.is_finite() {
                let value = here + (next - here) * (t + 1.0) / 2.0;
                let nearest = if value - here < next - value { here } else { next };
                if value - here != next - value {
                    prop_assert_eq!(f16::nearest(value).to_f64(), nearest);
                    prop_assert_eq!(f16::nearest(-value).to_f64(), -nearest);
                }
            }
        }
    }
}
