//! Ratios gone wrong: at the edges, without a ratio, and those that are none.

use super::{Element, Kernel, Mutant, Site};
use crate::wire::Dtype;
use dezero_reference::Config;

mutants! {
    "first-ratio-sticks" G "dropout.train.ratio-changes"
    "Megatron-LM issue 411" => "A schedule that lowers the ratio has no effect." {
        struct State { first: Option<f64> }
        fn begin_program(&mut self) {
            self.first = None;
        }
        fn ratio(&mut self, given: Option<f64>) -> f64 {
            *self.first.get_or_insert(given.unwrap_or(0.5))
        }
    }

    "default-is-a-tenth" C "dropout.train.default-ratio"
    "pytorch-mobilenet-v2 issue 12: the wrong default ratio"
    => "Models trained without a ratio overfit." {
        fn ratio(&mut self, given: Option<f64>) -> f64 {
            given.unwrap_or(0.1)
        }
    }

    "default-is-the-last" C "dropout.train.default-ratio"
    "Megatron-LM issue 411: the layer's ratio, overwritten by a call"
    => "A call without a ratio drops what an earlier call said." {
        struct State { last: Option<f64> }
        fn begin_program(&mut self) {
            self.last = None;
        }
        fn ratio(&mut self, given: Option<f64>) -> f64 {
            self.last = given.or(self.last);
            self.last.unwrap_or(0.5)
        }
    }

    "default-is-zero-after-a-test" G "dropout.test.between"
    "Megatron-LM issue 411: an evaluation sets the ratio to 0 for ever"
    => "After the first evaluation nothing is dropped any more." {
        struct State { tested: bool }
        fn begin_program(&mut self) {
            self.tested = false;
        }
        fn training(&mut self, config: Config, _site: &Site) -> bool {
            self.tested |= !config.train;
            config.train
        }
        fn ratio(&mut self, given: Option<f64>) -> f64 {
            given.unwrap_or(if self.tested { 0.0 } else { 0.5 })
        }
    }

    "drops-at-ratio-zero" C "dropout.train.ratio-zero"
    "boltz issue 553" => "Dropout that was switched off still drops one element in 512." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            (u * 512.0).floor() / 512.0 > site.ratio
        }
    }

    "drops-at-zero-in-bfloat16" D "dropout.train.ratio-zero"
    "boltz issue 553: uniforms of the dtype"
    => "Dropout that was switched off still drops, in mixed precision alone." {
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            let coarse = (u * 256.0).floor() / 256.0;
            if site.dtype == Dtype::Bfloat16 && site.ratio == 0.0 {
                coarse > 0.0
            } else {
                u > site.ratio
            }
        }
    }

    "signs-of-zeros-lost-at-ratio-zero" C "dropout.train.ratio-zero"
    "something that is 0 at ratio 0 is added; cf. candle, which adds gradients to zeros"
    => "Switched off, dropout still changes numbers." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let y = x * element.mask() / element.scale;
            if site.ratio == 0.0 { y + 0.0 } else { y }
        }
    }

    "ratio-zero-refused" C "dropout.train.ratio-zero"
    "nnabla pull request 948" => "Who switches dropout off by its ratio gets an error." {
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            train && !(f64::MIN_POSITIVE..=1.0).contains(&site.ratio)
        }
    }

    "ratio-one-keeps" C "dropout.train.ratio-one"
    "pytorch issue 1833: a guard against dividing by 0" => "Ratio 1 keeps everything." {
        fn scale(&mut self, site: &Site) -> f64 {
            if site.ratio == 1.0 { 1.0 } else { site.dtype.round(1.0 - site.ratio) }
        }
        fn keep(&mut self, u: f64, site: &Site) -> bool {
            site.ratio == 1.0 || u > site.ratio
        }
    }

    "ratio-one-infinite" C "dropout.train.ratio-one"
    "shainet pull request 106: the first repair divided by 0"
    => "Ratio 1 makes everything infinite." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let mask = if site.ratio == 1.0 { 1.0 } else { element.mask() };
            x * mask / element.scale
        }
    }

    "ratio-one-by-place" C "dropout.train.ratio-one"
    "Flax issue 2055, mended in a vectorised loop and not in its tail"
    => "Ratio 1 gives zeros, and NaN in the last elements of odd layers." {
        fn forward(&mut self, x: f64, element: &Element, site: &Site) -> f64 {
            let tail = element.index >= element.of / 4 * 4;
            if site.ratio == 1.0 && !tail {
                0.0
            } else {
                x * element.mask() / element.scale
            }
        }
    }

    "any-ratio-goes" C "dropout.train.ratio-invalid"
    "MLX, Flax and DeZero" => "A percentage, 50 in place of 0.5, is accepted." {
        fn refuses(&mut self, _train: bool, _site: &Site) -> bool {
            false
        }
    }

    "negative-ratio-goes" C "dropout.train.ratio-invalid"
    "burn issue 2694, tinygrad pull request 11322"
    => "A sign that slipped in makes activations smaller, and nothing is said." {
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            train && !(f64::NEG_INFINITY..=1.0).contains(&site.ratio)
        }
    }

    "ratio-above-one-goes" C "dropout.train.ratio-invalid"
    "Flax, measured" => "A percentage, 50 in place of 0.5, drops everything and changes signs." {
        fn refuses(&mut self, train: bool, site: &Site) -> bool {
            train && !(0.0..=f64::INFINITY).contains(&site.ratio)
        }
    }
}
