use crate::wire::steps::{catch, raise, repeat, row, test, train, value, variable};
use crate::wire::{Array, Dtype, Mode, Program, Start, Step};

/// What is asked of an adapter, to look at one thing.
pub(super) struct Exchange {
    pub(super) name: &'static str,
    /// The program; nothing where the adapter's answer to `start` leaves no room for it.
    pub(super) program: fn(&Start) -> Option<Program>,
    pub(super) aim: Aim,
}

/// What the answer has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// The observations of the program.
    Observed,
    /// An answer; whether it is the right one is for the judge to say.
    Answered,
    /// An error of the adapter's.
    Blamed,
    /// A refusal.
    Refused,
}

/// In this order.
pub(super) const EXCHANGES: [Exchange; 13] = [
    Exchange { name: "id and step numbers", program: numbered, aim: Aim::Observed },
    Exchange { name: "rows and columns", program: rows, aim: Aim::Observed },
    Exchange { name: "a single number", program: single, aim: Aim::Observed },
    Exchange { name: "an empty array", program: empty, aim: Aim::Observed },
    Exchange { name: "special numbers", program: special, aim: Aim::Observed },
    Exchange { name: "one number for all", program: filled, aim: Aim::Observed },
    Exchange { name: "a long array, base64", program: long, aim: Aim::Observed },
    Exchange { name: "repeat", program: repeated, aim: Aim::Observed },
    Exchange { name: "raise and catch", program: caught, aim: Aim::Observed },
    Exchange { name: "a name not bound", program: unbound, aim: Aim::Blamed },
    Exchange { name: "a step not claimed", program: unclaimed, aim: Aim::Refused },
    Exchange {
        name: "dropout in test mode",
        program: |start| called(start, Mode::Test),
        aim: Aim::Answered,
    },
    Exchange {
        name: "dropout in train mode",
        program: |start| called(start, Mode::Train),
        aim: Aim::Answered,
    },
];

/// The dtype that is asked for: the first one, floating-point if there is such.
fn dtype(start: &Start) -> Option<Dtype> {
    let mut floats = start.dtypes.iter().filter(|dtype| dtype.is_float());
    floats.next().or(start.dtypes.first()).copied()
}

/// Makes an array and looks at it.
fn looked_at(start: &Start, shape: &[usize], values: &[f64]) -> Option<Program> {
    let array = Array::new(dtype(start)?, shape, values.to_vec());
    Some(vec![variable("x", array), value("x")])
}

fn numbered(start: &Start) -> Option<Program> {
    let array = |values: &[f64]| Some(row(dtype(start)?, values));
    let (x, y) = (variable("x", array(&[1.0, -2.0])?), variable("y", array(&[3.0])?));
    Some(vec![x, y, value("y"), value("x"), value("y")])
}

fn rows(start: &Start) -> Option<Program> {
    looked_at(start, &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
}

fn single(start: &Start) -> Option<Program> {
    looked_at(start, &[], &[7.0])
}

fn empty(start: &Start) -> Option<Program> {
    looked_at(start, &[0], &[])
}

fn special(start: &Start) -> Option<Program> {
    // A zero in float16, subnormal in float32 and bfloat16.
    let subnormal = 1e-39;
    let values = [1.5, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, subnormal];
    dtype(start).filter(|dtype| dtype.is_float()).and_then(|_| looked_at(start, &[6], &values))
}

fn filled(start: &Start) -> Option<Program> {
    looked_at(start, &[2, 2], &[3.0; 4])
}

fn long(start: &Start) -> Option<Program> {
    const LENGTH: usize = 100;
    let values = (0..LENGTH).map(|i| i as f64 - 50.0).collect::<Vec<_>>();
    (start.max_elements >= LENGTH).then(|| looked_at(start, &[LENGTH], &values)).flatten()
}

fn repeated(start: &Start) -> Option<Program> {
    let [x, look] = looked_at(start, &[2], &[1.0, 2.0])?.try_into().ok()?;
    Some(vec![x, repeat(3, vec![look.clone()]), look])
}

fn caught(start: &Start) -> Option<Program> {
    let [x, look] = looked_at(start, &[2], &[1.0, 2.0])?.try_into().ok()?;
    Some(vec![x, catch(vec![look.clone(), raise(), look.clone()]), look])
}

fn unbound(start: &Start) -> Option<Program> {
    let [x, _] = looked_at(start, &[1], &[1.0])?.try_into().ok()?;
    Some(vec![x, value("nowhere")])
}

/// A step that knows nothing of x is refused, not passed over.
fn unclaimed(start: &Start) -> Option<Program> {
    let program = looked_at(start, &[1], &[1.0])?;
    let last = match () {
        () if !start.claims("bitwise") => Step::Draws {},
        () if !start.claims("device") => Step::Device { of: "x".into() },
        () => return None,
    };
    Some([program, vec![last]].concat())
}

fn called(start: &Start, mode: Mode) -> Option<Program> {
    let x = Array::full(dtype(start)?, &[32], 1.0);
    let (call, capability) = match mode {
        Mode::Train => (train("y", "x", 0.5), "train"),
        Mode::Test => (test("y", "x", 0.5), "test"),
    };
    start.claims(capability).then(|| vec![variable("x", x), call, value("y")])
}

#[cfg(test)]
mod tests;
