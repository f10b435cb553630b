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
