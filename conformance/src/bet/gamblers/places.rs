use super::rate::estimated;
use super::{BetCall, Gambler};
use crate::bet::bits::{Bits, Places};
use crate::bet::numerics::{ln_mean, ln_rate, ln_sum};
use crate::bet::sight::{MaskPart, Rows, Sight, stride_for};
use std::collections::BTreeMap;

/// Bets that single places, or the first or the last few, are kept more or less often than others.
/// One half of its money is on single places, one half on ends.
pub struct Spots {
    keep: f64,
    places: Places,
    ends: Vec<CallEdge>,
}

/// The first or the last elements of every call.
struct CallEdge {
    last: bool,
    length: usize,
    kept: u64,
    trials: u64,
}

impl CallEdge {
    fn which(&self) -> &'static str {
        if self.last { "last" } else { "first" }
    }
}

/// The widths of the vectors that loops have remainders of.
const WIDTHS: [usize; 8] = [2, 4, 8, 16, 32, 64, 128, 256];

impl Spots {
    /// A gambler on masks of `n` elements of this rate.
    pub fn new(keep: f64, n: usize) -> Spots {
        let remainders = WIDTHS.map(|width| (true, n % width));
        let beginnings = [1, 4, 16].map(|length| (false, length));
        let mut ends = remainders.into_iter().chain(beginnings).collect::<Vec<_>>();
        ends.sort_unstable();
        ends.dedup();
        ends.retain(|&(_, length)| 0 < length && length < n);
        let end = |(last, length)| CallEdge { last, length, kept: 0, trials: 0 };
        Spots { keep, places: Places::default(), ends: ends.into_iter().map(end).collect() }
    }

    fn ln_rate(&self, end: &CallEdge) -> f64 {
        ln_rate(end.kept, end.trials, self.keep)
    }

    /// The single place, and the end, that stand out most.
    fn best(&self) -> (Option<(usize, u64)>, Option<&CallEdge>) {
        let ln = |count: u64| ln_rate(count, self.places.rows(), self.keep);
        let counts = self.places.counts().into_iter().enumerate();
        let place = counts.max_by(|a, b| ln(a.1).total_cmp(&ln(b.1)));
        let end = self.ends.iter().max_by(|a, b| self.ln_rate(a).total_cmp(&self.ln_rate(b)));
        let rate = place.map_or(f64::NEG_INFINITY, |(_, count)| ln(count));
        (place, end.filter(|end| self.ln_rate(end) > rate))
    }
}

impl Gambler for Spots {
    fn play(&mut self, call: &BetCall) {
        self.places.add(call.kept);
        let n = call.kept.len();
        for end in &mut self.ends {
            end.kept += call.kept.ones_in(if end.last { n - end.length } else { 0 }, end.length);
            end.trials += end.length as u64;
        }
    }

    fn ln_wealth(&self) -> f64 {
        let mut alike: BTreeMap<u64, u64> = BTreeMap::new();
        for count in self.places.counts() {
            *alike.entry(count).or_insert(0) += 1;
        }
        let n = alike.values().sum::<u64>() as f64;
        let rows = self.places.rows();
        let single = alike
            .iter()
            .map(|(&kept, &places)| (places as f64 / n).ln() + ln_rate(kept, rows, self.keep));
        let single = ln_sum(single);
        let ends = ln_mean(self.ends.iter().map(|end| self.ln_rate(end)));
        // Before the first call there are no places, and a single number has no ends.
        ln_mean([
            if alike.is_empty() { 0.0 } else { single },
            if self.ends.is_empty() { 0.0 } else { ends },
        ])
    }

    fn belief(&self) -> String {
        let rows = self.places.rows();
        match self.best() {
            (_, Some(end)) => {
                let (which, length) = (end.which(), end.length);
                let rate = estimated(end.kept, end.trials, self.keep);
                format!("kept of the {which} {length} elements of a call: {rate}")
            }
            (Some((place, kept)), _) => {
                let rate = estimated(kept, rows, self.keep);
                format!("kept of element {place} of {rows} calls: {rate}")
            }
            _ => String::new(),
        }
    }

