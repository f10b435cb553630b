//! What programs are made of: steps, and groups of steps that mean something together.

use super::arrays::{self, Numbers};
use super::graph::Made;
use super::scene::{Closed, Scene};
use super::together::{Move, interleaved};
use super::writer::{Topic, Writer};
use crate::wire::steps::*;
use crate::wire::{Array, Dropout, Dtype, Mode, Program, Real, Start, Step, ViewKind};

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
    entry(Idiom::Direct, &["direct"], [7, 0, 0, 0, 0]),
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

impl Writer<'_, '_> {
    fn variable(&mut self, to: String, array: Array) -> Step {
        let devices = self.start.devices.clone();
        let named = self.claims("device") && !devices.is_empty() && self.chance(0.1);
        let device = named.then(|| self.one_of(&devices));
        Step::Variable { to, array, device }
    }

    fn mode(&mut self) -> Option<Mode> {
        let by_flags = ["config.train", "train", "test"].iter().all(|it| self.claims(it));
        match self.draw(&(0.0f64..1.0)) {
            p if p < 0.4 && by_flags => None,
            p if p < 0.6 && self.claims("test") => Some(Mode::Test),
            _ if self.claims("train") => Some(Mode::Train),
            _ => Some(Mode::Test),
        }
    }

    fn dropout(&mut self, scene: &Scene, depth: usize, direct: bool) -> Vec<Program> {
        let mut before = Vec::new();
        let known = self.anything(scene);
        let (of, shape) = match known {
            Some(of) => {
                let shape = scene.known(&of).map(|node| node.shape.clone()).unwrap_or_default();
                (of, shape)
            }
            None => {
                let (to, array) = (self.fresh("x"), self.input());
                let shape = array.shape.clone();
                before.push(self.variable(to.clone(), array));
                (to, shape)
            }
        };
        let to = if self.chance(0.08) { of.clone() } else { self.fresh("y") };
        let default = self.claims("default_ratio") && self.chance(0.08);
        let ratio = self.ratio();
        // In a scope it is rather the flag that decides.
        let by_flag = depth > 0 && self.chance(0.5) && self.claims("config.train");
        let mode = if by_flag { None } else { self.mode() };
        let injects = self.claims("injected") && !direct;
        let u = (injects && self.chance(if self.subject == Topic::Bits { 0.8 } else { 0.08 }))
            .then(|| self.uniforms(&shape, ratio));
        let ratio = if default && u.is_none() { None } else { Some(Real(ratio)) };
        let call = Dropout { to: to.clone(), of, ratio, mode, u };
        let step = if direct { Step::DirectDropout(call) } else { Step::Dropout(call) };
        let mut look = if self.watched && self.chance(0.8) { vec![value(&to)] } else { vec![] };
        let leaf = self.leaf(scene).filter(|_| self.chance(if direct { 0.4 } else { 0.1 }));
        if let Some(leaf) = leaf {
            let gy = self.gradient(&shape);
            look.extend([Step::Backward { of: to.clone(), gy, create_graph: false }, grad(&leaf)]);
        }
        let caught = vec![catch([vec![step.clone()], vec![value(&to)]].concat())];
        let plain = [vec![step.clone()], look].concat();
        let bare = vec![step];
        [plain, caught, bare].map(|way| [before.clone(), way].concat()).to_vec()
    }

    /// Uniforms, and among them the ratio itself, its neighbours, and the smallest and largest.
    fn uniforms(&mut self, shape: &[usize], ratio: f64) -> Array {
        let n = shape.iter().product::<usize>();
        let edges = [0.0, 1.0 - 2f64.powi(-53), ratio, ratio.next_up(), ratio.next_down()];
        let edges = edges.into_iter().filter(|u| (0.0..1.0).contains(u)).collect::<Vec<_>>();
        let bits = self.subject == Topic::Bits;
        let u = (0..n).map(|_| match bits && self.chance(0.4) {
            true => self.one_of(&edges),
            false => self.draw(&(0.0f64..1.0)),
        });
        let u = u.collect();
        Array::new(Dtype::Float64, shape, u)
    }

