//! What the pages and the Markdown of several commands have in common.

mod chapter;
mod evidence;
pub(crate) mod markdown;
mod policy;
mod state;
mod summary;
mod text;

pub(crate) use chapter::Chapter;
pub(crate) use evidence::RulingEvidence;
pub(crate) use policy::policy;
pub(crate) use state::{LEGEND, State};
pub(crate) use summary::Summary;
pub(crate) use text::{dotted, prose, scrolling};
