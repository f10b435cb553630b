use super::Dtype;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use half::{bf16, f16};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// An array on the wire. A number of any dtype is held as the `f64` it is equal to.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The dtype that was declared.
    pub dtype: Dtype,
    /// `[]` for a single number.
    pub shape: Vec<usize>,
    /// The numbers, flat, in C order.
    pub values: Vec<f64>,
}

/// No request fills a larger array.
const LARGEST: usize = 1 << 24;

/// No framework has arrays of more axes.
const MOST_AXES: usize = 64;

/// Above this many elements base64 takes the place of decimal numbers.
const LONGEST_DECIMAL: usize = 64;

impl Array {
    /// An array of `shape` with `values`, each rounded to `dtype`.
    ///
    /// # Panics
    /// If there are more or fewer values than the shape has elements.
    pub fn new(dtype: Dtype, shape: &[usize], values: Vec<f64>) -> Array {
        assert_eq!(shape.iter().product::<usize>(), values.len(), "shape {shape:?}");
        let values = values.into_iter().map(|value| dtype.round(value)).collect();
        Array { dtype, shape: shape.to_vec(), values }
    }

    /// An array of one number everywhere.
    pub fn full(dtype: Dtype, shape: &[usize], value: f64) -> Array {
        Array::new(dtype, shape, vec![value; shape.iter().product()])
    }

    /// Writes one number in place of all elements where they are alike; requests may do so.
    pub(crate) fn serialize_filled<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.values.as_slice() {
            [first, _, ..] if self.values.iter().all(|value| same_bits(*first, *value)) => {
                let (dtype, shape) = (self.dtype, self.shape.clone());
                if !dtype.is_float() {
                    let fill = Some(*first as i64);
                    return OnTheWire { dtype, shape, data: None, base64: None, fill }
                        .serialize(to);
                }
                let fill = Some(Real(*first));
                OnTheWire { dtype, shape, data: None, base64: None, fill }.serialize(to)
            }
            _ => self.serialize(to),
        }
    }

    /// Writes the elements as base64, however few they are; answers may do so.
    pub(crate) fn in_base64(&self) -> serde_json::Value {
        let base64 = STANDARD.encode(self.to_bytes());
        serde_json::json!({ "dtype": self.dtype, "shape": self.shape, "base64": base64 })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.values.len() * self.dtype.size());
        for &value in &self.values {
            // The sign of a NaN that was computed is the compiler's choice, and what is asked must not
            // depend on the build: answers are on record under it.
            let value = if value.is_nan() { f64::NAN } else { value };
            match self.dtype {
                Dtype::Float16 => bytes.extend(f16::from_f32(value as f32).to_le_bytes()),
                Dtype::Bfloat16 => bytes.extend(bf16::from_f32(value as f32).to_le_bytes()),
                Dtype::Float32 => bytes.extend((value as f32).to_le_bytes()),
                Dtype::Float64 => bytes.extend(value.to_le_bytes()),
                Dtype::Int32 => bytes.extend((value as i32).to_le_bytes()),
                Dtype::Int64 => bytes.extend((value as i64).to_le_bytes()),
            }
        }
        bytes
    }

    fn from_bytes(dtype: Dtype, bytes: &[u8]) -> Vec<f64> {
        fn each<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> f64) -> Vec<f64> {
            bytes.as_chunks().0.iter().map(|&chunk| read(chunk)).collect()
        }
        match dtype {
            Dtype::Float16 => each(bytes, |b| f16::from_le_bytes(b).to_f64()),
            Dtype::Bfloat16 => each(bytes, |b| bf16::from_le_bytes(b).to_f64()),
            Dtype::Float32 => each(bytes, |b| f64::from(f32::from_le_bytes(b))),
            Dtype::Float64 => each(bytes, f64::from_le_bytes),
            Dtype::Int32 => each(bytes, |b| f64::from(i32::from_le_bytes(b))),
            Dtype::Int64 => each(bytes, |b| i64::from_le_bytes(b) as f64),
        }
    }
}

