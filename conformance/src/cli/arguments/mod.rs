//! The command line.

mod all;
mod verify;

pub(crate) use all::*;
pub(crate) use verify::Verify;
