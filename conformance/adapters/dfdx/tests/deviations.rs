//! What dfdx does that the specification forbids, and why the adapter does not claim or refuses
//! something, in dfdx alone.
//!
//! A test that fails here tells that dfdx has changed; then `conformance.rs` need not spare it that any
//! more.

use dfdx::nn::modules::Dropout;
use dfdx::prelude::*;

/// `mask.dependence` (MUST): the kernel goes through the memory, where a broadcast row is stored once,
/// so that all rows of a batch lose the same elements.
#[test]
fn the_rows_of_a_broadcast_tensor_share_a_mask() {
    let device = Cpu::default();
    let row: Tensor<Rank1<64>, f32, _> = device.ones();
    let x = row.broadcast::<Rank2<2, 64>, _>();
    let [first, second]: [[f32; 64]; 2] = Dropout { p: 0.5 }.forward_mut(x.leaky_trace()).array();
    assert_eq!(first, second, "each row should have a mask of its own");
}

/// Why `arithmetic` is not claimed: dfdx cannot go back through `x * x` or `x + x`. It has `square()`
/// and `x * 2.0` for that.
#[test]
#[should_panic(expected = "left != right")]
fn nothing_goes_back_through_a_tensor_times_itself() {
    let x = Cpu::default().tensor([1.0f32, 2.0]);
    (x.leaky_trace() * x.clone()).sum::<(), _>().backward();
}

/// Why empty arrays are refused.
#[test]
#[should_panic(expected = "the len is 0 but the index is 0")]
fn empty_tensors_cannot_be_read() {
    Cpu::default().tensor_from_vec(Vec::<f32>::new(), (0usize,)).as_vec();
}
