//! What candle does that the specification forbids, and why the adapter does not claim something, in
//! candle alone.
//!
//! A test that fails here tells that candle has changed; then `conformance.rs` need not spare it that
//! any more.

use candle_core::DType;
use candle_core::{Device::Cpu, Result, Tensor};
use candle_nn::Dropout;

/// `dropout.train.integer` (MUST): the scale is cast to the dtype of the input. 1 / (1 - 0.4) is
/// 1.67 and becomes 1, so that the mean of the result is 3 / 5 of what it should be.
#[test]
fn integers_are_not_scaled() -> Result<()> {
    let x = Tensor::full(6i64, 1000, &Cpu)?;
    let y = Dropout::new(0.4).forward(&x, true)?.to_vec1::<i64>()?;
    assert!(y.iter().all(|&y| y == 0 || y == 6), "a kept 6 should be 10");
    Ok(())
}

/// The judge asks no ratio so near to 1: in float16 its reciprocal is infinite, and a dropped zero
/// is 0 · (0 · ∞). Each framework that multiplies by a reciprocal in half precision does that.
#[test]
fn ratios_next_to_one_make_nan_in_half_precision() -> Result<()> {
    let x = Tensor::zeros(8, DType::F16, &Cpu)?;
    let y = Dropout::new(1.0 - 2f32.powi(-16)).forward(&x, true)?;
    let y = y.to_dtype(DType::F32)?.to_vec1::<f32>()?;
    assert!(y.iter().all(|y| y.is_nan()), "each should be 0");
    Ok(())
}

/// `threads` is not claimed, for the judge runs an adapter in Rust on one thread. Candle has a generator
/// for each thread, which the system seeds.
#[test]
fn each_thread_draws_masks_of_its_own() -> Result<()> {
    let draw =
        || Dropout::new(0.5).forward(&Tensor::ones(64, DType::F32, &Cpu)?, true)?.to_vec1::<f32>();
    let drawn = [(); 2].map(|()| std::thread::spawn(draw));
    let [first, second] = drawn.map(|thread| thread.join().expect("candle draws"));
    assert_ne!(first?, second?);
    Ok(())
}
