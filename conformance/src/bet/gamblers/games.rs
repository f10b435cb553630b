//! Games for tests: masks in few words, and those who bet on them.

use super::{BetCall, Gambler, MEMORY};
use crate::bet::bits::Bits;
use std::rc::Rc;

/// A mask that is given as 0 and 1.
pub(super) fn mask(bits: &str) -> Bits {
    Bits::of(bits.bytes().map(|bit| bit == b'1'))
}

/// Shows these masks of ones, one call after the other.
pub(super) fn play(gambler: &mut dyn Gambler, masks: &[Bits]) {
    for (call, kept) in masks.iter().enumerate() {
        let x = Rc::new(vec![1.0; kept.len()]);
        let earlier = &masks[call.saturating_sub(MEMORY)..call];
        gambler.play(&BetCall { kept, x: &x, earlier });
    }
}
