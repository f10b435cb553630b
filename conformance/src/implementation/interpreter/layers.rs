//! Layers that have modes of their own.

use super::{BoundName, Interpreter};
use crate::implementation::framework::{Call, Framework, Stop};
use crate::wire::Mode;
use dezero_reference::{Element, Layer};
use std::rc::Rc;

impl<E: Element, F: Framework<E>> Interpreter<'_, E, F> {
    pub(super) fn make_layer(&mut self, to: &str, ratio: f64) {
        let layer = self.framework.make_layer(ratio);
        self.state.layers.insert(to.to_owned(), layer);
    }

    pub(super) fn make_model(&mut self, to: &str, layers: &[String]) -> Result<(), Stop> {
        let layers = layers.iter().map(|layer| self.layer(layer)).collect::<Result<_, _>>()?;
        self.state.layers.insert(to.to_owned(), Layer::Model(layers));
        Ok(())
    }

    pub(super) fn set_layer_mode(&mut self, of: &str, train: bool) -> Result<(), Stop> {
        let layer = self.layer(of)?;
        self.framework.set_layer_mode(&layer, train);
        Ok(())
    }

    pub(super) fn apply(&mut self, to: &str, of: &str, layer: &str, at: usize) -> Result<(), Stop> {
        let Layer::Dropout { ratio, train } = self.layer(layer)? else {
            return Err(Stop::Unsupported("models are not called".to_owned()));
        };
        let BoundName { view, given, .. } = *self.look_up(of)?;
        let mode = Some(if train.get() { Mode::Train } else { Mode::Test });
        let layer = Some(Rc::as_ptr(&train) as usize);
        let ratio = Some(ratio);
        let call = Call { at, mode, direct: false, ratio, uniforms: None, view, layer, given };
        self.call(&call, to, of)
    }

    fn layer(&self, name: &str) -> Result<Layer, Stop> {
        self.state.layers.get(name).cloned().ok_or_else(|| Stop::unbound(name))
    }
}
