use super::World;
use crate::flags::{Beginning, DEFAULT, SharedFlags};
use crate::framework::{Entry, ScopeObject, Stop, refusal};
use dezero_reference::{Config, Scope};

/// The entries of scope objects that are open, the latest last.
#[derive(Default)]
pub(super) struct OpenScopes {
    open: Vec<(Scope, Entry)>,
    entries: usize,
}

impl OpenScopes {
    pub(super) fn enter(&mut self, world: &World, scope: &mut ScopeObject) -> Result<(), Stop> {
        let question = match (scope.entries.is_empty(), scope.used) {
            (false, _) => Some("scope_entered_twice"),
            (true, true) => Some("scope_entered_again"),
            (true, false) => None,
        };
        if question.is_some_and(|question| world.ask(question) == "error") {
            return Err(refusal("the scope was entered before"));
        }
        let Scope { flag, value } = scope.scope;
        let entry = Entry { number: self.entries, saved: Config::get(flag) };
        self.entries += 1;
        scope.used = true;
        scope.entries.push(entry.number);
        self.open.push((scope.scope, entry));
        Config::set(flag, value);
        Ok(())
    }

    pub(super) fn exit(&mut self, world: &World, scope: &mut ScopeObject) -> Result<(), Stop> {
        let latest = scope.entries.last();
        let Some(place) = self.open.iter().position(|(_, entry)| Some(&entry.number) == latest)
        else {
            return Err(refusal("the scope is not open"));
        };
        let (Scope { flag, .. }, entry) = self.open[place];
        // Whoever was entered later and is still open, on the same flag.
        let later = self.open[place + 1..].iter_mut().find(|(scope, _)| scope.flag == flag);
        match later {
            None => Config::set(flag, entry.saved),
            Some((_, inner)) => match world.ask("scope_order") {
                "error" => return Err(refusal("another scope was entered later")),
                "stack" => inner.saved = entry.saved,
                _ => Config::set(flag, entry.saved),
            },
        }
        self.open.remove(place);
        scope.entries.pop();
        Ok(())
    }
}

/// The flags that a new thread begins with in this world.
pub(super) fn beginning(world: &World, shared: &mut SharedFlags) -> Beginning {
    if world.ask("mode_scope") == "process" {
        return Beginning::Shared(shared.share());
    }
    match Config::current() {
        DEFAULT => Beginning::Default,
        config if world.ask("new_thread") == "inherited" => Beginning::Inherited(config),
        _ => Beginning::Default,
    }
}
