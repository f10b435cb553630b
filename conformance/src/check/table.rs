use super::{
    bitwise, config, direct, dropout, ensemble, gradient, layer, mask, places, protocol, scopes,
    threads,
};
use crate::oracle::{Exactness, Mismatch};
use crate::session::{Finding, Over, Session, Setting};
use crate::wire::{Answer, Program, Step};
use std::sync::LazyLock;

/// How a rule is judged.
pub struct Check {
    /// The rule.
    pub rule: &'static str,
    /// The capabilities without which it cannot be asked.
    pub needs: &'static [&'static str],
    /// The rules without which its answer would mean nothing.
    pub after: &'static [&'static str],
    /// What is asked.
    pub ask: Ask,
}

/// The ways to ask.
pub enum Ask {
    /// Programs whose answers some mask must explain.
    Explain(Exactness, Over, fn(&mut Setting) -> Vec<Program>),
    /// The same, and the masks must not be far too many or far too few: a dropout that was left
    /// switched off is explained by a mask that keeps everything.
    Drops(Over, fn(&mut Setting) -> Vec<Program>),
    /// Programs whose answers are looked at for one thing alone.
    Look(Over, fn(&mut Setting) -> Vec<Program>, fn(&[Step], &Answer) -> Result<(), Mismatch>),
    /// Anything else.
    Judge(fn(&mut Session) -> Finding),
}

/// All checks, premises first.
pub fn checks() -> &'static [Check] {
    static ALL: LazyLock<Vec<Check>> = LazyLock::new(|| {
        let mut all = protocol::checks();
        all.push(config::default_check());
        all.extend(dropout::checks());
        all.extend(places::checks());
        all.extend(bitwise::checks());
        all.extend(direct::checks());
        all.extend(config::checks());
        all.extend(scopes::checks());
        all.extend(threads::checks());
        all.extend(gradient::checks());
        all.extend(layer::checks());
        all.push(config::untouched_check());
        all.extend(ensemble::checks());
        all.extend(mask::checks());
        premises_first(all)
    });
    &ALL
}

/// The checks in their order, but none before what it builds on: what is wrong first is the cause.
fn premises_first(mut left: Vec<Check>) -> Vec<Check> {
    let mut sorted: Vec<Check> = Vec::new();
    while !left.is_empty() {
        let ready = |check: &Check| {
            check.after.iter().all(|premise| sorted.iter().any(|done| done.rule == *premise))
        };
        let next = left.iter().position(ready);
        sorted.push(left.remove(next.expect("no check builds on itself; a test holds it")));
    }
    sorted
}
