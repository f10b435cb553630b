/// The rounds that its authors advise.
const ROUNDS: usize = 10;

/// A uniform in [0, 1) of 53 bits: the block cipher Philox-2x64 of a counter (Salmon et al.,
/// "Parallel random numbers: as easy as 1, 2, 3", 2011).
pub(super) fn philox_uniform(key: u64, counter: [u64; 2]) -> f64 {
    let [mut left, mut right] = counter;
    let mut key = key;
    for _ in 0..ROUNDS {
        let product = u128::from(left) * 0xd2b7_4407_b1ce_6e93;
        (left, right) = ((product >> 64) as u64 ^ key ^ right, product as u64);
        key = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    }
    (left >> 11) as f64 * 2f64.powi(-53)
}

#[test]
fn known_answers() {
    // The first vector of the authors' `kat_vectors`: all zeros.
    let first = 0xca00_a045_9843_d731_u64;
    assert_eq!(philox_uniform(0, [0, 0]), (first >> 11) as f64 * 2f64.powi(-53));
}
