mod numbers;
mod scopes;
mod ways_back;

use super::{Refused, well_formed};
use crate::implementation::{Engine, Implementation, Reference};
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, Program, RatioDtype, Start, Step};

/// An implementation that claims everything, integers included.
fn start() -> Start {
    let mut start = Engine::new(Reference).start(1).unwrap();
    start.dtypes.push(Dtype::Int32);
    start
}

fn float16(values: &[f64]) -> Step {
    variable("x", row(Dtype::Float16, values))
}

fn x() -> Step {
    float16(&[1.0, -2.0])
}

fn with_x(steps: Vec<Step>) -> Vec<Step> {
    [vec![x()], steps].concat()
}

fn whole_numbers(steps: Vec<Step>) -> Vec<Step> {
    [vec![variable("x", row(Dtype::Int32, &[1.0, -2.0]))], steps].concat()
}

fn call() -> Step {
    train("y", "x", 0.5)
}

fn flag() -> Step {
    config("train")
}

/// Two scopes of these flags, that are entered one after the other.
fn open(flags: [&str; 2], steps: Vec<Step>) -> Vec<Step> {
    let made = [scope("a", flags[0], false), scope("b", flags[1], false)].to_vec();
    [made, vec![enter("a"), enter("b")], steps].concat()
}

/// A reason, programs that are refused for it, and programs that are not.
type Case = (&'static str, Vec<Program>, Vec<Program>);

/// Holds the scene to the cases.
fn check(bitwise: bool, cases: Vec<Case>) {
    let start = start();
    for (why, refused, drawn) in cases {
        for program in refused {
            let refused = well_formed(&program, &start, bitwise);
            assert_eq!(refused, Err(Refused(why)), "{program:#?}");
        }
        for program in drawn {
            assert_eq!(well_formed(&program, &start, bitwise), Ok(()), "{why}: {program:#?}");
        }
    }
}

#[test]
fn what_is_not_claimed_is_not_asked() {
    let of = |start: &Start, program: &[Step]| well_formed(program, start, false);
    let mut start = start();
    assert_eq!(of(&start, &vec![flag(); 30]), Ok(()));
    assert_eq!(of(&start, &vec![flag(); 31]), Err(Refused("too many steps")));
    let nowhere = on_device("x", row(Dtype::Float16, &[1.0]), "nowhere");
    assert_eq!(of(&start, &[nowhere]), Err(Refused("it is not claimed")));
    start.ratio_dtype = RatioDtype::Float32;
    let given = |ratio| of(&start, &with_x(vec![train("y", "x", ratio)]));
    assert_eq!((given(0.5), given(0.1)), (Ok(()), Err(Refused("a ratio that cannot be given"))));
    start.max_elements = 1;
    assert_eq!(of(&start, &[x()]), Err(Refused("it is not claimed")));
    start.dtypes = vec![Dtype::Float32];
    assert_eq!(of(&start, &[float16(&[1.0])]), Err(Refused("it is not claimed")));
    start.capabilities.clear();
    assert_eq!(of(&start, &[flag()]), Err(Refused("it needs what is not claimed")));
}

#[test]
fn errors_and_what_may_be_one_are_caught() {
    let text = |body| using_text("train", "no", body);
    check(
        false,
        vec![
            (
                "an error that is not caught, or that leaves a scope open",
                vec![
                    vec![raise()],
                    vec![catch(vec![scope("s", "train", false), enter("s"), raise()])],
                ],
                vec![vec![catch(vec![raise()])]],
            ),
            (
                "more than reading of flags after an error",
                vec![vec![catch(vec![raise(), set("train", true)])]],
                vec![vec![catch(vec![raise(), flag()])]],
            ),
            (
                "after what may be refused, one only observes",
                vec![
                    with_x(vec![catch(vec![train("y", "x", 1.5), train("z", "x", 0.5)])]),
                    vec![
                        scope("s", "train", false),
                        within("s", vec![]),
                        catch(vec![within("s", vec![flag()]), set("train", true)]),
                    ],
                ],
                vec![with_x(vec![catch(vec![train("y", "x", 1.5), value("y"), flag()])])],
            ),
            (
                "what may be refused is observed at once",
                vec![
                    with_x(vec![catch(vec![train("y", "x", 1.5)])]),
                    with_x(vec![catch(vec![train("y", "x", 1.5), flag(), value("y")])]),
                    with_x(vec![catch(vec![train("y", "x", 1.5), value("x")])]),
                ],
                vec![with_x(vec![catch(vec![train("y", "x", 1.5), value("y")])])],
            ),
            (
                "what may be refused, where it is not caught",
                vec![
                    with_x(vec![train("y", "x", 1.5)]),
                    with_x(vec![train("y", "x", 1.0)]),
                    with_x(vec![test("y", "x", 1.0)]),
                    whole_numbers(vec![call()]),
                    vec![text(vec![flag()])],
                ],
                vec![
                    with_x(vec![catch(vec![train("y", "x", 1.0), value("y")])]),
                    whole_numbers(vec![catch(vec![call(), value("y")])]),
                    with_x(vec![train("y", "x", 0.0)]),
                ],
            ),
            (
                "more than reading of flags in a scope that may be refused",
                vec![vec![catch(vec![text(vec![set("train", true)])])]],
                vec![vec![catch(vec![text(vec![flag()])])]],
            ),
        ],
    );
}
