use super::*;
use crate::search::graph::goes_back_alike;
use crate::wire::ViewKind;

#[test]
fn one_goes_back_where_all_go_back() {
    let linear = || with_x(vec![call(), back_with_graph("y")]);
    let squared = |steps: Vec<Step>| with_x([vec![mul("y", "x", "x")], steps].concat());
    let known = |steps| using("enable_backprop", true, steps);
    let together = || threads(vec![vec![no_grad(vec![])], vec![]]);
    let gy = |dtype, values: &[f64]| backward("y", row(dtype, values));
    check(
        false,
        vec![
            (
                "frameworks differ in whether one can go back from there",
                vec![
                    with_x(vec![back("x")]),
                    with_x(vec![view("v", "x", ViewKind::Transpose), call(), back("v")]),
                    with_x(vec![
                        view("v", "x", ViewKind::Transpose),
                        no_grad(vec![train("y", "v", 0.5)]),
                        catch(vec![back("y")]),
                    ]),
                    with_x(vec![together(), call(), known(vec![add("z", "y", "x"), back("z")])]),
                    with_x(vec![
                        no_grad(vec![call(), train("z", "x", 0.5)]),
                        add("w", "y", "z"),
                        back("w"),
                    ]),
                ],
                vec![
                    with_x(vec![call(), back("y")]),
                    with_x(vec![known(vec![call(), add("z", "y", "x"), back("z")])]),
                    with_x(vec![no_grad(vec![call()]), catch(vec![back("y"), grad("x")])]),
                ],
            ),
            (
                "it is not known whether there is a way back",
                vec![with_x(vec![
                    no_grad(vec![call(), test("z", "y", 0.5)]),
                    catch(vec![back("z")]),
                ])],
                vec![],
            ),
            (
                "the program has gone back through there",
                vec![with_x(vec![call(), back("y"), back("y")])],
                vec![with_x(vec![call(), train("z", "x", 0.5), back("y"), back("z")])],
            ),
            (
                "it is not known what the gradient is added to",
                vec![with_x(vec![
                    test("z", "x", 0.5),
                    catch(vec![back("z"), grad("x")]),
                    call(),
                    back("y"),
                ])],
                vec![],
            ),
            (
                "frameworks differ in whether a result's own gradient is added to",
                vec![with_x(vec![
                    call(),
                    back("y"),
                    test("z", "x", 0.5),
                    catch(vec![back("z"), grad("x")]),
                ])],
                vec![with_x(vec![
                    call(),
                    back("y"),
                    clear_grad("x"),
                    test("z", "x", 0.5),
                    catch(vec![back("z"), grad("x")]),
                ])],
            ),
            (
                "a way back that was refused may have begun",
                vec![with_x(vec![
                    test("y", "x", 0.5),
                    catch(vec![back("y"), grad("x")]),
                    grad("x"),
                ])],
                vec![with_x(vec![test("y", "x", 0.5), catch(vec![back("y"), grad("x")])])],
            ),
            (
                "a second derivative is of one variable",
                vec![with_x(vec![
                    variable("w", row(Dtype::Float16, &[1.0, 2.0])),
                    mul("y", "x", "w"),
                    back_with_graph("y"),
                ])],
                vec![squared(vec![back_with_graph("y")])],
            ),
            (
                "not the next step to a second derivative",
                vec![
                    squared(vec![mul("z", "x", "x"), back_with_graph("y"), back_with_graph("z")]),
                    with_x(vec![test("y", "x", 0.5), catch(vec![back_with_graph("y")])]),
                ],
                vec![squared(vec![
                    back_with_graph("y"),
                    grad_as("g", "x"),
                    clear_grad("x"),
                    back("g"),
                ])],
            ),
            ("a second derivative of something linear", vec![linear()], vec![]),
            (
                "a gradient is added to one that is computed with",
                vec![squared(vec![train("z", "x", 0.5), back_with_graph("y"), back("z")])],
                vec![],
            ),
            (
                "there is no gradient to compute with",
                vec![with_x(vec![call(), back("y"), grad_as("g", "x")])],
                vec![],
            ),
            (
                "a gradient is observed as one",
                vec![squared(vec![back_with_graph("y"), grad_as("g", "x"), value("g")])],
                vec![],
            ),
            (
                "dropout of a gradient",
                vec![squared(vec![back_with_graph("y"), grad_as("g", "x"), train("z", "g", 0.5)])],
                vec![],
            ),
            (
                "a gradient of another shape",
                vec![
                    with_x(vec![call(), gy(Dtype::Float16, &[1.0])]),
                    with_x(vec![call(), gy(Dtype::Float32, &[1.0, 1.0])]),
                ],
                vec![with_x(vec![call(), gy(Dtype::Float16, &[1.0, 1.0])])],
            ),
            (
                "a gradient of extreme size",
                vec![with_x(vec![call(), gy(Dtype::Float16, &[1.0, 1e4])])],
                vec![],
            ),
            (
                "a gradient may overflow",
                vec![with_x(vec![train("y", "x", 0.99), gy(Dtype::Float16, &[1.0, 500.0])])],
                vec![with_x(vec![call(), gy(Dtype::Float16, &[1.0, 500.0])])],
            ),
            (
                "gradients of what was computed are not judged",
                vec![with_x(vec![call(), grad("y")]), whole_numbers(vec![grad("x")])],
                vec![with_x(vec![call(), grad("x")])],
            ),
        ],
    );
}

