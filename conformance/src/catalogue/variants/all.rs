use super::super::Variant;
use super::{arithmetic, claims, edges, generators, scopes, wire};

pub(in super::super) fn variants() -> Vec<Variant> {
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
