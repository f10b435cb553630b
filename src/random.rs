//! Where the uniforms of the masks come from.
//!
//! `np.random` of the chapter is one generator for the whole program; here each thread has its own.
//! It is ChaCha20 (RFC 8439) with the seed as the first eight bytes of the key, little-endian, the
//! rest of key and nonce zero and the counter at 0. Eight bytes of the key stream, read
//! little-endian as `w`, give `u = (w >> 11) * 2^-53`, a multiple of 2^-53 in [0, 1).
//!
//! A thread that was never seeded starts from a seed of the operating system.

use ndarray::{ArrayD, IxDyn};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};

struct Source {
    generator: ChaCha20Rng,
    injected: VecDeque<f64>,
    drawn: u64,
}

thread_local! {
    static SOURCE: RefCell<Source> = RefCell::new(Source {
        generator: generator(RandomState::new().build_hasher().finish()),
        injected: VecDeque::new(),
        drawn: 0,
    });
}

fn generator(seed: u64) -> ChaCha20Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    ChaCha20Rng::from_seed(key)
}

/// Starts this thread's generator anew.
pub fn seed(seed: u64) {
    SOURCE.with_borrow_mut(|source| source.generator = generator(seed)); // r[mask.seeded]
}

/// Hands `uniforms` out, in order, before any number of the generator.
///
/// This is how a mask is chosen instead of drawn: `u = 0` drops at every ratio, `u = 1 - 2^-53`
/// keeps at every ratio below it.
pub fn inject(uniforms: impl IntoIterator<Item = f64>) {
    SOURCE.with_borrow_mut(|source| source.injected = uniforms.into_iter().collect());
}

/// How many uniforms this thread has handed out.
pub fn drawn() -> u64 {
    SOURCE.with_borrow(|source| source.drawn)
}

/// An array of uniforms in [0, 1), in row-major order: `np.random.rand(*shape)`.
pub fn rand(shape: &[usize]) -> ArrayD<f64> {
    SOURCE.with_borrow_mut(|source| {
        ArrayD::from_shape_simple_fn(IxDyn(shape), || {
            source.drawn += 1;
            source
                .injected
                .pop_front()
                .unwrap_or_else(|| (source.generator.next_u64() >> 11) as f64 * 2f64.powi(-53))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key stream of RFC 8439, appendix A.1, test vector 1: 76 b8 e0 ad a0 f1 3d 90 …
    #[test]
    fn seed_zero_is_the_key_stream_of_the_rfc() {
        seed(0);
        let w = u64::from_le_bytes([0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90]);
        assert_eq!(rand(&[])[[]], (w >> 11) as f64 / 2f64.powi(53));
    }

    #[test]
    fn injected_uniforms_come_first_and_are_counted() {
        let before = drawn();
        inject([0.25, 0.75]);
        assert_eq!(rand(&[2]).as_slice(), Some(&[0.25, 0.75][..]));
        rand(&[3]);
        rand(&[0, 4]);
        assert_eq!(drawn() - before, 5);
    }
}
