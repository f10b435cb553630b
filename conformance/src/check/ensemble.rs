use super::{Ask, Check, look};
use crate::oracle::{Mismatch, Wrong};
use crate::session::{Over, Setting};
use crate::wire::steps::*;
use crate::wire::{Answer, Array, Dropout, Dtype, Program, Real, Step};
use dezero_reference::ensemble::{DROPS, KEEPS, all_masks, probability};

/// The mean over all masks.
pub(super) fn checks() -> Vec<Check> {
    vec![Check {
        rule: "ensemble.mean",
        needs: &["train", "test", "injected"],
        after: &["dropout.train.scale", "dropout.test.identity"],
        ask: Ask::Look(Over::Dtypes, all_masks_in_turn, mean),
    }]
}

const INPUTS: usize = 4;

/// What the outputs are multiplied by before they are added up, as many as there are.
const WEIGHTS: [f64; INPUTS] = [1.0, -2.0, 3.0, 5.0];

/// Four inputs in test mode, and under each of their 16 masks.
fn all_masks_in_turn(setting: &mut Setting) -> Vec<Program> {
    let mut setting = setting.reshaped(&[INPUTS]);
    let programs = [0.5, 0.75].map(|ratio| {
        let x = setting.small_integers();
        let mut program = vec![variable("x", x), test("y", "x", ratio), value("y")];
        for mask in all_masks(INPUTS) {
            let u = mask.iter().map(|&kept| if kept { KEEPS } else { DROPS }).collect();
            let u = Array::new(Dtype::Float64, &[INPUTS], u);
            program.extend([injected("y", "x", ratio, u), value("y")]);
        }
        program
    });
    programs.to_vec()
}

/// The weighted sum of the outputs, averaged over all masks by their probability, is that of test mode.
fn mean(program: &[Step], answer: &Answer) -> Result<(), Mismatch> {
    let ratio = program.iter().find_map(|step| match step {
        Step::Dropout(Dropout { ratio: Some(Real(ratio)), .. }) => Some(*ratio),
        _ => None,
    });
    let outputs = look::arrays(answer)?;
    let (Some(ratio), Some(((_, tested), trained))) = (ratio, outputs.split_first()) else {
        return Ok(());
    };
    let sum = |y: &Array| WEIGHTS.iter().zip(&y.values).map(|(w, y)| w * y).sum::<f64>();
    let tested = sum(tested);
    let x = look::input(program);
    let weighed = all_masks(x.values.len()).zip(trained);
    let mean: f64 = weighed.map(|(mask, (_, y))| probability(&mask, ratio) * sum(y)).sum();
    // As far as one dropout may be from its exact value, for each input.
    let reach: f64 = WEIGHTS.iter().zip(&x.values).map(|(w, x)| (w * x).abs()).sum();
    let unit = x.dtype.unit().max(Dtype::Float32.unit());
    if (mean - tested).abs() <= 6.0 * unit * reach {
        return Ok(());
    }
    let last = trained.last().map_or(0, |(at, _)| *at);
    let terms = WEIGHTS.iter().enumerate().take(x.values.len());
    let terms = terms.map(|(i, w)| format!("{w:+}·y{i}")).collect::<Vec<_>>().join(" ");
    let expected = format!("{terms} = {tested:?}, as in test mode");
    let observed = format!("{mean:?} on average over all masks");
    Err(look::wrong(last, Wrong::Masks, expected, observed))
}
