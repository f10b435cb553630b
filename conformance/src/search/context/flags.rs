use super::{Context, HowLeft, Surrounded, sets};
use crate::wire::{FLAGS, FlagValue, RaiseKind, Step};

/// What a disagreement about flags has around it.
impl Context<'_> {
    pub(in crate::search) fn threads(&self) -> bool {
        self.any(|step| matches!(step, Step::Threads { .. }))
    }

    /// The step that is blamed is one of scopes and flags, or catches what they raise: calls and ways back have
    /// errors of their own.
    pub(in crate::search) fn of_scopes(&self) -> bool {
        self.here().is_some_and(|placed| {
            !placed.step.is_call()
                && !matches!(
                    placed.step,
                    Step::Backward { .. } | Step::Value { .. } | Step::Grad { .. }
                )
        })
    }

    /// The flag is read after a scope that a thread has left.
    pub(in crate::search) fn thread_left(&self) -> bool {
        let here = self.at;
        self.before().any(|placed| {
            let closed = placed.at + placed.step.count() <= here;
            placed.on_a_thread() && closed && sets(placed.step, self.flag()).is_some()
        })
    }

    pub(in crate::search) fn crossed(&self) -> bool {
        self.any(|step| match step {
            Step::Catch { body } => matches!(body.as_slice(), [Step::Exit { .. }]),
            _ => false,
        })
    }

    fn entries(&self) -> Vec<&str> {
        self.before()
            .filter_map(|placed| match placed.step {
                Step::Enter { of, .. } => Some(of.as_str()),
                _ => None,
            })
            .collect()
    }

    pub(in crate::search) fn again(&self) -> bool {
        let entries = self.entries();
        entries.iter().enumerate().any(|(index, of)| entries[..index].contains(of))
    }

    pub(in crate::search) fn entered(&self) -> bool {
        !self.entries().is_empty()
    }

    pub(in crate::search) fn made_scope(&self) -> bool {
        self.any(|step| matches!(step, Step::Scope { .. }))
    }

    pub(in crate::search) fn text(&self) -> bool {
        self.any(|step| matches!(step, Step::UsingConfig { value: FlagValue::Text(_), .. }))
    }

    pub(in crate::search) fn unknown(&self) -> bool {
        self.any(|step| {
            matches!(step, Step::UsingConfig { flag, .. } if !FLAGS.contains(&flag.as_str()))
        })
    }

    pub(in crate::search) fn in_scope(&self) -> bool {
        let flag = self.flag();
        self.here()
            .is_some_and(|here| here.around.iter().any(|(_, step)| sets(step, flag).is_some()))
    }

    /// The steps between the entry of the innermost scope of the flag and the observation, without what is around it.
    fn since_entry(&self) -> Option<impl Iterator<Item = &Step>> {
        let here = self.here()?;
        let scope = here.around.iter().rfind(|(_, step)| sets(step, self.flag()).is_some())?;
        let within = self.steps[scope.0 + 1..here.at].iter();
        let around = |at| here.around.iter().any(|&(other, _)| other == at);
        Some(within.filter(move |placed| !around(placed.at)).map(|placed| placed.step))
    }

    /// The flag is read in a scope of it, in which nothing was done before.
    pub(in crate::search) fn just_entered(&self) -> bool {
        let plain = |step: &Step| matches!(step, Step::Config { .. } | Step::Variable { .. });
        self.since_entry().is_some_and(|mut steps| steps.all(plain))
    }

    /// The flag is read in a scope of it, in which it was not set, and no other scope of it was left.
    pub(in crate::search) fn unchanged_in_scope(&self) -> bool {
        let changes = |step: &Step| {
            let set = matches!(step, Step::SetConfig { flag, .. } if flag == self.flag());
            set || sets(step, self.flag()).is_some()
        };
        self.since_entry().is_some_and(|mut steps| !steps.any(changes))
    }

    pub(in crate::search) fn other_scope(&self) -> bool {
        let other = if self.flag() == "train" { "enable_backprop" } else { "train" };
        self.any(|step| sets(step, other).is_some())
    }

    /// Whether the flag that is observed was left so.
    pub(in crate::search) fn left(&self, how: HowLeft) -> bool {
        self.was_left(self.flag(), self.at, how)
    }

    /// Something was called, gone back, given a mode, or seeded, by which no flag may change.
    pub(in crate::search) fn calls_or_the_like(&self) -> bool {
        self.any(|step| {
            let others =
                matches!(step, Step::Backward { .. } | Step::LayerMode { .. } | Step::Seed { .. });
            step.is_call() || others
        })
    }

    /// An error of a call or of a way back may have been caught, by which no flag may change.
    pub(in crate::search) fn failed(&self) -> bool {
        let may = |step: &Step| step.is_call() || matches!(step, Step::Backward { .. });
        self.any(|step| matches!(step, Step::Catch { body } if body.iter().any(may)))
    }

    pub(super) fn was_left(&self, flag: &str, here: usize, how: HowLeft) -> bool {
        let closed = |placed: &&Surrounded| placed.at + placed.step.count() <= here;
        let scopes = self.steps.iter().filter(closed).filter(|it| sets(it.step, flag).is_some());
        let mut scopes = scopes.collect::<Vec<_>>().into_iter();
        let raises = |scope: &Surrounded, kind: Option<RaiseKind>| {
            let inner = scope.step.bodies();
            let inner = inner.iter().flat_map(|body| Step::numbered(body));
            inner.into_iter().any(|(_, step)| *step == Step::Raise { kind })
        };
        match how {
            HowLeft::Return => scopes.next().is_some(),
            HowLeft::Panic => scopes.any(|scope| raises(scope, Some(RaiseKind::Panic))),
            HowLeft::Error => scopes.any(|scope| {
                let caught = scope.around.iter().any(|(_, it)| matches!(it, Step::Catch { .. }));
                raises(scope, None) || caught && !raises(scope, Some(RaiseKind::Panic))
            }),
            HowLeft::Set => scopes.any(|scope| {
                Step::numbered(std::slice::from_ref(scope.step)).iter().any(
                    |(_, step)| matches!(step, Step::SetConfig { flag: set, .. } if set == flag),
                )
            }),
            HowLeft::Nested => {
                let scopes = scopes.collect::<Vec<_>>();
                let again = |placed: &Surrounded| {
                    placed.around.iter().any(|(_, step)| sets(step, flag).is_some())
                };
                scopes.iter().any(|scope| again(scope))
            }
        }
    }
}
