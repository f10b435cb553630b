use super::dropout::{LARGE, larger};
use super::{Ask, Check, look};
use crate::oracle::Exactness::Must;
use crate::session::{Finding, Over, Session, Setting};
use crate::wire::steps::*;
use crate::wire::{FlagValue, Mode, Program, Step};

/// Train and test mode, recording, and the scopes that set them.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, needs, programs: fn(&mut Setting) -> Vec<Program>| Check {
        rule,
        needs,
        after: &[],
        ask: Ask::Explain(Must, Over::Once, programs),
    };
    let train: &[&str] = &["config.train"];
    let both: &[&str] = &["config.train", "config.enable_backprop"];
    let recording: &[&str] = &["config.enable_backprop", "train"];
    vec![
        check("config.using.sets", &[], sets),
        check("config.restore.return", &[], restore_return),
        Check {
            ask: Ask::Look(Over::Once, propagate, look::went_on),
            ..check("config.propagate", &[], propagate)
        },
        Check { after: &["config.propagate"], ..check("config.restore.error", &[], restore_error) },
        Check {
            after: &["config.propagate"],
            ..check("config.restore.panic", &[], |setting| restore_raised(setting, panic()))
        },
        check("config.restore.saved-at-entry", &[], saved_at_entry),
        check("config.restore.inner-set", &[], inner_set),
        check("config.independent", both, independent),
        check("config.unknown-name", &["config.train", "names"], unknown_name),
        Check {
            after: IN_TEST_MODE,
            ask: Ask::Explain(Must, Over::Shapes, in_test_mode),
            ..check("config.test-mode", train, in_test_mode)
        },
        Check {
            after: IN_TRAIN_MODE,
            ask: Ask::Drops(Over::Shapes, train_mode),
            ..check("config.train-mode", train, train_mode)
        },
        Check {
            after: &["gradient.train.scale", "gradient.test.identity", "dropout.test.identity"],
            ..check("config.forward-decides", &["config.train", "gradient.train"], forward_decides)
        },
        Check {
            after: &["config.restore.return", "config.restore.error"],
            ..check("config.no-grad.records-nothing", recording, records_nothing)
        },
        Check {
            after: &["mask.rate"],
            ask: Ask::Drops(Over::Once, no_grad_drops),
            ..check("config.no-grad.drops", recording, no_grad_drops)
        },
    ]
}

/// Where scopes do not set and restore the flag, a call by the flag says nothing.
const IN_TEST_MODE: &[&str] = &[
    "dropout.train.scale",
    "dropout.test.identity",
    "config.using.sets",
    "config.restore.return",
    "config.restore.error",
    "config.restore.saved-at-entry",
    "config.restore.inner-set",
];
const IN_TRAIN_MODE: &[&str] = &[
    "mask.rate",
    "config.using.sets",
    "config.restore.return",
    "config.restore.saved-at-entry",
    "config.restore.inner-set",
];

/// Behind the rules on gradients: it goes back itself, and what is wrong with a gradient is no news then.
pub(super) fn untouched_check() -> Check {
    Check {
        rule: "config.untouched",
        needs: &[],
        // Where scopes do not set and restore the flag, what is read behind them says nothing.
        after: &[
            "config.using.sets",
            "config.restore.return",
            "config.restore.error",
            "config.restore.saved-at-entry",
            "config.restore.inner-set",
        ],
        ask: Ask::Explain(Must, Over::Once, untouched),
    }
}

/// The first of all rules that are not about the adapter: every program ends by reading the flags.
pub(super) fn default_check() -> Check {
    Check { rule: "config.default", needs: &[], after: &[], ask: Ask::Judge(default) }
}

/// The same programs for each flag that is claimed, and again with `test_mode` and `no_grad` where
/// they do what `using_config` does.
pub(super) fn each_flag(
    setting: &mut Setting,
    programs: impl Fn(&str) -> Vec<Program>,
) -> Vec<Program> {
    let mut all = setting.start.flags().flat_map(programs).collect::<Vec<_>>();
    let named = all.iter().map(|program| program.iter().map(by_name).collect::<Program>());
    let named = named.filter(|program| !all.contains(program)).collect::<Vec<_>>();
    all.extend(named);
    all
}

