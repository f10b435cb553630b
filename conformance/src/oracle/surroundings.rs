use super::World;
use crate::implementation::flags::{Beginning, DEFAULT, SharedFlags};
use crate::implementation::framework::{Latest, OpenScopes, ScopeObject, Stop};
use dezero_reference::{Config, Scope};

/// Enters a scope as this world does.
pub(super) fn enter(
    open: &mut OpenScopes,
    world: &World,
    scope: &mut ScopeObject,
) -> Result<(), Stop> {
    let question = match (scope.entries.is_empty(), scope.used) {
        (false, _) => Some("scope_entered_twice"),
        (true, true) => Some("scope_entered_again"),
        (true, false) => None,
    };
    if question.is_some_and(|question| world.ask(question) == "error") {
        return Err(Stop::raised("the scope was entered before"));
    }
    let Scope { flag, value } = scope.scope;
    open.enter(scope, Config::get(flag));
    Config::set(flag, value);
    Ok(())
}

/// Leaves a scope as this world does.
pub(super) fn exit(
    open: &mut OpenScopes,
    world: &World,
    scope: &mut ScopeObject,
) -> Result<(), Stop> {
    let flag = scope.scope.flag;
    let Latest { place, saved, later } = open.latest(scope)?;
    // A scope that was entered later and is still open, on the same flag.
    match later.iter_mut().find(|(other, _)| other.flag == flag) {
        None => Config::set(flag, saved),
        Some((_, inner)) => match world.ask("scope_order") {
            "error" => return Err(Stop::raised("another scope was entered later")),
            "stack" => inner.saved = saved,
            _ => Config::set(flag, saved),
        },
    }
    open.leave(scope, place);
    Ok(())
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
