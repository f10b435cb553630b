//! Looking at one thing alone in an answer: the rest of it may be wrong.

use crate::oracle::{Mismatch, Wrong};
use crate::wire::{Answer, Array, Origin, Outcome, Seen, Step};

/// What a look found wrong at a step.
pub(super) fn wrong(
    at: usize,
    wrong: Wrong,
    expected: impl Into<String>,
    observed: impl Into<String>,
) -> Mismatch {
    let (expected, observed) = (expected.into(), observed.into());
    Mismatch { at, place: String::new(), expected, observed, wrong, protocol: false }
}

/// The wrong origin of an error; `None` where no error was expected or observed.
fn error(expected: Option<Origin>, observed: Option<(Origin, &str)>) -> Wrong {
    let observed = observed.map(|(origin, message)| (origin, message.into()));
    Wrong::Error { expected, observed }
}

/// All arrays that were observed, with the steps; a missing gradient is no array.
///
/// # Errors
/// If the program ended in an error that nothing caught.
pub(super) fn arrays(answer: &Answer) -> Result<Vec<(usize, &Array)>, Mismatch> {
    if let Outcome::Raised { at, from, message, .. } = &answer.outcome {
        let protocol = *from == Origin::Adapter;
        let observed = format!("an error: {message}");
        let raised = error(None, Some((*from, message)));
        return Err(Mismatch { protocol, ..wrong(*at, raised, "no error", observed) });
    }
    let arrays = answer.observations.iter().filter_map(|observation| match &observation.seen {
        Seen::Array(Some(array)) => Some((observation.at, array)),
        _ => None,
    });
    Ok(arrays.collect())
}

/// The array that the program begins with.
pub(super) fn input(program: &[Step]) -> &Array {
    match program {
        [Step::Variable { array, .. }, ..] => array,
        [Step::Repeat { body, .. }, ..] => input(body),
        _ => unreachable!("programs that are looked at begin with their input"),
    }
}

/// Every array has the dtype of the input.
pub(super) fn dtype(program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    let x = input(program);
    match arrays(answer)?.into_iter().find(|(_, y)| y.dtype != x.dtype) {
        None => Ok(()),
        Some((at, y)) => Err(wrong(at, Wrong::Dtype, x.dtype.name(), y.dtype.name())),
    }
}

/// Every array has the shape of the input.
pub(super) fn shape(program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    let x = input(program);
    match arrays(answer)?.into_iter().find(|(_, y)| y.shape != x.shape) {
        None => Ok(()),
        Some((at, y)) => {
            let [expected, observed] = [&x.shape, &y.shape].map(|shape| format!("shape {shape:?}"));
            Err(wrong(at, Wrong::Shape, expected, observed))
        }
    }
}

/// Every array has the dtype and the shape of the input.
pub(super) fn dtype_and_shape(program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    shape(program, answer).and_then(|()| dtype(program, answer))
}

/// Of the two arrays observed, output and gradient, each element is 0 in both or in neither.
pub(super) fn one_mask(_program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    let arrays = arrays(answer)?;
    for pair in arrays.chunks(2) {
        let [(_, y), (at, gx)] = pair else { continue };
        for (index, (&y, &gx)) in y.values.iter().zip(&gx.values).enumerate() {
            if (y == 0.0) != (gx == 0.0) {
                let (expected, observed) = match y == 0.0 {
                    true => ("0, since the element was dropped".to_owned(), format!("{gx:?}")),
                    false => (format!("not 0, since the output is {y:?}"), format!("{gx:?}")),
                };
                let place = format!("element {index}");
                let zeros = Wrong::Value { expected_zero: y == 0.0, observed_zero: gx == 0.0 };
                return Err(Mismatch { place, ..wrong(*at, zeros, expected, observed) });
            }
        }
    }
    Ok(())
}

