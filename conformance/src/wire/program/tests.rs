use super::*;

#[test]
fn a_step_reads_as_the_protocol_writes_it() {
    let text = r#"{"op":"dropout","to":"y","of":"x","ratio":"NaN","mode":"train"}"#;
    let step: Step = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&step).unwrap(), text);
    for wrong in [
        r#"{"op":"dropuot","to":"y","of":"x"}"#,
        r#"{"op":"dropout","to":"y","of":"x","key":7}"#,
        r#"{"op":"draws","of":"x"}"#,
        r#"{"op":"value","of":"x","why":1}"#,
    ] {
        assert!(serde_json::from_str::<Step>(wrong).is_err(), "{wrong}");
    }
}

/// Each kind of step: the name that it binds, and those that it needs bound.
#[test]
fn names_are_bound_and_used() {
    use crate::wire::steps::*;
    let array = || Array::full(Dtype::Float32, &[1], 1.0);
    let (of, to) = ("x".to_owned(), "g".to_owned());
    let sum = Step::Add { to: "z".into(), a: "x".into(), b: "y".into() };
    let product = Step::Mul { to: "z".into(), a: "x".into(), b: "y".into() };
    let cases: Vec<(Step, Option<&str>, &[&str])> = vec![
        (variable("x", array()), Some("x"), &[]),
        (view("v", "x", ViewKind::Step), Some("v"), &["x"]),
        (train("y", "x", 0.5), Some("y"), &["x"]),
        (direct("y", "x", 0.5, Mode::Test), Some("y"), &["x"]),
        (Step::GradAs { of: of.clone(), to }, Some("g"), &["x"]),
        (sum, Some("z"), &["x", "y"]),
        (product, Some("z"), &["x", "y"]),
        (same("x", "y"), None, &["x", "y"]),
        (layer("d", 0.5), Some("d"), &[]),
        (model("m", &["d", "e"]), Some("m"), &["d", "e"]),
        (layer_mode("d", true), None, &["d"]),
        (apply("y", "x", "d"), Some("y"), &["x", "d"]),
        (scope("s", "train", false), Some("s"), &[]),
        (within("s", vec![value("x")]), None, &["s"]),
        (exit("s"), None, &["s"]),
        (backward("y", array()), None, &["y"]),
        (Step::ClearGrad { of }, None, &["x"]),
        (value("x"), None, &["x"]),
        (grad("x"), None, &["x"]),
        (recorded("x"), None, &["x"]),
        (device("x"), None, &["x"]),
        (config("train"), None, &[]),
    ];
    for (mut step, binds, uses) in cases {
        let what = format!("{step:?}");
        assert_eq!(step.binds(), binds, "{what}");
        assert_eq!(step.uses_mut(), uses, "{what}");
    }
}

#[test]
fn bodies_are_those_that_are_rewritten() {
    use crate::wire::steps::*;
    let body = || vec![value("x"), repeat(2, vec![value("y")])];
    let one = [
        using("train", false, body()),
        test_mode(body()),
        no_grad(body()),
        within("s", body()),
        catch(body()),
        repeat(3, body()),
    ];
    for mut step in one {
        assert_eq!(step.bodies(), [&body()[..]]);
        assert_eq!((step.count(), Step::count_all(std::slice::from_ref(&step))), (4, 4));
        step.bodies_mut()[0].clear();
        assert_eq!(step.bodies(), [&[] as &[Step]]);
    }
    let mut several = threads(vec![body(), vec![], body()]);
    assert_eq!((several.bodies().len(), several.count(), several.inner().count()), (3, 7, 4));
    several.bodies_mut().into_iter().for_each(Vec::clear);
    assert_eq!((several.bodies().len(), several.count()), (3, 1));
    assert!(enter("s").bodies().is_empty() && enter("s").bodies_mut().is_empty());
    let program = [test_mode(body()), value("z")];
    let numbered = Step::numbered(&program).into_iter();
    let numbers = numbered.map(|(at, step)| (at, step.count())).collect::<Vec<_>>();
    assert_eq!(numbers, [(0, 4), (1, 1), (2, 2), (3, 1), (4, 1)]);
}
