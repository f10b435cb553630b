use super::*;

pub(super) fn about_values() -> Vec<Case> {
    let seen = |calls: Vec<Step>| with_x([calls, vec![value("y")]].concat());
    let by_flag = || dropout("y", "x", 0.5);
    let within_test = |body: Vec<Step>| {
        let body = [body, vec![by_flag(), value("y")]].concat();
        with_x(vec![test_mode(body)])
    };
    let tie = row(Dtype::Float64, &[0.5, 0.25]);
    let two = |ratio| vec![layer("l", 0.5), layer("k", ratio), apply("y", "x", "l")];
    let mode = Mode::Train;
    let not_finite = variable("x", row(Dtype::Float32, &[f64::NAN, 1.0]));
    let told = |wrong| Told(wrong, Must);
    let apply_to =
        |made: Vec<Step>| with_x([made, vec![apply("y", "x", "l"), value("y")]].concat());
    let mut cases = plain(vec![
        (seen(vec![train("y", "x", 0.5)]), told(Wrong::Shape), "dropout.train.shape"),
        (seen(vec![train("y", "x", 0.5)]), told(Wrong::Dtype), "dropout.train.dtype"),
        (seen(vec![test("y", "x", 0.5)]), told(Wrong::Dtype), "dropout.test.identity"),
        // Wherever it was called: a wrong dtype is about no mode.
        (apply_to(vec![layer("l", 0.5)]), told(Wrong::Dtype), "dropout.train.dtype"),
        (seen(vec![injected("y", "x", 0.5, tie.clone())]), TO_THE_BIT, "dropout.bitwise.strict"),
        (seen(vec![injected("y", "x", 0.75, tie)]), TO_THE_BIT, "dropout.bitwise.arithmetic"),
        (seen(vec![train("y", "x", 0.5)]), TO_THE_BIT, "dropout.bitwise.arithmetic"),
    ]);
    let others = vec![
        (seen(two(0.25)), "layer.ratio"),
        (apply_to(vec![layer("l", 0.5)]), "layer.ratio"),
        (seen(vec![view("v", "x", ViewKind::Transpose), train("y", "v", 0.5)]), "dropout.view"),
        (with_x(vec![train("y", "x", 0.5), value("x")]), "dropout.train.input"),
        (seen(vec![direct("y", "x", 0.5, mode)]), "direct.train.values"),
        (seen(vec![direct("y", "x", 0.5, Mode::Test)]), "direct.test.scale"),
        (whole_numbers(vec![test("y", "x", 0.5), value("y")]), "dropout.test.integer"),
        (whole_numbers(vec![train("y", "x", 0.5), value("y")]), "dropout.train.integer"),
        (seen(vec![test("y", "x", 1.0)]), "dropout.test.ratio-one"),
        (seen(vec![test("y", "x", 1.5)]), "dropout.test.ratio-ignored"),
        (seen(vec![test("y", "x", 0.5)]), "dropout.test.identity"),
        (seen(vec![test("z", "x", 0.5), train("y", "x", 0.5)]), "dropout.test.between"),
        (seen(vec![train("z", "x", 0.5), train("y", "x", 0.5)]), "dropout.train.scale"),
        (seen(vec![train("y", "x", 0.0)]), "dropout.train.ratio-zero"),
        (seen(vec![train("y", "x", 1.0)]), "dropout.train.ratio-one"),
        (vec![not_finite, train("y", "x", 0.5), value("y")], "dropout.train.nonfinite"),
        (seen(vec![default_ratio("y", "x")]), "dropout.train.default-ratio"),
        // By the flag, but in the mode that the flag says: the value is wrong.
        (seen(vec![by_flag()]), "dropout.train.scale"),
        (within_test(vec![]), "dropout.test.identity"),
        (seen(vec![test_mode(vec![]), by_flag()]), "dropout.train.scale"),
        (seen(vec![train("z", "x", 0.25), train("y", "x", 0.5)]), "dropout.train.scale"),
        (seen(vec![train("y", "x", 0.5)]), "dropout.train.scale"),
        // On the way to a sum; what is the gradient of a variable stays one under a name.
        (seen(vec![train("a", "x", 0.5), add("y", "x", "a")]), "dropout.train.scale"),
        (seen(vec![train("z", "x", 0.5), back("z"), grad_as("y", "x")]), "gradient.train.scale"),
        (
            seen(vec![train("z", "x", 0.5), back("z"), grad_as("y", "x"), test("w", "x", 0.5)]),
            "gradient.chain",
        ),
        (
            seen(vec![test("z", "x", 0.5), grad_as("y", "x"), train("w", "x", 0.5)]),
            "gradient.test.identity",
        ),
    ];
    cases.extend(plain(others.into_iter().map(|(program, rule)| (program, VALUE, rule)).collect()));
    let given_mask = seen(vec![injected("y", "x", 0.5, row(Dtype::Float64, &[0.1, 0.9]))]);
    cases.extend(plain(vec![(given_mask, told(value_of(true, false)), "ensemble.mean")]));
    let given = |train| vec![layer("l", 0.5), layer_mode("l", train)];
    let modelled = vec![layer("l", 0.5), model("m", &["l"]), layer_mode("m", false)];
    let both = vec![layer("l", 0.5), layer("k", 0.5), layer_mode("l", false)];
    let other_mode = vec![
        (apply_to(modelled), "layer.model"),
        (apply_to(both), "layer.independent"),
        (apply_to(given(false)), "layer.mode"),
        (with_layers(vec![layer_mode("l", false), by_flag(), value("y")]), "layer.independent"),
        (
            with_x(vec![threads(vec![vec![test_mode(vec![by_flag(), value("y")])]])]),
            "config.thread.dropout",
        ),
        (with_x(vec![threads(vec![vec![by_flag(), value("y")]])]), "config.thread.dropout"),
        (seen(vec![test_mode(vec![]), by_flag()]), "config.train-mode"),
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
        (seen(vec![test("z", "x", 0.5), train("y", "x", 0.5)]), "dropout.test.between"),
        // Of two calls the one that was made in the other mode is blamed, not the last.
        (
            seen(vec![test_mode(vec![dropout("a", "x", 0.5)]), train("y", "a", 0.25)]),
            "config.test-mode",
        ),
    ];
    let by_mode = |(program, rule)| (program, VALUE, OtherMode, rule);
    cases.extend(other_mode.into_iter().map(by_mode));
    let two = seen(vec![train("z", "x", 0.25), train("y", "x", 0.5)]);
    cases.push((two, VALUE, AnotherRatio, "dropout.train.ratio-changes"));
    let none = seen(vec![train("z", "x", 0.25), default_ratio("y", "x")]);
    cases.push((none, VALUE, AnotherRatio, "dropout.train.default-ratio"));
    cases
}
