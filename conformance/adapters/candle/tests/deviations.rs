//! What candle does that the specification forbids, in candle alone.
//!
//! A test that fails here tells that candle has changed; then `conformance.rs` need not spare it that
//! any more.

use candle_core::{DType, Device::Cpu, Result, Tensor, Var};
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

/// `gradient.test.identity` (MUST): `backward` adds every gradient to a tensor of zeros, and 0 + -0
/// is 0. It is no matter of dropout: without one the gradient is the same.
#[test]
fn gradients_lose_the_sign_of_zero() -> Result<()> {
    let x = Var::new(&[1f32], &Cpu)?;
    let y = (Dropout::new(0.5).forward(&x, false)? * Tensor::new(&[-0f32], &Cpu)?)?;
    let gradient = y.backward()?.get(&x).expect("y comes of x").to_vec1::<f32>()?;
    assert_eq!(gradient[0].to_bits(), 0f32.to_bits(), "1 · -0 should be -0");
    Ok(())
}

/// `dropout.result.consistent` (SHOULD): what ratio 0 hands back is a tensor of its own, but arithmetic
/// with an empty tensor hands that tensor back.
#[test]
fn an_empty_tensor_comes_back_itself() -> Result<()> {
    let [empty, one] = [0, 1].map(|n| Tensor::zeros(n, DType::F32, &Cpu));
    for (x, itself) in [(empty?, true), (one?, false)] {
        assert_eq!(Dropout::new(0.0).forward(&x, true)?.id() == x.id(), itself);
    }
    Ok(())
}

/// `dropout.train.scale` (MUST): in float16 the scale of such a ratio is infinite, and a dropped zero
/// is 0 · (0 · ∞). The judge's own ratios do not come so near to 1.
#[test]
fn ratios_next_to_one_make_nan_in_half_precision() -> Result<()> {
    let x = Tensor::zeros(8, DType::F16, &Cpu)?;
    let y = Dropout::new(1.0 - 2f32.powi(-16)).forward(&x, true)?;
    let y = y.to_dtype(DType::F32)?.to_vec1::<f32>()?;
    assert!(y.iter().all(|y| y.is_nan()), "each should be 0");
    Ok(())
}
