//! What tests of the program have in common.

mod program;

pub(crate) use program::{Folder, dezero_spec};
