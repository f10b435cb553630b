use super::rate::estimated;
use super::{Call, Gambler};
use crate::wager::bits::Bits;
use crate::wager::numerics::{ln_mean, ln_rate};
use crate::wager::sight::{Part, Sight};
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
    fn play(&mut self, call: &Call) {
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
            Part::new(format!("x is {name}"), kept, trials, self.keep)
        });
        vec![Sight::Parts(parts.collect())]
    }
}
