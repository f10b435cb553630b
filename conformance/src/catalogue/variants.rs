//! Different, and right: what the judge must not complain about.

mod arithmetic;
mod claims;
mod edges;
mod generators;
mod philox;
mod scopes;
mod wire;

use super::Variant;
use crate::wire::Start;

pub(super) fn variants() -> Vec<Variant> {
    let topics = [
        arithmetic::variants(),
        edges::variants(),
        claims::variants(),
        generators::variants(),
        scopes::variants(),
        wire::variants(),
    ];
    topics.into_iter().flatten().collect()
}

/// The same claims without these.
fn without(start: Start, dropped: &[&str]) -> Start {
    let kept = start.capabilities.iter().filter(|claimed| !dropped.contains(&claimed.as_str()));
    Start { capabilities: kept.cloned().collect(), ..start }
}

/// Who computes otherwise than the chapter does not claim its bits.
const BITWISE: &[&str] = &["bitwise"];

/// Nor does who draws otherwise, and no uniforms can be put into a generator of another kind.
const GENERATOR: &[&str] = &["bitwise", "injected"];
