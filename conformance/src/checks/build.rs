//! Steps in few words, for those who write programs.

use crate::wire::{Array, Dropout, Mode, RaiseKind, Real, Step};

pub(super) fn variable(to: &str, array: Array) -> Step {
    Step::Variable { to: to.into(), array }
}

fn call(to: &str, of: &str, ratio: f64, mode: Option<Mode>) -> Dropout {
    Dropout { to: to.into(), of: of.into(), ratio: Some(Real(ratio)), mode, u: None }
}

pub(super) fn train(to: &str, of: &str, ratio: f64) -> Step {
    Step::Dropout(call(to, of, ratio, Some(Mode::Train)))
}

pub(super) fn test(to: &str, of: &str, ratio: f64) -> Step {
    Step::Dropout(call(to, of, ratio, Some(Mode::Test)))
}

/// Dropout under the flags as they stand.
pub(super) fn dropout(to: &str, of: &str, ratio: f64) -> Step {
    Step::Dropout(call(to, of, ratio, None))
}

pub(super) fn default_ratio(to: &str, of: &str) -> Step {
    Step::Dropout(Dropout { ratio: None, ..call(to, of, 0.5, Some(Mode::Train)) })
}

pub(super) fn injected(to: &str, of: &str, ratio: f64, u: Array) -> Step {
    Step::Dropout(Dropout { u: Some(u), ..call(to, of, ratio, Some(Mode::Train)) })
}

pub(super) fn direct(to: &str, of: &str, ratio: f64, mode: Mode) -> Step {
    Step::DirectDropout(call(to, of, ratio, Some(mode)))
}

pub(super) fn value(of: &str) -> Step {
    Step::Value { of: of.into() }
}

pub(super) fn grad(of: &str) -> Step {
    Step::Grad { of: of.into() }
}

pub(super) fn backward(of: &str, gy: Array) -> Step {
    Step::Backward { of: of.into(), gy: Some(gy), create_graph: false }
}

pub(super) fn using(flag: &str, value: bool, body: Vec<Step>) -> Step {
    Step::UsingConfig { flag: flag.into(), value, body }
}

pub(super) fn test_mode(body: Vec<Step>) -> Step {
    Step::TestMode { body }
}

pub(super) fn no_grad(body: Vec<Step>) -> Step {
    Step::NoGrad { body }
}

pub(super) fn set(flag: &str, value: bool) -> Step {
    Step::SetConfig { flag: flag.into(), value }
}

pub(super) fn config(flag: &str) -> Step {
    Step::Config { flag: flag.into() }
}

pub(super) fn catch(body: Vec<Step>) -> Step {
    Step::Catch { body }
}

pub(super) fn repeat(times: usize, body: Vec<Step>) -> Step {
    Step::Repeat { times, body }
}

pub(super) fn raise() -> Step {
    Step::Raise { kind: None }
}

pub(super) fn panic() -> Step {
    Step::Raise { kind: Some(RaiseKind::Panic) }
}

pub(super) fn same(a: &str, b: &str) -> Step {
    Step::Same { a: a.into(), b: b.into() }
}

pub(super) fn recorded(of: &str) -> Step {
    Step::Recorded { of: of.into() }
}
