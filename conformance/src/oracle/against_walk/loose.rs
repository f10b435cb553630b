//! Random programs about modes, threads and errors that nothing but the protocol restrains.

use crate::search::{Move, interleaved};
use crate::wire::steps::*;
use crate::wire::{Array, Dropout, Dtype, FLAGS, Mode, Program, Real, Step};
use proptest::prelude::*;
use proptest::test_runner::{TestRng, TestRunner};

/// A program of some thirty steps.
pub(super) fn program(runner: &mut TestRunner) -> Program {
    let rng = runner.rng();
    let dtype = if rng.random_bool(0.9) { Dtype::Float32 } else { Dtype::Int32 };
    let left = rng.random_range(4..32);
    let mut writer = Loose { rng, dtype, left, names: 0 };
    writer.block(&mut Known::default(), 0)
}

struct Loose<'r> {
    rng: &'r mut TestRng,
    dtype: Dtype,
    /// How many steps may be added.
    left: usize,
    names: usize,
}

/// The names that are bound, unless an error came before.
#[derive(Clone, Default)]
struct Known {
    variables: Vec<String>,
    scopes: Vec<String>,
    layers: Vec<String>,
    models: Vec<String>,
    /// Whether this is on a thread that was started.
    thread: bool,
}

/// Ratios at which frameworks differ, and others.
const RATIOS: [f64; 7] = [0.5, 0.25, 0.0, 1.0, 1.5, -1.0, f64::NAN];

