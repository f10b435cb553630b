use dezero_reference::Element;
use half::{bf16, f16};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The dtypes that the wire knows.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Dtype {
    Float16,
    Bfloat16,
    Float32,
    Float64,
    Int32,
    Int64,
}

impl Dtype {
    /// All of them.
    pub const ALL: [Dtype; 6] = [
        Dtype::Float16,
        Dtype::Bfloat16,
        Dtype::Float32,
        Dtype::Float64,
        Dtype::Int32,
        Dtype::Int64,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Dtype::Float16 => "float16",
            Dtype::Bfloat16 => "bfloat16",
            Dtype::Float32 => "float32",
            Dtype::Float64 => "float64",
            Dtype::Int32 => "int32",
            Dtype::Int64 => "int64",
        }
    }

    /// Whether this is a floating-point dtype.
    pub fn is_float(self) -> bool {
        !matches!(self, Dtype::Int32 | Dtype::Int64)
    }

    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Dtype::Float16 | Dtype::Bfloat16 => 2,
            Dtype::Float32 | Dtype::Int32 => 4,
            Dtype::Float64 | Dtype::Int64 => 8,
        }
    }

    /// Significant bits, the hidden one included; for integers those that a double can hold.
    pub fn precision(self) -> i32 {
        match self {
            Dtype::Float16 => 11,
            Dtype::Bfloat16 => 8,
            Dtype::Float32 => 24,
            Dtype::Float64 | Dtype::Int64 => 53,
            Dtype::Int32 => 31,
        }
    }

    /// Half a unit in the last place of 1.
    pub fn unit(self) -> f64 {
        power_of_two(-self.precision())
    }

    /// The smallest positive normal number.
    pub fn smallest_normal(self) -> f64 {
        match self {
            Dtype::Float16 => power_of_two(-14),
            Dtype::Bfloat16 | Dtype::Float32 => power_of_two(-126),
            Dtype::Float64 => f64::MIN_POSITIVE,
            Dtype::Int32 | Dtype::Int64 => 1.0,
        }
    }

    /// The smallest positive number.
    pub fn smallest_subnormal(self) -> f64 {
        self.smallest_normal() * power_of_two(1 - self.precision())
    }

    /// Whether `x` is between 0 and the smallest normal number, in magnitude.
    pub fn is_subnormal(self, x: f64) -> bool {
        x != 0.0 && x.abs() < self.smallest_normal()
    }

    /// The largest finite number.
    pub fn largest(self) -> f64 {
        match self {
            Dtype::Float16 => 65504.0,
            Dtype::Bfloat16 => f64::from(f32::from_bits(0x7f7f_0000)),
            Dtype::Float32 => f64::from(f32::MAX),
            Dtype::Float64 => f64::MAX,
            Dtype::Int32 => f64::from(i32::MAX),
            Dtype::Int64 => 2f64.powi(53) - 1.0,
        }
    }

    /// The nearest number of this dtype, if there is one: nothing that is not whole is an integer, and
    /// nothing finite becomes infinite.
    pub fn hold(self, value: f64) -> Option<f64> {
        let nearest = self.round(value);
        let held = match self {
            Dtype::Int32 => f64::from(value as i32) == value,
            Dtype::Int64 => (value as i64) as f64 == value,
            _ => nearest.is_finite() || !value.is_finite(),
        };
        held.then_some(nearest)
    }

    /// The nearest number of this dtype, ties to even.
    pub fn round(self, value: f64) -> f64 {
        match self {
            Dtype::Float16 => <f16 as Element>::nearest(value).to_f64(),
            Dtype::Bfloat16 => <bf16 as Element>::nearest(value).to_f64(),
            Dtype::Float32 => f64::from(value as f32),
            Dtype::Float64 => value,
            Dtype::Int32 | Dtype::Int64 => value.round_ties_even(),
        }
    }
}

