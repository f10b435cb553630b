use super::{Ask, Check, look};
use crate::oracle::Wrong;
use crate::session::{Finding, Session, Setting};
use crate::wire::steps::*;
use crate::wire::{Array, Dtype, Program};
use dezero_reference::ensemble::{DROPS, KEEPS, all_masks, probability};

/// The mean over all masks.
pub(super) fn checks() -> Vec<Check> {
    vec![Check {
        rule: "ensemble.mean",
        needs: &["train", "test", "injected"],
        after: &["dropout.train.scale", "dropout.test.identity"],
        ask: Ask::Judge(mean),
    }]
}

const INPUTS: usize = 4;

/// Σ wᵢ·yᵢ over all 16 masks of four inputs, each weighed by its probability.
fn mean(session: &mut Session) -> Finding {
    let weights = [1.0, -2.0, 3.0, 5.0];
    for ratio in [0.5, 0.75] {
        let programs = |setting: &mut Setting| -> Vec<Program> {
            let x = setting.small_integers();
            let mut program = vec![variable("x", x), test("y", "x", ratio), value("y")];
            for mask in all_masks(INPUTS) {
                let u = mask.iter().map(|&kept| if kept { KEEPS } else { DROPS }).collect();
                let u = Array::new(Dtype::Float64, &[INPUTS], u);
                program.extend([injected("y", "x", ratio, u), value("y")]);
            }
            vec![program]
        };
        for dtype in session.float_dtypes() {
            for program in session.with_setting(dtype, &[INPUTS], programs) {
                let answer = session.run(&program)?;
                let outputs = look::arrays(&answer)
                    .or_else(|mismatch| session.fails(&program, mismatch).map(|_| vec![]))?;
                let output =
                    |y: &Array| weights.iter().zip(&y.values).map(|(w, y)| w * y).sum::<f64>();
                let Some(((_, tested), trained)) = outputs.split_first() else { continue };
                let last = trained.last().map_or(0, |(at, _)| *at);
                let tested = output(tested);
                let weighed = all_masks(INPUTS).zip(trained);
                let mean: f64 =
                    weighed.map(|(mask, (_, y))| probability(&mask, ratio) * output(y)).sum();
                // As far as one dropout may be from its exact value, for each input.
                let reach = weights.iter().zip(&look::input(&program).values);
                let reach: f64 = reach.map(|(w, x)| (w * x).abs()).sum();
                let unit = dtype.unit().max(Dtype::Float32.unit());
                if (mean - tested).abs() > 6.0 * unit * reach {
                    let expected =
                        format!("1·y0 - 2·y1 + 3·y2 + 5·y3 = {tested:?}, as in test mode");
                    let observed = format!("{mean:?} on average over all masks");
                    return session
                        .fails(&program, look::wrong(last, Wrong::Masks, expected, observed));
                }
            }
        }
    }
    session.passes("equal over all 16 masks at ratios 0.5 and 0.75".to_owned())
}
