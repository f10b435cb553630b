//! Other ways to say the same.

use super::super::{Kernel, Mutant, Variant};
use crate::wire::Array;
use serde_json::Value;
use std::thread::sleep;
use std::time::Duration;

variants! {
    "other-words" => "Errors say something else." {
        spoil: |line| {
            line.replace("\"message\":\"", "\"message\":\"오류 \\u2014 ")
        }
    }

    "late-answers" => "Each answer takes its time." {
        spoil: |line| {
            sleep(Duration::from_micros(300));
            line
        }
    }

    "keys-in-any-order" => "Objects are written by another library." {
        spoil: |line| rewritten(&line, &|value| value)
    }

    "arrays-in-base64" => "Small arrays are base64, too." {
        spoil: |line| {
            rewritten(&line, &|value| match serde_json::from_value::<Array>(value.clone()) {
                Ok(array) => array.in_base64(),
                Err(_) => value,
            })
        }
    }
}

/// The line with every object replaced, the inner ones first.
fn rewritten(line: &str, replace: &dyn Fn(Value) -> Value) -> String {
    fn walk(value: Value, replace: &dyn Fn(Value) -> Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(key, value)| (key, walk(value, replace)));
                replace(Value::Object(fields.collect()))
            }
            Value::Array(items) => items.into_iter().map(|item| walk(item, replace)).collect(),
            value => value,
        }
    }
    // What this program wrote can be read.
    serde_json::from_str(line)
        .map_or_else(|_| line.to_owned(), |value| walk(value, replace).to_string())
}
