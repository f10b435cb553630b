use crate::search::arrays::{self, Numbers};
use crate::search::scene::{Closed, Scene};
use crate::search::together::{Move, interleaved};
use crate::search::writer::Writer;
use crate::wire::Program;
use crate::wire::steps::*;

impl Writer<'_, '_> {
    /// What a worker does: a scope is left, or dropout is called by the flag in test mode.
    pub(super) fn on_a_thread(&mut self) -> Program {
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

    pub(super) fn threads(&mut self, scene: &Scene, depth: usize) -> Vec<Program> {
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
