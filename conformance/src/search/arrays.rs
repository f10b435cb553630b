use crate::wire::{Array, Dtype};
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Debug;

/// Shapes of at most `most` elements: single numbers, empty arrays, all lengths up to 67 (where the
/// tails of vectorised loops are), lengths around powers of two, several axes, and now and then one
/// array long enough for a parallel path.
pub fn shapes(most: usize) -> impl Strategy<Value = Vec<usize>> {
    let around = (7u32..12, select(vec![-1i32, 1]));
    prop_oneof![
        3 => Just(vec![]),
        1 => Just(vec![0]),
        10 => (1usize..=67).prop_map(|n| vec![n]),
        4 => (1usize..=9, 1usize..=9).prop_map(|(rows, columns)| vec![rows, columns]),
        1 => (1usize..=4, 1usize..=4, 1usize..=4, 1usize..=4).prop_map(|(a, b, c, d)| vec![a, b, c, d]),
        2 => around.prop_map(|(power, off)| vec![((1i32 << power) + off) as usize]),
        1 => Just(vec![65_537]),
    ]
    .prop_map(move |shape| match shape.iter().product::<usize>() > most {
        true => vec![most.min(7)],
        false => shape,
    })
}

/// What the numbers of an array are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Normal numbers with magnitudes in [0.5, 2), and zeros of both signs among them.
    Tame,
    /// From 2^-10 to 2^8, which is many sizes apart and overflows nowhere at a usual ratio.
    OfAllSizes,
    /// Besides: subnormal and huge numbers, infinities and NaN.
    Wild,
}

/// Arrays of a shape. Each number is drawn from the generator directly: a tree of its own for each of
/// 65537 numbers takes longer than all that is done with them.
pub fn arrays(
    dtype: Dtype,
    shape: &[usize],
    kind: Numbers,
) -> impl Strategy<Value = Array> + use<> {
    let shape = shape.to_vec();
    Just(()).prop_perturb(move |(), mut random| {
        let n = shape.iter().product::<usize>();
        let values = (0..n).map(|_| number(dtype, kind, random.next_u64())).collect();
        Array::new(dtype, &shape, values)
    })
}

/// The number that some random bits stand for.
fn number(dtype: Dtype, kind: Numbers, bits: u64) -> f64 {
    let sign = if bits & 1 == 0 { 1.0 } else { -1.0 };
    let which = (bits >> 1) % 64;
    // 53 bits behind those, so that nothing of one is seen in the other.
    let digits = 1.0 + ((bits >> 11) as f64) * 2f64.powi(-53);
    let exponent = |from: i32, to: i32| from + (which as i32) % (to - from);
    let magnitude = match (dtype.is_float(), kind, which) {
        // Beyond 2^24 there are integers that float32 does not have.
        (false, _, 0..8) => (16_777_217 + 2 * (bits >> 11) % 1000) as f64,
        (false, ..) => (which % 8) as f64,
        (_, Numbers::OfAllSizes, _) => digits * 2f64.powi(exponent(-10, 8)),
        (_, _, 0..8) => 0.0,
        (_, Numbers::Wild, 8..16) => dtype.smallest_subnormal() * (1 + which % 3) as f64,
        (_, Numbers::Wild, 16..24) => dtype.largest(),
        (_, Numbers::Wild, 24..28) => dtype.smallest_normal(),
        (_, Numbers::Wild, 28..34) => f64::INFINITY,
        (_, Numbers::Wild, 34..40) => f64::NAN,
        _ => digits * 2f64.powi(exponent(-1, 1)),
    };
    // Integers have one zero.
    if magnitude == 0.0 && !dtype.is_float() { 0.0 } else { sign * magnitude }
}

/// One of several things, each as often as its weight says; the weights are not all 0.
pub(super) fn one_by_weight<T: Clone + Debug>(all: Vec<(u32, T)>) -> impl Strategy<Value = T> {
    let total = all.iter().map(|(weight, _)| weight).sum::<u32>();
    (0..total).prop_map(move |mut drawn| {
        let chosen = all.iter().find(|(weight, _)| {
            let is = drawn < *weight;
            drawn = drawn.wrapping_sub(*weight);
            is
        });
        chosen.expect("what is drawn is less than the sum").1.clone()
    })
}

/// The ratios that people use.
pub(super) const USUAL: [f64; 7] = [0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9];

/// Ratios: the usual ones, some that are exactly representable in few bits, any, and 0.
pub fn ratios() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => select(USUAL.to_vec()),
        1 => (1u32..16).prop_map(|n| f64::from(n) / 16.0),
        2 => 0.02f64..0.98,
        1 => Just(0.0),
    ]
}

/// The ends of [0, 1], their neighbours, and what lies beyond.
pub fn edge_ratios() -> impl Strategy<Value = f64> {
    let neighbours =
        vec![5e-324, 1e-17, 2f64.powi(-24), 2f64.powi(-11), 1.0 - 2f64.powi(-11), 0.999];
    let beyond = vec![1.0 + f64::EPSILON, 1.5, 50.0, -5e-324, -0.5, f64::NAN, f64::INFINITY];
    prop_oneof![4 => select(neighbours), 2 => Just(1.0), 3 => select(beyond)]
}
