//! Layers with modes of their own gone wrong.

use super::{Element, Kernel, Mutant, Site};
use dezero_reference::{Config, Flag, Layer, seed};
use std::collections::HashMap;

/// The masks of calls of layers. Such a call asks for the ratio of its layer before it draws.
#[derive(Default)]
struct LayerMasks {
    called: bool,
    all: Vec<Vec<bool>>,
}

impl LayerMasks {
    /// The mask of a call, and whether a layer was called.
    fn draw(&mut self, u: &[f64], ratio: f64) -> (Vec<bool>, bool) {
        let mask = u.iter().map(|&u| u > ratio).collect::<Vec<_>>();
        let called = std::mem::take(&mut self.called);
        if called {
            self.all.push(mask.clone());
        }
        (mask, called)
    }

    /// The mask that takes the place of `mask` on the way back, where that is one of a layer and of the same length.
    fn or_another(&self, mask: &[bool], another: &[bool]) -> Vec<bool> {
        let ours = self.all.iter().any(|known| known == mask);
        if ours && another.len() == mask.len() { another.to_vec() } else { mask.to_vec() }
    }
}

mutants! {
    "layer-begins-in-test-mode" G "layer.default"
    "GluonTS issue 1313: dropout is off until it is asked for"
    => "A model that was not put in train mode trains without dropout." {
        fn make_layer(&mut self, ratio: f64) -> Layer {
            let layer = Layer::dropout(ratio);
            layer.set_train(false);
            layer
        }
    }

    "layer-captures-the-flag" H "layer.default"
    "PyTorch issue 43661: the mode at the time of making"
    => "A model that is made inside an evaluation trains without dropout." {
        fn make_layer(&mut self, ratio: f64) -> Layer {
            let layer = Layer::dropout(ratio);
            layer.set_train(Config::current().train);
            layer
        }
    }

    "layer-keeps-its-first-mode" H "layer.mode"
    "PyTorch issues 13991 and 43661: the mode of the tracing"
    => "A model that was exported while it trained predicts at random." {
        fn layer_mode(&mut self, _layer: &Layer, _train: bool) {}
    }

    "layer-stays-in-test-mode" G "layer.mode"
    "Megatron-LM issue 411: an evaluation switches dropout off for good"
    => "After the first evaluation nothing is dropped any more." {
        fn layer_mode(&mut self, layer: &Layer, train: bool) {
            if !train {
                layer.set_train(train);
            }
        }
    }

    "layers-share-a-mode" H "layer.independent"
    "Flux.jl issue 909: one mode for all layers" => "Freezing one layer freezes all of them." {
        struct State { made: Vec<Layer> }
        fn make_layer(&mut self, ratio: f64) -> Layer {
            self.made.push(Layer::dropout(ratio));
            self.made[self.made.len() - 1].clone()
        }
        fn layer_mode(&mut self, _layer: &Layer, train: bool) {
            for layer in &self.made {
                layer.set_train(train);
            }
        }
    }

    "layer-mode-sets-the-flag" I "layer.independent"
    "joeynmt issue 184: an evaluation leaves its mode behind"
    => "After one model is evaluated, the next one trains without dropout." {
        fn layer_mode(&mut self, layer: &Layer, train: bool) {
            layer.set_train(train);
            Config::set(Flag::Train, train);
        }
    }

    "model-forgets-inner-models" H "layer.model"
    "mt-dnn issue 45: eval() misses layers in a plain list"
    => "Half of the model goes on dropping when it predicts." {
        fn layer_mode(&mut self, layer: &Layer, train: bool) {
            match layer {
                Layer::Model(layers) => {
                    let own = |layer: &&Layer| matches!(layer, Layer::Dropout { .. });
                    layers.iter().filter(own).for_each(|layer| layer.set_train(train));
                }
                layer => layer.set_train(train),
            }
        }
    }

    "model-only-evaluates" I "layer.model"
    "MultiBench issue 26: train() and eval() that are not each other's opposite"
    => "The model is back in train mode, its layers are not." {
        fn layer_mode(&mut self, layer: &Layer, train: bool) {
            if !train || matches!(layer, Layer::Dropout { .. }) {
                layer.set_train(train);
            }
        }
    }

    "model-of-eight-layers" H "layer.model"
    "mt-dnn issue 45 is of the kind: eval() misses layers"
    => "The ninth layer goes on dropping when the model predicts." {
        fn layer_mode(&mut self, layer: &Layer, train: bool) {
            match layer {
                Layer::Model(layers) => {
                    layers.iter().take(8).for_each(|layer| layer.set_train(train));
                }
                layer => layer.set_train(train),
            }
        }
    }

    "layers-share-a-ratio" A "layer.ratio"
    "Keras pull request 19397: a mask made with the ratio of another dropout"
    => "A layer that should drop a tenth drops half." {
        struct State { last: f64 }
        fn make_layer(&mut self, ratio: f64) -> Layer {
            self.last = ratio;
            Layer::dropout(ratio)
        }
        fn layer_ratio(&mut self, _layer: usize, _ratio: f64) -> f64 {
            self.last
        }
    }

    "called-twice-keeps-one-mask" N "layer.backward"
    "Chainer pull request 2071: the mask in the function object, overwritten by the next call"
    => "A layer that is used twice sends the gradient to the wrong neurons." {
        struct State { masks: LayerMasks, latest: Vec<bool> }
        fn layer_ratio(&mut self, _layer: usize, ratio: f64) -> f64 {
            self.masks.called = true;
            ratio
        }
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let (mask, of_layer) = self.masks.draw(u, site.ratio);
            if of_layer {
                self.latest.clone_from(&mask);
            }
            mask
        }
        fn mask_for_backward(&mut self, mask: &[bool], _site: &Site) -> Vec<bool> {
            self.masks.or_another(mask, &self.latest)
        }
        fn begin_program(&mut self) {
            self.masks.all.clear();
        }
    }

    "unrecorded-call-takes-the-mask" N "layer.backward"
    "Chainer pull request 2071 is of the kind: the buffer of a layer, written under no_grad too"
    => "A layer that is measured before the step sends the gradient to the wrong neurons." {
        struct State { masks: LayerMasks, unrecorded: Vec<bool> }
        fn layer_ratio(&mut self, _layer: usize, ratio: f64) -> f64 {
            self.masks.called = true;
            ratio
        }
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            let (mask, of_layer) = self.masks.draw(u, site.ratio);
            if of_layer {
                let recorded = Config::current().enable_backprop;
                self.unrecorded = if recorded { Vec::new() } else { mask.clone() };
            }
            mask
        }
        fn mask_for_backward(&mut self, mask: &[bool], _site: &Site) -> Vec<bool> {
            self.masks.or_another(mask, &self.unrecorded)
        }
        fn begin_program(&mut self) {
            self.unrecorded.clear();
            self.masks.all.clear();
        }
    }

    "layer-backward-asks-its-mode" N "layer.backward"
    "pytorch issue 10006: a backward that asks for the mode"
    => "A model evaluated before the step goes back without a mask." {
        struct State { masks: LayerMasks, testing: bool }
        fn layer_mode(&mut self, layer: &Layer, train: bool) {
            self.testing = !train;
            layer.set_train(train);
        }
        fn layer_ratio(&mut self, _layer: usize, ratio: f64) -> f64 {
            self.masks.called = true;
            ratio
        }
        fn mask(&mut self, u: &[f64], _x: &[f64], site: &Site) -> Vec<bool> {
            self.masks.draw(u, site.ratio).0
        }
        fn backward(&mut self, gy: f64, element: &Element, site: &Site) -> f64 {
            if self.testing && !self.masks.all.is_empty() {
                return gy;
            }
            site.dtype.round(gy / element.scale) * element.mask()
        }
        fn begin_program(&mut self) {
            (self.masks.all, self.testing) = (Vec::new(), false);
        }
    }

    "layers-draw-alike" L "mask.dependence"
    "axon issue 423: every layer seeds its own generator with one number"
    => "Deep models drop the same neurons in every layer." {
        struct State { calls: HashMap<usize, u64> }
        fn layer_ratio(&mut self, layer: usize, ratio: f64) -> f64 {
            let calls = self.calls.entry(layer).or_default();
            *calls += 1;
            // Layers of one program have one history each.
            seed(0xd20 + *calls);
            ratio
        }
        fn begin_program(&mut self) {
            self.calls.clear();
        }
    }
}
