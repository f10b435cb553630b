use super::*;
use crate::implementation::{Engine, Implementation, Reference};
use crate::wire::pseudocode;

fn start() -> Start {
    Engine::new(Reference).start(1).unwrap()
}

fn lines(program: &Program) -> String {
    let lines = pseudocode(program).into_iter().map(|(_, line)| line.trim().to_owned());
    lines.collect::<Vec<_>>().join("; ")
}

/// What is asked of an adapter that claims everything.
const ASKED: [(&str, &str); 13] = [
    (
        "id and step numbers",
        "x = variable([1.0, -2.0], float16); y = variable([3.0], float16); \
         observe(y); observe(x); observe(y)",
    ),
    (
        "rows and columns",
        "x = variable([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], float16 of shape [2, 3]); observe(x)",
    ),
    ("a single number", "x = variable(7.0, float16); observe(x)"),
    ("an empty array", "x = variable([], float16); observe(x)"),
    ("special numbers", "x = variable([1.5, -0.0, NaN, inf, -inf, 0.0], float16); observe(x)"),
    (
        "one number for all",
        "x = variable([3.0, 3.0, 3.0, 3.0], float16 of shape [2, 2]); observe(x)",
    ),
    (
        "a long array, base64",
        "x = variable([-50.0, -49.0, -48.0, -47.0, -46.0, …], float16 of shape [100]); observe(x)",
    ),
    ("repeat", "x = variable([1.0, 2.0], float16); for _ in range(3):; observe(x); observe(x)"),
    (
        "raise and catch",
        "x = variable([1.0, 2.0], float16); try:; observe(x); raise Error; observe(x); \
         except: observe(error); observe(x)",
    ),
    ("a name not bound", "x = variable([1.0], float16); observe(nowhere)"),
    // Nothing is left that is not claimed.
    ("a step not claimed", ""),
    (
        "dropout in test mode",
        "x = variable([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, …], float16 of shape [32]); \
         y = dropout(x, 0.5, test); observe(y)",
    ),
    (
        "dropout in train mode",
        "x = variable([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, …], float16 of shape [32]); \
         y = dropout(x, 0.5, train); observe(y)",
    ),
];

#[test]
fn each_exchange_shows_what_it_is_named_after() {
    for (exchange, asked) in EXCHANGES.iter().zip(ASKED) {
        let program = (exchange.program)(&start()).unwrap_or_default();
        assert_eq!((exchange.name, lines(&program).as_str()), asked);
    }
}

/// Without a capability its step is to be refused; without room there is no exchange.
#[test]
fn what_is_claimed_decides_what_is_asked() {
    let last = |start: &Start| unclaimed(start).map(|program| lines(&program));
    let without = |start: &mut Start, name: &str| start.capabilities.retain(|other| other != name);
    let mut start = start();
    assert_eq!(last(&start), None);
    without(&mut start, "device");
    assert!(last(&start).unwrap().ends_with("observe(x.device)"), "{:?}", last(&start));
    without(&mut start, "bitwise");
    assert!(last(&start).unwrap().ends_with("observe(draws)"), "{:?}", last(&start));
    start.max_elements = 99;
    assert_eq!(long(&start), None);
    start.max_elements = 100;
    assert!(long(&start).is_some());
    start.dtypes = vec![Dtype::Int32];
    assert!(special(&start).is_none() && single(&start).is_some());
}
