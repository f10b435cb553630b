use super::config::each_flag;
use super::{Ask, Check};
use crate::oracle::Exactness::Must;
use crate::session::{Over, Setting};
use crate::wire::Program;
use crate::wire::steps::*;

/// Scopes as objects: made, entered, entered again, left in another order.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, after, programs: fn(&mut Setting) -> Vec<Program>| Check {
        rule,
        needs: &["scopes"],
        after,
        ask: Ask::Explain(Must, Over::Once, programs),
    };
    let restores: &[&str] = &["config.restore.return", "config.restore.saved-at-entry"];
    vec![
        check("config.scope.unentered", restores, unentered),
        check("config.scope.entry", &["config.scope.unentered"], entry),
        check("config.scope.again", &["config.scope.entry"], again),
        check("config.scope.order", &["config.scope.entry"], order),
        Check { needs: &["other_values"], ..check("config.other-value", restores, other_value) },
    ]
}

fn unentered(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let makes = |value| [scope("s", flag, value), config(flag)];
        let inside = using(flag, false, makes(true).to_vec());
        vec![makes(false).to_vec(), vec![inside, config(flag)]]
    })
}

/// Made at one value of the flag and entered at another.
fn entry(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let body = |name| within(name, vec![config(flag)]);
        let errs = catch(vec![within("s", vec![config(flag), raise()])]);
        let (on, off) = (scope("s", flag, true), scope("s", flag, false));
        vec![
            vec![off.clone(), body("s"), config(flag)],
            vec![on.clone(), using(flag, false, vec![body("s"), config(flag)]), config(flag)],
            vec![using(flag, false, vec![off.clone()]), body("s"), config(flag)],
            vec![off.clone(), enter("s"), config(flag), exit("s"), config(flag)],
            vec![off, errs, config(flag)],
        ]
    })
}

/// Once more while it is open, and once more when it was left.
fn again(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let reads = || vec![config(flag)];
        let twice = |inner: Program| {
            within("s", [reads(), vec![catch(vec![within("s", inner)])], reads()].concat())
        };
        let off = || scope("s", flag, false);
        let on = scope("s", flag, true);
        let by_hand = twice(vec![set(flag, false), config(flag)]);
        let thrice = vec![catch(vec![within("s", reads())]), config(flag)];
        vec![
            vec![off(), within("s", reads()), config(flag), catch(vec![within("s", reads())])],
            vec![off(), twice(reads()), config(flag)],
            vec![off(), twice(thrice), config(flag)],
            vec![on, using(flag, false, vec![by_hand, config(flag)]), config(flag)],
        ]
    })
}

/// The outer of two is left first. The flag is set by hand in the end: what is restored before
/// differs between implementations.
fn order(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let crossed = |before, outer, inner| {
            let left = |name| [catch(vec![exit(name)]), config(flag)];
            let made = vec![set(flag, before), scope("a", flag, outer), scope("b", flag, inner)];
            let entered = vec![enter("a"), enter("b")];
            [made, entered, left("a").to_vec(), left("b").to_vec(), vec![set(flag, true)]].concat()
        };
        vec![crossed(true, false, false), crossed(true, false, true), crossed(false, true, false)]
    })
}

fn other_value(setting: &mut Setting) -> Vec<Program> {
    each_flag(setting, |flag| {
        let scope = |text| catch(vec![using_text(flag, text, vec![config(flag)])]);
        let of = |text| vec![scope(text), using(flag, false, vec![scope(text)]), config(flag)];
        vec![of("False"), of("off")]
    })
}
