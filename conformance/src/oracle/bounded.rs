use super::{Allowed, World};
use crate::implementation::Exact;
use crate::wire::Dtype;
use dezero_reference::Element;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul};

/// An element that knows which numbers it explains.
pub trait Explains: Element {
    /// What an implementation may show where the engine has this element.
    fn allowed(&self, world: &World) -> Allowed;

    /// The element for the reader of a report, in a world that does not explain what was observed.
    fn describe(&self, world: &World, observed: f64) -> String;
}

/// How far from the exact value a number of some dtype may be.
pub trait Tolerance: Copy + Debug + Send + Sync + 'static {
    /// The dtype.
    const DTYPE: Dtype;
    /// The relative error that one scaling may add.
    fn relative() -> f64;
    /// Whether anything that was computed may as well be NaN.
    const NAN_TOO: bool = false;
}

/// The tolerance of the MUST rules: 6 units; float64 counts with the unit of float32.
#[derive(Clone, Copy, Debug)]
pub struct Must<E>(PhantomData<E>);

/// The tolerance of the SHOULD rule: 2.5 units of its own dtype.
#[derive(Clone, Copy, Debug)]
pub struct Should<E>(PhantomData<E>);

/// The tolerance where integers went in: of the coarsest dtype that they may become. It is less
/// than the distance to another integer.
#[derive(Clone, Copy, Debug)]
pub struct Promoted;

impl<E: Exact> Tolerance for Must<E> {
    const DTYPE: Dtype = E::DTYPE;

    // r[dropout.train.scale]: room for a division that is two units off, which costs 6u.
    fn relative() -> f64 {
        6.0 * E::DTYPE.unit().max(Dtype::Float32.unit())
    }
}

impl<E: Exact> Tolerance for Should<E> {
    const DTYPE: Dtype = E::DTYPE;

    // r[dropout.train.scale.precise]: multiplying by a rounded reciprocal of a rounded scale costs
    // 2.5u; for float64 the exact value is itself computed with two roundings, of one unit each.
    fn relative() -> f64 {
        let own = if E::DTYPE == Dtype::Float64 { 2.0 } else { 0.0 };
        (2.5 + own) * E::DTYPE.unit()
    }
}

impl Tolerance for Promoted {
    const DTYPE: Dtype = Dtype::Float64;
    const NAN_TOO: bool = true;

    // r[dropout.train.integer]
    fn relative() -> f64 {
        6.0 * Dtype::Bfloat16.unit()
    }
}

/// The bitwise claim: the engine's own element explains itself.
impl<E: Exact> Explains for E {
    fn allowed(&self, _world: &World) -> Allowed {
        Allowed::exactly(self.to_f64())
    }

    fn describe(&self, _world: &World, _observed: f64) -> String {
        format!("{:?}", self.to_f64())
    }
}

/// Questions that decide whether a value is NaN, in the order of the bits of `nan_if`.
const NAN_QUESTIONS: [&str; 4] =
    ["dropped_nonfinite.forward", "dropped_nonfinite.backward", "ratio_one", "ratio_one.gradient"];

/// The exact value and how far from it an implementation may be.
///
/// Running the engine on these instead of floats gives, for each observation, the interval of
/// numbers that the specification allows.
#[derive(Clone, Copy, Debug)]
pub struct Bounded<T> {
    value: f64,
    error: f64,
    /// If one of these questions is answered `nan`, the value is NaN.
    nan_if: u8,
    /// Nothing has been computed yet: the bits are those that went in, the sign of 0 included.
    untouched: bool,
    /// What overflowed was dropped here, and may have become NaN.
    nan_too: bool,
    /// Something subnormal took part, and may have been flushed to 0.
    flushed: bool,
    /// On the way back; the questions differ there.
    backward: bool,
    /// The magnitude of what a mask has dropped here.
    dropped: f64,
    tolerance: PhantomData<T>,
}

impl<T: Tolerance> Bounded<T> {
    /// The same number, as part of a gradient that goes back.
    pub fn on_the_way_back(self) -> Self {
        Bounded { backward: true, ..self }
    }

    /// A value that the specification says nothing about.
    pub fn anything() -> Self {
        Bounded { error: f64::INFINITY, ..Self::nearest(0.0) }
    }

    /// The exact value.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Whether an answer of this world makes it NaN.
    fn is_nan_in(&self, world: &World) -> bool {
        let asked = NAN_QUESTIONS.iter().enumerate();
        let mut asked = asked.filter(|(bit, _)| self.nan_if >> bit & 1 == 1);
        asked.any(|(_, question)| world.ask(question) == "nan")
    }

    fn is_exactly(&self, value: f64) -> bool {
        self.untouched && self.value == value && self.error == 0.0
    }

    fn overflows(&self) -> bool {
        self.error.is_finite()
            && !self.value.is_nan()
            && (self.value.is_infinite() && !self.untouched
                || self.value.is_finite() && self.value.abs() + self.error > T::DTYPE.largest())
    }

    fn ask_if_nan(self, question: &str, backward: &str) -> Self {
        let question = if self.backward { backward } else { question };
        let bit = NAN_QUESTIONS.iter().position(|&known| known == question);
        Bounded { nan_if: self.nan_if | 1 << bit.expect("a question of the table"), ..self }
    }

