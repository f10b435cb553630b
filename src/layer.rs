#![doc = include_str!("../spec/layer.md")]
#![doc = "\n"]
#![doc = include_str!("../spec/links.md")]

use crate::{Element, Error, Flag, Variable, dropout, using_config};
use std::cell::Cell;
use std::rc::Rc;

/// A dropout layer, or a model of such layers. Clones are handles of one and the same layer.
#[derive(Clone, Debug)]
pub enum Layer {
    /// Dropout by a ratio of its own, in a mode of its own.
    Dropout {
        /// The probability that an element is dropped.
        ratio: f64,
        /// Train mode; `false` is test mode.
        train: Rc<Cell<bool>>,
    },
    /// A model, which is called layer by layer and hands its mode down.
    Model(Vec<Layer>),
}

impl Layer {
    /// A dropout layer of this ratio, in train mode.
    pub fn dropout(ratio: f64) -> Layer {
        Layer::Dropout { ratio, train: Rc::new(Cell::new(true)) } // r[layer.default]
    }

    /// Puts the layer in train mode, or in test mode; of a model, all that is in it.
    pub fn set_train(&self, value: bool) {
        match self {
            Layer::Dropout { train, .. } => train.set(value), // r[layer.independent]
            Layer::Model(layers) => layers.iter().for_each(|layer| layer.set_train(value)), // r[layer.model]
        }
    }

    /// Calls the layer. A mode changed later does not change the way back: the mask is kept with
    /// the call.
    ///
    /// # Errors
    /// Those of [`dropout`](fn@dropout).
    pub fn apply<E: Element>(&self, x: &Variable<E>) -> Result<Variable<E>, Error> {
        match self {
            // r[layer.mode] r[layer.ratio] r[layer.backward]
            Layer::Dropout { ratio, train } => {
                using_config(Flag::Train, train.get(), || dropout(x, *ratio))
            }
            Layer::Model(layers) => layers.iter().try_fold(x.clone(), |x, layer| layer.apply(&x)),
        }
    }
}