    fn view(&mut self, scene: &Scene) -> Vec<Program> {
        use ViewKind::{Broadcast, Reverse, Step, Transpose};
        let Some(of) = self.leaf(scene) else { return vec![] };
        let single = scene.bound().iter().any(|(name, node)| *name == of && node.shape.is_empty());
        let kinds: &[ViewKind] =
            if single { &[Transpose, Broadcast] } else { &[Transpose, Reverse, Step, Broadcast] };
        let kind = self.one_of(kinds);
        let (v, y) = (self.fresh("v"), self.fresh("y"));
        let (ratio, mode) = (self.ratio(), self.mode());
        let call =
            Dropout { to: y.clone(), of: v.clone(), ratio: Some(Real(ratio)), mode, u: None };
        vec![vec![view(&v, &of, kind), crate::wire::Step::Dropout(call), value(&y)]]
    }

    fn arithmetic(&mut self, scene: &Scene) -> Vec<Program> {
        let (Some(a), Some(b)) = (self.anything(scene), self.anything(scene)) else {
            return vec![];
        };
        let to = self.fresh("z");
        let step = match self.chance(0.5) {
            true => Step::Add { to: to.clone(), a, b },
            false => Step::Mul { to: to.clone(), a, b },
        };
        let look = if self.watched && self.chance(0.6) { vec![value(&to)] } else { vec![] };
        vec![[vec![step], look].concat()]
    }

    fn observe(&mut self, scene: &Scene) -> Vec<Program> {
        let Some(of) = self.anything(scene) else { return vec![] };
        let leaf = scene.known(&of).is_some_and(|node| node.made == Made::Leaf);
        let gradients = ["gradient.train", "gradient.test"].iter().any(|it| self.claims(it));
        vec![vec![match leaf && gradients && self.chance(0.5) {
            true => grad(&of),
            false => value(&of),
        }]]
    }

    fn on_a_device(&mut self) -> Vec<Program> {
        let devices = self.start.devices.clone();
        if devices.is_empty() {
            return vec![];
        }
        let (x, y, place) = (self.fresh("x"), self.fresh("y"), self.one_of(&devices));
        let (array, ratio, mode) = (self.input(), self.ratio(), self.mode());
        let call =
            Dropout { to: y.clone(), of: x.clone(), ratio: Some(Real(ratio)), mode, u: None };
        vec![vec![on_device(&x, array, &place), Step::Dropout(call), device(&y), value(&y)]]
    }

    fn same(&mut self, scene: &Scene) -> Vec<Program> {
        let Some(x) = self.leaf(scene) else { return vec![] };
        let y = self.fresh("y");
        let ratio = if self.chance(0.2) { 0.0 } else { self.ratio() };
        let mode = if ratio == 0.0 && self.claims("train") { Mode::Train } else { Mode::Test };
        let call = Dropout {
            to: y.clone(),
            of: x.clone(),
            ratio: Some(Real(ratio)),
            mode: Some(mode),
            u: None,
        };
        vec![vec![Step::Dropout(call), crate::wire::steps::same(&x, &y)]]
    }
}

impl Writer<'_, '_> {
    fn go_back(&mut self, scene: &Scene) -> Vec<Program> {
        let kinds = [Made::Train, Made::Test, Made::Sum, Made::Product];
        let Some(of) = self.of_kind(scene, &kinds) else { return vec![] };
        let shape = scene.known(&of).map(|node| node.shape.clone()).unwrap_or_default();
        let gy = self.gradient(&shape);
        let back = Step::Backward { of, gy, create_graph: false };
        let leaf = self.leaf(scene);
        let look = leaf.map(|leaf| grad(&leaf)).into_iter().collect::<Vec<_>>();
        let looks = if self.watched || self.chance(0.5) { look } else { vec![] };
        if !self.flags().is_empty() && self.chance(0.25) {
            let scope = match self.some_flag() {
                Some("train") => test_mode(vec![back.clone()]),
                _ => no_grad(vec![back.clone()]),
            };
            return vec![[vec![scope], looks].concat()];
        }
        let caught = vec![catch([vec![back.clone()], looks.clone()].concat())];
        vec![[vec![back], looks].concat(), caught]
    }

