use super::rate::estimated;
use super::{BetCall, Gambler};
use crate::bet::bits::Bits;
use crate::bet::numerics::{ln_mean, ln_rate};
use crate::bet::sight::{MaskPart, Sight};
use std::rc::Rc;

/// Bets that what is kept depends on what went in: on its sign, its size, or its half of the array.
pub struct Data {
    keep: f64,
    /// What the strata below are of.
    x: Option<Rc<Vec<f64>>>,
    partitions: Vec<Vec<Stratum>>,
}

struct Stratum {
    name: &'static str,
    belongs: fn(usize, usize, f64) -> bool,
    elements: Bits,
    kept: u64,
    trials: u64,
}

fn stratum(name: &'static str, belongs: fn(usize, usize, f64) -> bool) -> Stratum {
    Stratum { name, belongs, elements: Bits::default(), kept: 0, trials: 0 }
}

impl Data {
    /// A gambler on masks of this rate.
    pub fn new(keep: f64) -> Data {
        let signs =
            vec![stratum("negative", |_, _, x| x < 0.0), stratum("positive", |_, _, x| x >= 0.0)];
        let sizes = vec![
            stratum("below 1/16 in size", |_, _, x| x.abs() < 0.0625),
            stratum("between 1/16 and 1 in size", |_, _, x| (0.0625..1.0).contains(&x.abs())),
            stratum("between 1 and 16 in size", |_, _, x| (1.0..16.0).contains(&x.abs())),
            stratum("16 and more in size", |_, _, x| x.abs() >= 16.0),
        ];
        let halves = vec![
            stratum("in the first half of the array", |index, n, _| 2 * index < n),
            stratum("in the second half of the array", |index, n, _| 2 * index >= n),
        ];
        Data { keep, x: None, partitions: vec![signs, sizes, halves] }
    }

    fn strata(&self) -> impl Iterator<Item = &Stratum> {
        self.partitions.iter().flatten()
    }
}

impl Gambler for Data {
    fn play(&mut self, call: &BetCall) {
        if self.x.as_ref().is_none_or(|x| !Rc::ptr_eq(x, call.x)) {
            self.x = Some(Rc::clone(call.x));
            let n = call.x.len();
            for stratum in self.partitions.iter_mut().flatten() {
                let belongs = |(index, &x): (usize, &f64)| (stratum.belongs)(index, n, x);
                stratum.elements = Bits::of(call.x.iter().enumerate().map(belongs));
            }
        }
        for stratum in self.partitions.iter_mut().flatten() {
            stratum.kept += call.kept.ones_with(&stratum.elements);
            stratum.trials += stratum.elements.ones();
        }
    }

    /// Strata of one partition have no element in common, so the product of the wealths of those who
    /// bet on them is fair too: it finds what is wrong in all of them at once.
    fn ln_wealth(&self) -> f64 {
        ln_mean(self.partitions.iter().map(|strata| {
            let each =
                strata.iter().map(|stratum| ln_rate(stratum.kept, stratum.trials, self.keep));
            let each = each.collect::<Vec<_>>();
            ln_mean([each.iter().sum(), ln_mean(each)])
        }))
    }

    fn belief(&self) -> String {
        let ln = |stratum: &&Stratum| ln_rate(stratum.kept, stratum.trials, self.keep);
        let best = self.strata().max_by(|a, b| ln(a).total_cmp(&ln(b)));
        best.map_or(String::new(), |Stratum { name, kept, trials, .. }| {
            format!("kept where x is {name}: {}", estimated(*kept, *trials, self.keep))
        })
    }

    fn sights(&self, _calls: &[Bits]) -> Vec<Sight> {
        let some = self.strata().filter(|stratum| stratum.trials > 0);
        let parts = some.map(|&Stratum { name, kept, trials, .. }| {
            MaskPart::new(format!("x is {name}"), kept, trials, self.keep)
        });
        vec![Sight::Parts(parts.collect())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(data: &mut Data, x: &Rc<Vec<f64>>, kept: [bool; 6]) {
        data.play(&BetCall { kept: &Bits::of(kept.into_iter()), x, earlier: &[] });
    }

    /// The parts that are seen: their names, how many were kept, and of how many.
    fn parts(data: &Data) -> Vec<(String, u64, u64)> {
        let [Sight::Parts(parts)] = &data.sights(&[])[..] else { panic!("parts alone") };
        parts.iter().map(|part| (part.name.clone(), part.kept, part.trials)).collect()
    }

    #[test]
    fn what_went_in_is_parted() {
        let x = Rc::new(vec![-0.01, 0.0625, -1.0, 16.0, 0.0, 15.9]);
        let mut data = Data::new(0.5);
        assert_eq!((data.ln_wealth(), parts(&data)), (0.0, vec![]));
        play(&mut data, &x, [true, false, true, false, true, false]);
        let of = |names: [(&str, u64, u64); 8]| {
            let named = names.into_iter().filter(|(_, _, trials)| *trials > 0);
            named
                .map(|(name, kept, trials)| (format!("x is {name}"), kept, trials))
                .collect::<Vec<_>>()
        };
        let first = of([
            ("negative", 2, 2),
            ("positive", 1, 4),
            ("below 1/16 in size", 2, 2),
            ("between 1/16 and 1 in size", 0, 1),
            ("between 1 and 16 in size", 1, 2),
            ("16 and more in size", 0, 1),
            ("in the first half of the array", 2, 3),
            ("in the second half of the array", 1, 3),
        ]);
        assert_eq!(parts(&data), first);
        // Another x is parted anew; what was counted stays.
        play(&mut data, &Rc::new(vec![-32.0; 6]), [true; 6]);
        assert_eq!(parts(&data)[0], ("x is negative".to_owned(), 8, 8));
        assert_eq!(parts(&data)[1], ("x is positive".to_owned(), 1, 4));
        assert_eq!(parts(&data)[5], ("x is 16 and more in size".to_owned(), 6, 7));
        let kept = "kept where x is negative: 1.00000 [";
        assert!(data.belief().starts_with(kept), "{}", data.belief());
        assert!(data.belief().ends_with("1.00000], expected 0.50000"), "{}", data.belief());
    }

    /// One of several ways to part it is right: it has a third of the money, and of that half on all
    /// parts together and half on each alone.
    #[test]
    fn what_is_found_in_one_way_to_part_it_is_a_third() {
        let x = Rc::new(vec![-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]);
        let mut data = Data::new(0.5);
        for _ in 0..50 {
            play(&mut data, &x, [false, false, false, true, true, true]);
        }
        let one = ln_rate(150, 150, 0.5);
        // Signs and halves are the same here; sizes show nothing, as 150 of 300.
        let both = ln_mean([2.0 * one, one]);
        let size = ln_rate(150, 300, 0.5);
        let sizes = ln_mean([size, ln_mean([0.0, 0.0, size, 0.0])]);
        let expected = ln_mean([both, both, sizes]);
        assert!((data.ln_wealth() - expected).abs() < 1e-9, "{} {expected}", data.ln_wealth());
    }
}
