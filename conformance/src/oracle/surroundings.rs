use super::World;
use crate::implementation::flags::Beginning;
use crate::implementation::framework::{Latest, OpenScopes, ScopeObject, Stop};
use dezero_reference::{Config, Flag, Scope};

/// The name of a flag in a program.
pub(super) fn name(flag: Flag) -> &'static str {
    match flag {
        Flag::Train => "train",
        Flag::EnableBackprop => "enable_backprop",
    }
}

/// The answer of this world to a question that each flag may answer in a way of its own.
pub(super) fn ask_of(world: &World, question: &str, flag: Flag) -> &'static str {
    match flag {
        Flag::Train => world.ask(question),
        Flag::EnableBackprop => world.ask(&format!("{question}.{}", name(flag))),
    }
}

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
    let Scope { flag, value } = scope.scope;
    if question.is_some_and(|question| ask_of(world, question, flag) == "error") {
        return Err(Stop::raised("the scope was entered before"));
    }
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
        Some((_, inner)) => match ask_of(world, "scope_order", flag) {
            "error" => return Err(Stop::raised("another scope was entered later")),
            "stack" => inner.saved = saved,
            _ => Config::set(flag, saved),
        },
    }
    open.leave(scope, place);
    Ok(())
}

/// What a new thread begins with in this world, of a flag that the program sets.
pub(super) fn beginning(world: &World, flag: Flag) -> Beginning {
    if ask_of(world, "mode_scope", flag) == "process" {
        return Beginning::Shared;
    }
    match Config::get(flag) {
        false if ask_of(world, "new_thread", flag) == "inherited" => Beginning::Inherited,
        _ => Beginning::Default,
    }
}
