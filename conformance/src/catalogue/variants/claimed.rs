use crate::wire::Start;

/// The same claims without these.
pub(super) fn without(start: Start, dropped: &[&str]) -> Start {
    let kept = start.capabilities.iter().filter(|claimed| !dropped.contains(&claimed.as_str()));
    Start { capabilities: kept.cloned().collect(), ..start }
}

/// Who computes otherwise than the chapter does not claim its bits.
pub(super) const BITWISE: &[&str] = &["bitwise"];

/// Nor does who draws otherwise, and no uniforms can be put into a generator of another kind.
pub(super) const GENERATOR: &[&str] = &["bitwise", "injected"];
