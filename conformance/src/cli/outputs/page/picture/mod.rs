//! Pictures, as SVG that takes its colours from the page and says in words what it shows.

mod bits;
mod counts;
mod course;
mod frame;
mod rates;
mod values;
mod words;

pub(super) use bits::{bits, elements};
pub(super) use counts::counts;
pub(super) use course::course;
pub(super) use rates::{parts, rate, rates};
pub(super) use values::{any_off, values};
pub(super) use words::amount;