impl Loose<'_> {
    fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.rng.random_range(0..all.len())].clone()
    }

    fn flag(&mut self) -> &'static str {
        self.one_of(&FLAGS)
    }

    /// A new name, or now and then one that is bound.
    fn name(&mut self, bound: &mut Vec<String>) -> String {
        if !bound.is_empty() && self.chance(0.2) {
            return self.one_of(bound);
        }
        self.names += 1;
        bound.push(format!("n{}", self.names));
        format!("n{}", self.names)
    }

    /// A name that is bound, or rarely one that is not.
    fn known(&mut self, bound: &[String]) -> String {
        if bound.is_empty() || self.chance(0.01) { "none".to_owned() } else { self.one_of(bound) }
    }

    fn block(&mut self, known: &mut Known, depth: usize) -> Program {
        let mut program = Vec::new();
        while self.left > 0 && (program.is_empty() || !self.chance(0.3 * depth.min(1) as f64)) {
            self.left -= 1;
            let steps = match self.rng.random_range(0..20) {
                0..6 => self.about_flags(known, depth),
                6..10 => self.about_scopes(known, depth),
                10..13 => self.about_variables(known),
                13..15 => self.about_layers(known),
                15..18 if depth < 6 => self.around(known, depth),
                18 if depth < 4 => self.together(depth),
                _ => vec![if self.chance(0.6) { raise() } else { panic() }],
            };
            program.extend(steps);
        }
        program
    }

    fn about_flags(&mut self, known: &mut Known, depth: usize) -> Program {
        let (flag, value) = (self.flag(), self.chance(0.4));
        vec![match self.rng.random_range(0..12) {
            0..2 => config(flag),
            2..4 => set(flag, value),
            4 => using_text(flag, "no", self.block(known, depth + 1)),
            5 => using("trian", value, self.block(known, depth + 1)),
            6 if self.chance(0.1) => set("trian", value),
            6..8 => test_mode(self.block(known, depth + 1)),
            8..10 => no_grad(self.block(known, depth + 1)),
            _ => using(flag, value, self.block(known, depth + 1)),
        }]
    }

    fn about_scopes(&mut self, known: &mut Known, depth: usize) -> Program {
        let (flag, value) = (self.flag(), self.chance(0.3));
        if known.scopes.is_empty() || self.chance(0.2) {
            return vec![scope(&self.name(&mut known.scopes), flag, value)];
        }
        let of = self.known(&known.scopes);
        let step = match self.rng.random_range(0..4) {
            0 => enter(&of),
            1 => exit(&of),
            _ => within(&of, self.block(known, depth + 1)),
        };
        vec![if self.chance(0.5) { catch(vec![step]) } else { step }]
    }

    fn about_variables(&mut self, known: &mut Known) -> Program {
        if known.variables.is_empty() || self.chance(0.15) {
            let shape: &[usize] = self.one_of(&[&[1], &[1], &[0], &[]]);
            let x = Array::full(self.dtype, shape, 1.0);
            return vec![variable(&self.name(&mut known.variables), x)];
        }
        let of = self.known(&known.variables);
        let step = match self.rng.random_range(0..8) {
            0 => back(&of),
            1 => value(&of),
            2 => recorded(&of),
            3 => add(&self.name(&mut known.variables), &of, &of),
            4 => clear_grad(&of),
            _ => {
                let ratio = self.one_of(&RATIOS);
                // What comes of a senseless ratio is not used.
                let usual = (0.0..=1.0).contains(&ratio);
                let to = if usual { self.name(&mut known.variables) } else { "odd".into() };
                let mode = self.one_of(&[None, None, Some(Mode::Train), Some(Mode::Test)]);
                let ratio = if self.chance(0.9) { Some(Real(ratio)) } else { None };
                let call = Dropout { to, of, ratio, mode, u: None };
                let direct = usual && self.chance(0.2);
                if direct { Step::DirectDropout(call) } else { Step::Dropout(call) }
            }
        };
        vec![if self.chance(0.5) { catch(vec![step]) } else { step }]
    }

    fn about_layers(&mut self, known: &mut Known) -> Program {
        if known.layers.is_empty() || self.chance(0.2) {
            return vec![layer(&self.name(&mut known.layers), 0.5)];
        }
        let of = self.known(&known.layers);
        vec![match self.rng.random_range(0..5) {
            0 => {
                let inner = [self.known(&known.layers), self.known(&known.layers)];
                let of_models = [&inner[..], &known.models].concat();
                let within = of_models.iter().map(String::as_str).collect::<Vec<_>>();
                self.names += 1;
                let name = format!("n{}", self.names);
                known.models.push(name.clone());
                model(&name, &within)
            }
            1 if !known.models.is_empty() => {
                layer_mode(&self.known(&known.models), self.chance(0.5))
            }
            1..3 => layer_mode(&of, self.chance(0.5)),
            _ => apply(&self.name(&mut known.variables), &self.known(&known.variables), &of),
        }]
    }

    /// A step around others.
    fn around(&mut self, known: &mut Known, depth: usize) -> Program {
        vec![match self.rng.random_range(0..8) {
            0..5 => catch(self.block(known, depth + 1)),
            5..7 => {
                // A turn uses what it binds itself.
                let mut own = Known { thread: known.thread, ..Known::default() };
                repeat(self.one_of(&[0, 1, 2, 3]), self.block(&mut own, depth + 1))
            }
            _ if known.thread && self.chance(0.5) => barrier(),
            _ => threads(vec![self.on_a_thread(depth)]),
        }]
    }

    fn on_a_thread(&mut self, depth: usize) -> Program {
        self.block(&mut Known { thread: true, ..Known::default() }, depth + 1)
    }

    /// Threads of which one at a time does something.
    fn together(&mut self, depth: usize) -> Program {
        let number = self.rng.random_range(2..4);
        let (mut moves, mut open) = (Vec::new(), vec![0; number]);
        let mut known = vec![Known::default(); number];
        for _ in 0..self.rng.random_range(2..9) {
            let who = self.rng.random_range(0..number);
            moves.push((
                who,
                match self.rng.random_range(0..6) {
                    0 | 1 => {
                        open[who] += 1;
                        let (flag, value) = (self.flag(), self.chance(0.3));
                        Move::Enters(using(flag, value, vec![]))
                    }
                    2 if open[who] > 0 => {
                        open[who] -= 1;
                        Move::Leaves(self.chance(0.3))
                    }
                    3 => Move::Does(config(self.flag())),
                    4 => Move::Does(set(self.flag(), self.chance(0.5))),
                    // An error that is caught later would leave the others waiting at other barriers.
                    _ => Move::Does(catch(self.block(&mut known[who], depth + 1))),
                },
            ));
        }
        for (who, open) in open.into_iter().enumerate() {
            moves.extend((0..open).map(|_| (who, Move::Leaves(false))));
        }
        vec![threads(interleaved(&moves, number))]
    }
}
