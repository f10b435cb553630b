use super::{Real, Step};
use std::collections::BTreeMap;

/// The layers and models of a program, as far as its text tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers(BTreeMap<String, NamedLayer>);

/// A layer, or a model.
#[derive(Clone, Debug)]
enum NamedLayer {
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
    /// Goes on by one step, which may make a layer or give one a mode; `None` if something is not known.
    pub(crate) fn follow(&mut self, step: &Step) -> Option<()> {
        match step {
            Step::Layer { to, ratio: Real(ratio) } => self.layer(to, *ratio),
            Step::Model { to, layers } => self.model(to, layers),
            Step::LayerMode { of, train } => return self.give(of, *train),
            _ => {}
        }
        Some(())
    }

    /// A dropout layer was made.
    pub(crate) fn layer(&mut self, to: &str, ratio: f64) {
        self.0.insert(to.to_owned(), NamedLayer::Dropout(KnownLayer { ratio, train: None }));
    }

    /// A model of these was made.
    pub(crate) fn model(&mut self, to: &str, layers: &[String]) {
        self.0.insert(to.to_owned(), NamedLayer::Model(layers.to_vec()));
    }

    /// A layer was given a mode, or all that is in a model; `None` if something is not known.
    pub(crate) fn give(&mut self, of: &str, train: bool) -> Option<()> {
        match self.0.get_mut(of)? {
            NamedLayer::Dropout(known) => {
                known.train = Some(train);
                Some(())
            }
            NamedLayer::Model(layers) => {
                let layers = layers.clone();
                layers.iter().try_for_each(|layer| self.give(layer, train))
            }
        }
    }

    /// The dropout layer of this name.
    pub(crate) fn get(&self, name: &str) -> Option<KnownLayer> {
        match self.0.get(name)? {
            NamedLayer::Dropout(known) => Some(*known),
            NamedLayer::Model(_) => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_known_until_they_are_forgotten() {
        let mut layers = Layers::default();
        layers.layer("d", 0.5);
        layers.model("m", &["d".to_owned(), "e".to_owned()]);
        assert!(layers.has("d") && layers.has("m") && !layers.has("e"));
        assert_eq!(layers.names().collect::<Vec<_>>(), ["d"]);
        assert!(layers.get("m").is_none() && layers.get("d").unwrap().train.is_none());
        // One of the model's is not there; the other one has been given its mode by then.
        assert_eq!(layers.give("m", false), None);
        assert_eq!(layers.get("d").unwrap().train, Some(false));
        layers.layer("e", 0.25);
        assert_eq!(layers.give("m", true), Some(()));
        assert_eq!(["d", "e"].map(|name| layers.get(name).unwrap().train), [Some(true); 2]);
        assert_eq!((layers.get("e").unwrap().ratio, layers.give("f", true)), (0.25, None));
        layers.clear();
        assert!(!layers.has("d") && layers.names().next().is_none());
    }
}