#[test]
fn open_questions_are_not_asked() {
    let empty = || variable("x", Array::new(Dtype::Float16, &[0], vec![]));
    let tested = || test("y", "x", 0.5);
    check(
        false,
        vec![
            (
                "a view of something computed",
                vec![
                    with_x(vec![call(), view("v", "y", ViewKind::Transpose)]),
                    whole_numbers(vec![view("v", "x", ViewKind::Transpose)]),
                ],
                vec![with_x(vec![view("v", "x", ViewKind::Transpose)])],
            ),
            (
                "whether that is recorded is not said",
                vec![with_x(vec![recorded("x")]), with_x(vec![tested(), recorded("y")])],
                vec![with_x(vec![call(), recorded("y")])],
            ),
            (
                "whether these are one is asked of floats with elements",
                vec![
                    vec![empty(), tested(), same("x", "y")],
                    whole_numbers(vec![catch(vec![tested(), value("y")]), same("x", "x")]),
                ],
                vec![],
            ),
            (
                "whether these are one is not said",
                vec![
                    with_x(vec![call(), same("x", "y")]),
                    with_x(vec![no_grad(vec![tested(), same("x", "y")])]),
                    with_x(vec![tested(), test("z", "y", 0.5), same("y", "z")]),
                ],
                vec![
                    with_x(vec![tested(), same("x", "y")]),
                    with_x(vec![call(), test("z", "y", 0.5), same("y", "z")]),
                ],
            ),
            ("seeds are judged by other rules", vec![vec![Step::Seed { value: 1 }]], vec![]),
        ],
    );
}

/// Of a program that stands for one in which all frameworks agree, steps may be missing: no way back may come to differ
/// by that.
#[test]
fn ways_back_without_some_steps() {
    let alike = |steps: Vec<Step>| goes_back_alike(&with_x(steps));
    let call_again = || vec![call(), back("y"), call(), back("y")];
    assert!(alike(call_again()) && !alike(vec![call(), back("y"), back("y")]));
    assert!(alike(vec![repeat(2, vec![call(), back("y")])]));
    assert!(!alike(vec![call(), repeat(2, vec![back("y")])]));
    assert!(!alike(vec![catch(vec![back("x")])]));
    let twice = |between: Vec<Step>| {
        let first = vec![call(), mul("z", "y", "y"), back_with_graph("z"), grad_as("gx", "x")];
        [first, between, vec![back("gx")]].concat()
    };
    assert!(alike(twice(vec![clear_grad("x")])) && !alike(twice(vec![])));
}