    fn second_derivative(&mut self) -> Program {
        let [x, y, z, gx] = ["x", "y", "z", "g"].map(|stem| self.fresh(stem));
        let array = self.input();
        let shape = array.shape.clone();
        let mut program = vec![self.variable(x.clone(), array), train(&y, &x, self.ratio())];
        if self.watched {
            program.push(value(&y));
        }
        program.extend([
            Step::Mul { to: z.clone(), a: y.clone(), b: y },
            Step::Backward { of: z, gy: self.gradient(&shape), create_graph: true },
            grad(&x),
            Step::GradAs { of: x.clone(), to: gx.clone() },
            Step::ClearGrad { of: x.clone() },
            Step::Backward { of: gx, gy: self.gradient(&shape), create_graph: false },
            grad(&x),
        ]);
        program
    }

    /// Two results of one variable, and the way back from both.
    fn twice(&mut self) -> Program {
        let [x, a, b] = ["x", "y", "y"].map(|stem| self.fresh(stem));
        let array = self.input();
        let shape = array.shape.clone();
        let mut program = vec![self.variable(x.clone(), array)];
        program.extend([train(&a, &x, self.ratio()), train(&b, &x, self.ratio())]);
        if self.watched {
            program.extend([value(&a), value(&b)]);
        }
        program.push(Step::Backward { of: a, gy: self.gradient(&shape), create_graph: false });
        if self.chance(0.3) {
            program.push(Step::ClearGrad { of: x.clone() });
        }
        program.push(Step::Backward { of: b, gy: self.gradient(&shape), create_graph: false });
        program.push(grad(&x));
        program
    }
}

impl Writer<'_, '_> {
    /// A layer is called, a known one or one made for it; often there is another one, and a mode is
    /// given to some of them, one by one or in a model.
    fn layer(&mut self, scene: &Scene) -> Vec<Program> {
        let mut layers = scene.layers.names().map(str::to_owned).collect::<Vec<_>>();
        let mut program = Vec::new();
        let of = match self.anything(scene) {
            Some(of) => of,
            None => {
                let (to, array) = (self.fresh("x"), self.input());
                program.push(self.variable(to.clone(), array));
                to
            }
        };
        let plain = layers.last().map(|known| [program.clone(), self.called(known, &of)].concat());
        while layers.is_empty() || layers.len() < 3 && self.chance(0.4) {
            let (name, ratio) = (self.fresh("l"), self.ratio());
            program.extend([layer(&name, ratio), layer_mode(&name, self.chance(0.6))]);
            layers.push(name);
        }
        let used = self.one_of(&layers);
        if self.chance(0.3) {
            program.extend(self.called(&used, &of));
        }
        if self.chance(0.3) {
            let name = self.one_of(&layers);
            program.push(layer_mode(&name, self.chance(0.5)));
        }
        if self.chance(0.3) {
            program.extend(self.modelled(&layers));
        }
        program.extend(self.called(&used, &of));
        [Some(program), plain].into_iter().flatten().collect()
    }

    fn called(&mut self, layer: &str, of: &str) -> Program {
        let y = self.fresh("y");
        let look = self.watched && self.chance(0.8);
        let look = look.then(|| value(&y));
        [vec![apply(&y, of, layer)], look.into_iter().collect()].concat()
    }

