//! How good the judge is: which rules notice which wrong implementations, and whether a legal one is
//! ever accused.

use crate::book::{Level, is_protocol, rule};
use crate::catalogue::{AtHand, Mutant};
use crate::implementation::Implementation;
use crate::oracle::Choices;
use crate::report::{Conclusion, Ruling, Verdict};
use crate::run::verify_with;
use crate::session::Options;
use crate::upkeep::part::PartOfClaims;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread::{available_parallelism, scope};
use std::time::Duration;

/// What the judge said of one implementation of the catalogue.
#[derive(Clone)]
pub struct Judged {
    /// The implementation.
    pub mutant: &'static Mutant,
    /// The seed of the run.
    pub seed: u64,
    /// The rules that it breaks, in the order of the book; for a broken adapter, the rules of the
    /// protocol that ended in an error.
    pub broken: Vec<&'static str>,
    /// The verdict as a whole.
    pub conclusion: Conclusion,
    /// Of the first rule that could not be judged: the rule, and why.
    pub unjudged: Option<(&'static str, String)>,
    /// The answers to the choices that remain possible.
    pub choices: Choices,
    /// How many bits of masks were bet on.
    pub bits: u64,
    /// How long it took.
    pub took: Duration,
}

impl Judged {
    /// Whether the judge noticed that it is wrong, by the rule that it breaks.
    pub fn killed(&self) -> bool {
        self.broken.contains(&self.mutant.rule)
    }

    /// Whether the rule that it breaks is judged by betting on masks.
    pub fn bets(&self) -> bool {
        self.mutant.rule.starts_with("mask.")
    }

    /// What else it breaks.
    pub fn collateral(&self) -> impl Iterator<Item = &'static str> {
        self.broken.iter().copied().filter(|&rule| rule != self.mutant.rule)
    }

    /// The rules but for those of the level SHOULD that it breaks: a legal variant breaks none.
    pub fn accused_of(&self) -> impl Iterator<Item = &'static str> {
        let counts = |id: &str| rule(id).is_some_and(|rule| rule.level != Level::Should);
        self.broken.iter().copied().filter(move |id| counts(id))
    }
}

/// What implementations of the catalogue claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// What they can.
    All,
    /// A part of it, another one with each seed.
    Part,
}

/// Judges implementations of the catalogue in this process, on all cores; each with its options.
/// `on_judged` hears of each when it is done; the result is in the order of `asked`.
///
/// # Panics
/// If the judge does, with what it said.
pub fn judge_all(
    asked: &[(&'static Mutant, Options)],
    claims: Claims,
    on_judged: &mut dyn FnMut(&Judged),
) -> Vec<Judged> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = channel();
    let mut judged = scope(|scope| {
        let start = |_| {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((mutant, options)) = asked.get(place) else { break };
                    if sender.send((place, judge(mutant, options, claims))).is_err() {
                        break;
                    }
                }
            })
        };
        let cores = 0..available_parallelism().map_or(1, usize::from);
        let threads = cores.map(start).collect::<Vec<_>>();
        drop(sender);
        let collected = receiver.iter().inspect(|(_, judged)| on_judged(judged));
        let collected = collected.collect::<Vec<_>>();
        for thread in threads {
            if let Err(panic) = thread.join() {
                let said = panic.downcast_ref::<String>().map_or("the judge panicked", |said| said);
                panic!("{said}");
            }
        }
        collected
    });
    judged.sort_by_key(|(place, _)| *place);
    judged.into_iter().map(|(_, judged)| judged).collect()
}

fn judge(mutant: &'static Mutant, options: &Options, claims: Claims) -> Judged {
    let (seed, all) = (options.seed, AtHand::new(mutant));
    let mut implementation: Box<dyn Implementation> = match claims {
        Claims::All => Box::new(all),
        Claims::Part => Box::new(PartOfClaims::new(all, mutant.name, seed)),
    };
    let report = match verify_with(&mut *implementation, options, &mut |_| {}) {
        Ok(report) => report,
        // Nothing in the catalogue refuses to start.
        Err(fault) => unreachable!("{}: {fault}", mutant.name),
    };
    let broken = |ruling: &&Ruling| match ruling.verdict {
        Verdict::Fail => true,
        Verdict::Error => is_protocol(ruling.rule.id),
        _ => false,
    };
    let unjudged = report.rulings.iter().find(|ruling| ruling.verdict.is_undecided());
    Judged {
        mutant,
        seed,
        broken: report.rulings.iter().filter(broken).map(|ruling| ruling.rule.id).collect(),
        conclusion: report.conclusion(false),
        unjudged: unjudged.map(|ruling| (ruling.rule.id, ruling.reason.to_string())),
        choices: report.choices,
        bits: report.wager.bits,
        took: report.took,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::mutant;

    /// As if the judge had found these rules broken.
    fn judged(name: &str, broken: &[&'static str]) -> Judged {
        Judged {
            mutant: mutant(name).unwrap(),
            seed: 1,
            broken: broken.to_vec(),
            conclusion: Conclusion::DoesNotConform,
            unjudged: None,
            choices: Choices::default(),
            bits: 0,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_mutant_is_killed_by_the_rule_that_it_breaks_alone() {
        let wrong = judged("repeats-after-64", &["mask.dependence", "ensemble.mean"]);
        assert!(wrong.killed() && wrong.bets());
        assert_eq!(wrong.collateral().collect::<Vec<_>>(), ["ensemble.mean"]);
        let survives = judged("no-finally", &["config.restore.panic"]);
        assert!(!survives.killed() && !survives.bets());
        assert_eq!(survives.collateral().collect::<Vec<_>>(), ["config.restore.panic"]);
    }

    #[test]
    fn a_should_is_no_accusation() {
        let broken = ["dropout.train.scale.precise", "dropout.train.scale"];
        let accused = judged("select", &broken);
        assert_eq!(accused.accused_of().collect::<Vec<_>>(), ["dropout.train.scale"]);
    }
}
