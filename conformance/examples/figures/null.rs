//! Right masks.

use super::draws::{Draws, Game, runs};

const RUNS: u64 = 20_000;

pub(crate) fn false_alarms() {
    println!("## Right masks: how rich the pool ever gets\n");
    println!(
        "{RUNS} runs each of 20 calls of shape [20, 50], looked at after every call; the cell has"
    );
    println!("all of the money. Ville's bounds are 10 %, 1 % and 0.1 %.\n");
    println!("| keep | ≥ 10 | ≥ 100 | ≥ 1000 |");
    println!("|---|---|---|---|");
    for keep in [0.5, 0.9, 0.99] {
        let most = runs(RUNS, |seed| {
            let mut draws = Draws::new(seed + (2 << 32));
            let mut game = Game::new(keep, &[20, 50], 1.0);
            let wealth = (0..20).map(|_| {
                game.play(draws.bits(1000, keep));
                game.pool.ln_wealth()
            });
            wealth.fold(f64::NEG_INFINITY, f64::max)
        });
        let reached = |times: f64| {
            let count = most.iter().filter(|&&most| most >= times.ln()).count();
            format!("{count} ({:.3} %)", 100.0 * count as f64 / RUNS as f64)
        };
        println!("| {keep} | {} | {} | {} |", reached(10.0), reached(100.0), reached(1000.0));
    }
    println!();
}
