//! No gambler gains on average by any bet: every mask of small shapes, one by one.

use super::games::play;
use super::{BetCall, Gambler, Rate, ln_shared};
use crate::bet::bits::Bits;
use crate::bet::numerics::ln_binomial_law;
use crate::bet::table::{TABLE, Table};
use std::rc::Rc;

/// Small shapes, and how many calls there are.
const GAMES: [(&[usize], usize); 6] =
    [(&[2, 2], 2), (&[5], 2), (&[3, 2], 1), (&[2, 2, 2], 1), (&[9], 1), (&[1], 4)];

const KEEPS: [f64; 3] = [0.5, 0.25, 0.9];

/// What gamblers have on average after so many calls, over all masks that there are.
fn averages(
    keep: f64,
    shape: &[usize],
    calls: usize,
    sit_down: impl Fn() -> Vec<Box<dyn Gambler>>,
) -> Vec<f64> {
    let n = shape.iter().product::<usize>();
    // Of both signs, and of several sizes: some gamblers look at what went in.
    let x = Rc::new((0..n).map(|i| [1.5, -0.25, 3.0, -8.0, 0.5][i % 5]).collect::<Vec<_>>());
    let mut averages = Vec::new();
    for outcome in 0..1u64 << (n * calls) {
        let bit = |index: usize| outcome >> index & 1 == 1;
        let masks = (0..calls).map(|call| Bits::of((0..n).map(|i| bit(call * n + i))));
        let masks = masks.collect::<Vec<_>>();
        let kept = i32::try_from(outcome.count_ones()).unwrap();
        let dropped = i32::try_from(n * calls).unwrap() - kept;
        let probability = keep.powi(kept) * (1.0 - keep).powi(dropped);
        let mut gamblers = sit_down();
        averages.resize(gamblers.len(), 0.0);
        for (gambler, average) in gamblers.iter_mut().zip(&mut averages) {
            for (call, kept) in masks.iter().enumerate() {
                gambler.play(&BetCall { kept, x: &x, earlier: &masks[..call] });
            }
            *average += probability * gambler.ln_wealth().exp();
        }
    }
    averages
}

/// After any number of calls the wealth is 1 on average: a test martingale.
#[test]
fn every_gambler_has_on_average_what_it_began_with() {
    for (shape, most) in GAMES {
        for keep in KEEPS {
            for calls in 1..=most {
                for entry in &TABLE {
                    let table = Table { keep, shape, budget: 1 << 20, share: 1.0 };
                    for average in averages(keep, shape, calls, || (entry.make)(&table)) {
                        let what = format!("{} {shape:?} {keep} {calls}", entry.name);
                        assert!((average - 1.0).abs() < 1e-6, "{what}: {average}");
                    }
                }
            }
        }
    }
}

/// The exact test at the end of the budget is as seldom lost as its level says; half of the money
/// waits for it. It is made once.
#[test]
fn the_exact_test_gives_no_more_than_it_costs() {
    for keep in KEEPS {
        for (level, budget) in [(0.2, 6), (0.01, 12), (1e-9, 12)] {
            let rate =
                || -> Vec<Box<dyn Gambler>> { vec![Box::new(Rate::new(keep, budget, level))] };
            let before = averages(keep, &[6], 2, || vec![Box::new(Rate::new(keep, 13, level))]);
            assert!((before[0] - 1.0).abs() < 1e-6, "{keep} {level}: {before:?}");
            let after = averages(keep, &[6], 2, rate);
            assert!((0.5 - 1e-6..1.0 + 1e-6).contains(&after[0]), "{keep} {level}: {after:?}");
        }
    }
    // Twelve of twelve at a half come once in 4096 times, and as many of the other kind.
    let all = Bits::of((0..12).map(|_| true));
    for (level, tested) in [(2.1 / 4096.0, true), (1.9 / 4096.0, false)] {
        let mut rate = Rate::new(0.5, 12, level);
        play(&mut rate, std::slice::from_ref(&all));
        let waiting = Rate::new(0.5, 13, level);
        assert_eq!(waiting.ln_wealth(), 0.0);
        let richer = rate.ln_wealth() >= -level.ln() - 2f64.ln();
        assert_eq!(richer, tested, "{level}: {}", rate.ln_wealth());
    }
}

/// A gambler that bets on two cells at once has 1 on average, too.
#[test]
fn a_gambler_on_all_rates_has_one_on_average() {
    for (one, other) in [(0.5, 0.5), (0.5, 0.1), (0.99, 0.75)] {
        let (n, m) = (8, 5);
        let mut average = 0.0;
        for k in 0..=n {
            for l in 0..=m {
                let ln_probability = ln_binomial_law(k, n, one) + ln_binomial_law(l, m, other);
                let wealth = ln_shared(&[(k, n, one), (l, m, other)]);
                average += (ln_probability + wealth).exp();
            }
        }
        assert!((average - 1.0).abs() < 1e-6, "{one} {other}: {average}");
    }
}
