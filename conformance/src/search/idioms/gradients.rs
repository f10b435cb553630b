use crate::search::graph::Made;
use crate::search::scene::Scene;
use crate::search::writer::Writer;
use crate::wire::steps::*;
use crate::wire::{Program, Step};

impl Writer<'_, '_> {
    pub(super) fn go_back(&mut self, scene: &Scene) -> Vec<Program> {
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

    pub(super) fn second_derivative(&mut self) -> Program {
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
    pub(super) fn twice(&mut self) -> Program {
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
