//! Wrong rates, and right ones.

use super::draws::{Draws, Game, mean_and_most, runs, short};
use dezero_spec::bet::gamblers::{equivalent, ln_shared};
use dezero_spec::bet::numerics::ln_rate;
use dezero_spec::bet::{RICH, information};

/// The part of the money that a cell has in which rates are judged, with four dtypes.
const SHARE: f64 = 0.03;

pub(crate) fn to_reject() {
    println!("## Bits to reject a wrong rate\n");
    println!("| keep | is | Wald bound | alone: mean, 99 % | in the pool: mean, 99 % | runs |");
    println!("|---|---|---|---|---|---|");
    for keep in [0.5, 0.9, 0.1] {
        for deviation in [0.001, -0.001, 0.005, -0.005, 0.01, -0.01, 0.05, -0.05] {
            let rate: f64 = keep + deviation;
            let wald = RICH.ln() / information(rate, keep);
            let times = if wald > 1e6 { 100 } else { 1000 };
            let alone = runs(times, |seed| alone(seed, keep, rate, wald));
            let pooled = runs(times, |seed| pooled(seed, keep, rate, wald));
            let shown = |bits: Vec<f64>| {
                let (mean, most) = mean_and_most(&bits);
                format!("{:.2}, {:.2}", mean / wald, most / wald)
            };
            println!(
                "| {keep} | {rate:.3} | {} | {} | {} | {times} |",
                short(wald),
                shown(alone),
                shown(pooled)
            );
        }
    }
    println!("\nMeans and quantiles in Wald bounds.\n");
}

/// A look every two hundredth of a Wald bound costs half a look on average.
fn step(wald: f64) -> usize {
    (wald / 200.0).ceil() as usize
}

fn alone(seed: u64, keep: f64, rate: f64, wald: f64) -> f64 {
    let mut draws = Draws::new(seed);
    let (mut kept, mut trials) = (0, 0);
    loop {
        let n = step(wald);
        kept += draws.bits(n, rate).ones();
        trials += n as u64;
        // One half of its money waits for the exact test.
        if ln_rate(kept, trials, keep) + 0.5f64.ln() >= RICH.ln() {
            return trials as f64;
        }
    }
}

fn pooled(seed: u64, keep: f64, rate: f64, wald: f64) -> f64 {
    let mut draws = Draws::new(seed + (1 << 32));
    let n = step(wald).clamp(64, 16_384);
    let mut game = Game::new(keep, &[n], SHARE);
    loop {
        // As often as one look a program.
        for _ in 0..step(wald).div_ceil(n) {
            game.play(draws.bits(n, rate));
        }
        if game.pool.is_rich() {
            return game.pool.bits() as f64;
        }
    }
}

pub(crate) fn to_pass() {
    println!("## Bits to pass a right rate\n");
    println!("| keep | δ | Wald bound at δ | mean, 99 % | a rate that is off by δ passes | runs |");
    println!("|---|---|---|---|---|---|");
    for (keep, deviation) in
        [(0.5, 0.001), (0.5, 0.01), (0.9, 0.001), (0.9, 0.01), (0.99, 0.001), (0.1, 0.01)]
    {
        let wald = RICH.ln()
            / information(keep + deviation, keep).min(information(keep - deviation, keep));
        let times = if wald > 1e6 { 400 } else { 4000 };
        let bits = |rate: f64, seed: u64| {
            let mut draws = Draws::new(seed);
            let (mut kept, mut trials) = (0, 0);
            loop {
                let n = step(wald);
                kept += draws.bits(n, rate).ones();
                trials += n as u64;
                if equivalent(kept, trials, keep, deviation) {
                    return Some(trials as f64);
                }
                let rejected = ln_rate(kept, trials, keep).max(ln_shared(&[(kept, trials, keep)]));
                if rejected >= RICH.ln() + 5.0 || trials as f64 > 20.0 * wald {
                    return None;
                }
            }
        };
        let passed = runs(times, |seed| bits(keep, seed));
        let passed = passed.into_iter().flatten().collect::<Vec<_>>();
        let (mean, most) = mean_and_most(&passed);
        let missed = runs(times, |seed| bits(keep + deviation, seed));
        let missed = missed.iter().flatten().count() as f64 / times as f64;
        println!(
            "| {keep} | {deviation} | {} | {:.2}, {:.2} | {:.2} % | {times} |",
            short(wald),
            mean / wald,
            most / wald,
            100.0 * missed
        );
    }
    println!();
}
