//! What an adapter is asked before it is judged: a few exchanges, each about one thing, so that a
//! mistake in the protocol is told in plain words.

mod examination;
mod exchanges;

pub use examination::{Examined, ExchangeFinding, examine};
