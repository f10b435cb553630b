//! What several topics need.

mod cores;
mod folder;
mod outline;
mod program;

pub(crate) use cores::on_all_cores;
pub(crate) use folder::Folder;
pub(crate) use outline::outline;
pub(crate) use program::dezero_spec;
