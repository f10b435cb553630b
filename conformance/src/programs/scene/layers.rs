use super::{End, Scene, refuse};
use crate::wire::{Dropout, Mode, Real};

/// What is known of a layer, or of a model.
#[derive(Clone, Debug)]
pub(in crate::programs) enum Layer {
    /// Its ratio, and the mode that it was given last; which mode a new layer is in is not said.
    Dropout(f64, Option<Mode>),
    /// The layers in it.
    Model(Vec<String>),
}

impl Scene<'_> {
    pub(super) fn layer(&mut self, to: &str, ratio: Real) -> Result<(), End> {
        // Others may be refused when the layer is made, or when it is called.
        if !(0.0078125..=0.9921875).contains(&ratio.0) {
            return refuse("a layer of an unusual ratio");
        }
        self.name_layer(to, Layer::Dropout(ratio.0, None))
    }

    pub(super) fn model(&mut self, to: &str, layers: &[String]) -> Result<(), End> {
        if !layers.iter().all(|layer| self.layers.contains_key(layer)) {
            return refuse("no such layer");
        }
        self.name_layer(to, Layer::Model(layers.to_vec()))
    }

    fn name_layer(&mut self, to: &str, layer: Layer) -> Result<(), End> {
        self.where_layers_change()?;
        match self.names.contains_key(to) || self.layers.insert(to.to_owned(), layer).is_some() {
            true => refuse("a layer has its name to itself"),
            false => Ok(()),
        }
    }

    pub(super) fn layer_mode(&mut self, of: &str, train: bool) -> Result<(), End> {
        self.where_layers_change()?;
        match self.layers.get_mut(of) {
            None => refuse("no such layer"),
            Some(Layer::Dropout(_, mode)) => {
                *mode = Some(if train { Mode::Train } else { Mode::Test });
                Ok(())
            }
            Some(Layer::Model(layers)) => {
                let layers = layers.clone();
                layers.iter().try_for_each(|layer| self.layer_mode(layer, train))
            }
        }
    }

    /// Where an error is caught, not everybody comes as far as the next step.
    fn where_layers_change(&self) -> Result<(), End> {
        match self.inside.catch.is_some() || self.inside.thread {
            true => refuse("layers are changed outside of `catch`, and on one thread"),
            false => Ok(()),
        }
    }

    pub(super) fn apply(&mut self, to: &str, of: &str, layer: &str) -> Result<(), End> {
        match self.layers.get(layer) {
            Some(&Layer::Dropout(ratio, Some(mode))) if !self.inside.thread => {
                let (to, of, ratio) = (to.to_owned(), of.to_owned(), Some(Real(ratio)));
                self.dropout(&Dropout { to, of, ratio, mode: Some(mode), u: None }, false)
            }
            _ => refuse("no layer that was given a mode here"),
        }
    }
}
