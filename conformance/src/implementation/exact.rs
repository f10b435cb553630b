use crate::wire::Dtype;
use dezero_reference::Element;
use half::{bf16, f16};

/// A dtype as a type.
pub trait Exact: Element {
    /// The dtype.
    const DTYPE: Dtype;
    /// The number as a double, exactly.
    fn to_f64(self) -> f64;
}

macro_rules! exact {
    ($($element:ty, $dtype:ident, $to_f64:expr;)*) => {$(
        impl Exact for $element {
            const DTYPE: Dtype = Dtype::$dtype;
            fn to_f64(self) -> f64 {
                $to_f64(self)
            }
        }
    )*};
}

exact! {
    f16, Float16, f16::to_f64;
    bf16, Bfloat16, bf16::to_f64;
    f32, Float32, f64::from;
    f64, Float64, f64::from;
}
