use std::collections::BTreeMap;

/// The layers and models of a program, as far as its text tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers(BTreeMap<String, Layer>);

/// A layer, or a model.
#[derive(Clone, Debug)]
enum Layer {
    Dropout(KnownLayer),
    Model(Vec<String>),
}

/// What is known of a dropout layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownLayer {
    /// Its ratio.
    pub(crate) ratio: f64,
    /// Whether the mode that it was given last is train mode; which one a new layer is in is asked,
    /// not known.
    pub(crate) train: Option<bool>,
}

impl Layers {
    /// A dropout layer was made.
    pub(crate) fn layer(&mut self, to: &str, ratio: f64) {
        self.0.insert(to.to_owned(), Layer::Dropout(KnownLayer { ratio, train: None }));
    }

    /// A model of these was made.
    pub(crate) fn model(&mut self, to: &str, layers: &[String]) {
        self.0.insert(to.to_owned(), Layer::Model(layers.to_vec()));
    }

    /// A layer was given a mode, or all that is in a model; `None` if something is not known.
    pub(crate) fn give(&mut self, of: &str, train: bool) -> Option<()> {
        match self.0.get_mut(of)? {
            Layer::Dropout(known) => {
                known.train = Some(train);
                Some(())
            }
            Layer::Model(layers) => {
                let layers = layers.clone();
                layers.iter().try_for_each(|layer| self.give(layer, train))
            }
        }
    }

    /// The dropout layer of this name.
    pub(crate) fn get(&self, name: &str) -> Option<KnownLayer> {
        match self.0.get(name)? {
            Layer::Dropout(known) => Some(*known),
            Layer::Model(_) => None,
        }
    }

    /// Whether a layer or a model has this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names of the dropout layers.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|name| self.get(name).is_some())
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