/// The step with its scopes called by their own names.
fn by_name(step: &Step) -> Step {
    let mut step = step.clone();
    for body in step.bodies_mut() {
        *body = body.iter().map(by_name).collect();
    }
    match step {
        Step::UsingConfig { flag, value: FlagValue::Bool(false), body } => match flag.as_str() {
            "train" => test_mode(body),
            _ => no_grad(body),
        },
        step => step,
    }
}

/// Read before the first program of a fresh process.
fn default(session: &mut Session) -> Finding {
    session.restart()?;
    let program = session.start().flags().map(config).collect::<Vec<Step>>();
    if program.is_empty() {
        return session.unsupported("no flag is claimed");
    }
    let answer = session.run(&program)?;
    session.explained(&program, &answer, Must)?;
    session.passes("read before the first program".to_owned())
}

fn sets(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let of = |value| vec![using(flag, value, vec![config(flag)]), config(flag)];
        vec![of(false), of(true), vec![using(flag, false, of(true)), config(flag)]]
    })
}

fn restore_return(setting: &mut Setting) -> Vec<Program> {
    let mut all = each_flag(setting, |flag| {
        let twice = [using(flag, false, vec![]), using(flag, false, vec![config(flag)])];
        vec![vec![twice[0].clone(), config(flag)], [twice.to_vec(), vec![config(flag)]].concat()]
    });
    // More than twelve bits count.
    let flag = setting.start.flags().next();
    all.extend(flag.map(|flag| vec![repeat(4200, vec![using(flag, false, vec![])]), config(flag)]));
    all
}

/// Errors of the program, and one of the framework where it refuses a ratio.
fn restore_error(setting: &mut Setting) -> Vec<Program> {
    let mut programs = restore_raised(setting, raise());
    if setting.claims("train") {
        let x = variable("x", setting.normal());
        programs.extend(each_flag(setting, |flag| {
            let scope = using(flag, false, vec![train("y", "x", 1.5), value("y")]);
            vec![vec![x.clone(), catch(vec![scope]), config(flag)]]
        }));
    }
    programs
}

fn restore_raised(setting: &mut Setting, raised: Step) -> Vec<Program> {
    each_flag(setting, |flag| {
        let inner = using(flag, false, vec![config(flag), raised.clone()]);
        let nested = using(flag, true, vec![inner.clone()]);
        let around = using(flag, false, vec![catch(vec![nested.clone()]), config(flag)]);
        vec![
            vec![catch(vec![inner]), config(flag)],
            vec![catch(vec![nested]), config(flag)],
            vec![around, config(flag)],
        ]
    })
}

/// Inside a scope that already says false, a second one must leave false behind.
fn saved_at_entry(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let inner = |value| using(flag, value, vec![config(flag)]);
        let mut programs = Vec::new();
        for (outer, value) in [(false, false), (false, true), (true, false)] {
            programs.push(vec![using(flag, outer, vec![inner(value), config(flag)]), config(flag)]);
        }
        let deep = using(flag, true, vec![inner(false), config(flag)]);
        programs.push(vec![using(flag, false, vec![deep, config(flag)]), config(flag)]);
        // Deeper than a stack of eight, or of sixteen.
        let nested = (0..20).fold(vec![config(flag)], |body, depth| {
            vec![using(flag, depth % 2 == 0, body), config(flag)]
        });
        programs.push(nested);
        programs
    })
}

fn inner_set(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let body = vec![set(flag, true), config(flag)];
        let ends_false = vec![set(flag, false), config(flag)];
        vec![
            vec![using(flag, false, body.clone()), config(flag)],
            vec![using(flag, false, vec![using(flag, true, body), config(flag)]), config(flag)],
            vec![using(flag, true, ends_false), config(flag)],
        ]
    })
}

fn propagate(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let body = || vec![raise(), config(flag)];
        let nested = using(flag, true, vec![using(flag, false, body()), config(flag)]);
        vec![vec![catch(vec![using(flag, false, body())])], vec![catch(vec![nested])]]
    })
}

