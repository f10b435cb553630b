use crate::search::scene::Scene;
use crate::search::writer::Writer;
use crate::wire::steps::*;
use crate::wire::{Program, Step};

impl Writer<'_, '_> {
    /// What a scope sets a flag to: rather what it is not.
    pub(super) fn other_value(&mut self, scene: &Scene, flag: &str) -> bool {
        match scene.flag(flag) {
            Some(false) => self.chance(0.6),
            _ => self.chance(0.2),
        }
    }

    pub(super) fn named(&mut self, flag: &str, value: bool, body: Program) -> Step {
        match (!value && self.chance(0.5), flag) {
            (true, "train") => test_mode(body),
            (true, _) => no_grad(body),
            _ => using(flag, value, body),
        }
    }

    pub(super) fn scope(&mut self, scene: &Scene, depth: usize) -> Vec<Program> {
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
    pub(super) fn monte_carlo(&mut self) -> Step {
        let (x, y, ratio) = (self.fresh("x"), self.fresh("y"), self.ratio());
        let array = self.input();
        let call = vec![self.variable(x.clone(), array), dropout(&y, &x, ratio), value(&y)];
        test_mode(vec![using("train", true, call)])
    }

    /// A scope, perhaps in another one, and a way out of it; then the flag is read.
    pub(super) fn left(&mut self) -> Vec<Program> {
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
    pub(super) fn object(&mut self, scene: &Scene, depth: usize) -> Vec<Program> {
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

    pub(super) fn by_hand(&mut self) -> Vec<Program> {
        let Some(flag) = self.some_flag() else { return vec![] };
        let (s, sets) = (self.fresh("s"), self.chance(0.3));
        let made = crate::wire::steps::scope(&s, flag, sets);
        vec![vec![made, enter(&s), config(flag), exit(&s), config(flag)]]
    }

    /// The outer of two scopes is left first.
    pub(super) fn crossed(&mut self) -> Vec<Program> {
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
