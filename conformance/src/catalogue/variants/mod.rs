//! Different, and right: what the judge must not complain about.

mod all;
mod arithmetic;
mod claimed;
mod claims;
mod edges;
mod generators;
mod philox;
mod scopes;
mod wire;

pub(super) use all::variants;