/// Each `catch` caught an error of the library.
pub(super) fn refused(_program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    for observation in &answer.observations {
        match &observation.seen {
            Seen::Raised(Some(Origin::Library), _) => {}
            Seen::Raised(origin, message) => {
                let missing = error(Some(Origin::Library), origin.map(|it| (it, message.as_str())));
                let expected = "an error of the library";
                return Err(wrong(observation.at, missing, expected, "no error"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The adapter alone is blamed. (A framework's scope may swallow the error; that is another rule's
/// affair.)
pub(super) fn blamed(program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    let expected = "an error from the adapter";
    for observation in &answer.observations {
        if let Seen::Raised(Some(origin), message) = &observation.seen {
            let observed = format!("a caught error: \"{message}\"");
            let caught = error(Some(Origin::Adapter), Some((*origin, message)));
            return Err(wrong(observation.at, caught, expected, observed));
        }
    }
    let in_scope = program.iter().flat_map(Step::inner).any(|step| step.inner().next().is_some());
    match &answer.outcome {
        Outcome::Raised { from: Origin::Adapter, .. } => Ok(()),
        Outcome::Raised { at, from, message, .. } => {
            let other = error(Some(Origin::Adapter), Some((*from, message)));
            Err(wrong(*at, other, expected, format!("another error: \"{message}\"")))
        }
        _ if in_scope => Ok(()),
        _ => Err(wrong(1, error(Some(Origin::Adapter), None), expected, "no error")),
    }
}

/// Each `catch` caught the program's own error.
pub(super) fn went_on(_program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    for observation in &answer.observations {
        match &observation.seen {
            Seen::Raised(Some(Origin::Body), _) => {}
            Seen::Raised(origin, message) => {
                let other = error(Some(Origin::Body), origin.map(|it| (it, message.as_str())));
                let observed = match origin {
                    None => "no error".to_owned(),
                    Some(_) => format!("another error: {message}"),
                };
                return Err(wrong(observation.at, other, "the error that was raised", observed));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::steps::{test_mode, value};
    use crate::wire::{Dtype, Observation};

    fn answer(seen: Vec<Seen>, outcome: Outcome) -> Answer {
        let seen = seen.into_iter().enumerate();
        Answer { observations: seen.map(|(at, seen)| Observation { at, seen }).collect(), outcome }
    }

    fn raised(from: Origin) -> Outcome {
        Outcome::Raised { at: 1, from, message: "so it is".to_owned(), traceback: Vec::new() }
    }

    /// What was found wrong: what was expected, and what was observed.
    fn said(found: Result<(), Mismatch>) -> Option<(String, String)> {
        found.err().map(|wrong| (wrong.expected, wrong.observed))
    }

    #[test]
    fn an_error_in_place_of_arrays_has_its_origin() {
        for (from, protocol) in [(Origin::Adapter, true), (Origin::Library, false)] {
            let wrong = arrays(&answer(vec![], raised(from))).unwrap_err();
            assert_eq!((wrong.protocol, wrong.observed.as_str()), (protocol, "an error: so it is"));
        }
    }

    #[test]
    fn output_and_gradient_have_one_mask() {
        let pair = |y: f64, gx: f64| {
            let array = |x: f64| Seen::Array(Some(Array::new(Dtype::Float32, &[2], vec![1.0, x])));
            one_mask(&[], &answer(vec![array(y), array(gx)], Outcome::Done))
        };
        assert!(pair(0.0, 0.0).is_ok() && pair(2.0, 3.0).is_ok());
        let wrong = pair(0.0, 3.0).unwrap_err();
        assert_eq!((wrong.at, wrong.place.as_str()), (1, "element 1"));
        let expected = said(pair(0.0, 3.0)).unwrap().0;
        assert_eq!(expected, "0, since the element was dropped");
        assert_eq!(said(pair(2.0, 0.0)).unwrap().0, "not 0, since the output is 2.0");
    }

    #[test]
    fn the_adapter_alone_is_blamed() {
        let plain = [value("nowhere")];
        let of = |program: &[Step], outcome| said(blamed(program, &answer(vec![], outcome)));
        let expected =
            |observed: &str| Some(("an error from the adapter".to_owned(), observed.to_owned()));
        assert_eq!(of(&plain, raised(Origin::Adapter)), None);
        let library = of(&plain, raised(Origin::Library));
        assert_eq!(library, expected("another error: \"so it is\""));
        assert_eq!(of(&plain, Outcome::Done), expected("no error"));
        // A scope may have swallowed it, but that is not a scope in which nothing is.
        let swallowed = [test_mode(vec![test_mode(vec![value("nowhere")])])];
        assert_eq!(of(&swallowed, Outcome::Done), None);
        let caught = Seen::Raised(Some(Origin::Library), "so it is".to_owned());
        let found = said(blamed(&plain, &answer(vec![caught], Outcome::Done)));
        assert_eq!(found, expected("a caught error: \"so it is\""));
    }

    #[test]
    fn the_error_of_the_program_goes_on() {
        let of = |from: Option<Origin>| {
            let caught = Seen::Raised(from, "so it is".to_owned());
            said(went_on(&[], &answer(vec![caught], Outcome::Done))).map(|(_, observed)| observed)
        };
        assert_eq!(of(Some(Origin::Body)), None);
        assert_eq!(of(None).as_deref(), Some("no error"));
        assert_eq!(of(Some(Origin::Library)).as_deref(), Some("another error: so it is"));
    }
}
