use super::{ScopeEntry, ScopeObject, Stop};
use dezero_reference::Scope;

/// The account of a framework that keeps its own: the entries of scope objects that are open, the
/// latest last.
#[derive(Debug, Default)]
pub(crate) struct OpenScopes {
    open: Vec<(Scope, ScopeEntry)>,
    entries: usize,
}

/// The latest entry of a scope.
pub(crate) struct Latest<'o> {
    /// Where it is in the account.
    pub(crate) place: usize,
    /// What it saved.
    pub(crate) saved: bool,
    /// The entries after it, of any scopes.
    pub(crate) later: &'o mut [(Scope, ScopeEntry)],
}

impl OpenScopes {
    /// A scope was entered, and that entry saved this.
    pub(crate) fn enter(&mut self, scope: &mut ScopeObject, saved: bool) {
        let entry = ScopeEntry { number: self.entries, saved };
        self.entries += 1;
        scope.used = true;
        scope.entries.push(entry.number);
        self.open.push((scope.scope, entry));
    }

    /// What the open entries of `scope` have saved, the latest last.
    pub(crate) fn saved_by<'o>(
        &'o mut self,
        scope: &'o ScopeObject,
    ) -> impl Iterator<Item = &'o mut bool> {
        let own = self.open.iter_mut().filter(|(_, entry)| scope.entries.contains(&entry.number));
        own.map(|(_, entry)| &mut entry.saved)
    }

    /// The latest entry of `scope`.
    ///
    /// # Errors
    /// If it is not open.
    pub(crate) fn latest(&mut self, scope: &ScopeObject) -> Result<Latest<'_>, Stop> {
        let latest = scope.entries.last();
        let place = self.open.iter().position(|(_, entry)| Some(&entry.number) == latest);
        let place = place.ok_or_else(|| Stop::raised("the scope is not open"))?;
        let saved = self.open[place].1.saved;
        Ok(Latest { place, saved, later: &mut self.open[place + 1..] })
    }

    /// The entry at `place`, the latest of `scope`, was left.
    pub(crate) fn leave(&mut self, scope: &mut ScopeObject, place: usize) {
        scope.entries.pop();
        self.open.remove(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dezero_reference::Flag;

    fn scope() -> ScopeObject {
        ScopeObject::new(Scope { flag: Flag::Train, value: false })
    }

    /// Entries are found by their number. Other scopes may be entered in between or left before.
    #[test]
    fn the_latest_entry_is_found() {
        let (mut open, mut a, mut b) = (OpenScopes::default(), scope(), scope());
        assert!(open.latest(&a).is_err());
        open.enter(&mut a, true);
        open.enter(&mut b, false);
        open.enter(&mut a, false);
        assert!(a.used && a.entries == [0, 2] && b.entries == [1]);
        let saved = |open: &mut OpenScopes, of: &ScopeObject| {
            open.saved_by(of).map(|saved| *saved).collect::<Vec<_>>()
        };
        assert_eq!((saved(&mut open, &a), saved(&mut open, &b)), (vec![true, false], vec![false]));
        let of_b = open.latest(&b).ok().unwrap();
        assert_eq!((of_b.place, of_b.saved, of_b.later.len()), (1, false, 1));
        assert_eq!(of_b.later[0].1, ScopeEntry { number: 2, saved: false });
        let of_a = open.latest(&a).ok().unwrap();
        assert_eq!((of_a.place, of_a.saved, of_a.later.len()), (2, false, 0));
        open.leave(&mut b, 1);
        assert!(b.entries.is_empty() && open.latest(&b).is_err());
        assert_eq!(open.latest(&a).ok().unwrap().place, 1);
        open.leave(&mut a, 1);
        let first = open.latest(&a).ok().unwrap();
        assert_eq!((first.place, first.saved), (0, true));
        open.enter(&mut b, true);
        assert_eq!(b.entries, [3]);
    }
}
