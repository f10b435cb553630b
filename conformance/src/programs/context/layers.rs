use super::{Context, Placed};
use crate::wire::Step;

/// What a disagreement has around it where layers are called.
impl Context<'_> {
    /// The mode that a layer was given last before it was called, by itself or in a model.
    pub(super) fn layer_trains(&self, call: &Placed) -> bool {
        let given = |placed: &Placed| match placed.step {
            Step::LayerMode { of, train } => {
                let reaches = call.layer().is_some_and(|layer| self.has_in_it(of, layer));
                (placed.at < call.at && reaches).then_some(*train)
            }
            _ => None,
        };
        self.steps.iter().rev().find_map(given).unwrap_or(true)
    }

    /// Whether `layer` is `of`, or is in it.
    fn has_in_it(&self, of: &str, layer: &str) -> bool {
        let made = self.steps.iter().find_map(|placed| match placed.step {
            Step::Model { to, layers } if to == of => Some(layers),
            _ => None,
        });
        of == layer
            || made.is_some_and(|layers| layers.iter().any(|inner| self.has_in_it(inner, layer)))
    }

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
        let calls = self.steps.iter().find(|placed| placed.layer().is_some());
        calls.is_some_and(|first| {
            self.before().any(|placed| {
                let mode = matches!(placed.step, Step::LayerMode { .. });
                placed.at > first.at && (mode || placed.layer().is_some())
            })
        })
    }
}