fn independent(_setting: &mut Setting) -> Vec<Program> {
    let read = || vec![config("train"), config("enable_backprop")];
    let both = vec![test_mode([read(), vec![no_grad(read())], read()].concat())];
    let other = vec![no_grad([read(), vec![test_mode(read())], read()].concat())];
    let by_hand = vec![
        using("train", true, [vec![set("train", false)], read()].concat()),
        using("enable_backprop", true, [vec![set("enable_backprop", false)], read()].concat()),
    ];
    // What is set by hand in a scope of the other flag is still set after it.
    let outlives = |scope: &str, flag: &str| {
        let body = [vec![set(flag, false)], read()].concat();
        [vec![using(scope, false, body)], read(), vec![set(flag, true)]].concat()
    };
    let kept = [outlives("train", "enable_backprop"), outlives("enable_backprop", "train")];
    let fails = [
        test_mode([vec![catch(vec![no_grad(vec![raise()])])], read()].concat()),
        no_grad([vec![catch(vec![test_mode(vec![raise()])])], read()].concat()),
    ];
    [vec![both, other, by_hand, fails.to_vec()], kept.to_vec()].concat()
}

/// Calls and ways back, right ones and such that fail, with the flags as they begin and in a scope.
fn untouched(setting: &mut Setting) -> Vec<Program> {
    let reads = setting.start.flags().map(config).collect::<Vec<_>>();
    let (x, gy) = (variable("x", setting.normal()), setting.normal());
    let mut bodies = Vec::new();
    if setting.claims("train") {
        bodies.push(vec![train("y", "x", 0.5), value("y")]);
        bodies.push(vec![catch(vec![train("y", "x", 1.5), value("y")])]);
    }
    if setting.claims("test") {
        bodies.push(vec![test("y", "x", 0.5), value("y")]);
    }
    if setting.claims("train") && setting.claims("gradient.train") {
        let call = || vec![using("enable_backprop", true, vec![train("y", "x", 0.5)]), value("y")];
        let call = || match setting.claims("config.enable_backprop") {
            true => call(),
            false => vec![train("y", "x", 0.5), value("y")],
        };
        bodies.push([call(), vec![backward("y", gy.clone()), grad("x")]].concat());
        if setting.claims("double_backward") {
            bodies.push([call(), vec![back_with_graph("y"), grad("x")]].concat());
        }
        if setting.claims("config.enable_backprop") {
            // There is no way back, which may be an error.
            let call = no_grad(vec![train("y", "x", 0.5)]);
            bodies.push(vec![call, catch(vec![backward("y", gy), grad("x")])]);
        }
    }
    if setting.claims("seeded") {
        // One that no other program gives, so that no mask is known from there.
        bodies.push(vec![Step::Seed { value: (setting.uniform() * f64::from(1 << 30)) as u32 }]);
    }
    if setting.claims("layers") {
        let given = [true, false].map(|train| [layer_mode("l", train), apply("y", "x", "l")]);
        bodies.push([vec![layer("l", 0.5)], given.concat()].concat());
        let refused = [layer("l", 1.5), layer_mode("l", true), apply("y", "x", "l"), value("y")];
        bodies.push(vec![catch(refused.to_vec())]);
    }
    let flags = setting.start.flags().collect::<Vec<_>>();
    let mut programs = Vec::new();
    for body in bodies {
        let read = [body, reads.clone()].concat();
        programs.extend(flags.iter().map(|flag| vec![x.clone(), using(flag, false, read.clone())]));
        programs.push([vec![x.clone()], read].concat());
    }
    if reads.is_empty() { Vec::new() } else { programs }
}

fn unknown_name(_setting: &mut Setting) -> Vec<Program> {
    let read = || [config("train")];
    ["trian", "Train", ""]
        .map(|name| {
            let scope = catch(vec![using(name, false, read().to_vec())]);
            [vec![scope], read().to_vec()].concat()
        })
        .to_vec()
}