    /// `value`, which came of these operands by one rounding.
    fn rounded(value: f64, carried: f64, a: Self, b: Self) -> Self {
        let exact = value == 0.0 && carried == 0.0;
        let error = if exact {
            0.0
        } else {
            carried + T::relative() * (value.abs() + carried) + T::DTYPE.smallest_subnormal()
        };
        // r[dropout.train.subnormal]
        let flushed = [a.value, b.value, value].into_iter().any(|x| T::DTYPE.is_subnormal(x));
        Bounded {
            value,
            error: if value.is_finite() { error } else { 0.0 },
            nan_if: a.nan_if | b.nan_if,
            nan_too: a.nan_too || b.nan_too,
            flushed: flushed || a.flushed || b.flushed,
            untouched: !(a.value.is_finite() && b.value.is_finite()),
            backward: a.backward || b.backward,
            dropped: 0.0,
            tolerance: PhantomData,
        }
    }

    /// `x * 1` or `x / 1`: the same bits, unless the arithmetic flushed them.
    fn unchanged(self) -> Self {
        Bounded { flushed: self.flushed || T::DTYPE.is_subnormal(self.value), ..self }
    }

    /// `x * 0`: a mask dropped it.
    fn drop_it(self) -> Self {
        let zero = Bounded { value: 0.0, error: 0.0, untouched: false, ..self };
        if self.overflows() {
            Bounded { nan_too: true, ..zero }
        } else if !self.value.is_finite() {
            zero.ask_if_nan("dropped_nonfinite.forward", "dropped_nonfinite.backward")
        } else {
            Bounded { dropped: self.value.abs() + self.error, ..zero }
        }
    }
}

impl<T: Tolerance> Element for Bounded<T> {
    fn nearest(value: f64) -> Self {
        Bounded {
            value,
            error: 0.0,
            nan_if: 0,
            nan_too: false,
            flushed: false,
            untouched: true,
            backward: false,
            dropped: 0.0,
            tolerance: PhantomData,
        }
    }
}

impl<T: Tolerance> Mul for Bounded<T> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        // The engine writes a mask, which is 0 or 1, behind what it masks.
        if other.is_exactly(1.0) {
            return self.unchanged();
        }
        if other.is_exactly(0.0) {
            return self.drop_it();
        }
        let (a, b) = (self, other);
        let carried = a.value.abs() * b.error + b.value.abs() * a.error + a.error * b.error;
        Self::rounded(a.value * b.value, carried, a, b)
    }
}

impl<T: Tolerance> Div for Bounded<T> {
    type Output = Self;

    /// The engine divides by the scale alone, which is exact here.
    fn div(self, scale: Self) -> Self {
        if scale.is_exactly(1.0) {
            return self.unchanged();
        }
        if scale.value == 0.0 {
            let zero = Bounded { value: 0.0, error: 0.0, untouched: false, ..self };
            return zero.ask_if_nan("ratio_one", "ratio_one.gradient");
        }
        let s = scale.value;
        let quotient = Self::rounded(self.value / s, self.error / s.abs(), self, scale);
        let reach = self.dropped / s.abs() * (1.0 + T::relative());
        if self.value == 0.0 && reach > T::DTYPE.largest() {
            return Bounded { nan_too: true, ..quotient };
        }
        quotient
    }
}

impl<T: Tolerance> Add for Bounded<T> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        // Of a sum, either part may have been flushed without the other.
        let flushed = |part: Self| if part.flushed { part.value.abs() } else { 0.0 };
        let carried = self.error + other.error + flushed(self) + flushed(other);
        Self::rounded(self.value + other.value, carried, self, other)
    }
}

impl<T: Tolerance> Explains for Bounded<T> {
    fn allowed(&self, world: &World) -> Allowed {
        if self.error.is_infinite() {
            return Allowed::anything();
        }
        if self.is_nan_in(world) {
            return Allowed::exactly(f64::NAN);
        }
        if self.value.is_nan() {
            Allowed::exactly(f64::NAN)
        } else if self.overflows() {
            // r[dropout.train.overflow]: infinite or finite, of its sign, which 0 has not.
            let least = T::DTYPE.smallest_subnormal();
            match self.value > 0.0 {
                true => Allowed::between(self.value, least, f64::INFINITY),
                false => Allowed::between(self.value, f64::NEG_INFINITY, -least),
            }
        } else if self.error == 0.0 && self.untouched {
            // r[gradient.test.identity]: adding a gradient to zeros makes +0 of -0.
            let zero = self.flushed || self.backward && self.value == 0.0;
            Allowed { zero, ..Allowed::exactly(self.value) }
        } else {
            let (low, high) = (self.value - self.error, self.value + self.error);
            let nan = T::NAN_TOO || self.nan_too;
            Allowed { nan, zero: self.flushed, ..Allowed::between(self.value, low, high) }
        }
    }

    fn describe(&self, world: &World, observed: f64) -> String {
        if self.error.is_infinite() {
            return "anything".to_owned();
        }
        // In another world it would be right, but for what was observed before.
        let not_nan = Bounded { nan_if: 0, ..*self };
        if self.nan_if != 0 && (observed.is_nan() || not_nan.allowed(world).contains(observed)) {
            let nan = self.is_nan_in(world);
            let seen = if nan { "NaN".to_owned() } else { not_nan.describe(world, observed) };
            return format!("{seen}, as before");
        }
        let value = match self.value {
            0.0 if !self.untouched => "0".to_owned(),
            value => format!("{value:?}"),
        };
        let bound = match self.error {
            0.0 => String::new(),
            error => format!(" ± {error:.1e}"),
        };
        let nan = if self.nan_if == 0 { "" } else { " or NaN" };
        let infinite = if self.overflows() { ", or infinite" } else { "" };
        value + &bound + infinite + nan
    }
}

#[cfg(test)]
mod tests;
