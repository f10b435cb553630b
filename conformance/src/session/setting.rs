use crate::wire::{Array, Dtype, RatioDtype, Start};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// Where a check writes its programs: a dtype, a shape, a source of random inputs, and what the
/// implementation said of itself.
pub struct Setting<'a> {
    /// The dtype of the program.
    pub dtype: Dtype,
    /// The shape of its arrays.
    pub shape: Vec<usize>,
    /// Whether results on the way are observed. Half of all programs look at the end alone, since
    /// a framework that fuses or compiles shows its other face then.
    pub watched: bool,
    /// What the implementation answered to `start`.
    pub start: &'a Start,
    /// The judge's own randomness; it has nothing to do with the implementation's.
    pub random: &'a mut ChaCha20Rng,
}

impl Setting<'_> {
    /// A uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 * 2f64.powi(-53)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }

    /// A whole number from `least` to `most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// One of `choices`.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// The same, for arrays of another shape.
    pub fn reshaped(&mut self, shape: &[usize]) -> Setting<'_> {
        let Setting { dtype, watched, start, .. } = *self;
        Setting { dtype, shape: shape.to_vec(), watched, start, random: self.random }
    }

    /// An array of this dtype and shape, made of `value`.
    pub fn array(&mut self, mut value: impl FnMut(&mut Self) -> f64) -> Array {
        let elements = self.shape.iter().product();
        let values = (0..elements).map(|_| value(self)).collect();
        Array::new(self.dtype, &self.shape.clone(), values)
    }

    /// A number of either sign with a magnitude in [2^exponent, 2^(exponent + 1)). Nothing here is
    /// taken from the system's mathematics, which may round otherwise on the next platform: plans
    /// are the same everywhere.
    fn of_size(&mut self, exponent: i32) -> f64 {
        let magnitude = (1.0 + self.uniform()) * 2f64.powi(exponent);
        self.one_of(&[-magnitude, magnitude])
    }

    /// Normal numbers with magnitudes in [0.5, 2) and either sign: kept and dropped are told apart
    /// wherever they go.
    pub fn normal(&mut self) -> Array {
        self.array(|setting| {
            let exponent = setting.one_of(&[-1, 0]);
            setting.of_size(exponent)
        })
    }

    /// Normal numbers of either sign, many sizes apart: from 2^-10 to 2^8, which does not overflow
    /// even in float16 at ratio 0.995.
    pub fn of_all_sizes(&mut self) -> Array {
        self.array(|setting| {
            let exponent = setting.below(18) as i32 - 10;
            setting.of_size(exponent)
        })
    }

    /// Numbers that are exact in every dtype and stay so when they are divided by 0.5 or 0.25.
    pub fn small_integers(&mut self) -> Array {
        self.array(|setting| setting.below(15) as f64 - 7.0)
    }

    /// Finite numbers of every kind: zeros of both signs, subnormals, huge and tiny ones.
    pub fn any_finite(&mut self) -> Array {
        let dtype = self.dtype;
        self.array(|setting| {
            let magnitude = match setting.below(6) {
                0 => 0.0,
                1 => dtype.smallest_subnormal() * (1 + setting.below(3)) as f64,
                2 => dtype.largest(),
                3 => dtype.smallest_normal(),
                _ => setting.of_size(0),
            };
            setting.one_of(&[-magnitude, magnitude])
        })
    }

    /// `ratio` as the implementation will see it: rounded to its `ratio_dtype`.
    pub fn rounded(&self, ratio: f64) -> f64 {
        round_ratio(self.start, self.dtype, ratio)
    }

    /// A ratio inside (0, 1): a usual one, or any. Never 0.5 alone, where ratio and keep are one.
    pub fn ratio(&mut self) -> f64 {
        let any = 0.02 + 0.96 * self.uniform();
        let ratio = self.one_of(&[0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9, any]);
        self.rounded(ratio)
    }

    /// Whether the implementation claims `capability`.
    pub fn claims(&self, capability: &str) -> bool {
        self.start.claims(capability)
    }
}

/// A ratio in the precision in which the implementation takes ratios.
pub fn round_ratio(start: &Start, dtype: Dtype, ratio: f64) -> f64 {
    match start.ratio_dtype {
        RatioDtype::Float32 => Dtype::Float32.round(ratio),
        RatioDtype::Same if dtype.is_float() => dtype.round(ratio),
        RatioDtype::Same | RatioDtype::Float64 => ratio,
    }
}

/// What a check's programs are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Every dtype and every class of shapes.
    Shapes,
    /// Every dtype, in one small shape.
    Dtypes,
    /// The first dtype, in one small shape.
    Once,
    /// The integers that are claimed, in one small shape.
    Integers,
}

#[cfg(test)]
mod tests {
    use super::round_ratio;
    use crate::implementation::{Engine, Implementation, Reference};
    use crate::wire::{Dtype, RatioDtype};

    #[test]
    fn a_ratio_has_the_precision_that_is_declared() {
        let mut start = Engine::new(Reference).start(1).unwrap();
        let mut rounded = |precision, dtype| {
            start.ratio_dtype = precision;
            round_ratio(&start, dtype, 0.1)
        };
        assert_eq!(rounded(RatioDtype::Float64, Dtype::Float16), 0.1);
        assert_eq!(rounded(RatioDtype::Float32, Dtype::Float16), f64::from(0.1_f32));
        assert_eq!(rounded(RatioDtype::Same, Dtype::Float16), Dtype::Float16.round(0.1));
        assert_eq!(rounded(RatioDtype::Same, Dtype::Int32), 0.1);
    }
}
