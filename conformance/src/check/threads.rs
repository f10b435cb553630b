use super::config::each_flag;
use super::{Ask, Check};
use crate::oracle::Exactness::Must;
use crate::session::{Over, Setting};
use crate::wire::steps::*;
use crate::wire::{Program, Step};

/// Flags on several threads. What two threads do is divided by barriers, so that no outcome depends
/// on who is faster.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, needs, after, ask| Check { rule, needs, after, ask };
    let restores: &[&str] = &["config.restore.return", "config.restore.error"];
    let threads: &[&str] = &["threads"];
    vec![
        check("config.thread.scope", threads, restores, Ask::Explain(Must, Over::Once, scope)),
        check(
            "config.thread.restore",
            threads,
            &["config.thread.scope"],
            Ask::Explain(Must, Over::Once, restore),
        ),
        check(
            "config.thread.dropout",
            &["threads", "config.train", "train", "test"],
            &["config.thread.scope", "config.test-mode", "config.train-mode"],
            Ask::Drops(Over::Shapes, dropout_on_thread),
        ),
    ]
}

fn thread(body: Program) -> Step {
    threads(vec![body])
}

/// What a new thread begins with, and who sees what a thread sets.
fn scope(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let reads = || vec![config(flag)];
        let in_scope = using(flag, false, vec![thread(reads()), thread(reads()), config(flag)]);
        let sets = vec![barrier(), using(flag, false, vec![barrier(), barrier()]), barrier()];
        let looks = vec![barrier(), barrier(), config(flag), barrier(), barrier(), config(flag)];
        let by_hand = thread(vec![set(flag, false), config(flag)]);
        vec![
            vec![thread(reads()), config(flag)],
            vec![in_scope, config(flag)],
            vec![threads(vec![sets, looks]), config(flag)],
            vec![by_hand, config(flag), thread(reads()), set(flag, true), config(flag)],
        ]
    })
}

/// A scope of one thread, an error that leaves it, and scopes of two threads that overlap.
fn restore(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let read = || config(flag);
        let plain = thread(vec![using(flag, false, vec![read()]), read()]);
        let within = [using(flag, false, vec![]), read()].to_vec();
        let nested = thread(vec![using(flag, false, within), read()]);
        let fails = thread(vec![catch(vec![using(flag, false, vec![raise()])]), read()]);
        // First enters the one, then the other; first leaves the one, then the other.
        let first =
            vec![using(flag, false, vec![barrier(), barrier()]), barrier(), barrier(), read()];
        let inside = using(flag, false, vec![barrier(), barrier(), read()]);
        let second = vec![barrier(), inside, barrier()];
        // What the two save is not the same.
        let by_hand = [vec![set(flag, false)], first.clone()].concat();
        let unlike = threads(vec![by_hand, second.clone()]);
        vec![
            vec![plain, read()],
            vec![nested, read()],
            vec![fails, read()],
            vec![threads(vec![first, second]), read(), set(flag, true)],
            vec![unlike, read(), set(flag, true)],
        ]
    })
}

fn dropout_on_thread(setting: &mut Setting) -> Vec<Program> {
    let ratio = setting.rounded(0.75);
    let mut x = || variable("x", setting.normal());
    let (first, second, third) = (x(), x(), x());
    let fourth = setting.normal();
    let call = |name: &str| vec![dropout(name, "x", ratio), value(name)];
    let tested = thread([vec![first, test_mode(call("y"))], call("z")].concat());
    let inherited = test_mode(vec![thread([vec![second], call("y")].concat())]);
    let often = thread(vec![repeat(32, [vec![third], call("y")].concat())]);
    // Three at once: the third one may find what the first two left.
    let body = |names: [&str; 2]| {
        let [x, y] = names;
        vec![variable(x, fourth.clone()), dropout(y, x, ratio), value(y)]
    };
    let names = [["a", "b"], ["c", "d"], ["e", "f"]];
    let three = || threads(names.map(body).to_vec());
    // One after the other, since flags may be those of the process; the first waits for the last.
    let turns = names.iter().enumerate().map(|(turn, names)| {
        let barriers = |n: usize| vec![barrier(); n];
        [barriers(turn), vec![test_mode(body(*names))], barriers(2 - turn)].concat()
    });
    let tested_there = threads(turns.collect());
    let inherited_by_three = vec![test_mode(vec![three()]), three()];
    vec![vec![tested], vec![inherited], vec![often], inherited_by_three, vec![tested_there]]
}
