//! What each step does to the flags, the scopes, the layers and the variables of its thread.

use super::{
    Block, BodyEnd, ENABLE_BACKPROP, HandedBack, Open, Placed, Scope, Stopped, TRAIN, Variable,
    WalkEnded, WalkedLayer, WalkedThread, Walker, flag,
};
use crate::wire::{Dropout, FlagValue, Mode, Origin, Real, Step, ViewKind};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

impl<'p> Walker<'p, '_> {
    pub(super) fn step(
        &mut self,
        thread: &mut WalkedThread<'p>,
        at: usize,
        step: &'p Step,
    ) -> WalkEnded {
        let [refused, unbound, unsupported] =
            [Some(Origin::Library), Some(Origin::Adapter), None].map(|from| Stopped { at, from });
        let train = self.steps.last().and_then(Placed::mode) == Some(Mode::Train);
        let records = self.flags_of(thread)[ENABLE_BACKPROP];
        match step {
            Step::Variable { to, array, .. } => {
                let given = Some(Rc::new(array.values.clone()));
                let x = Variable { given, ..Variable::new(&array.shape, false) };
                thread.variables.insert(to, Rc::new(x));
            }
            Step::View { to, of, kind } => {
                let x = thread.variable(of).ok_or(unbound)?;
                if x.shape.is_empty() && matches!(kind, ViewKind::Reverse | ViewKind::Step) {
                    return Err(unsupported);
                }
                let rows = x.shape.iter().skip(1).product::<usize>().max(1);
                let every_other = |values: &Rc<Vec<f64>>| match kind {
                    ViewKind::Step => {
                        Rc::new(values.chunks(rows).step_by(2).flatten().copied().collect())
                    }
                    _ => Rc::clone(values),
                };
                let given = x.given.as_ref().map(every_other);
                let view = Variable { given, ..Variable::new(&kind.shape(&x.shape), false) };
                thread.variables.insert(to, Rc::new(view));
            }
            Step::Dropout(call) | Step::DirectDropout(call) => {
                let Dropout { to, of, ratio, u, .. } = call;
                let x = thread.variable(of).ok_or(unbound)?;
                let elements = x.shape.iter().product::<usize>();
                if u.as_ref().is_some_and(|u| u.values.len() != elements) {
                    return Err(unsupported);
                }
                let ratio = ratio.map_or(0.5, |Real(ratio)| ratio);
                let direct = matches!(step, Step::DirectDropout(_));
                let y = self.call(&x, ratio, train, direct, records).ok_or(refused)?;
                thread.variables.insert(to, y);
            }
            Step::Apply { to, of, layer } => {
                let WalkedLayer::Dropout { ratio, .. } =
                    *thread.layers.get(layer.as_str()).ok_or(unbound)?
                else {
                    return Err(unsupported);
                };
                let x = thread.variable(of).ok_or(unbound)?;
                let y = self.call(&x, ratio, train, false, records).ok_or(refused)?;
                thread.variables.insert(to, y);
            }
            Step::Add { to, a, b } | Step::Mul { to, a, b } => {
                let x = thread.variable(a).ok_or(unbound)?;
                thread.variable(b).ok_or(unbound)?;
                thread.bind(to, &x.shape, records);
            }
            Step::Backward { of, gy, .. } => {
                let y = thread.variable(of).ok_or(unbound)?;
                let gy = gy.as_ref().map(|gy| gy.values.as_slice());
                if self.refuses_number("nonfinite_gradient", gy.unwrap_or_default()) {
                    return Err(refused);
                }
                let elements = y.shape.iter().product();
                let (question, about) = match y.handed_back {
                    HandedBack::NEVER => ("backward_without_graph", None),
                    how => ("backward_of_input", Some(how.about(elements))),
                };
                if !y.recorded && self.is_refused(question, about) {
                    return Err(refused);
                }
            }
            // It is asked only where there is a gradient; one goes back from it only where one can.
            Step::GradAs { of, to } => {
                let x = thread.variable(of).ok_or(unbound)?;
                thread.bind(to, &x.shape, true);
            }
            Step::ClearGrad { of }
            | Step::Value { of }
            | Step::Grad { of }
            | Step::Recorded { of }
            | Step::Device { of } => {
                thread.variable(of).ok_or(unbound)?;
            }
            Step::Same { a, b } => {
                thread.variable(a).and(thread.variable(b)).ok_or(unbound)?;
            }
            Step::UsingConfig { flag: name, value, body } => {
                let flag = flag(name).ok_or(refused)?;
                let value = match value {
                    FlagValue::Bool(value) => *value,
                    FlagValue::Text(_) => match self.answer_of("other_value", flag) {
                        "error" => return Err(refused),
                        answer => answer == "true",
                    },
                };
                self.enter(thread, flag, value, None);
                self.begin(thread, body, BodyEnd::Restores);
            }
            Step::TestMode { body } => {
                self.enter(thread, TRAIN, false, None);
                self.begin(thread, body, BodyEnd::Restores);
            }
            Step::NoGrad { body } => {
                self.enter(thread, ENABLE_BACKPROP, false, None);
                self.begin(thread, body, BodyEnd::Restores);
            }
            Step::Scope { to, flag: name, value } => {
                let flag = flag(name).ok_or(refused)?;
                let scope = Scope { flag, value: *value, used: Cell::default() };
                thread.scopes.insert(to, Rc::new(scope));
            }
            Step::Enter { of, body } => {
                let scope = Rc::clone(thread.scopes.get(of.as_str()).ok_or(unbound)?);
                self.enter_object(thread, &scope).ok_or(refused)?;
                if let Some(body) = body {
                    self.begin(thread, body, BodyEnd::Leaves(scope));
                }
            }
            Step::Exit { of } => {
                let scope = Rc::clone(thread.scopes.get(of.as_str()).ok_or(unbound)?);
                self.exit(thread, &scope).ok_or(refused)?;
            }
            Step::SetConfig { flag: name, value } => {
                let flag = flag(name).ok_or(refused)?;
                self.flags[thread.flags[flag]][flag] = *value;
            }
            Step::Config { flag: name } => {
                flag(name).ok_or(refused)?;
            }
            Step::Layer { to, ratio: Real(ratio) } => {
                let layer = WalkedLayer::Dropout { ratio: *ratio, train: Rc::default() };
                thread.layers.insert(to, layer);
            }
            Step::Model { to, layers } => {
                let found = layers.iter().map(|name| thread.layers.get(name.as_str()).cloned());
                let model = WalkedLayer::Model(found.collect::<Option<_>>().ok_or(unbound)?);
                thread.layers.insert(to, model);
            }
            Step::LayerMode { of, train } => {
                thread.layers.get(of.as_str()).ok_or(unbound)?.give(*train);
            }
            Step::Threads { bodies } => return self.threads(thread, at, step, bodies),
            Step::Barrier {} => return Err(unbound),
            Step::Raise { .. } => return Err(Stopped { at, from: Some(Origin::Body) }),
            Step::Catch { body } => self.begin(thread, body, BodyEnd::Catches),
            Step::Repeat { times, body } => self.begin(thread, &[], BodyEnd::Repeats(*times, body)),
            Step::Seed { .. } | Step::Draws {} => {}
        }
        Ok(())
    }

    /// Begins the body of the step that was executed last.
    fn begin(&self, thread: &mut WalkedThread<'p>, body: &'p [Step], end: BodyEnd<'p>) {
        let placed = self.steps.len() - 1;
        let next = self.steps[placed].at + 1;
        thread.blocks.push(Block { rest: body, next, of: Some((placed, end)) });
    }

    /// What a call of dropout gives back; nothing if it is refused.
    fn call(
        &self,
        x: &Rc<Variable>,
        ratio: f64,
        train: bool,
        direct: bool,
        records: bool,
    ) -> Option<Rc<Variable>> {
        let usual = (0.0..=1.0).contains(&ratio);
        let of = |in_training, in_testing| if train { in_training } else { in_testing };
        let its_own = Some(ratio);
        let form = f64::from(u8::from(train) + 2 * u8::from(direct));
        let empty = x.shape.contains(&0);
        // An empty x may be handed back before the ratio is looked at.
        let at_once = ratio == 1.0
            && empty
            && !direct
            && (self.answers)("empty_result", Some(form)) == "same";
        let doubts = [
            (self.integers, of("integer.train", "integer.test"), None),
            (ratio.is_nan(), of("nan_ratio.train", "nan_ratio.test"), its_own),
            (!usual && !ratio.is_nan(), of("invalid_ratio.train", "invalid_ratio.test"), its_own),
            (ratio == 1.0 && !direct && !at_once, of("ratio_one", "ratio_one.test"), None),
        ];
        let refused = |&(doubtful, question, about): &(bool, &str, Option<f64>)| {
            doubtful && self.is_refused(question, about)
        };
        let question = of("nonfinite_input.train", "nonfinite_input.test");
        let given = x.given.as_ref().map_or(&[][..], |given| given.as_slice());
        // A senseless ratio that train mode accepts is asked no more about.
        let asked = usual || !train && !direct;
        if doubts.iter().any(refused) || asked && self.refuses_number(question, given) {
            return None;
        }
        let is = |question: &str, answer| self.answer(question) == answer;
        let empty = usual && empty && (train || direct);
        let nothing_to_drop = if !direct && !train {
            Some("test_result")
        } else if empty && (self.answers)("empty_result", Some(form)) == "same" {
            Some("empty_result")
        } else {
            let same = ratio == 0.0 && !direct && is("ratio_zero_result", "same");
            same.then_some("ratio_zero_result")
        };
        if let Some(question) = nothing_to_drop {
            let handed_back = x.handed_back.and(question);
            return Some(Rc::new(Variable { handed_back, ..Variable::clone(x) }));
        }
        Some(Rc::new(Variable::new(&x.shape, records)))
    }

    /// Whether an array is refused for a number in it that is not finite: NaN, an infinity, or both, which
    /// are asked about as NaN, infinity and minus infinity.
    fn refuses_number(&self, question: &str, values: &[f64]) -> bool {
        let nan = values.iter().any(|value| value.is_nan());
        let infinite = values.iter().any(|value| value.is_infinite());
        let about = match (nan, infinite) {
            (false, false) => return false,
            (true, false) => f64::NAN,
            (false, true) => f64::INFINITY,
            (true, true) => f64::NEG_INFINITY,
        };
        self.is_refused(question, Some(about))
    }

    /// Whether the step is refused, by the answer to a question about that.
    fn is_refused(&self, question: &str, about: Option<f64>) -> bool {
        self.doubted.set(true);
        (self.answers)(question, about) == "error"
    }

    /// Saves a flag and sets it.
    fn enter(
        &mut self,
        thread: &mut WalkedThread<'p>,
        flag: usize,
        value: bool,
        object: Option<Rc<Scope>>,
    ) {
        let saved = std::mem::replace(&mut self.flags[thread.flags[flag]][flag], value);
        thread.open.push((Open { flag, saved }, object));
    }

    /// Nothing if the object cannot be entered.
    fn enter_object(&mut self, thread: &mut WalkedThread<'p>, scope: &Rc<Scope>) -> Option<()> {
        let open = thread.open.iter().any(|(_, object)| is(object, scope));
        let question = if open { "scope_entered_twice" } else { "scope_entered_again" };
        if scope.used.replace(true) && self.answer_of(question, scope.flag) == "error" {
            return None;
        }
        self.enter(thread, scope.flag, scope.value, Some(Rc::clone(scope)));
        Some(())
    }

    /// Leaves the latest entry of an object; nothing if that is refused.
    pub(super) fn exit(&mut self, thread: &mut WalkedThread<'p>, scope: &Rc<Scope>) -> Option<()> {
        let own = thread.open.iter().rposition(|(_, object)| is(object, scope))?;
        let Open { flag, saved } = thread.open[own].0;
        let later = thread.open[own + 1..].iter_mut();
        match later.filter(|(_, object)| object.is_some()).find(|(open, _)| open.flag == flag) {
            None => self.flags[thread.flags[flag]][flag] = saved,
            Some((later, _)) => match self.answer_of("scope_order", flag) {
                "error" => return None,
                "stack" => later.saved = saved,
                _ => self.flags[thread.flags[flag]][flag] = saved,
            },
        }
        thread.open.remove(own);
        Some(())
    }
}

