use crate::book::rules;
use crate::upkeep::kills::Judged;

/// What a rule notices.
pub(super) struct Kills {
    /// The rule.
    pub(super) rule: &'static str,
    /// How many mutants were made to break it.
    pub(super) own: usize,
    /// How many break it.
    pub(super) all: usize,
    /// How many of those no other rule notices.
    pub(super) alone: usize,
}

/// What each rule notices, in the order of the book.
pub(super) fn kills(judged: &[Judged]) -> Vec<Kills> {
    let of = |rule: &'static str| {
        let count =
            |of: &dyn Fn(&Judged) -> bool| judged.iter().filter(|judged| of(judged)).count();
        Kills {
            rule,
            own: count(&|judged| judged.mutant.rule == rule),
            all: count(&|judged| judged.broken.contains(&rule)),
            alone: count(&|judged| judged.broken == [rule]),
        }
    };
    rules().iter().map(|rule| of(rule.id)).collect()
}