    fn sights(&self, calls: &[Bits]) -> Vec<Sight> {
        let (counts, rows) = (self.places.counts(), self.places.rows());
        let all = (counts.iter().sum::<u64>(), rows * counts.len() as u64);
        let (name, marked, (kept, trials)) = match self.best() {
            (_, Some(end)) => {
                let start = if end.last { counts.len() - end.length } else { 0 };
                let name = format!("the {} {} elements", end.which(), end.length);
                (name, (start, end.length), (end.kept, end.trials))
            }
            (Some((place, kept)), _) => (format!("element {place}"), (place, 1), (kept, rows)),
            _ => return Vec::new(),
        };
        let part = |name, kept, trials| MaskPart::new(name, kept, trials, self.keep);
        let rest = part("all others".to_owned(), all.0 - kept, all.1 - trials);
        let parts = Sight::Parts(vec![part(name, kept, trials), rest]);
        let rows = Rows::of_calls(calls, Some(marked)).map(Sight::Rows);
        rows.into_iter().chain([parts]).collect()
    }
}

/// Bets that one lane of a vector is kept more or less often than the others.
pub struct Lanes {
    keep: f64,
    places: Places,
}

/// How many lanes a vector may have.
const LANES: [usize; 5] = [2, 4, 8, 16, 32];

impl Lanes {
    /// A gambler on masks of this rate.
    pub fn new(keep: f64) -> Lanes {
        Lanes { keep, places: Places::default() }
    }

    /// For each width, and each lane of it: its number, how many were kept, and of how many.
    fn counts(&self) -> Vec<(usize, Vec<(u64, u64)>)> {
        let (places, rows) = (self.places.counts(), self.places.rows());
        let lanes = |width: usize| {
            let mut lanes = vec![(0, 0); width];
            for vector in places.chunks(width) {
                for (lane, kept) in lanes.iter_mut().zip(vector) {
                    *lane = (lane.0 + kept, lane.1 + rows);
                }
            }
            (width, lanes)
        };
        LANES.into_iter().filter(|&width| width <= places.len()).map(lanes).collect()
    }

    /// The width and the lane that stand out most, and how many were kept there, of how many.
    fn best(&self) -> Option<(usize, usize, (u64, u64))> {
        let each = self.counts().into_iter().flat_map(|(width, lanes)| {
            lanes.into_iter().enumerate().map(move |(lane, counts)| (width, lane, counts))
        });
        let ln = |&(_, _, (kept, of)): &(usize, usize, (u64, u64))| ln_rate(kept, of, self.keep);
        each.max_by(|a, b| ln(a).total_cmp(&ln(b)))
    }
}

impl Gambler for Lanes {
    fn play(&mut self, call: &BetCall) {
        self.places.add(call.kept);
    }

    fn ln_wealth(&self) -> f64 {
        let of_width = |(_, lanes): (_, Vec<(u64, u64)>)| {
            ln_mean(lanes.into_iter().map(|(kept, of)| ln_rate(kept, of, self.keep)))
        };
        let all = self.counts().into_iter().map(of_width).collect::<Vec<_>>();
        if all.is_empty() { 0.0 } else { ln_mean(all) }
    }

    fn belief(&self) -> String {
        self.best().map_or(String::new(), |(width, lane, (kept, of))| {
            let rate = estimated(kept, of, self.keep);
            format!("kept of every {width} elements at place {lane}: {rate}")
        })
    }
    fn sights(&self, calls: &[Bits]) -> Vec<Sight> {
        let Some((width, lane, _)) = self.best() else { return Vec::new() };
        let lanes = self.counts().into_iter().find(|(other, _)| *other == width);
        let lanes = lanes.into_iter().flat_map(|(_, lanes)| lanes).enumerate();
        let parts = lanes.map(|(lane, (kept, of))| {
            MaskPart::new(format!("place {lane} of {width}"), kept, of, self.keep)
        });
        let rows = calls.last().and_then(|call| Rows::of_call(call, stride_for(width)));
        let rows = rows.map(|rows| Sight::Rows(rows.marking_every(width, lane)));
        rows.into_iter().chain([Sight::Parts(parts.collect())]).collect()
    }
}

#[cfg(test)]
mod tests;
