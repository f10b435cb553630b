use super::super::games::{mask, play};
use super::*;

/// Under the law the expected wealth after one block is 1, with any belief.
#[test]
fn the_bets_are_fair() {
    for (n, keep) in [(1usize, 0.5), (7, 0.9), (64, 0.5), (64, 0.99)] {
        let shape = [n];
        let after = |gambler: &mut dyn Gambler, k: usize| {
            let kept = Bits::of((0..n).map(|i| i < k));
            play(gambler, &[kept]);
            gambler.ln_wealth().exp() * ln_binomial_law(k as u64, n as u64, keep).exp()
        };
        for blocks in [Blocks::Calls, Blocks::Rows] {
            let steady = || Steady::new(keep, &shape, blocks);
            let spread = || Spread::new(keep, &shape, blocks);
            assert_eq!(steady().is_some(), n > 1 && blocks == Blocks::Calls);
            let steadies = (0..=n).filter_map(|k| Some(after(&mut steady()?, k)));
            let spreads = (0..=n).filter_map(|k| Some(after(&mut spread()?, k)));
            for expected in [steadies.sum::<f64>(), spreads.sum::<f64>()] {
                let fair = expected == 0.0 || (expected - 1.0).abs() < 1e-9;
                assert!(fair, "{n} {keep}: {expected}");
            }
        }
    }
}

/// After a mask that is given as rows of 0 and 1.
fn after<G: Gambler>(mut gambler: G, rows: &[&str]) -> G {
    play(&mut gambler, &[mask(&rows.concat())]);
    gambler
}

#[test]
fn blocks_are_counted() {
    let rows = ["1111", "0000", "1100"];
    for (blocks, keep, size, seen, said) in [
        (Blocks::Calls, 0.5, 12, vec![(6, 1)], "a call has 0.000 times its variance, in 1 of them"),
        (
            Blocks::Rows,
            0.5,
            4,
            vec![(0, 1), (2, 1), (4, 1)],
            "a row has 2.667 times its variance, in 3 of them",
        ),
        (
            Blocks::Rows,
            0.25,
            4,
            vec![(0, 1), (2, 1), (4, 1)],
            "a row has 4.889 times its variance, in 3 of them",
        ),
        (
            Blocks::Columns,
            0.5,
            3,
            vec![(1, 2), (2, 2)],
            "a column has 0.333 times its variance, in 4 of them",
        ),
    ] {
        let spread = after(Spread::new(keep, &[3, 4], blocks).unwrap(), &rows);
        let steady = after(Steady::new(keep, &[3, 4], blocks).unwrap(), &rows);
        let belief = format!("the number kept in {said}");
        assert_eq!((spread.belief(), steady.belief()), (belief.clone(), belief));
        let counts = Sight::Counts { block: blocks.name(), size, seen };
        let mask = mask(&rows.concat());
        let rows = (blocks != Blocks::Calls).then(|| Rows::of_call(&mask, 4).unwrap());
        let sights = rows.into_iter().map(Sight::Rows).chain([counts]).collect::<Vec<_>>();
        assert_eq!(spread.sights(std::slice::from_ref(&mask)), sights);
        assert_eq!(steady.sights(&[mask]), sights);
    }
}

/// Rows that are kept whole or dropped whole, and rows of which just one half is kept.
#[test]
fn a_right_belief_gets_rich() {
    let spread = after(Spread::new(0.5, &[3, 4], Blocks::Rows).unwrap(), &["1111", "0000", "1100"]);
    let law = |power: i32| {
        let width = |k| ln_beta_binomial(k, 4, 0.5, 2f64.powi(power) - 1.0);
        width(0) + width(2) + width(4)
    };
    let expected = ln_mean((2..=17).map(law));
    assert!((spread.ln_wealth() - expected).abs() < 1e-12, "{}", spread.ln_wealth());
    assert!(spread.ln_wealth() > 0.0);
    let steady = after(Steady::new(0.5, &[3, 4], Blocks::Rows).unwrap(), &["1100", "0110", "1010"]);
    // The law of 4 is 1, 4, 6, 4, 1 sixteenths; of its powers, 6 has so much of the sum.
    let law = |power: i32| {
        let raised = |k: f64| k.powf(2f64.powi(power));
        let part = raised(6.0) / (2.0 * raised(1.0) + 2.0 * raised(4.0) + raised(6.0));
        3.0 * (part / (6.0 / 16.0)).ln()
    };
    let expected = ln_mean((1..=8).map(law).chain([3.0 * (16f64 / 6.0).ln(); 2]));
    assert!((steady.ln_wealth() - expected).abs() < 1e-9, "{} {expected}", steady.ln_wealth());
}

const ALL: [Blocks; 3] = [Blocks::Calls, Blocks::Rows, Blocks::Columns];

#[test]
fn a_block_has_two_elements_at_least() {
    let size = |blocks: Blocks, shape: &[usize]| blocks.size(shape);
    assert_eq!(size(Blocks::Calls, &[2]), Some(2));
    assert_eq!([Blocks::Rows, Blocks::Columns].map(|blocks| size(blocks, &[7])), [None; 2]);
    assert_eq!(ALL.map(|blocks| size(blocks, &[1, 6])), [Some(6), Some(6), None]);
    assert_eq!(ALL.map(|blocks| size(blocks, &[6, 1])), [Some(6), None, Some(6)]);
    assert_eq!(ALL.map(|blocks| size(blocks, &[2, 3, 4])), [Some(24), Some(4), Some(6)]);
    assert_eq!(ALL.map(|blocks| size(blocks, &[])), [None; 3]);
    assert_eq!(ALL.map(|blocks| size(blocks, &[3, 0])), [None; 3]);
}

/// Far from the mean nothing is left of a power of the law, and nothing of it is left out.
#[test]
fn large_blocks_are_fair_too() {
    for (n, keep) in [(4096u64, 0.5), (2000, 0.02), (2000, 0.98)] {
        let steady = Steady::new(keep, &[n as usize], Blocks::Calls).unwrap();
        let with = |k: u64| {
            let counts = Counts {
                seen: BTreeMap::from([(k, 1)]),
                ..Counts::new(keep, &[n as usize], Blocks::Calls).unwrap()
            };
            let wealth = Steady { counts, tilts: steady.tilts.clone() }.ln_wealth();
            (wealth + ln_binomial_law(k, n, keep)).exp()
        };
        let expected = (0..=n).map(with).sum::<f64>();
        assert!((expected - 1.0).abs() < 1e-9, "{n} {keep}: {expected}");
    }
}