fn in_test_mode(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let body = || vec![config("train"), dropout("y", "x", 0.5), value("y")];
    let mut programs = vec![
        vec![x.clone(), test_mode(body()), config("train")],
        vec![x.clone(), using("train", false, body()), config("train")],
        vec![x.clone(), catch(vec![test_mode([body(), vec![raise()]].concat())]), config("train")],
    ];
    if setting.claims("train") {
        // A call in train mode first: who compiles what is called first keeps its mode.
        let called = [dropout("z", "x", 0.5), value("z")];
        let again = [dropout("w", "x", 0.5), value("w")];
        let turns = [vec![x], called.to_vec(), vec![test_mode(body())], again.to_vec()];
        programs.push(turns.concat());
    }
    if let Some(n) = larger(setting).filter(|_| setting.watched) {
        // Workers that share a large array may not know the flags of their thread.
        let x = variable("x", setting.reshaped(&[n]).normal());
        programs.push(vec![x, test_mode(body())]);
    }
    programs
}

fn train_mode(setting: &mut Setting) -> Vec<Program> {
    let ratio = setting.rounded(0.75);
    let x = variable("x", setting.normal());
    let turn = |x: &Step| vec![x.clone(), dropout("y", "x", ratio), value("y")];
    let on = using("train", true, vec![config("train"), repeat(32, turn(&x))]);
    vec![vec![test_mode(vec![on.clone()])], vec![on], vec![repeat(32, turn(&x))]]
}

fn forward_decides(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let gy = setting.normal();
    let ratio = setting.ratio();
    let back = || vec![backward("y", gy.clone()), grad("x")];
    let mut programs =
        vec![vec![x.clone(), dropout("y", "x", ratio), value("y"), test_mode(back())]];
    if setting.claims("gradient.test") {
        // Through a dropout in train mode first, so that there is a graph to go back through.
        let twice = vec![
            x,
            train("a", "x", ratio),
            value("a"),
            test_mode(vec![dropout("y", "a", ratio), value("y")]),
            using("train", true, back()),
        ];
        programs.push(twice);
    }
    programs
}

fn records_nothing(setting: &mut Setting) -> Vec<Program> {
    let x = variable("x", setting.normal());
    let call = |name: &str| vec![train(name, "x", 0.5), recorded(name)];
    let mut programs = vec![
        [vec![x.clone(), no_grad(call("y"))], call("z")].concat(),
        [vec![x, catch(vec![no_grad([call("y"), vec![raise()]].concat())])], call("z")].concat(),
    ];
    // What went in may have been recorded itself, before.
    let (x, ratio) = (variable("x", setting.normal()), setting.rounded(0.25));
    let under_no_grad = |call| no_grad(vec![call, recorded("y")]);
    let first = vec![x.clone(), train("a", "x", ratio), value("a")];
    programs.push([first, vec![under_no_grad(train("y", "a", 0.5))]].concat());
    if setting.claims("layers") {
        let made = vec![x.clone(), layer("l", 0.5), layer_mode("l", true)];
        programs.push([made, vec![under_no_grad(apply("y", "x", "l"))]].concat());
    }
    if setting.claims("direct") {
        programs.push(vec![x, under_no_grad(direct("y", "x", 0.5, Mode::Train))]);
    }
    if setting.watched && setting.start.max_elements >= LARGE {
        // Workers that share a large array may not know the flags of their thread.
        let x = variable("x", setting.reshaped(&[LARGE]).normal());
        programs.push([vec![x, no_grad(call("y"))], call("z")].concat());
    }
    programs
}

fn no_grad_drops(setting: &mut Setting) -> Vec<Program> {
    let ratio = setting.rounded(0.75);
    let turn = vec![variable("x", setting.normal()), train("y", "x", ratio), value("y")];
    let mut programs = vec![vec![no_grad(vec![repeat(32, turn)])]];
    if setting.claims("config.train") {
        let turn = vec![variable("x", setting.normal()), dropout("y", "x", ratio), value("y")];
        programs.push(vec![no_grad(vec![repeat(32, turn)])]);
    }
    programs
}
