//! What burn does that no program of the judge shows, in burn alone.

use burn::nn::DropoutConfig;
use burn::tensor::{DType, Device, Tensor};

/// The judge asks no ratio so near to 1: in float16 its reciprocal is infinite, and a dropped zero
/// is 0 · 0 · ∞. Each framework that multiplies by a reciprocal in half precision does that.
#[test]
fn ratios_next_to_one_make_nan_in_half_precision() {
    let x = Tensor::<1>::zeros([8], (&Device::flex().autodiff(), DType::F16));
    let y = DropoutConfig::new(1.0 - 2f64.powi(-16)).init().forward(x);
    assert!(y.to_data().iter::<f64>().all(f64::is_nan), "each should be 0");
}
