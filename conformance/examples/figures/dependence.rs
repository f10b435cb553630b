//! Masks that are wrong in other ways.

use super::draws::{Draws, Game, mean_and_most, runs, short};
use dezero_spec::bet::bits::Bits;

/// One way to be wrong: the next mask, given the call's number and the mask before.
type Wrong = Box<dyn Fn(&mut Draws, usize, Option<&Bits>) -> Bits + Sync>;

struct Row {
    name: &'static str,
    keep: f64,
    shape: &'static [usize],
    /// The known figure: mean bits, or mean calls.
    known: f64,
    in_calls: bool,
    /// So many bits are right before anything is wrong.
    after: f64,
    named: &'static [&'static str],
    wrong: Wrong,
}

pub(crate) fn rows() {
    println!("## Bits to reject a dependence, and the gambler that names it\n");
    println!(
        "In a cell that has all of the money, and in one that has 3 % of it. The *known* figures are"
    );
    println!("those of a prototype whose gamblers each had a cell of their own.\n");
    println!("| wrong | keep | shape | known | mean, 99 % | with 3 % | named right | runs |");
    println!("|---|---|---|---|---|---|---|---|");
    for row in all() {
        let times = 200;
        let ended = runs(times, |seed| play(&row, seed, 1.0));
        let small = runs(times, |seed| play(&row, seed, 0.03));
        let n = row.shape.iter().product::<usize>() as f64;
        let unit = if row.in_calls { n } else { 1.0 };
        let spent = |ended: &[(f64, &str)]| {
            let spent = ended.iter().map(|(bits, _)| (bits - row.after) / unit / row.known);
            mean_and_most(&spent.collect::<Vec<_>>())
        };
        let ((mean, most), (in_small, _)) = (spent(&ended), spent(&small));
        let right = ended.iter().chain(&small).filter(|(_, named)| row.named.contains(named));
        let share = 100.0 * right.count() as f64 / (2 * times) as f64;
        let what = if row.in_calls { "calls" } else { "bits" };
        let (keep, shape, name, known) = (row.keep, row.shape, row.name, short(row.known));
        println!(
            "| {name} | {keep} | {shape:?} | {known} {what} | {mean:.2} ×, {most:.2} × | \
             {in_small:.2} × | {share:.1} % ({}) | {times} |",
            row.named.join(" or ")
        );
    }
    println!();
}

fn play(row: &Row, seed: u64, share: f64) -> (f64, &'static str) {
    let mut draws = Draws::new(seed + (4 << 32));
    let mut game = Game::new(row.keep, row.shape, share);
    let mut before = None;
    for call in 0..40_000 {
        let mask = (row.wrong)(&mut draws, call, before.as_ref());
        game.play(mask.clone());
        before = Some(mask);
        if game.pool.is_rich()
            && let Some(leader) = game.pool.leader()
        {
            return (game.pool.bits() as f64, leader.gambler);
        }
    }
    (game.pool.bits() as f64, "none")
}

/// A mask in which each element repeats the one `lag` before with this probability.
fn markov(draws: &mut Draws, n: usize, keep: f64, lag: usize, copied: f64) -> Bits {
    let mut mask: Vec<bool> = Vec::with_capacity(n);
    for i in 0..n {
        let copy = i >= lag && draws.uniform() < copied;
        mask.push(if copy { mask[i - lag] } else { draws.uniform() < keep });
    }
    Bits::of(mask.into_iter())
}

