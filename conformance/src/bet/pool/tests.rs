use super::*;
use crate::bet::bits::Bits;
use crate::bet::cell::CellName;
use crate::bet::sight::Rows;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::rc::Rc;

fn cell(name: &str, keep: f64, n: usize, share: f64) -> Cell {
    Cell::new(CellName { name: name.to_owned(), context: false }, keep, &[n], share, 1 << 30)
}

/// A mask of `n` elements of which the first `kept` are.
fn mask(keep: f64, n: usize, kept: usize) -> Outcomes {
    let bits = Bits::of((0..n).map(|index| index < kept));
    Outcomes::simulated(keep, &[n], Rc::new(vec![1.0; n]), bits)
}

fn standing(ln_money: f64) -> Standing {
    Standing {
        gambler: "rate",
        cell: String::new(),
        rule: "mask.rate",
        ln_money,
        ln_wealth: 0.0,
        bits: 0,
        which: Which::Plays(Everywhere::Rates),
        size: 0,
    }
}

#[test]
fn a_gambler_with_a_thousand_million_times_all_the_money_is_rich() {
    let ln = 9.0 * 10f64.ln();
    assert!(!standing(ln).is_rich() && standing(ln + 2e-3).is_rich());
}

/// All the money is 1 at the beginning, however much of it is in cells.
#[test]
fn the_money_adds_up() {
    let mut pool = Pool::default();
    assert!(pool.ln_wealth().abs() < 1e-9);
    for share in [0.25, 0.5, 0.25] {
        assert_eq!(pool.add(cell("some", 0.5, 9, share)), pool.cells().len() - 1);
        assert!(pool.ln_wealth().abs() < 1e-9, "{}", pool.ln_wealth());
        assert!(!pool.is_rich());
    }
    pool.play(1, mask(0.5, 9, 4));
    let standings = pool.standings().iter().map(|standing| standing.ln_money.exp()).sum::<f64>();
    assert!((pool.ln_wealth().exp() - standings - EXACT).abs() < 1e-12);
    assert!(pool.course().points().iter().all(|point| point.ln_pool.abs() < 1.0));
    let (last, now) = (pool.course().points().last().unwrap().ln_pool, pool.ln_wealth());
    assert!((last - now).abs() < 1e-12, "{last} {now}");
    let rates = pool.standings().into_iter().filter(|one| one.gambler == "rate");
    let mut began = rates.map(|one| (one.ln_money - one.ln_wealth).exp()).collect::<Vec<_>>();
    began.sort_by(f64::total_cmp);
    // A quarter of what is in each cell.
    let mut parts = began.iter().zip([0.0625, 0.0625, 0.125]);
    assert!(began.len() == 3 && parts.all(|(a, b)| (a - b).abs() < 1e-12), "{began:?}");
    assert!(pool.standings().iter().all(|one| (one.ln_money - one.ln_wealth).exp() <= 0.25));
    let first = pool.course().points()[0].clone();
    assert!(first.bits == 0 && first.ln_pool.abs() < 1e-9, "{first:?}");
}

#[test]
#[should_panic(expected = "the cells have 1.25 of the money")]
fn no_more_than_all_the_money_is_in_cells() {
    let mut pool = Pool::default();
    pool.add(cell("one", 0.5, 9, 0.75));
    pool.add(cell("other", 0.5, 9, 0.5));
}

#[test]
fn bits_are_counted_once() {
    let mut pool = Pool::default();
    let one = pool.add(cell("one", 0.5, 10, 0.5));
    let again = pool.add(cell("again", 0.5, 10, 0.25));
    pool.play(one, mask(0.5, 10, 7));
    pool.play_again(again, &mask(0.5, 10, 7));
    assert_eq!(pool.bits(), 10);
    assert_eq!(pool.cells().iter().map(Cell::counts).collect::<Vec<_>>(), [(7, 10), (7, 10)]);
    let mut bits = |gambler| {
        let standings = pool.standings().into_iter();
        standings.filter(|one| one.gambler == gambler).map(|one| one.bits).collect::<Vec<_>>()
    };
    assert_eq!((bits("rate"), bits("same mask again")), (vec![10, 10], vec![10]));
}

/// What a cell is about that looks at the surroundings is no rate of its own.
#[test]
fn all_rates_are_those_of_plain_cells() {
    let mut pool = Pool::default();
    let name = CellName { name: "around".to_owned(), context: true };
    let around = pool.add(Cell::new(name, 0.5, &[40], 0.25, 1 << 30));
    let plain = pool.add(cell("plain", 0.75, 40, 0.25));
    pool.play(around, mask(0.5, 40, 40));
    let of_all = |pool: &mut Pool| {
        let standings = pool.standings();
        let found = standings.into_iter().find(|one| one.gambler == "rate of all").unwrap();
        assert_eq!((found.rule, found.bits), ("mask.rate", pool.bits()));
        assert!((found.ln_money - found.ln_wealth - 0.08f64.ln()).abs() < 1e-12);
        found.ln_wealth
    };
    assert_eq!(of_all(&mut pool), 0.0);
    pool.play(plain, mask(0.75, 40, 10));
    assert_eq!(of_all(&mut pool), ln_shared(&[(10, 40, 0.75)]));
    assert!(of_all(&mut pool) > 1.0);
    let dependent = pool.standings().into_iter().filter(|one| one.cell == "around");
    assert!(dependent.map(|one| one.rule).all(|rule| rule == "mask.dependence"));
}

