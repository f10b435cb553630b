//! Your dropout, for the judge. Fill in `dropout`; then `cargo test` judges it, and so does
//! `dezero-spec verify impl.json`.

use dezero_spec::wire::{Array, Dropout, Dtype, Mode, Real, Seen, Start, Step};
use dezero_spec::{Adapter, InProcess, Names, Stop, answer_judge};

/// Drops each element of x with probability `ratio`, if `train`. The chapter does it like this:
///
/// if !train {
///     return Ok(x.to_vec());
/// }
/// let mask = x.iter().map(|_| f64::from(rand::random::<f64>() > ratio));
/// let scale = 1.0 - ratio;
/// Ok(x.iter().zip(mask).map(|(x, mask)| x * mask / scale).collect())
#[allow(unused_variables, reason = "until it is filled in")]
fn dropout(x: &[f64], ratio: f64, train: bool) -> Result<Vec<f64>, String> {
    Err("fill in `dropout` in src/main.rs".to_owned())
}

/// Your framework, told step by step what to do; the judge's spec/protocol.md tells what there is.
struct MyFramework;

impl Adapter for MyFramework {
    /// In your framework: its own kind of array.
    type Variable = Array;

    fn start(&mut self, _entropy: u32) -> Start {
        let mut start = Start::new("my framework", &["train", "test"], &[Dtype::Float32]);
        start.implementation.version = env!("CARGO_PKG_VERSION").to_owned();
        start
    }

    fn step(&mut self, step: &Step, names: &mut Names<Array>) -> Result<Option<Seen>, Stop> {
        match step {
            Step::Variable { to, array, device: None } => names.bind(to, array.clone()),
            Step::Dropout(Dropout {
                to,
                of,
                ratio: Some(Real(ratio)),
                mode: Some(mode),
                u: None,
            }) => {
                let x = names.get(of)?.clone();
                let y = dropout(&x.values, *ratio, *mode == Mode::Train);
                let y = y.map_err(Stop::raised)?;
                names.bind(to, Array::new(x.dtype, &x.shape, y));
            }
            Step::Value { of } => return Ok(Some(Seen::Array(Some(names.get(of)?.clone())))),
            _ => return Err(Stop::unsupported(step)),
        }
        Ok(None)
    }
}

fn main() -> std::io::Result<()> {
    answer_judge(&mut InProcess::new(&mut MyFramework))
}

#[test]
fn conforms() -> Result<(), dezero_spec::Fault> {
    dezero_spec::verify(&mut MyFramework)?.assert_conforms();
    Ok(())
}
