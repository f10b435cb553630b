use rand_chacha::rand_core::Rng;

/// So many uniforms in [0, 1) of 53 bits.
pub(super) fn uniforms(stream: &mut impl Rng, n: usize) -> Vec<f64> {
    (0..n).map(|_| (stream.next_u64() >> 11) as f64 * 2f64.powi(-53)).collect()
}