fn is(object: &Option<Rc<Scope>>, scope: &Rc<Scope>) -> bool {
    object.as_ref().is_some_and(|object| Rc::ptr_eq(object, scope))
}

impl<'p> WalkedThread<'p> {
    fn variable(&self, name: &str) -> Option<Rc<Variable>> {
        self.variables.get(name).cloned()
    }

    fn bind(&mut self, name: &'p str, shape: &[usize], recorded: bool) {
        self.variables.insert(name, Rc::new(Variable::new(shape, recorded)));
    }

    /// The dropout layers by name, each with its ratio and the mode that it was given.
    pub(super) fn layers(&self) -> BTreeMap<&'p str, (f64, Option<bool>)> {
        let known = |(&name, layer): (&&'p str, &WalkedLayer)| match layer {
            WalkedLayer::Dropout { ratio, train } => Some((name, (*ratio, train.get()))),
            WalkedLayer::Model(_) => None,
        };
        self.layers.iter().filter_map(known).collect()
    }
}

impl WalkedLayer {
    fn give(&self, mode: bool) {
        match self {
            WalkedLayer::Dropout { train, .. } => train.set(Some(mode)),
            WalkedLayer::Model(layers) => layers.iter().for_each(|layer| layer.give(mode)),
        }
    }
}

impl Variable {
    fn new(shape: &[usize], recorded: bool) -> Variable {
        let shape = shape.to_vec();
        Variable { shape, given: None, recorded, handed_back: HandedBack::NEVER }
    }
}
