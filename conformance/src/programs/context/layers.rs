use super::{Context, Placed};
use crate::wire::Step;

/// What a disagreement has around it where layers are called.
impl Context<'_> {
    /// A layer was called. A smaller program has a call of dropout in its place, so that this is
    /// about layers.
    pub(in crate::programs) fn layers(&self) -> bool {
        self.any(|step| matches!(step, Step::Apply { .. }))
    }

    /// The same, and a model was given a mode.
    pub(in crate::programs) fn models(&self) -> bool {
        self.layers() && self.any(|step| matches!(step, Step::Model { .. }))
    }

    fn made(&self) -> Vec<f64> {
        let ratio = |placed: &Placed| match placed.step {
            Step::Layer { ratio, .. } => Some(ratio.0),
            _ => None,
        };
        self.before().filter_map(ratio).collect()
    }

    /// The same, and there are layers of other ratios.
    pub(in crate::programs) fn ratios_of_layers(&self) -> bool {
        let made = self.made();
        self.layers() && made.iter().any(|ratio| *ratio != made[0])
    }

    /// The same, and there are other layers.
    pub(in crate::programs) fn several_layers(&self) -> bool {
        self.layers() && self.made().len() > 1
    }

    /// A layer was given a mode.
    pub(in crate::programs) fn layer_modes(&self) -> bool {
        self.any(|step| matches!(step, Step::LayerMode { .. }))
    }

    /// The same, and dropout is called by the flag.
    pub(in crate::programs) fn layers_and_flags(&self) -> bool {
        self.layer_modes() && self.by_flags()
    }

    /// The same, and dropout was called elsewhere too.
    pub(in crate::programs) fn layers_and_calls(&self) -> bool {
        self.layers() && self.several_calls()
    }

    /// A layer was called again, or given another mode, before the way back.
    pub(in crate::programs) fn layer_used_since(&self) -> bool {
        let called = |placed: &&Placed| matches!(placed.step, Step::Apply { .. });
        self.steps.iter().find(called).is_some_and(|first| {
            let used = |step: &Step| matches!(step, Step::LayerMode { .. } | Step::Apply { .. });
            self.before().any(|placed| placed.at > first.at && used(placed.step))
        })
    }
}
