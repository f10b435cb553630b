use super::{Array, Dtype, Real};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A program: what the judge asks an implementation to do and to observe.
pub type Program = Vec<Step>;

/// Train or test mode, for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Mode {
    Train,
    Test,
}

/// What `raise` raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RaiseKind {
    /// An error that ordinary handlers let through.
    Panic,
}

/// One step of a program; the protocol chapter tells what each does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the protocol chapter describes every step and field")]
pub enum Step {
    Variable {
        to: String,
        #[serde(serialize_with = "as_request")]
        array: Array,
    },
    Dropout(Dropout),
    DirectDropout(Dropout),
    Backward {
        of: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gy: Option<Array>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        create_graph: bool,
    },
    GradAs {
        of: String,
        to: String,
    },
    ClearGrad {
        of: String,
    },
    Add {
        to: String,
        a: String,
        b: String,
    },
    Mul {
        to: String,
        a: String,
        b: String,
    },
    UsingConfig {
        flag: String,
        value: bool,
        body: Program,
    },
    TestMode {
        body: Program,
    },
    NoGrad {
        body: Program,
    },
    SetConfig {
        flag: String,
        value: bool,
    },
    Raise {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<RaiseKind>,
    },
    Catch {
        body: Program,
    },
    Repeat {
        times: usize,
        body: Program,
    },
    Seed {
        value: u32,
    },
    Value {
        of: String,
    },
    Grad {
        of: String,
    },
    Config {
        flag: String,
    },
    Recorded {
        of: String,
    },
    Same {
        a: String,
        b: String,
    },
    Draws {},
}

/// The fields of `dropout` and `direct_dropout`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the protocol chapter describes every step and field")]
pub struct Dropout {
    pub to: String,
    pub of: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Real>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u: Option<Array>,
}

/// One number everywhere is said once.
fn as_request<S: Serializer>(array: &Array, serializer: S) -> Result<S::Ok, S::Error> {
    array.serialize_filled(serializer)
}

impl Step {
    /// The steps inside this one.
    pub fn body(&self) -> &[Step] {
        match self {
            Step::UsingConfig { body, .. }
            | Step::TestMode { body }
            | Step::NoGrad { body }
            | Step::Catch { body }
            | Step::Repeat { body, .. } => body,
            _ => &[],
        }
    }

    /// The steps inside this one, if it has a body.
    pub fn body_mut(&mut self) -> Option<&mut Program> {
        match self {
            Step::UsingConfig { body, .. }
            | Step::TestMode { body }
            | Step::NoGrad { body }
            | Step::Catch { body }
            | Step::Repeat { body, .. } => Some(body),
            _ => None,
        }
    }

    /// How many numbers `at` this step takes: its own and those of its body.
    pub fn count(&self) -> usize {
        1 + self.body().iter().map(Step::count).sum::<usize>()
    }

    /// The dtype of the first variable in `steps`, which is that of the program.
    pub fn dtype(steps: &[Step]) -> Option<Dtype> {
        steps.iter().find_map(|step| match step {
            Step::Variable { array, .. } => Some(array.dtype),
            _ => Step::dtype(step.body()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reads_as_the_protocol_writes_it() {
        let text = r#"{"op":"dropout","to":"y","of":"x","ratio":"NaN","mode":"train"}"#;
        let step: Step = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&step).unwrap(), text);
        for wrong in [
            r#"{"op":"dropuot","to":"y","of":"x"}"#,
            r#"{"op":"dropout","to":"y","of":"x","key":7}"#,
            r#"{"op":"draws","of":"x"}"#,
            r#"{"op":"value","of":"x","why":1}"#,
        ] {
            assert!(serde_json::from_str::<Step>(wrong).is_err(), "{wrong}");
        }
    }
}
