use super::super::games::{mask, play};
use super::*;
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

proptest! {
    /// The four counts are all there is to the likelihood of the chain, bit by bit.
    #[test]
    fn counting_pairs_is_betting_bit_by_bit(
        bits in prop::collection::vec(any::<bool>(), 1..200),
        lag in 1usize..70,
        keep in 0.05f64..0.95,
    ) {
        let row = Bits::of(bits.iter().copied());
        let belief = Belief::of(keep, 0.25 * keep.min(1.0 - keep));
        let bet = |i: usize| {
            let earlier = if bits[i - lag] { 1.0 } else { 0.0 };
            let believed = keep + belief.correlation * (earlier - keep);
            let ratio = [(1.0 - believed) / (1.0 - keep), believed / keep];
            ratio[usize::from(bits[i])].ln()
        };
        let one_by_one = (lag..bits.len()).map(bet).sum::<f64>();
        let counted = belief.ln(&pairs(&row, &row, lag));
        prop_assert!((one_by_one - counted).abs() < 1e-9, "{} {}", one_by_one, counted);
    }
}

#[test]
fn the_distances_are_those_that_code_has() {
    let elements = |shape: &[usize]| {
        let lags = Lags::new(0.5, shape).lags.into_iter();
        let within = lags.filter_map(|lag| match lag.distance {
            Distance::Elements(lag) => Some(lag),
            Distance::Calls(..) | Distance::Ends(_) => None,
        });
        within.collect::<Vec<_>>()
    };
    assert_eq!(elements(&[24]), (1..=12).collect::<Vec<_>>());
    assert_eq!(elements(&[1]), Vec::<usize>::new());
    let near = (1..=64).collect::<Vec<_>>();
    assert_eq!(elements(&[3, 200]), [near.clone(), vec![128, 199, 200, 201, 256]].concat());
    let planes = vec![79, 80, 81, 128, 256];
    assert_eq!(elements(&[10, 8, 10]), [near, planes].concat());
    assert_eq!(*elements(&[1 << 20]).last().unwrap(), 1 << 19);
    let calls = Lags::new(0.5, &[1]).lags.into_iter().map(|lag| lag.distance);
    let across = (1..=16).map(|calls| Distance::Calls(calls, 0));
    assert_eq!(calls.collect::<Vec<_>>(), across.collect::<Vec<_>>());
    let shifted = Lags::new(0.5, &[24]).lags.into_iter().filter_map(|lag| match lag.distance {
        Distance::Calls(1, shift) if shift != 0 => Some(shift),
        _ => None,
    });
    let small = (1..=8).chain([16]).flat_map(|shift| [shift, -shift]);
    assert_eq!(shifted.collect::<Vec<_>>(), small.collect::<Vec<_>>());
}

/// From a copy to what is most opposite at that rate, each half of the one before.
#[test]
fn correlations_are_those_that_are_possible() {
    let all = correlations(0.75).collect::<Vec<_>>();
    assert_eq!((all.len(), all[0], all[1], all[10]), (22, 0.9999, 0.5, 1.0 / 1024.0));
    assert_eq!((all[11], all[12]), (-1.0 / 3.0 * 0.9999, -0.5 / 3.0 * 0.9999));
    assert_eq!(all, correlations(0.25).collect::<Vec<_>>());
}

proptest! {
    /// What goes with what, counted one by one.
    #[test]
    fn the_other_element_is_where_it_should_be(
        calls in prop::collection::vec(prop::collection::vec(any::<bool>(), 9), 4..5),
    ) {
        let masks = calls.iter().map(|call| Bits::of(call.iter().copied())).collect::<Vec<_>>();
        let mut lags = Lags::new(0.5, &[9]);
        play(&mut lags, &masks);
        for Lag { distance, pairs } in &lags.lags {
            let mut expected = [[0; 2]; 2];
            for (call, later) in calls.iter().enumerate() {
                for (place, &bit) in later.iter().enumerate() {
                    let (before, other) = match *distance {
                        Distance::Elements(lag) => (0, place.checked_sub(lag)),
                        Distance::Calls(before, shift) => (before, place.checked_add_signed(-shift)),
                        Distance::Ends(ends) if place < ends => (1, Some(9 - ends + place)),
                        Distance::Ends(_) => continue,
                    };
                    let earlier = call.checked_sub(before).map(|call| &calls[call]);
                    if let Some(other) = earlier.and_then(|earlier| earlier.get(other?)) {
                        expected[usize::from(*other)][usize::from(bit)] += 1;
                    }
                }
            }
            prop_assert_eq!(*pairs, expected, "{:?}", distance);
        }
    }
}

/// After these calls of one shape, each mask with all that went before.
fn after(keep: f64, calls: &[&str]) -> (Lags, Vec<Bits>) {
    let masks = calls.iter().map(|bits| mask(bits)).collect::<Vec<_>>();
    let mut lags = Lags::new(keep, &[masks[0].len()]);
    play(&mut lags, &masks);
    (lags, masks)
}

