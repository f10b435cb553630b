//! How mistakes are recognised, each by one function.

use super::Evidence;
use crate::wire::{Array, Dtype, Outcome, parse_start, same_bits};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use half::{bf16, f16};
use serde_json::Value;

pub(super) fn no_line_end(evidence: &Evidence) -> bool {
    evidence.late && !evidence.line.ends_with('\n')
}

pub(super) fn buffered(evidence: &Evidence) -> bool {
    evidence.late
}

pub(super) fn no_module(evidence: &Evidence) -> bool {
    let words = ["No module named", "Cannot find module", "Cannot find package"];
    evidence.line.is_empty()
        && evidence.stderr.iter().any(|line| words.iter().any(|words| line.contains(words)))
}

/// NaN or an infinity where no text is.
pub(super) fn bare_nan(evidence: &Evidence) -> bool {
    let (mut in_text, mut escaped, mut outside) = (false, false, String::new());
    for letter in evidence.line.chars() {
        match letter {
            '"' if !escaped => in_text = !in_text,
            _ if !in_text => outside.push(letter),
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    let begun = evidence.line.trim_start().starts_with('{') && evidence.json().is_none();
    begun && (outside.contains("NaN") || outside.contains("Infinity"))
}

pub(super) fn python_repr(evidence: &Evidence) -> bool {
    evidence.line.trim_start().starts_with("{'")
}

pub(super) fn several_lines(evidence: &Evidence) -> bool {
    let begun = evidence.line.trim_start().starts_with(['{', '[']);
    begun && evidence.ends_early()
}

pub(super) fn log_line(evidence: &Evidence) -> bool {
    let answers = |json: &Value| json.is_object() || json.is_array();
    !evidence.line.is_empty() && !evidence.json().is_some_and(answers)
}

pub(super) fn array_for_object(evidence: &Evidence) -> bool {
    evidence.json().is_some_and(Value::is_array)
        || evidence.observations().iter().any(Value::is_array)
        || evidence.arrays().any(Value::is_array)
}

pub(super) fn start_fields(evidence: &Evidence) -> bool {
    evidence.id.is_none() && parse_start(evidence.line).is_err() && !evidence.line.is_empty()
}

pub(super) fn id(evidence: &Evidence) -> bool {
    let object = evidence.json().filter(|json| json.is_object());
    evidence.id.is_some() && object.is_some_and(|json| json["id"].as_str() != evidence.id)
}

pub(super) fn observations_no_list(evidence: &Evidence) -> bool {
    let none = |json: &Value| {
        let list = json.get("observations").is_some_and(Value::is_array);
        json.is_object() && !list && json.get("unsupported").is_none()
    };
    evidence.id.is_some() && evidence.json().is_some_and(none)
}

/// A step's number that is not there, or another one than that of the step.
pub(super) fn at(evidence: &Evidence) -> bool {
    let missing = |seen: &Value| seen.get("at").and_then(Value::as_u64).is_none();
    if evidence.observations().iter().any(missing) {
        return true;
    }
    let Some(answer) = evidence.answer().filter(|answer| answer.outcome == Outcome::Done) else {
        return false;
    };
    let numbers = answer.observations.iter().map(|observation| observation.at);
    let expected = evidence.expected.iter().map(|observation| observation.at);
    !evidence.expected.is_empty() && !numbers.eq(expected)
}

/// Whether the data of some array has an element like this.
fn some_element(evidence: &Evidence, like: impl Fn(&Value) -> bool) -> bool {
    evidence.arrays().filter_map(|array| array["data"].as_array()).flatten().any(like)
}

pub(super) fn null_in_data(evidence: &Evidence) -> bool {
    some_element(evidence, Value::is_null)
}

pub(super) fn nested_data(evidence: &Evidence) -> bool {
    some_element(evidence, Value::is_array)
}

pub(super) fn text_in_data(evidence: &Evidence) -> bool {
    let spelled = ["NaN", "Infinity", "-Infinity", "-0.0"];
    some_element(evidence, |element| match element {
        Value::String(text) => !spelled.contains(&text.as_str()),
        other => other.is_boolean(),
    })
}

/// How many elements the array says that it has.
fn elements(array: &Value) -> Option<u64> {
    let sides = array["shape"].as_array()?.iter().map(Value::as_u64);
    sides.collect::<Option<Vec<_>>>()?.into_iter().try_fold(1, u64::checked_mul)
}

pub(super) fn shape_and_data(evidence: &Evidence) -> bool {
    evidence.arrays().any(|array| {
        let data = array["data"].as_array().map(|data| data.len() as u64);
        data.is_some() && data != elements(array)
    })
}

pub(super) fn other_base64(evidence: &Evidence) -> bool {
    let mut texts = evidence.arrays().filter_map(|array| array["base64"].as_str());
    texts.any(|text| STANDARD.decode(text).is_err())
}

pub(super) fn base64_length(evidence: &Evidence) -> bool {
    evidence.arrays().any(|array| {
        let bytes = array["base64"].as_str().and_then(|text| STANDARD.decode(text).ok());
        let dtype = serde_json::from_value::<Dtype>(array["dtype"].clone()).ok();
        let (Some(bytes), Some(dtype)) = (bytes, dtype) else { return false };
        elements(array) != Some((bytes.len() / dtype.size()) as u64)
            || bytes.len() % dtype.size() != 0
    })
}

/// Whether the second array has the numbers of the first with the bytes of each turned round.
fn turned_round(expected: &Array, observed: &Array) -> bool {
    let turned = |value: f64| match expected.dtype {
        Dtype::Float16 => f16::from_bits(f16::from_f64(value).to_bits().swap_bytes()).to_f64(),
        Dtype::Bfloat16 => bf16::from_bits(bf16::from_f64(value).to_bits().swap_bytes()).to_f64(),
        Dtype::Float32 => f64::from(f32::from_bits((value as f32).to_bits().swap_bytes())),
        Dtype::Float64 => f64::from_bits(value.to_bits().swap_bytes()),
        Dtype::Int32 => f64::from((value as i32).swap_bytes()),
        Dtype::Int64 => (value as i64).swap_bytes() as f64,
    };
    let mut values = expected.values.iter().zip(&observed.values);
    let same = |(expected, observed): (&f64, &f64)| same_bits(turned(*expected), *observed);
    expected.dtype == observed.dtype
        && expected.values.len() == observed.values.len()
        && values.all(same)
}

pub(super) fn big_endian(evidence: &Evidence) -> bool {
    evidence.wrong_arrays().iter().any(|(expected, observed)| turned_round(expected, observed))
}

pub(super) fn other_dtype(evidence: &Evidence) -> bool {
    evidence.wrong_arrays().iter().any(|(expected, observed)| expected.dtype != observed.dtype)
}

pub(super) fn other_shape(evidence: &Evidence) -> bool {
    evidence.wrong_arrays().iter().any(|(expected, observed)| expected.shape != observed.shape)
}

pub(super) fn no_negative_zero(evidence: &Evidence) -> bool {
    let lost = |(expected, observed): &(&Array, &Array)| {
        let mut pairs = expected.values.iter().zip(&observed.values);
        pairs.all(|(a, b)| same_bits(*a, *b) || (*a == 0.0 && *b == 0.0))
    };
    evidence.wrong_arrays().iter().any(lost)
}

#[cfg(test)]
mod tests;
