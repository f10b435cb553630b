//! What programs are made of: steps, and groups of steps that mean something together.

mod calls;
mod gradients;
mod layers;
mod scopes;
mod threads;

use super::graph::Made;
use super::scene::{Closed, Scene};
use super::writer::{Topic, Writer};
use crate::wire::steps::*;
use crate::wire::{Program, Start, Step};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idiom {
    Variable,
    Dropout,
    Direct,
    View,
    Arithmetic,
    Layer,
    Backward,
    ClearGrad,
    Twice,
    SecondDerivative,
    Observe,
    Recorded,
    Same,
    Draws,
    Device,
    Flag,
    Scope,
    HowLeft,
    SetFlag,
    Object,
    ByHand,
    Crossed,
    OtherValue,
    UnknownName,
    Catch,
    Repeat,
    Threads,
}

/// An idiom of the table.
pub(super) struct IdiomRow {
    pub(super) idiom: Idiom,
    /// The capabilities without which it is never tried; of those with a bar between them, one.
    needs: &'static [&'static str],
    /// How often it is tried in programs about everything, flags, edges, bits, integers.
    weights: [u32; 5],
}

const fn entry(idiom: Idiom, needs: &'static [&'static str], weights: [u32; 5]) -> IdiomRow {
    IdiomRow { idiom, needs, weights }
}

const FLAG: &str = "config.train|config.enable_backprop";

/// All idioms. What does not fit where it is tried is refused.
pub(super) const IDIOMS: [IdiomRow; 27] = [
    entry(Idiom::Variable, &[], [8, 0, 4, 6, 4]),
    entry(Idiom::Dropout, &[], [24, 0, 10, 20, 10]),
    entry(Idiom::Direct, &["direct"], [7, 0, 0, 2, 0]),
    entry(Idiom::View, &["views"], [3, 0, 2, 2, 0]),
    entry(Idiom::Arithmetic, &["arithmetic"], [5, 0, 0, 0, 0]),
    entry(Idiom::Layer, &["layers", "train", "test"], [12, 0, 3, 3, 0]),
    entry(Idiom::Backward, &["gradient.train|gradient.test"], [14, 0, 8, 3, 0]),
    entry(Idiom::ClearGrad, &["accumulate"], [3, 0, 0, 0, 0]),
    entry(Idiom::Twice, &["accumulate", "gradient.train", "train"], [4, 0, 0, 0, 0]),
    entry(
        Idiom::SecondDerivative,
        &["double_backward", "arithmetic", "gradient.train", "train"],
        [3, 0, 0, 0, 0],
    ),
    entry(Idiom::Observe, &[], [8, 0, 6, 6, 6]),
    entry(Idiom::Recorded, &["config.enable_backprop"], [6, 0, 1, 0, 0]),
    entry(Idiom::Same, &["identity"], [3, 0, 2, 6, 0]),
    entry(Idiom::Draws, &["bitwise"], [0, 0, 0, 6, 0]),
    entry(Idiom::Device, &["device"], [3, 0, 1, 1, 0]),
    entry(Idiom::Flag, &[FLAG], [5, 12, 1, 1, 2]),
    entry(Idiom::Scope, &[FLAG], [12, 20, 4, 4, 3]),
    entry(Idiom::HowLeft, &[FLAG], [6, 12, 0, 0, 0]),
    entry(Idiom::SetFlag, &[FLAG], [2, 6, 0, 0, 0]),
    entry(Idiom::Object, &["scopes", FLAG], [4, 10, 0, 0, 0]),
    entry(Idiom::ByHand, &["scopes", FLAG], [1, 3, 0, 0, 0]),
    entry(Idiom::Crossed, &["scopes", FLAG], [1, 3, 0, 0, 0]),
    entry(Idiom::OtherValue, &["other_values", FLAG], [0, 2, 0, 0, 0]),
    entry(Idiom::UnknownName, &["names", FLAG], [0, 2, 0, 0, 0]),
    entry(Idiom::Catch, &[], [6, 10, 3, 2, 2]),
    entry(Idiom::Repeat, &[], [4, 2, 3, 0, 0]),
    entry(Idiom::Threads, &["threads"], [5, 8, 0, 0, 0]),
];

