use super::bits::Bits;
use super::gamblers::{BetCall, Gambler, MEMORY};
use super::sight::{Sight, Values};
use super::stake::Outcomes;
use super::table::{TABLE, Table};
use crate::wire::Dtype;
use std::collections::VecDeque;

/// Calls that are alike: of one ratio, dtype and shape, in one surrounding.
#[derive(Clone, Debug, PartialEq)]
pub struct CellName {
    /// What the calls have in common, in words.
    pub name: String,
    /// Whether the cell is about what is around the calls. Then a wrong rate is a dependence on that.
    pub context: bool,
}

/// A cell with its gamblers.
pub struct Cell {
    /// Its name.
    pub name: CellName,
    /// The probability of a 1.
    pub keep: f64,
    /// The part of all the money that is in this cell.
    pub share: f64,
    /// How many elements a call has.
    pub size: usize,
    /// The dtype of its calls, if they have one in common.
    pub dtype: Option<Dtype>,
    /// The deviation that a right rate is told from here, if rates are judged here.
    pub rate: Option<f64>,
    gamblers: Vec<(usize, f64, Box<dyn Gambler>)>,
    earlier: VecDeque<Bits>,
    kept: u64,
    trials: u64,
    values: Option<Values>,
    /// The logarithms of the wealths, since the last look.
    known: Option<Vec<f64>>,
}

impl Cell {
    /// A cell in which nothing was played yet; `budget` is how many bits there will be at most.
    pub fn new(name: CellName, keep: f64, shape: &[usize], share: f64, budget: u64) -> Cell {
        let table = Table { keep, shape, budget, share };
        let mut gamblers = Vec::new();
        for (kind, entry) in TABLE.iter().enumerate() {
            let made = (entry.make)(&table);
            let part = entry.weight * share / made.len().max(1) as f64;
            gamblers.extend(made.into_iter().map(|gambler| (kind, part, gambler)));
        }
        Cell {
            name,
            keep,
            share,
            size: shape.iter().product(),
            dtype: None,
            rate: None,
            gamblers,
            earlier: VecDeque::new(),
            kept: 0,
            trials: 0,
            values: None,
            known: None,
        }
    }

    /// The same cell, in which the rate is judged to this deviation.
    pub fn about_rate(self, deviation: f64) -> Cell {
        Cell { rate: Some(deviation), ..self }
    }

    /// The same cell, of calls in this dtype.
    pub fn of(self, dtype: Dtype) -> Cell {
        Cell { dtype: Some(dtype), ..self }
    }

    /// Lets all gamblers bet on a mask.
    pub(super) fn play(&mut self, outcomes: Outcomes) {
        let earlier = self.earlier.make_contiguous();
        let call = BetCall { kept: outcomes.kept(), x: outcomes.x(), earlier };
        for (_, _, gambler) in &mut self.gamblers {
            gambler.play(&call);
        }
        let kept = outcomes.into_kept();
        self.kept += kept.ones();
        self.trials += kept.len() as u64;
        if self.earlier.len() == MEMORY {
            self.earlier.pop_front();
        }
        self.earlier.push_back(kept);
        self.known = None;
    }

    /// How many were kept, of how many.
    pub fn counts(&self) -> (u64, u64) {
        (self.kept, self.trials)
    }

    /// Keeps numbers that went in, and what came out, to be shown; those of the first call do.
    pub(super) fn note(&mut self, values: impl FnOnce() -> Option<Values>) {
        if self.values.is_none() {
            self.values = values();
        }
    }

    /// Some numbers that went in, and what came out.
    pub fn values(&self) -> Option<&Values> {
        self.values.as_ref()
    }

    /// The last masks, the latest last.
    pub(super) fn calls(&self) -> Vec<Bits> {
        self.earlier.iter().cloned().collect()
    }

    /// For each gambler: its kind, the logarithm of what it had at the beginning, and that of by how
    /// much it was multiplied.
    pub(super) fn wealths(&mut self) -> Vec<(usize, f64, f64)> {
        let gamblers = &self.gamblers;
        let known = self.known.get_or_insert_with(|| {
            gamblers.iter().map(|(_, _, gambler)| gambler.ln_wealth()).collect()
        });
        let each = gamblers.iter().zip(known.iter());
        each.map(|((kind, part, _), &ln)| (*kind, part.ln(), ln)).collect()
    }

    /// What a gambler believes.
    pub(super) fn belief(&self, gambler: usize) -> String {
        self.gamblers[gambler].2.belief()
    }

    /// What a gambler points at.
    pub(super) fn sights(&self, gambler: usize) -> Vec<Sight> {
        self.gamblers[gambler].2.sights(&self.calls())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn cell(shape: &[usize], share: f64) -> Cell {
        let name = CellName { name: "a cell".to_owned(), context: false };
        Cell::new(name, 0.5, shape, share, 1 << 20)
    }

    /// Sixteen masks are remembered, the latest last, and the wealths are those after all of them.
    #[test]
    fn the_latest_masks_are_remembered() {
        let mut cell = cell(&[5], 1.0);
        let mask = |number: usize| Bits::of((0..5).map(|place| number >> place & 1 == 1));
        let mut before = cell.wealths();
        for number in 0..20 {
            let x = Rc::new(vec![1.0; 5]);
            cell.play(Outcomes::simulated(0.5, &[5], x, mask(number)));
            let after = cell.wealths();
            assert_ne!(before, after);
            before = after;
        }
        assert_eq!(cell.calls(), (4..20).map(mask).collect::<Vec<_>>());
        let ones = (0..20u64).map(|number| u64::from(number.count_ones())).sum();
        assert_eq!((cell.counts(), cell.size), ((ones, 100), 5));
    }

    /// Of those of one kind each has an equal part, and all have what is in the cell.
    #[test]
    fn all_that_is_in_a_cell_is_theirs() {
        let mut cell = cell(&[4, 6], 0.25);
        let weights = TABLE.iter().map(|entry| entry.weight).sum::<f64>();
        let money = cell.wealths().iter().map(|(_, ln_part, _)| ln_part.exp()).sum::<f64>();
        assert!((money - 0.25 * weights).abs() < 1e-12, "{money}");
        assert_eq!((cell.rate, cell.about_rate(0.01).rate), (None, Some(0.01)));
    }

    #[test]
    fn the_first_numbers_are_kept_to_be_shown() {
        let mut cell = cell(&[1], 1.0);
        let values = |scale| Some(Values { scale, pairs: vec![(1.0, scale)] });
        cell.note(|| None);
        cell.note(|| values(2.0));
        cell.note(|| values(4.0));
        assert_eq!(cell.values(), values(2.0).as_ref());
    }
}
