use super::*;

pub(super) fn about_values() -> Vec<Case> {
    let seen = |calls: Vec<Step>| with_x([calls, vec![value("y")]].concat());
    let by_flag = || dropout("y", "x", 0.5);
    let after = |scope: Step| seen(vec![catch(vec![scope]), by_flag()]);
    let within_test = |body: Vec<Step>| {
        let body = [body, vec![by_flag(), value("y")]].concat();
        with_x(vec![test_mode(body)])
    };
    let tie = row(Dtype::Float64, &[0.5, 0.25]);
    let two = |ratio| vec![layer("l", 0.5), layer("k", ratio), apply("y", "x", "l")];
    let mode = Mode::Train;
    let not_finite = variable("x", row(Dtype::Float32, &[f64::NAN, 1.0]));
    let told = |expected| Told(expected, "float64", Must);
    let mut cases = vec![
        (seen(vec![train("y", "x", 0.5)]), told("shape [2]"), "dropout.train.shape"),
        (seen(vec![train("y", "x", 0.5)]), told("float32"), "dropout.train.dtype"),
        (
            seen(vec![injected("y", "x", 0.5, tie.clone())]),
            Told("1.5", "2.5", Bitwise),
            "dropout.bitwise.strict",
        ),
        (
            seen(vec![injected("y", "x", 0.75, tie)]),
            Told("1.5", "2.5", Bitwise),
            "dropout.bitwise.arithmetic",
        ),
        (
            seen(vec![train("y", "x", 0.5)]),
            Told("1.5", "2.5", Bitwise),
            "dropout.bitwise.arithmetic",
        ),
    ];
    let others = vec![
        (with_model(vec![apply("y", "x", "m"), value("y")]), "layer.model"),
        (seen(two(0.25)), "layer.ratio"),
        (seen(two(0.5)), "layer.independent"),
        (with_layers(vec![layer_mode("l", false), by_flag(), value("y")]), "layer.independent"),
        (with_layers(vec![apply("y", "x", "l"), value("y")]), "layer.mode"),
        (seen(vec![view("v", "x", ViewKind::Transpose), train("y", "v", 0.5)]), "dropout.view"),
        (with_x(vec![train("y", "x", 0.5), value("x")]), "dropout.train.input"),
        (seen(vec![direct("y", "x", 0.5, mode)]), "direct.train.values"),
        (seen(vec![direct("y", "x", 0.5, Mode::Test)]), "direct.test.scale"),
        (whole_numbers(vec![test("y", "x", 0.5), value("y")]), "dropout.test.integer"),
        (whole_numbers(vec![train("y", "x", 0.5), value("y")]), "dropout.train.integer"),
        (
            with_x(vec![threads(vec![vec![test_mode(vec![by_flag(), value("y")])]])]),
            "config.thread.dropout",
        ),
        (with_x(vec![threads(vec![vec![by_flag(), value("y")]])]), "config.thread.dropout"),
        (seen(vec![test("y", "x", 1.0)]), "dropout.test.ratio-one"),
        (seen(vec![test("y", "x", 1.5)]), "dropout.test.ratio-ignored"),
        (after(test_mode(vec![panic()])), "config.restore.panic"),
        (after(test_mode(vec![raise()])), "config.restore.error"),
        (seen(vec![test_mode(vec![set("train", true)]), by_flag()]), "config.restore.inner-set"),
        (within_test(vec![using("train", true, vec![])]), "config.restore.saved-at-entry"),
        (seen(vec![test_mode(vec![]), by_flag()]), "config.restore.return"),
        (within_test(vec![]), "config.test-mode"),
        // A flag that was set by hand counts from then on, in the scope where it was set.
        (seen(vec![set("train", false), by_flag()]), "config.test-mode"),
        (within_test(vec![set("train", true)]), "config.train-mode"),
        (
            with_x(vec![set("train", false), using("train", true, vec![by_flag(), value("y")])]),
            "config.train-mode",
        ),
        (
            with_x(vec![set("train", true), test_mode(vec![by_flag(), value("y")])]),
            "config.test-mode",
        ),
        (seen(vec![set("enable_backprop", false), by_flag()]), "config.no-grad.drops"),
        (seen(vec![test("y", "x", 0.5)]), "dropout.test.identity"),
        (seen(vec![test("z", "x", 0.5), train("y", "x", 0.5)]), "dropout.test.between"),
        (seen(vec![train("z", "x", 0.25), train("y", "x", 0.5)]), "dropout.train.ratio-changes"),
        (seen(vec![train("z", "x", 0.5), train("y", "x", 0.5)]), "dropout.train.scale"),
        (seen(vec![train("y", "x", 0.0)]), "dropout.train.ratio-zero"),
        (seen(vec![train("y", "x", 1.0)]), "dropout.train.ratio-one"),
        (vec![not_finite, train("y", "x", 0.5), value("y")], "dropout.train.nonfinite"),
        (seen(vec![default_ratio("y", "x")]), "dropout.train.default-ratio"),
        (seen(vec![no_grad(vec![train("y", "x", 0.5)])]), "config.no-grad.drops"),
        (seen(vec![by_flag()]), "config.train-mode"),
        (seen(vec![train("y", "x", 0.5)]), "dropout.train.scale"),
        // On the way to a sum, and to a gradient that was given a name.
        (seen(vec![train("a", "x", 0.5), add("y", "x", "a")]), "dropout.train.scale"),
        (seen(vec![train("z", "x", 0.5), back("z"), grad_as("y", "x")]), "dropout.train.scale"),
        (
            seen(vec![train("z", "x", 0.5), back("z"), grad_as("y", "x"), test("w", "x", 0.5)]),
            "dropout.train.scale",
        ),
        (
            seen(vec![test("z", "x", 0.5), grad_as("y", "x"), train("w", "x", 0.5)]),
            "dropout.test.identity",
        ),
    ];
    cases.extend(others.into_iter().map(|(program, rule)| (program, VALUE, rule)));
    cases
}
