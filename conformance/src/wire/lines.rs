//! What a line of the exchange looks like, for JSON Schemas. The lines themselves are read and written
//! by hand, so that an author of an adapter is told in words what is wrong with one.

use super::{Array, FaultKind, Origin, Program, Same, Start};
use schemars::JsonSchema;

/// A line that the judge sends.
#[derive(JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) enum Request {
    /// The first request.
    Start {
        /// The versions that the judge speaks.
        protocols: Vec<u32>,
        /// What an implementation may seed itself with.
        entropy: u32,
    },
    /// A program to run.
    Run {
        /// The answer has the same.
        id: String,
        /// The steps.
        program: Program,
    },
    /// Leave.
    Stop,
}

/// A line that an adapter sends.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) enum AnswerLine {
    /// To `start`.
    Start(Start),
    /// The program cannot be run.
    Refused {
        /// That of the request.
        id: String,
        /// What cannot be run, and why.
        unsupported: Refusal,
    },
    /// What was observed, up to an error that nothing caught if there was one.
    Observed {
        /// That of the request.
        id: String,
        /// In the order in which they were made.
        observations: Vec<ObservationLine>,
        /// The error that ended the program.
        error: Option<ErrorLine>,
    },
}

/// A line of recorded answers.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) enum RecordedLine {
    /// What an adapter sent.
    Answer(AnswerLine),
    /// No answer came.
    Fault {
        /// That of the request; none if it was `start`.
        id: Option<String>,
        /// What happened.
        fault: FaultKind,
        /// The same in words.
        message: String,
        /// The last lines of standard error.
        #[serde(default)]
        stderr: Vec<String>,
    },
}

/// Why a program cannot be run.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) struct Refusal {
    /// The step that cannot be run.
    at: usize,
    /// Why.
    #[serde(default)]
    why: String,
}

/// An error that nothing caught.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) struct ErrorLine {
    /// The innermost step that raised.
    at: usize,
    /// Whose error it is.
    from: Origin,
    /// Its type.
    #[serde(default, rename = "type")]
    kind: String,
    /// Its message.
    #[serde(default)]
    message: String,
}

/// What one step observed.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) struct ObservationLine {
    /// The number of the step.
    at: usize,
    /// What it saw.
    #[serde(flatten)]
    seen: SeenLine,
}

/// What was observed.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is made of it")]
enum SeenLine {
    /// Numbers, or null where there is no gradient.
    Array { array: OrNull<Array> },
    /// A flag.
    Config { config: bool },
    /// Whether a call was recorded.
    Recorded { recorded: bool },
    /// Identity.
    Same { same: Same },
    /// Uniforms drawn.
    Draws { draws: u64 },
    /// Where an array lives.
    Device { device: String },
    /// What a `catch` caught, or null.
    Raised { raised: OrNull<Origin> },
}

/// A value, or null; unlike an option it cannot be left out.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is made of it")]
enum OrNull<T> {
    /// A value.
    Value(T),
    /// Null.
    Null(()),
}
