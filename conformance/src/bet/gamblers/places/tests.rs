use super::super::games::{mask, play};
use super::*;

/// Twenty times these masks, one after the other.
fn masks(each: [&str; 2]) -> Vec<Bits> {
    (0..20).flat_map(|_| each.map(mask)).collect()
}

fn named(parts: &Sight) -> Vec<(&str, u64, u64)> {
    let Sight::Parts(parts) = parts else { panic!("{parts:?}") };
    parts.iter().map(|part| (part.name.as_str(), part.kept, part.trials)).collect()
}

#[test]
fn ends_are_what_loops_leave_over() {
    let ends = |n| {
        let ends = Spots::new(0.5, n).ends.into_iter();
        ends.map(|end| (end.which(), end.length)).collect::<Vec<_>>()
    };
    assert_eq!(ends(1), []);
    assert_eq!(ends(2), [("first", 1)]);
    assert_eq!(ends(10), [("first", 1), ("first", 4), ("last", 2)]);
    let all = [1, 4, 16].map(|length| ("first", length));
    // 1003 is 2 * 501 + 1, 4 * 250 + 3, and so on.
    let last = [1, 3, 11, 43, 107, 235].map(|length| ("last", length));
    assert_eq!(ends(1003), [&all[..], &last].concat());
}

#[test]
fn the_end_that_stands_out_is_named() {
    for (each, which, rest) in [
        (["0101010111", "1010101011"], ("last", 2, 8), ("the last 2 elements", 80, 80)),
        (["1111010101", "1111101010"], ("first", 4, 0), ("the first 4 elements", 160, 160)),
    ] {
        let masks = masks(each);
        let mut spots = Spots::new(0.5, 10);
        play(&mut spots, &masks);
        let (end, length, start) = which;
        let said = format!("kept of the {end} {length} elements of a call: 1.00000 [");
        assert!(spots.belief().starts_with(&said), "{}", spots.belief());
        let sights = spots.sights(&masks[..3]);
        let rows = Rows::of_calls(&masks[..3], Some((start, length))).unwrap();
        assert_eq!(sights[0], Sight::Rows(rows));
        let (_, kept, trials) = rest;
        let others = ("all others", (400 - trials) / 2, 400 - trials);
        assert_eq!(named(&sights[1]), [rest, others], "{kept}");
    }
}

#[test]
fn the_place_that_stands_out_is_named() {
    let masks = masks(["0101011101", "1010101010"]);
    let mut spots = Spots::new(0.5, 10);
    play(&mut spots, &masks);
    let said = "kept of element 6 of 40 calls: 1.00000 [";
    assert!(spots.belief().starts_with(said), "{}", spots.belief());
    let sights = spots.sights(&masks[..2]);
    assert_eq!(sights[0], Sight::Rows(Rows::of_calls(&masks[..2], Some((6, 1))).unwrap()));
    assert_eq!(named(&sights[1]), [("element 6", 40, 40), ("all others", 180, 360)]);
    // One half of the money is on places, a tenth of it on this one; and one half on the ends.
    let place = ln_mean([&[ln_rate(40, 40, 0.5)][..], &[ln_rate(20, 40, 0.5); 9]].concat());
    let ends = ln_mean([1, 4, 2].map(|n| ln_rate(20 * n, 40 * n, 0.5)));
    let expected = ln_mean([place, ends]);
    assert!((spots.ln_wealth() - expected).abs() < 1e-9, "{}", spots.ln_wealth());
    let mut single = Spots::new(0.5, 1);
    play(&mut single, &[mask("1"), mask("1")]);
    let expected = ln_mean([ln_rate(2, 2, 0.5), 0.0]);
    assert!((single.ln_wealth() - expected).abs() < 1e-9);
}

/// The first element and the first one are the same; of the two the place is named.
#[test]
fn one_element_is_no_end() {
    let mut spots = Spots::new(0.5, 10);
    play(&mut spots, &masks(["1101010101", "1010101010"]));
    let said = "kept of element 0 of 40 calls: 1.00000 [";
    assert!(spots.belief().starts_with(said), "{}", spots.belief());
}

#[test]
fn gamblers_without_bits_believe_and_show_nothing() {
    let spots = Spots::new(0.5, 0);
    assert_eq!((spots.belief(), spots.sights(&[])), (String::new(), vec![]));
    let mut lanes = Lanes::new(0.5);
    play(&mut lanes, &[mask("1")]);
    assert_eq!(
        (lanes.belief(), lanes.sights(&[]), lanes.ln_wealth()),
        (String::new(), vec![], 0.0)
    );
}

#[test]
fn the_lane_that_stands_out_is_named() {
    let each = ["0101", "1110"].map(|four| four.repeat(17));
    let masks = masks(each.each_ref().map(String::as_str));
    let mut lanes = Lanes::new(0.5);
    play(&mut lanes, &masks);
    let said = "kept of every 4 elements at place 1: 1.00000 [";
    assert!(lanes.belief().starts_with(said), "{}", lanes.belief());
    let sights = lanes.sights(&masks[..1]);
    let rows = Rows::of_call(&masks[0], 32).unwrap();
    let marked = (0..8).map(|turn| (4 * turn + 1, 1)).collect();
    assert_eq!(sights[0], Sight::Rows(Rows { marked, ..rows }));
    let half = |lane| (lane, 340, 680);
    let parts = ["place 0 of 4", "place 1 of 4", "place 2 of 4", "place 3 of 4"];
    let [first, second, third, fourth] = parts;
    assert_eq!(named(&sights[1]), [half(first), (second, 680, 680), half(third), half(fourth)]);
}

/// A vector that is cut short has the first lanes only.
#[test]
fn lanes_are_counted() {
    let mut lanes = Lanes::new(0.5);
    play(&mut lanes, &[mask("11010"), mask("10010")]);
    assert_eq!(
        lanes.counts(),
        [(2, vec![(2, 6), (3, 4)]), (4, vec![(2, 4), (1, 2), (0, 2), (2, 2)])]
    );
    let width = |lanes: &[(u64, u64)]| ln_mean(lanes.iter().map(|&(k, n)| ln_rate(k, n, 0.5)));
    let [(_, two), (_, four)] = &lanes.counts()[..] else { panic!("two widths") };
    assert!((lanes.ln_wealth() - ln_mean([width(two), width(four)])).abs() < 1e-12);
}