    /// A model of some layers, perhaps in another one, that is given a mode.
    fn modelled(&mut self, layers: &[String]) -> Program {
        let (inner, outer) = (self.fresh("m"), self.fresh("m"));
        let inside = layers.iter().filter(|_| self.chance(0.7)).map(String::as_str);
        let mut program = vec![model(&inner, &inside.collect::<Vec<_>>())];
        let mut whole = inner.as_str();
        if self.chance(0.5) {
            program.push(model(&outer, &[&inner]));
            whole = &outer;
        }
        program.push(layer_mode(whole, self.chance(0.5)));
        program
    }
}

impl Writer<'_, '_> {
    /// What a scope sets a flag to: rather what it is not.
    fn other_value(&mut self, scene: &Scene, flag: &str) -> bool {
        match scene.flag(flag) {
            Some(false) => self.chance(0.6),
            _ => self.chance(0.2),
        }
    }

    fn named(&mut self, flag: &str, value: bool, body: Program) -> Step {
        match (!value && self.chance(0.5), flag) {
            (true, "train") => test_mode(body),
            (true, _) => no_grad(body),
            _ => using(flag, value, body),
        }
    }

    fn scope(&mut self, scene: &Scene, depth: usize) -> Vec<Program> {
        let Some(flag) = self.some_flag() else { return vec![] };
        if flag == "train"
            && self.chance(0.25)
            && ["train", "test"].iter().all(|it| self.claims(it))
        {
            return vec![vec![self.monte_carlo()]];
        }
        let value = self.other_value(scene, flag);
        let inside = scene.within(flag, value);
        let body = self.body(inside, depth);
        let scope = self.named(flag, value, body);
        let read = if self.chance(0.3) { vec![config(flag)] } else { vec![] };
        vec![[vec![scope], read].concat()]
    }

    /// Train mode in test mode: dropout in an evaluation.
    fn monte_carlo(&mut self) -> Step {
        let (x, y, ratio) = (self.fresh("x"), self.fresh("y"), self.ratio());
        let array = self.input();
        let call = vec![self.variable(x.clone(), array), dropout(&y, &x, ratio), value(&y)];
        test_mode(vec![using("train", true, call)])
    }

    /// A scope, perhaps in another one, and a way out of it; then the flag is read.
    fn left(&mut self) -> Vec<Program> {
        let Some(flag) = self.some_flag() else { return vec![] };
        let value = self.chance(0.3);
        let mut body = if self.chance(0.5) { vec![config(flag)] } else { vec![] };
        if self.chance(0.3) {
            body.push(set(flag, self.chance(0.7)));
        }
        let raised = match self.draw(&(0..4)) {
            0 => Some(raise()),
            1 => Some(panic()),
            _ => None,
        };
        let errs = raised.is_some();
        body.extend(raised);
        let mut steps = vec![self.named(flag, value, body)];
        if errs {
            steps = vec![catch(steps)];
        }
        if self.chance(0.4) {
            let outer = self.chance(0.3);
            steps = vec![self.named(flag, outer, [steps, vec![config(flag)]].concat())];
        }
        vec![[steps, vec![config(flag)]].concat()]
    }

    /// A scope as an object: never entered, entered once, again, within itself.
    fn object(&mut self, scene: &Scene, depth: usize) -> Vec<Program> {
        let Some(flag) = self.some_flag() else { return vec![] };
        let (s, sets) = (self.fresh("s"), self.chance(0.3));
        let reads = || vec![config(flag)];
        let made = crate::wire::steps::scope(&s, flag, sets);
        let inside = scene.within(flag, sets);
        let body = [reads(), self.body(inside, depth)].concat();
        vec![match self.draw(&(0..6)) {
            0 => vec![made, config(flag)],
            5 => {
                // Made where the flag is one thing, and entered where it is another.
                let outer = self.named(flag, !sets, vec![made]);
                vec![outer, within(&s, reads()), config(flag)]
            }
            1 => vec![made, within(&s, body)],
            2 => vec![made, within(&s, body), catch(vec![within(&s, reads())])],
            3 => {
                let again = catch(vec![within(&s, reads())]);
                vec![made, within(&s, [vec![again], reads()].concat()), config(flag)]
            }
            _ => {
                let set_inside = vec![set(flag, self.chance(0.5)), config(flag)];
                vec![made, within(&s, set_inside), config(flag)]
            }
        }]
    }