/// Whether two numbers are one: bit by bit, but any NaN is any NaN.
pub fn same_bits(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// A number on the wire: JSON has none for NaN, the infinities and, in some languages, -0.
#[derive(Clone, Copy, Debug)]
pub struct Real(pub f64);

impl PartialEq for Real {
    fn eq(&self, other: &Real) -> bool {
        same_bits(self.0, other.0)
    }
}

impl Serialize for Real {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Real(value) = *self;
        match value {
            _ if value.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            _ if value == 0.0 && value.is_sign_negative() => serializer.serialize_str("-0.0"),
            _ => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Real, D::Error> {
        struct RealVisitor;
        impl Visitor<'_> for RealVisitor {
            type Value = Real;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or \"NaN\", \"Infinity\", \"-Infinity\" or \"-0.0\"")
            }
            fn visit_f64<E>(self, value: f64) -> Result<Real, E> {
                Ok(Real(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Real, E> {
                Ok(Real(value as f64))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Real, E> {
                Ok(Real(value as f64))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Real, E> {
                match text {
                    "NaN" => Ok(Real(f64::NAN)),
                    "Infinity" => Ok(Real(f64::INFINITY)),
                    "-Infinity" => Ok(Real(f64::NEG_INFINITY)),
                    "-0.0" => Ok(Real(-0.0)),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(RealVisitor)
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OnTheWire<N> {
    dtype: Dtype,
    shape: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Vec<N>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fill: Option<N>,
}

impl JsonSchema for Real {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or what JSON has no number for.",
            "anyOf": [
                { "type": "number" },
                { "enum": ["NaN", "Infinity", "-Infinity", "-0.0"] },
            ],
        })
    }
}

impl JsonSchema for Array {
    fn schema_name() -> Cow<'static, str> {
        "Array".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        OnTheWire::<Real>::json_schema(generator)
    }
}

// r[protocol.arrays]
impl Serialize for Array {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (dtype, shape) = (self.dtype, self.shape.clone());
        if self.values.len() > LONGEST_DECIMAL {
            let base64 = Some(STANDARD.encode(self.to_bytes()));
            OnTheWire::<Real> { dtype, shape, data: None, base64, fill: None }.serialize(serializer)
        } else if dtype.is_float() {
            let data = Some(self.values.iter().map(|&value| Real(value)).collect());
            OnTheWire { dtype, shape, data, base64: None, fill: None }.serialize(serializer)
        } else {
            let data = Some(self.values.iter().map(|&value| value as i64).collect());
            OnTheWire { dtype, shape, data, base64: None, fill: None }.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Array {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Array, D::Error> {
        let wire = OnTheWire::<Real>::deserialize(deserializer)?;
        let OnTheWire { dtype, shape, data, base64, fill } = wire;
        let error = |message: String| Err(de::Error::custom(message));
        if shape.len() > MOST_AXES {
            return error(format!("an array of {} axes; {MOST_AXES} are read", shape.len()));
        }
        let Some(elements) = shape.iter().try_fold(1usize, |n, &side| n.checked_mul(side)) else {
            return error(format!("no array has shape {shape:?}"));
        };
        let values = match (data, base64, fill) {
            // Shortest decimals of float32 are no doubles of the same value: 0.1 is 0.1f32.
            (Some(data), None, None) => data
                .into_iter()
                .map(|Real(value)| {
                    let no_such = || de::Error::custom(format!("{value} is no {dtype}"));
                    dtype.hold(value).ok_or_else(no_such)
                })
                .collect::<Result<Vec<f64>, _>>()?,
            (None, Some(text), None) => match STANDARD.decode(&text) {
                Ok(bytes) if bytes.len() == elements.saturating_mul(dtype.size()) => {
                    Array::from_bytes(dtype, &bytes)
                }
                Ok(bytes) => {
                    return error(format!(
                        "base64 of {} bytes, but shape {shape:?} of {dtype} takes {}",
                        bytes.len(),
                        elements.saturating_mul(dtype.size())
                    ));
                }
                Err(why) => return error(format!("bad base64: {why}")),
            },
            (None, None, Some(Real(value))) if elements <= LARGEST => {
                vec![dtype.round(value); elements]
            }
            (None, None, Some(_)) => return error(format!("shape {shape:?} is too large")),
            _ => return error("an array has one of `data`, `base64` and `fill`".to_owned()),
        };
        if values.len() != elements {
            return error(format!(
                "shape {shape:?} has {elements} elements, but data has {}",
                values.len()
            ));
        }
        Ok(Array { dtype, shape, values })
    }
}

#[cfg(test)]
mod tests;
