//! Looking at one thing alone in an answer, whatever else may be wrong with it.

use crate::oracle::Mismatch;
use crate::wire::{Answer, Array, Origin, Outcome, Seen, Step};

/// What a look found wrong at a step.
pub(super) fn wrong(
    at: usize,
    expected: impl Into<String>,
    observed: impl Into<String>,
) -> Mismatch {
    Mismatch {
        at,
        place: String::new(),
        expected: expected.into(),
        observed: observed.into(),
        protocol: false,
    }
}

/// All arrays that were observed, with the steps; a missing gradient is no array.
///
/// # Errors
/// If the program ended in an error that nothing caught.
pub(super) fn arrays(answer: &Answer) -> Result<Vec<(usize, &Array)>, Mismatch> {
    if let Outcome::Raised { at, from, message } = &answer.outcome {
        let protocol = *from == Origin::Adapter;
        let observed = format!("an error: {message}");
        return Err(Mismatch { protocol, ..wrong(*at, "no error", observed) });
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
        Some((at, y)) => Err(wrong(at, x.dtype.name(), y.dtype.name())),
    }
}

/// Every array has the shape of the input.
pub(super) fn shape(program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    let x = input(program);
    match arrays(answer)?.into_iter().find(|(_, y)| y.shape != x.shape) {
        None => Ok(()),
        Some((at, y)) => {
            Err(wrong(at, format!("shape {:?}", x.shape), format!("shape {:?}", y.shape)))
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
                return Err(Mismatch { place, ..wrong(*at, expected, observed) });
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
            Seen::Raised(..) => {
                return Err(wrong(observation.at, "an error of the library", "no error"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Nobody but the adapter is blamed. (A framework's scope may swallow the error; that is another
/// rule's affair.)
pub(super) fn blamed(program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    let expected = "an error from the adapter";
    for observation in &answer.observations {
        if let Seen::Raised(Some(_), message) = &observation.seen {
            let observed = format!("a caught error: \"{message}\"");
            return Err(wrong(observation.at, expected, observed));
        }
    }
    let in_scope = program.iter().flat_map(Step::inner).any(|step| step.inner().next().is_some());
    match &answer.outcome {
        Outcome::Raised { from: Origin::Adapter, .. } => Ok(()),
        Outcome::Raised { at, message, .. } => {
            Err(wrong(*at, expected, format!("another error: \"{message}\"")))
        }
        _ if in_scope => Ok(()),
        _ => Err(wrong(1, expected, "no error")),
    }
}

/// Each `catch` caught the program's own error.
pub(super) fn went_on(_program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    for observation in &answer.observations {
        match &observation.seen {
            Seen::Raised(Some(Origin::Body), _) => {}
            Seen::Raised(None, _) => {
                return Err(wrong(observation.at, "the error that was raised", "no error"));
            }
            Seen::Raised(_, message) => {
                let observed = format!("another error: {message}");
                return Err(wrong(observation.at, "the error that was raised", observed));
            }
            _ => {}
        }
    }
    Ok(())
}