    fn by_hand(&mut self) -> Vec<Program> {
        let Some(flag) = self.some_flag() else { return vec![] };
        let (s, sets) = (self.fresh("s"), self.chance(0.3));
        let made = crate::wire::steps::scope(&s, flag, sets);
        vec![vec![made, enter(&s), config(flag), exit(&s), config(flag)]]
    }

    /// The outer of two scopes is left first.
    fn crossed(&mut self) -> Vec<Program> {
        let Some(flag) = self.some_flag() else { return vec![] };
        let (a, b) = (self.fresh("s"), self.fresh("s"));
        let (one, other) = (self.chance(0.3), self.chance(0.3));
        let made = |name, flag, sets| crate::wire::steps::scope(name, flag, sets);
        let mut program = vec![made(&a, flag, one), made(&b, flag, other), enter(&a), enter(&b)];
        let left = |name: &str| vec![catch(vec![exit(name)]), config(flag)];
        program.extend([left(&a), left(&b)].concat());
        for flag in self.flags() {
            program.push(set(flag, true));
        }
        vec![program]
    }
}

impl Writer<'_, '_> {
    /// What a worker does: a scope is left, or dropout is called by the flag in test mode.
    fn on_a_thread(&mut self) -> Program {
        if self.mode().is_some() {
            return self.left().into_iter().flatten().collect();
        }
        let (x, y) = (self.fresh("x"), self.fresh("y"));
        let call = vec![dropout(&y, &x, 0.5), value(&y)];
        let array = self.draw(&arrays::arrays(self.dtype, &[3], Numbers::Tame));
        let x = self.variable(x, array);
        match self.chance(0.7) {
            true => vec![x, test_mode(call)],
            false => [vec![x], call].concat(),
        }
    }

    fn threads(&mut self, scene: &Scene, depth: usize) -> Vec<Program> {
        if depth > 2 {
            return vec![];
        }
        if self.chance(0.6) {
            let body = match self.chance(0.5) {
                true => self.on_a_thread(),
                false => self.closed_body(scene, Closed::Thread, depth),
            };
            let thread = threads(vec![body]);
            let Some(flag) = self.some_flag().filter(|_| self.chance(0.4)) else {
                return vec![vec![thread]];
            };
            // Started in a scope, and another one beside it.
            let other = threads(vec![vec![config(flag)]]);
            let value = self.chance(0.2);
            return vec![vec![self.named(flag, value, vec![thread, other])]];
        }
        let Some(flag) = self.some_flag() else { return vec![] };
        let mut moves = Vec::new();
        let mut open = [0; 2];
        for _ in 0..self.draw(&(3..7)) {
            let who = self.draw(&(0usize..2));
            match self.draw(&(0..6)) {
                0 | 1 => {
                    let value = self.chance(0.3);
                    moves.push((who, Move::Enters(using(flag, value, vec![]))));
                    open[who] += 1;
                }
                2 if open[who] > 0 => {
                    moves.push((who, Move::Leaves(self.chance(0.3))));
                    open[who] -= 1;
                }
                3 if flag == "train" && self.mode().is_none() => {
                    let (x, y) = (self.fresh("x"), self.fresh("y"));
                    let array = self.draw(&arrays::arrays(self.dtype, &[2], Numbers::Tame));
                    let calls = [variable(&x, array), dropout(&y, &x, 0.5), value(&y)];
                    moves.extend(calls.map(|step| (who, Move::Does(step))));
                }
                _ => moves.push((who, Move::Does(config(flag)))),
            }
        }
        for (who, open) in open.into_iter().enumerate() {
            moves.extend((0..open).map(|_| (who, Move::Leaves(false))));
        }
        let mut program = vec![threads(interleaved(&moves, 2)), config(flag)];
        program.push(set(flag, true));
        vec![program]
    }
}
