use crate::search::graph::Made;
use crate::search::scene::Scene;
use crate::search::writer::{Topic, Writer};
use crate::wire::steps::*;
use crate::wire::{Array, Dropout, Dtype, Mode, Program, Real, Step, ViewKind};

impl Writer<'_, '_> {
    pub(super) fn variable(&mut self, to: String, array: Array) -> Step {
        let devices = self.start.devices.clone();
        let named = self.claims("device") && !devices.is_empty() && self.chance(0.1);
        let device = named.then(|| self.one_of(&devices));
        Step::Variable { to, array, device }
    }

    pub(super) fn mode(&mut self) -> Option<Mode> {
        let by_flags = ["config.train", "train", "test"].iter().all(|it| self.claims(it));
        match self.draw(&(0.0f64..1.0)) {
            p if p < 0.4 && by_flags => None,
            p if p < 0.6 && self.claims("test") => Some(Mode::Test),
            _ if self.claims("train") => Some(Mode::Train),
            _ => Some(Mode::Test),
        }
    }

    pub(super) fn dropout(&mut self, scene: &Scene, depth: usize, direct: bool) -> Vec<Program> {
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
    pub(super) fn uniforms(&mut self, shape: &[usize], ratio: f64) -> Array {
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

    pub(super) fn view(&mut self, scene: &Scene) -> Vec<Program> {
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

    pub(super) fn arithmetic(&mut self, scene: &Scene) -> Vec<Program> {
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

    pub(super) fn observe(&mut self, scene: &Scene) -> Vec<Program> {
        let Some(of) = self.anything(scene) else { return vec![] };
        let leaf = scene.known(&of).is_some_and(|node| node.made == Made::Leaf);
        let gradients = ["gradient.train", "gradient.test"].iter().any(|it| self.claims(it));
        vec![vec![match leaf && gradients && self.chance(0.5) {
            true => grad(&of),
            false => value(&of),
        }]]
    }

    pub(super) fn on_a_device(&mut self) -> Vec<Program> {
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

    pub(super) fn same(&mut self, scene: &Scene) -> Vec<Program> {
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
