//! What tests of the program have in common.

mod folder;
mod program;

pub(crate) use folder::Folder;
pub(crate) use program::dezero_spec;