#[test]
fn what_goes_with_what_is_told() {
    let (a, b) = ("110100011010111000101101", "011110100100011001110010");
    let turned = |by: usize| format!("{}{}", &a[24 - by..], &a[..24 - by]);
    let (right, left) = (turned(1), turned(23));
    for (calls, said) in [
        (vec!["110110110110110110110110"], "elements 3 apart are the same: correlation 1.0000 ["),
        (
            vec!["101010101010101010101010"],
            "elements 1 apart are correlated: correlation -1.0000 [",
        ),
        (vec![a, a], "the masks of successive calls are the same: correlation "),
        (vec![a, b, a, b], "the masks of calls 2 apart are the same: correlation "),
        (vec![a, &right], "the masks of successive calls, shifted by 1, are the same: "),
        (vec![a, &left], "the masks of successive calls, shifted by -1, are the same: "),
    ] {
        let (lags, _) = after(0.5, &calls);
        assert!(lags.belief().starts_with(said), "{}", lags.belief());
    }
    let (lags, _) = after(0.5, &[a, b, a, b]);
    assert!(lags.belief().ends_with(", 1.0000] over 48 pairs"), "{}", lags.belief());
}

#[test]
fn what_a_generator_of_blocks_draws_again_is_told() {
    let mut random = ChaCha20Rng::seed_from_u64(7);
    let (mut calls, mut last) = (Vec::new(), "01".to_owned());
    for _ in 0..12 {
        let fresh = (0..23).map(|_| if random.next_u32() % 2 == 0 { '0' } else { '1' });
        let call = last + &fresh.collect::<String>();
        last = call[23..].to_owned();
        calls.push(call);
    }
    let (lags, _) = after(0.5, &calls.iter().map(String::as_str).collect::<Vec<_>>());
    let said = "the first 2 elements of a call and the last of the one before are the same: ";
    assert!(lags.belief().starts_with(said), "{}", lags.belief());
}

/// Counted by hand: 7 pairs of opposites, 1 apart, of which 4 go down and 3 up.
#[test]
fn a_correlation_has_its_interval() {
    for keep in [0.5, 0.25] {
        let (lags, _) = after(keep, &["10101010"]);
        let lag = &lags.lags[0];
        assert_eq!((lag.distance, lag.pairs), (Distance::Elements(1), [[0, 3], [4, 0]]));
        let (low, high) = lags.interval(lag);
        if keep == 0.5 {
            let told = format!(
                "elements 1 apart are correlated: correlation -1.0000 [-1.0000, {high:.4}] over 7 pairs"
            );
            assert_eq!(lags.belief(), told);
        }
        let most_opposite: f64 = -(keep / (1.0 - keep));
        assert!((low - most_opposite - 1e-4).abs() < 1e-9, "{low}");
        // Where a gambler against it would have 1000 times what it had.
        let beaten =
            |correlation| lags.ln_wealth_of(lag) - Belief::of(keep, correlation).ln(&lag.pairs);
        let limit = 1000f64.ln();
        assert!(beaten(high) < limit && beaten(high + 1.01e-4) >= limit, "{high}");
    }
    // Where most is kept as well, two cannot be more opposite than a third.
    let (lags, _) = after(0.75, &["11101110"]);
    let (low, high) = lags.interval(&lags.lags[0]);
    assert!(low > -0.334 && low < -0.333 && high < 1.0, "{low} {high}");
    // Copies: as much as there is.
    let (lags, _) = after(0.5, &["111111111111111111111111"]);
    let (low, high) = lags.interval(&lags.lags[0]);
    assert!(low > 0.0 && high == 1.0, "{low} {high}");
}

/// Half of the beliefs are right about a copy, and one of 22 nearly so.
#[test]
fn a_right_belief_gets_rich() {
    let (lags, _) = after(0.5, &["1".repeat(400).as_str()]);
    let copies = lags.lags.iter().filter(|lag| matches!(lag.distance, Distance::Elements(_)));
    let each = copies.map(|lag| lag.pairs[1][1] as f64 * 1.9999f64.ln() - 22f64.ln());
    let rest = vec![0.0; lags.lags.iter().filter(|lag| lag.pairs[1][1] == 0).count()];
    let expected = ln_mean(each.chain(rest));
    assert!((lags.ln_wealth() - expected).abs() < 0.01, "{} {expected}", lags.ln_wealth());
}

#[test]
fn elements_that_go_together_are_shown_one_below_the_other() {
    let row = "1101".repeat(20);
    let (lags, masks) = after(0.5, &[&row]);
    assert_eq!(lags.sights(&masks), [Sight::Rows(Rows::of_call(&masks[0], 32).unwrap())]);
    assert_eq!(lags.sights(&[]), []);
    let a = "110100011010111000101101";
    let (lags, masks) = after(0.5, &[a, a]);
    assert_eq!(lags.sights(&masks), [Sight::Rows(Rows::of_calls(&masks, None).unwrap())]);
}