impl IdiomRow {
    /// How often it is tried in programs about `subject`, for an implementation that answered `start`.
    pub(super) fn weight(&self, subject: Topic, start: &Start) -> u32 {
        let one_of = |need: &str| need.split('|').any(|one| start.claims(one));
        if self.needs.iter().all(|need| one_of(need)) { self.weights[subject as usize] } else { 0 }
    }
}

impl Writer<'_, '_> {
    /// Ways to write an idiom here, the first that is allowed to be taken.
    pub(super) fn propose(&mut self, idiom: Idiom, scene: &Scene, depth: usize) -> Vec<Program> {
        match idiom {
            Idiom::Variable => {
                let (to, array) = (self.fresh("x"), self.input());
                vec![vec![self.variable(to, array)]]
            }
            Idiom::Dropout => self.dropout(scene, depth, false),
            Idiom::Direct => self.dropout(scene, depth, true),
            Idiom::View => self.view(scene),
            Idiom::Arithmetic => self.arithmetic(scene),
            Idiom::Layer => self.layer(scene),
            Idiom::Backward => self.go_back(scene),
            Idiom::ClearGrad => {
                let of = self.leaf(scene);
                of.map(|of| vec![Step::ClearGrad { of }]).into_iter().collect()
            }
            Idiom::SecondDerivative => vec![self.second_derivative()],
            Idiom::Observe => self.observe(scene),
            Idiom::Recorded => {
                let of = self.of_kind(scene, &[Made::Train, Made::Sum, Made::Product]);
                of.map(|of| vec![recorded(&of)]).into_iter().collect()
            }
            Idiom::Same => self.same(scene),
            Idiom::Draws => vec![vec![Step::Draws {}]],
            Idiom::Flag => self.some_flag().map(|flag| vec![config(flag)]).into_iter().collect(),
            Idiom::Scope => self.scope(scene, depth),
            Idiom::HowLeft => self.left(),
            Idiom::Twice => vec![self.twice()],
            Idiom::Device => self.on_a_device(),
            Idiom::SetFlag => {
                let value = self.chance(0.5);
                self.some_flag().map(|flag| vec![set(flag, value)]).into_iter().collect()
            }
            Idiom::Object => self.object(scene, depth),
            Idiom::ByHand => self.by_hand(),
            Idiom::Crossed => self.crossed(),
            Idiom::OtherValue => {
                let text = self.one_of(&["False", "off"]);
                let scope = |flag| vec![catch(vec![using_text(flag, text, vec![config(flag)])])];
                self.some_flag().map(scope).into_iter().collect()
            }
            Idiom::UnknownName => {
                let name = self.one_of(&["trian", "Train", ""]);
                vec![vec![catch(vec![using(name, false, vec![])])]]
            }
            Idiom::Catch => {
                let body = self.body(scene.in_catch(), depth);
                if body.is_empty() { vec![] } else { vec![vec![catch(body)]] }
            }
            Idiom::Repeat => {
                let times = self.one_of(&[2, 3, 8]);
                let body = self.closed_body(scene, Closed::Repeat, depth);
                if body.is_empty() { vec![] } else { vec![vec![repeat(times, body)]] }
            }
            Idiom::Threads => self.threads(scene, depth),
        }
    }

    fn some_flag(&mut self) -> Option<&'static str> {
        let flags = self.flags();
        if flags.is_empty() { None } else { Some(self.one_of(&flags)) }
    }

    /// A name that stands for something made so; the latest are taken more often.
    fn of_kind(&mut self, scene: &Scene, kinds: &[Made]) -> Option<String> {
        let fits = |(name, node): &(&str, &super::graph::Node)| {
            kinds.contains(&node.made).then(|| (*name).to_owned())
        };
        let names = scene.bound().iter().filter_map(fits).collect::<Vec<_>>();
        let (last, rest) = names.split_last()?;
        Some(if rest.is_empty() || self.chance(0.5) { last.clone() } else { self.one_of(&names) })
    }

    fn leaf(&mut self, scene: &Scene) -> Option<String> {
        self.of_kind(scene, &[Made::Leaf])
    }

    fn anything(&mut self, scene: &Scene) -> Option<String> {
        use Made::{Leaf, Product, Sum, Test, Train, View};
        self.of_kind(scene, &[Leaf, View, Train, Test, Sum, Product])
    }
}
