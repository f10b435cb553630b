use super::*;

#[test]
fn scopes_are_those_of_which_all_say_the_same() {
    let both = ["train", "train"];
    let made = || scope("s", "train", false);
    let left_early = || vec![catch(vec![exit("a")]), exit("b")];
    check(
        false,
        vec![
            ("no such flag", vec![vec![set("trian", true)]], vec![vec![set("train", true)]]),
            (
                "no such flag, or the scope is open",
                vec![vec![scope("s", "trian", false)], vec![made(), enter("s"), made(), exit("s")]],
                vec![vec![made(), made()]],
            ),
            (
                "a block leaves a scope open, or leaves one from outside",
                vec![
                    vec![made(), enter("s")],
                    vec![made(), enter("s"), test_mode(vec![exit("s")])],
                ],
                vec![vec![made(), enter("s"), exit("s")]],
            ),
            (
                "no such scope",
                vec![vec![within("s", vec![])]],
                vec![vec![made(), within("s", vec![])]],
            ),
            (
                "a scope whose effect is not known",
                vec![open(both, vec![catch(vec![exit("a")]), exit("b"), within("a", vec![])])],
                vec![open(both, vec![catch(vec![exit("a")]), exit("b"), flag()])],
            ),
            (
                "entered by hand, where it may be refused",
                vec![vec![made(), within("s", vec![]), enter("s"), exit("s")]],
                vec![vec![made(), enter("s"), exit("s")]],
            ),
            (
                "a scope that is not the latest that is open",
                vec![open(both, vec![exit("a"), exit("b")])],
                vec![open(both, vec![exit("b"), exit("a")])],
            ),
            ("a scope that is not open", vec![vec![made(), catch(vec![exit("s")])]], vec![]),
            (
                "leaving this scope open could later restore `false`",
                vec![
                    [vec![set("train", false)], open(both, vec![catch(vec![exit("a")])])].concat(),
                ],
                vec![],
            ),
            (
                "a scope around, which may not be left in its turn then",
                vec![
                    vec![using("enable_backprop", true, open(both, left_early()))],
                    vec![made(), within("s", open(both, left_early()))],
                    [vec![made(), enter("s")], open(both, left_early())].concat(),
                ],
                vec![[vec![using("train", true, vec![])], open(both, left_early())].concat()],
            ),
            (
                "scopes of two flags need no order",
                vec![open(["train", "enable_backprop"], left_early())],
                vec![],
            ),
        ],
    );
}

#[test]
fn what_runs_in_turns_or_on_threads_is_closed() {
    let turns = |times, body| vec![repeat(times, body)];
    check(
        false,
        vec![
            (
                "repeats within repeats, or on threads",
                vec![
                    turns(65, vec![flag()]),
                    turns(2, turns(2, vec![flag()])),
                    vec![threads(vec![turns(2, vec![flag()])])],
                ],
                vec![turns(64, vec![flag()])],
            ),
            (
                "turns that differ",
                vec![turns(2, vec![set("train", false)])],
                vec![turns(2, vec![set("train", true)])],
            ),
            ("threads in a repeat", vec![turns(2, vec![threads(vec![vec![flag()]])])], vec![]),
            (
                "threads within threads, or in an open scope",
                vec![vec![
                    scope("s", "train", false),
                    enter("s"),
                    threads(vec![vec![flag()]]),
                    exit("s"),
                ]],
                vec![vec![threads(vec![vec![flag()]])]],
            ),
            ("a barrier outside of threads", vec![vec![barrier()]], vec![]),
            (
                "two threads that do something at the same time",
                vec![vec![threads(vec![vec![flag()], vec![flag()]])]],
                vec![vec![threads(vec![vec![flag(), barrier()], vec![barrier(), flag()]])]],
            ),
            (
                "threads that wait for no other thread",
                vec![
                    vec![threads(vec![vec![flag(), barrier()], vec![flag()]])],
                    vec![threads(vec![vec![flag(), barrier()]])],
                ],
                vec![],
            ),
            (
                "a name that is not bound",
                vec![vec![value("x")], with_x(turns(2, vec![value("x")]))],
                vec![],
            ),
        ],
    );
}

#[test]
fn layers_are_given_a_mode_before_they_are_called() {
    let made = |steps: Vec<Step>| with_x([vec![layer("l", 0.5)], steps].concat());
    check(
        false,
        vec![
            (
                "a layer of an unusual ratio",
                vec![vec![layer("l", 0.999)]],
                vec![vec![layer("l", 0.99)]],
            ),
            (
                "no such layer",
                vec![vec![model("m", &["l"])], vec![layer_mode("l", true)]],
                vec![made(vec![model("m", &["l"]), layer_mode("m", true)])],
            ),
            (
                "a layer has its name to itself",
                vec![made(vec![layer("l", 0.5)]), made(vec![layer("x", 0.5)])],
                vec![made(vec![layer("k", 0.5)])],
            ),
            (
                "layers are changed outside of `catch`, and on one thread",
                vec![
                    vec![catch(vec![layer("l", 0.5)])],
                    made(vec![catch(vec![layer_mode("l", true)])]),
                    vec![threads(vec![vec![layer("l", 0.5)]])],
                ],
                vec![],
            ),
            (
                "no layer that was given a mode here",
                vec![made(vec![apply("y", "x", "l")])],
                vec![made(vec![layer_mode("l", true), apply("y", "x", "l")])],
            ),
        ],
    );
}
