//! The JSON Schemas of what is read and written.

use crate::report::saved::Report;
use crate::run::manifest::Manifest;
use crate::wire::lines::{AnswerLine, RecordedLine, Request};
use schemars::{JsonSchema, schema_for};

/// A line of the exchange, in either direction.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is made of it")]
enum ProtocolLine {
    /// From the judge.
    Request(Request),
    /// From the adapter.
    Answer(AnswerLine),
}

/// The JSON Schema of an `impl.json`.
pub(crate) fn manifest() -> String {
    text(&schema_for!(Manifest))
}

/// The JSON Schema of a line of the exchange.
pub(crate) fn protocol() -> String {
    text(&schema_for!(ProtocolLine))
}

/// The JSON Schema of a line of recorded answers.
pub(crate) fn answers() -> String {
    text(&schema_for!(RecordedLine))
}

/// The JSON Schema of what `verify --format json` writes.
pub(crate) fn report() -> String {
    text(&schema_for!(Report))
}

/// A schema as text.
fn text(schema: &schemars::Schema) -> String {
    serde_json::to_string_pretty(schema).expect("a schema is JSON") + "\n"
}