fn all() -> Vec<Row> {
    let row = |name, keep, shape, named, wrong| Row {
        name,
        keep,
        shape,
        known: f64::NAN,
        in_calls: false,
        after: 0.0,
        named,
        wrong,
    };
    let mut rows = Vec::new();
    for (keep, copied, known) in [
        (0.5, 0.1, 5.6e3),
        (0.5, 0.03, 62e3),
        (0.5, 0.01, 561e3),
        (0.9, 0.1, 6.8e3),
        (0.9, 0.03, 65e3),
    ] {
        let wrong: Wrong = Box::new(move |draws, _, _| markov(draws, 1000, keep, 1, copied));
        let name = match copied {
            0.1 => "neighbours, ρ = 0.1",
            0.03 => "neighbours, ρ = 0.03",
            _ => "neighbours, ρ = 0.01",
        };
        rows.push(Row { known, ..row(name, keep, &[1000], &["lag"], wrong) });
    }
    let again: Wrong = Box::new(|draws, _, before| match before {
        Some(before) => before.clone(),
        None => draws.bits(256, 0.5),
    });
    let named: &[&str] = &["lag", "echo", "same mask again"];
    let known = 2.0;
    rows.push(Row {
        known,
        in_calls: true,
        ..row("same mask every call", 0.5, &[256], named, again)
    });
    let copies: Wrong = Box::new(|draws, _, before| {
        let fresh = draws.bits(1000, 0.5);
        let Some(before) = before else { return fresh };
        Bits::of(
            (0..1000).map(|i| if draws.uniform() < 0.1 { before.get(i) } else { fresh.get(i) }),
        )
    });
    let known = 7.4e3;
    rows.push(Row { known, ..row("10 % of the call before", 0.5, &[1000], &["lag"], copies) });
    let rows_alike: Wrong = Box::new(|draws, _, _| {
        let first = draws.bits(50, 0.5);
        Bits::of((0..1000).map(|i| first.get(i % 50)))
    });
    let known = 1.0;
    let shared = row("rows share a mask", 0.5, &[20, 50], &["lag", "spread"], rows_alike);
    rows.push(Row { known, in_calls: true, ..shared });
    for (keep, n, known) in [(0.5, 256usize, 18.0), (0.5, 1000, 8.0), (0.9, 1000, 8.0)] {
        let fixed: Wrong = Box::new(move |draws, _, _| {
            let mut order = (0..n).map(|i| (draws.uniform(), i)).collect::<Vec<_>>();
            order.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut mask = vec![false; n];
            for &(_, i) in &order[..(n as f64 * keep).round() as usize] {
                mask[i] = true;
            }
            Bits::of(mask.into_iter())
        });
        let shape: &[usize] = if n == 256 { &[256] } else { &[1000] };
        let named: &[&str] = &["fixed count"];
        let fixed = row("exactly q·n are kept", keep, shape, named, fixed);
        rows.push(Row { known, in_calls: true, ..fixed });
    }
    let jitter: Wrong = Box::new(|draws, _, _| {
        // A rate for each row, off by 0.11 to either side: a correlation of 0.05 within rows.
        let rates = (0..20).map(|_| if draws.uniform() < 0.5 { 0.388 } else { 0.612 });
        let rates = rates.collect::<Vec<f64>>();
        Bits::of((0..1000).map(|i| draws.uniform() < rates[i / 50]))
    });
    let jitter = row("a rate for each row, ICC 0.05", 0.5, &[20, 50], &["spread"], jitter);
    rows.push(Row { known: 2.8, in_calls: true, ..jitter });
    for (keep, tail, known) in [(0.5, 3usize, 12.0), (0.9, 3, 75.0)] {
        let kept: Wrong = Box::new(move |draws, _, _| {
            let mask = draws.bits(1003, keep);
            Bits::of((0..1003).map(|i| i >= 1003 - tail || mask.get(i)))
        });
        let tail = row("the last 3 are never dropped", keep, &[1003], &["place"], kept);
        rows.push(Row { known, in_calls: true, ..tail });
    }
    for (keep, known) in [(0.5, 41.0), (0.9, 269.0)] {
        let stuck: Wrong = Box::new(move |draws, _, _| {
            let mask = draws.bits(1003, keep);
            Bits::of((0..1003).map(|i| i == 517 || mask.get(i)))
        });
        let stuck = row("one element is never dropped", keep, &[1003], &["place"], stuck);
        rows.push(Row { known, in_calls: true, ..stuck });
    }
    let lane: Wrong = Box::new(|draws, _, _| {
        let rate = |i: usize| if i % 4 == 1 { 0.55 } else { 0.5 };
        Bits::of((0..1000).map(|i| draws.uniform() < rate(i)))
    });
    let lane = row("1 lane of 4 is off by 5 points", 0.5, &[1000], &["lane"], lane);
    rows.push(Row { known: 22e3, ..lane });
    let signs: Wrong = Box::new(|draws, _, _| {
        let rate = |i: usize| if i.is_multiple_of(2) { 0.55 } else { 0.45 };
        Bits::of((0..1000).map(|i| draws.uniform() < rate(i)))
    });
    // In this game the sign alternates, so that the second of two lanes is the negative one.
    let named: &[&str] = &["data", "lane"];
    let signs = row("±5 points by the sign of x", 0.5, &[1000], named, signs);
    rows.push(Row { known: 6e3, ..signs });
    for (keep, known) in [(0.5, 72.0), (0.9, 206.0)] {
        // A period that has nothing to do with the 16 elements of a call.
        let after = 10_007.0;
        let again: Wrong = Box::new(move |draws, call, _| {
            // The past of each place is made anew from the run's first number.
            let place = |i: usize| (16 * call + i) as u64 % 10_007;
            let seed = draws.key();
            let kept = |i| Draws::new(seed ^ place(i).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            Bits::of((0..16).map(|i| kept(i).uniform() < keep))
        });
        let again = row("bits come again after 10007", keep, &[16], &["echo"], again);
        rows.push(Row { known, after, ..again });
    }
    let few: Wrong = Box::new(|draws, _, _| {
        let seed = (draws.uniform() * 65_536.0) as u64;
        Draws::new(seed).bits(256, 0.5)
    });
    let few = row("seeds of 16 bits", 0.5, &[256], &["same mask again", "echo"], few);
    // The mean of a birthday among 2^16: the square root of π/2·2^16.
    rows.push(Row { known: 321.0, in_calls: true, ..few });
    let half: Wrong = Box::new(|draws, _, _| {
        let mut order = (0..512).map(|i| (draws.uniform(), i)).collect::<Vec<_>>();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut mask = vec![false; 512];
        order[..256].iter().for_each(|&(_, i)| mask[i] = true);
        mask.extend((0..512).map(|_| draws.uniform() < 0.5));
        Bits::of(mask.into_iter())
    });
    let half = row("half of the variance", 0.5, &[1024], &["fixed count"], half);
    rows.push(Row { known: 240.0, in_calls: true, ..half });
    rows
}
