use super::{EarlyEnd, Scene, refuse, usual};
use crate::wire::{Dropout, KnownLayer, Mode, Real};

impl Scene<'_> {
    pub(super) fn layer(&mut self, to: &str, ratio: Real) -> Result<(), EarlyEnd> {
        // Others may be refused when the layer is made, or when it is called.
        if !usual(ratio.0) {
            return refuse("a layer of an unusual ratio");
        }
        self.name_layer(to)?;
        self.layers.layer(to, ratio.0);
        Ok(())
    }

    pub(super) fn model(&mut self, to: &str, layers: &[String]) -> Result<(), EarlyEnd> {
        if !layers.iter().all(|layer| self.layers.has(layer)) {
            return refuse("no such layer");
        }
        self.name_layer(to)?;
        self.layers.model(to, layers);
        Ok(())
    }

    fn name_layer(&self, to: &str) -> Result<(), EarlyEnd> {
        self.where_layers_change()?;
        match self.names.contains_key(to) || self.layers.has(to) {
            true => refuse("a layer has its name to itself"),
            false => Ok(()),
        }
    }

    pub(super) fn layer_mode(&mut self, of: &str, train: bool) -> Result<(), EarlyEnd> {
        self.where_layers_change()?;
        self.layers.give(of, train).map_or_else(|| refuse("no such layer"), Ok)
    }

    /// Where an error is caught, not every implementation comes as far as the next step.
    fn where_layers_change(&self) -> Result<(), EarlyEnd> {
        match self.inside.catch.is_some() || self.inside.thread {
            true => refuse("layers are changed outside of `catch`, and on one thread"),
            false => Ok(()),
        }
    }

    pub(super) fn apply(&mut self, to: &str, of: &str, layer: &str) -> Result<(), EarlyEnd> {
        match self.layers.get(layer) {
            Some(KnownLayer { ratio, train: Some(train) }) if !self.inside.thread => {
                let (to, of, ratio) = (to.to_owned(), of.to_owned(), Some(Real(ratio)));
                let mode = Some(if train { Mode::Train } else { Mode::Test });
                self.dropout(&Dropout { to, of, ratio, mode, u: None }, false)
            }
            _ => refuse("no layer that was given a mode here"),
        }
    }
}