/// `2^exponent` for exponents of normal doubles. The oracle asks for units at every operation, and
/// `powi` was a twentieth of a whole run.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the types themselves say.
    #[test]
    fn the_numbers_are_those_of_the_types() {
        let numbers = |dtype: Dtype| {
            [dtype.unit(), dtype.smallest_normal(), dtype.smallest_subnormal(), dtype.largest()]
        };
        let smallest = f16::from_bits(1).to_f64();
        let half = [f16::EPSILON.to_f64() / 2.0, f16::MIN_POSITIVE.to_f64(), smallest, 65504.0];
        assert_eq!(numbers(Dtype::Float16), half);
        let brain = [bf16::EPSILON, bf16::MIN_POSITIVE, bf16::from_bits(1), bf16::MAX];
        let [epsilon, normal, smallest, largest] = brain.map(bf16::to_f64);
        assert_eq!(numbers(Dtype::Bfloat16), [epsilon / 2.0, normal, smallest, largest]);
        let single = [f32::EPSILON / 2.0, f32::MIN_POSITIVE, f32::from_bits(1), f32::MAX];
        assert_eq!(numbers(Dtype::Float32), single.map(f64::from));
        let double = [f64::EPSILON / 2.0, f64::MIN_POSITIVE, f64::from_bits(1), f64::MAX];
        assert_eq!(numbers(Dtype::Float64), double);
        assert_eq!(Dtype::Int32.largest(), f64::from(i32::MAX));
        assert_eq!((Dtype::Int64.largest(), Dtype::Int64.precision()), (9007199254740991.0, 53));
        assert_eq!(Dtype::Int32.smallest_normal(), 1.0);
        assert_eq!(Dtype::Int32.precision(), i32::BITS as i32 - 1);
    }

    #[test]
    fn names_are_those_of_the_wire() {
        for dtype in Dtype::ALL {
            assert_eq!(serde_json::to_value(dtype).unwrap(), dtype.name());
            assert_eq!(dtype.to_string(), dtype.name());
            assert_eq!(dtype.is_float(), dtype.name().contains("float"));
            let bits = dtype.name().trim_start_matches(|c: char| !c.is_ascii_digit());
            assert_eq!((dtype.size() * 8).to_string(), bits);
        }
    }

    #[test]
    fn rounding_goes_to_the_nearest_and_to_even() {
        for (dtype, value, nearest) in [
            (Dtype::Float16, 1.0 + 1.0 / 2048.0, 1.0),
            (Dtype::Bfloat16, 1.003, 1.0),
            (Dtype::Float32, 0.1, f64::from(0.1f32)),
            (Dtype::Float64, 0.1, 0.1),
            (Dtype::Int32, 2.5, 2.0),
            (Dtype::Int64, 3.5, 4.0),
            (Dtype::Float16, 65520.0, f64::INFINITY),
        ] {
            assert_eq!(dtype.round(value), nearest, "{dtype} {value}");
        }
    }

    #[test]
    fn a_dtype_holds_what_it_can_round() {
        let (i32_end, i64_end) = (2f64.powi(31), 2f64.powi(63));
        for (dtype, held, not) in [
            (Dtype::Float16, vec![65504.0, 0.1, f64::NAN, f64::NEG_INFINITY], vec![65520.0, -1e9]),
            (Dtype::Float32, vec![1e38, 1e-50], vec![1e39]),
            (Dtype::Float64, vec![f64::MAX], vec![]),
            (Dtype::Int32, vec![-i32_end, i32_end - 1.0], vec![i32_end, 0.5, f64::NAN]),
            (Dtype::Int64, vec![-i64_end, i32_end], vec![2.0 * i64_end, 0.5, f64::INFINITY]),
        ] {
            assert!(held.iter().all(|&value| dtype.hold(value).is_some()), "{dtype} {held:?}");
            assert!(not.iter().all(|&value| dtype.hold(value).is_none()), "{dtype} {not:?}");
        }
    }
}
