use super::*;
use crate::wire::{Mode, ViewKind};

#[test]
fn numbers_stay_where_all_compute_alike() {
    let u = |u: f64| with_x(vec![injected("y", "x", 0.5, row(Dtype::Float64, &[u, 0.25]))]);
    let ones = |n| variable("x", Array::full(Dtype::Float16, &[n], 1.0));
    let doubled = ["a", "b", "c", "d"].iter().zip(["x", "a", "b", "c"]);
    let doubled = doubled.map(|(to, of)| add(to, of, of)).collect::<Vec<_>>();
    let of_512 = |steps: &[Step]| [&[float16(&[512.0])], steps].concat();
    let infinite = |steps: Vec<Step>| [vec![float16(&[f64::INFINITY])], steps].concat();
    let other = |dtype| variable("w", row(dtype, &[1.0, 2.0, 3.0]));
    check(
        false,
        vec![
            (
                "two dtypes in one program",
                vec![with_x(vec![other(Dtype::Float32)])],
                vec![with_x(vec![other(Dtype::Float16)])],
            ),
            (
                "uniforms that not every implementation tells from the ratio",
                vec![
                    u(0.5),
                    u(0.5 + 5e-6),
                    with_x(vec![injected("y", "x", 0.5, row(Dtype::Float64, &[0.25]))]),
                ],
                vec![u(0.75), u(0.5 + 2e-5), u(0.5 - 2e-5)],
            ),
            (
                "at ratio 1, what is not finite may be multiplied or not",
                vec![infinite(vec![catch(vec![train("y", "x", 1.0)])])],
                vec![infinite(vec![catch(vec![train("y", "x", 0.25), value("y")])])],
            ),
            (
                "what may be refused, where it is not caught",
                vec![infinite(vec![call()])],
                vec![infinite(vec![catch(vec![call(), value("y")])])],
            ),
            (
                "direct dropout is judged at usual ratios",
                vec![
                    with_x(vec![direct("y", "x", 0.999, Mode::Train)]),
                    with_x(vec![direct("y", "x", 0.0, Mode::Train)]),
                    whole_numbers(vec![catch(vec![direct("y", "x", 0.5, Mode::Train)])]),
                ],
                vec![with_x(vec![direct("y", "x", 0.5, Mode::Train)])],
            ),
            (
                "where nothing is scaled, some take integers that they refuse otherwise",
                vec![
                    whole_numbers(vec![catch(vec![train("y", "x", 0.0)])]),
                    whole_numbers(vec![catch(vec![train("y", "x", 1.0)])]),
                ],
                vec![],
            ),
            (
                "extreme numbers in more than one call",
                vec![
                    with_x(vec![train("y", "x", 0.999), train("z", "x", 0.5)]),
                    vec![float16(&[1e-4]), add("y", "x", "x")],
                ],
                vec![with_x(vec![train("y", "x", 0.999)])],
            ),
            (
                "too many masks",
                vec![with_x(vec![call(); 7]), vec![ones(65_537), call(), call()]],
                vec![with_x(vec![call(); 6]), vec![ones(65_537), call()]],
            ),
            (
                "it may overflow",
                vec![
                    of_512(&[train("y", "x", 0.99)]),
                    of_512(&doubled),
                    of_512(&[mul("y", "x", "x")]),
                ],
                vec![of_512(&doubled[..3]), of_512(&[train("y", "x", 0.5)])],
            ),
            (
                "operands that do not fit",
                vec![
                    with_x(vec![other(Dtype::Float16), add("y", "x", "w")]),
                    with_x(vec![view("v", "x", ViewKind::Transpose), add("y", "x", "v")]),
                ],
                vec![with_x(vec![add("y", "x", "x")])],
            ),
            (
                "integers are not computed with",
                vec![whole_numbers(vec![add("y", "x", "x")])],
                vec![],
            ),
        ],
    );
    let tie = with_x(vec![injected("y", "x", 0.5, row(Dtype::Float64, &[0.5, 0.25]))]);
    let senseless = with_x(vec![catch(vec![train("y", "x", 1.5), value("y")])]);
    let draws = |steps: Vec<Step>| with_x([steps, vec![call(), Step::Draws {}]].concat());
    let uncounted = "the draws are not counted here";
    check(
        true,
        vec![
            (
                "bitwise results are not defined for a ratio outside [0, 1]",
                vec![senseless.clone()],
                vec![tie],
            ),
            (
                "gradients are not claimed to the bit",
                vec![with_x(vec![call(), back("y"), grad("x")])],
                vec![with_x(vec![call(), back("y")])],
            ),
            (
                uncounted,
                vec![vec![repeat(2, draws(vec![]))], vec![threads(vec![draws(vec![])])]],
                vec![draws(vec![])],
            ),
            ("operands that do not fit", vec![with_x(vec![add("y", "x", "x")])], vec![]),
        ],
    );
    check(false, vec![(uncounted, vec![draws(vec![])], vec![senseless])]);
}
