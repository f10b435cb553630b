//! Steps in few words, for those who write programs.

use crate::wire::{Array, Dropout, Dtype, FlagValue, Mode, RaiseKind, Real, Step, ViewKind};

/// A one-dimensional array.
pub(crate) fn row(dtype: Dtype, values: &[f64]) -> Array {
    Array::new(dtype, &[values.len()], values.to_vec())
}

pub(crate) fn variable(to: &str, array: Array) -> Step {
    Step::Variable { to: to.into(), array, device: None }
}

fn call(to: &str, of: &str, ratio: f64, mode: Option<Mode>) -> Dropout {
    Dropout { to: to.into(), of: of.into(), ratio: Some(Real(ratio)), mode, u: None }
}

pub(crate) fn train(to: &str, of: &str, ratio: f64) -> Step {
    Step::Dropout(call(to, of, ratio, Some(Mode::Train)))
}

pub(crate) fn test(to: &str, of: &str, ratio: f64) -> Step {
    Step::Dropout(call(to, of, ratio, Some(Mode::Test)))
}

/// Dropout under the flags as they stand.
pub(crate) fn dropout(to: &str, of: &str, ratio: f64) -> Step {
    Step::Dropout(call(to, of, ratio, None))
}

pub(crate) fn default_ratio(to: &str, of: &str) -> Step {
    Step::Dropout(Dropout { ratio: None, ..call(to, of, 0.5, Some(Mode::Train)) })
}

pub(crate) fn injected(to: &str, of: &str, ratio: f64, u: Array) -> Step {
    Step::Dropout(Dropout { u: Some(u), ..call(to, of, ratio, Some(Mode::Train)) })
}

pub(crate) fn direct(to: &str, of: &str, ratio: f64, mode: Mode) -> Step {
    Step::DirectDropout(call(to, of, ratio, Some(mode)))
}

pub(crate) fn direct_default(to: &str, of: &str, mode: Mode) -> Step {
    Step::DirectDropout(Dropout { ratio: None, ..call(to, of, 0.5, Some(mode)) })
}

pub(crate) fn value(of: &str) -> Step {
    Step::Value { of: of.into() }
}

pub(crate) fn grad(of: &str) -> Step {
    Step::Grad { of: of.into() }
}

pub(crate) fn backward(of: &str, gy: Array) -> Step {
    Step::Backward { of: of.into(), gy: Some(gy), create_graph: false }
}

/// The way back from ones.
pub(crate) fn back(of: &str) -> Step {
    Step::Backward { of: of.into(), gy: None, create_graph: false }
}

/// The same, which can be gone back through again.
pub(crate) fn back_with_graph(of: &str) -> Step {
    Step::Backward { of: of.into(), gy: None, create_graph: true }
}

pub(crate) fn grad_as(to: &str, of: &str) -> Step {
    Step::GradAs { of: of.into(), to: to.into() }
}

pub(crate) fn clear_grad(of: &str) -> Step {
    Step::ClearGrad { of: of.into() }
}

pub(crate) fn add(to: &str, a: &str, b: &str) -> Step {
    Step::Add { to: to.into(), a: a.into(), b: b.into() }
}

pub(crate) fn mul(to: &str, a: &str, b: &str) -> Step {
    Step::Mul { to: to.into(), a: a.into(), b: b.into() }
}

pub(crate) fn using(flag: &str, value: bool, body: Vec<Step>) -> Step {
    Step::UsingConfig { flag: flag.into(), value: FlagValue::Bool(value), body }
}

/// A scope whose value is a text, neither true nor false.
pub(crate) fn using_text(flag: &str, text: &str, body: Vec<Step>) -> Step {
    Step::UsingConfig { flag: flag.into(), value: FlagValue::Text(text.into()), body }
}

pub(crate) fn layer(to: &str, ratio: f64) -> Step {
    Step::Layer { to: to.into(), ratio: Real(ratio) }
}

/// A model of layers, and of models.
pub(crate) fn model(to: &str, layers: &[&str]) -> Step {
    Step::Model { to: to.into(), layers: layers.iter().map(|&layer| layer.into()).collect() }
}

/// Gives a layer or a model a mode.
pub(crate) fn layer_mode(of: &str, train: bool) -> Step {
    Step::LayerMode { of: of.into(), train }
}

/// Calls a layer.
pub(crate) fn apply(to: &str, of: &str, layer: &str) -> Step {
    Step::Apply { to: to.into(), of: of.into(), layer: layer.into() }
}

/// A scope as an object.
pub(crate) fn scope(to: &str, flag: &str, value: bool) -> Step {
    Step::Scope { to: to.into(), flag: flag.into(), value }
}

/// Enters a scope, runs the body in it, and leaves it.
pub(crate) fn within(of: &str, body: Vec<Step>) -> Step {
    Step::Enter { of: of.into(), body: Some(body) }
}

pub(crate) fn enter(of: &str) -> Step {
    Step::Enter { of: of.into(), body: None }
}

pub(crate) fn exit(of: &str) -> Step {
    Step::Exit { of: of.into() }
}

pub(crate) fn threads(bodies: Vec<Vec<Step>>) -> Step {
    Step::Threads { bodies }
}

pub(crate) fn barrier() -> Step {
    Step::Barrier {}
}

pub(crate) fn on_device(to: &str, array: Array, device: &str) -> Step {
    Step::Variable { to: to.into(), array, device: Some(device.into()) }
}

pub(crate) fn device(of: &str) -> Step {
    Step::Device { of: of.into() }
}

pub(crate) fn view(to: &str, of: &str, kind: ViewKind) -> Step {
    Step::View { to: to.into(), of: of.into(), kind }
}

pub(crate) fn test_mode(body: Vec<Step>) -> Step {
    Step::TestMode { body }
}

pub(crate) fn no_grad(body: Vec<Step>) -> Step {
    Step::NoGrad { body }
}

pub(crate) fn set(flag: &str, value: bool) -> Step {
    Step::SetConfig { flag: flag.into(), value }
}

pub(crate) fn config(flag: &str) -> Step {
    Step::Config { flag: flag.into() }
}

pub(crate) fn catch(body: Vec<Step>) -> Step {
    Step::Catch { body }
}

pub(crate) fn repeat(times: usize, body: Vec<Step>) -> Step {
    Step::Repeat { times, body }
}

pub(crate) fn raise() -> Step {
    Step::Raise { kind: None }
}

pub(crate) fn panic() -> Step {
    Step::Raise { kind: Some(RaiseKind::Panic) }
}

pub(crate) fn same(a: &str, b: &str) -> Step {
    Step::Same { a: a.into(), b: b.into() }
}

pub(crate) fn recorded(of: &str) -> Step {
    Step::Recorded { of: of.into() }
}
