//! What the gamblers cost.

use super::draws::{Draws, Game};
use dezero_spec::bet::bits::Bits;
use std::time::Instant;

pub(crate) fn of_the_pool() {
    println!("## What the whole pool costs\n");
    println!(
        "One core, from an array of float32 to bets that are paid; looked at every 64 calls. What\n\
         came before anywhere in the run is looked for from each window in eight.\n"
    );
    println!("| keep | shape | calls | ns a bit |");
    println!("|---|---|---|---|");
    for (keep, shape, calls) in [
        (0.5, vec![4099], 2048),
        (0.9, vec![4099], 2048),
        (0.99, vec![4099], 2048),
        (0.5, vec![64, 64], 2048),
        (0.5, vec![4099], 64),
    ] {
        let n = shape.iter().product::<usize>();
        let mut draws = Draws::new(3 << 32);
        let outputs = (0..64).map(|_| {
            let mask = draws.bits(n, keep);
            (0..n).map(|i| if mask.get(i) { 1.5f32 } else { 0.0 }).collect::<Vec<_>>()
        });
        let outputs = outputs.collect::<Vec<_>>();
        let mut game = Game::new(keep, &shape, 0.03);
        let started = Instant::now();
        let mut rich = false;
        for call in 0..calls {
            game.play(Bits::of(outputs[call * 7 % 64].iter().map(|&y| y != 0.0)));
            if call % 64 == 63 {
                rich |= game.pool.is_rich();
            }
        }
        let cost = started.elapsed().as_nanos() as f64 / (calls * n) as f64;
        // The 64 outputs come again and again, which a gambler must have noticed.
        let noticed = if rich || calls == 64 { "" } else { " (and no gambler noticed)" };
        println!("| {keep} | {shape:?} | {calls} | {cost:.2}{noticed} |");
    }
}