/// Large cells name what is wrong, others only where no large one is rich, and those who play
/// everywhere last.
#[test]
fn the_largest_cells_speak_first() {
    let mut pool = Pool::default();
    let small = pool.add(cell("small", 0.5, NAMING - 1, 0.5));
    let large = pool.add(cell("large", 0.5, NAMING, 0.25));
    (0..6).for_each(|_| pool.play(small, mask(0.5, NAMING - 1, 400)));
    let leader = pool.leader().unwrap();
    assert_eq!((leader.cell.as_str(), pool.keep(&leader)), ("small", Some(0.5)));
    pool.play(large, mask(0.5, NAMING, NAMING));
    let leader = pool.leader().unwrap();
    assert_eq!(leader.cell, "large");
    assert!(pool.standings()[0].cell != "large", "the small one is richer");
    assert!(pool.is_rich() && pool.belief(&leader).starts_with("kept "));
    let rows = Rows::of_call(mask(0.5, NAMING, NAMING).kept(), 48).unwrap();
    assert_eq!(pool.sights(&leader), [Sight::Rows(rows)]);
    let everywhere = pool.standings().into_iter().filter(|one| one.cell.is_empty());
    let kept = everywhere.map(|one| (one.gambler, pool.keep(&one))).collect::<Vec<_>>();
    let all = EVERYWHERE.len();
    assert!(kept.len() == all && kept.iter().all(|(_, keep)| keep.is_none()), "{kept:?}");
    assert_eq!(Pool::kinds().count(), TABLE.len() + all);
}

#[test]
fn a_wrong_rate_of_all_is_shown_where_it_is_worst() {
    let said = |cells: &[(&str, f64, usize)]| {
        let mut pool = Pool::default();
        for &(name, keep, kept) in cells {
            let at = pool.add(cell(name, keep, 1000, 0.25));
            pool.play(at, mask(keep, 1000, kept));
        }
        let of_all = pool.standings().into_iter().find(|one| one.gambler == "rate of all").unwrap();
        pool.belief(&of_all)
    };
    let worst = |kept: &str, keep: &str, name: &str| {
        format!("all rates are off alike, e.g. {kept} for {keep} ({name})")
    };
    let high = worst("0.70000", "0.50000", "A");
    let low = worst("0.30000", "0.50000", "A");
    let others = [850, 750, 650].map(|kept| ("B", 0.75, kept));
    for other in others.into_iter().chain([("B", 0.125, 250), ("B", 0.125, 50)]) {
        assert_eq!(said(&[("A", 0.5, 700), other]), high, "{other:?}");
        assert_eq!(said(&[other, ("A", 0.5, 300)]), low, "{other:?}");
    }
}

/// What cells have that are closed is counted, and one in which a gambler is rich stays open.
#[test]
fn programs_are_cells_that_are_closed() {
    let tags = [Tag { dimension: "form", value: "a call" }];
    let random = |n: usize, seed: u64| {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let bits = Bits::of((0..n).map(|_| random.next_u32() % 2 == 0));
        Outcomes::simulated(0.5, &[n], Rc::new(vec![1.0; n]), bits)
    };
    let mut pool = Pool::default();
    for seed in 0..40 {
        let masks = vec![random(64, seed), random(64, seed + 100), random(9, seed + 200)];
        pool.play_program("right", &tags, masks, 0.01);
    }
    assert_eq!((pool.cells().len(), pool.bits()), (0, 40 * (64 + 64 + 9)));
    assert!(pool.ln_wealth() < 3.0 && !pool.is_rich(), "{}", pool.ln_wealth());
    // The course counts the same money.
    let last = pool.course().points().last().unwrap().ln_pool;
    assert!((last - pool.ln_wealth()).abs() < 1e-9);
    let before = pool.shares();
    assert!((before - 0.4).abs() < 1e-9);
    let twice = random(200, 1);
    pool.play_program("wrong", &tags, vec![twice.clone(), twice], 0.01);
    let names = pool.cells().iter().map(|cell| cell.name.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["wrong, shape [200], ratio 0.5"]);
    let leader = pool.leader().unwrap();
    assert_eq!((leader.gambler, leader.rule), ("lag", "mask.dependence"));
}
