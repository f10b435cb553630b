use super::{Context, Surrounded};
use crate::wire::Step;

/// What a disagreement has around it where layers are called.
impl Context<'_> {
    /// A layer was called. A smaller program has a call of dropout in its place, so that this is
    /// about layers.
    pub(in crate::search) fn layers(&self) -> bool {
        self.any(|step| matches!(step, Step::Apply { .. }))
    }

    fn mistaken_layer(&self) -> bool {
        self.in_other_mode().is_some_and(|it| matches!(it.step, Step::Apply { .. }))
    }

    /// A layer was called in the other mode than the one that it was given.
    pub(in crate::search) fn layer_in_other_mode(&self) -> bool {
        self.mistaken_layer()
    }

    /// The same, and a model was given a mode.
    pub(in crate::search) fn layer_of_model_in_other_mode(&self) -> bool {
        self.mistaken_layer() && self.any(|step| matches!(step, Step::Model { .. }))
    }

    /// The same, and there are other layers.
    pub(in crate::search) fn one_of_layers_in_other_mode(&self) -> bool {
        let made = |placed: &&Surrounded| matches!(placed.step, Step::Layer { .. });
        self.mistaken_layer() && self.before().filter(made).count() > 1
    }

    /// A call by the flag was made in the mode that a layer was given.
    pub(in crate::search) fn flag_of_a_layer(&self) -> bool {
        self.layer_modes() && (self.not_tested() || self.not_trained())
    }

    /// What is observed came of a layer.
    pub(in crate::search) fn of_a_layer(&self) -> bool {
        self.call().is_some_and(|call| matches!(call.step, Step::Apply { .. }))
    }

    /// The program goes back from what came of a layer.
    pub(in crate::search) fn back_from_a_layer(&self) -> bool {
        self.goes_back() && self.of_a_layer()
    }

    /// The rules on the modes of layers that what is observed stands on: a layer was called, and given a mode by
    /// itself, among others, or in a model.
    pub(in crate::search) fn rules_on_layers(&self) -> Vec<&'static str> {
        let made = |is: fn(&Step) -> bool| self.before().filter(|placed| is(placed.step)).count();
        if !self.layers() {
            return Vec::new();
        }
        let models = made(|step| matches!(step, Step::Model { .. })) > 0;
        let several = made(|step| matches!(step, Step::Layer { .. })) > 1;
        let rules = [
            (self.layer_modes(), "layer.mode"),
            (!self.layer_modes(), "layer.default"),
            (several, "layer.independent"),
            (models, "layer.model"),
        ];
        rules.into_iter().filter_map(|(stands, rule)| stands.then_some(rule)).collect()
    }

    /// A layer was given a mode.
    pub(in crate::search) fn layer_modes(&self) -> bool {
        self.any(|step| matches!(step, Step::LayerMode { .. }))
    }
}
