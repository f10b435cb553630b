use super::belief::{Belief, Pairs};
use super::{BetCall, Gambler, MEMORY};
use crate::bet::bits::Bits;
use crate::bet::numerics::ln_mean;
use crate::bet::sight::{Rows, Sight, stride_for};

/// Bets that an element goes with an earlier one: a neighbour, the one above, the one in the same
/// place of an earlier call. Given that other element `e`, it believes in a 1 with probability
/// `q + ρ·(e - q)`, for many correlations ρ at once.
pub struct Lags {
    keep: f64,
    lags: Vec<Lag>,
    beliefs: Vec<Belief>,
}

/// A distance, and how often it was seen from what to what.
struct Lag {
    distance: Distance,
    pairs: Pairs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Distance {
    /// So many elements within a call.
    Elements(usize),
    /// So many calls, and so many elements besides.
    Calls(usize, isize),
    /// So many elements at the end of the call before, and at the beginning of this one: a generator that
    /// moves on by whole blocks draws the last of them again.
    Ends(usize),
}

impl Lags {
    /// A gambler on masks of this rate and shape.
    pub fn new(keep: f64, shape: &[usize]) -> Lags {
        let n = shape.iter().product::<usize>();
        let strides = (1..shape.len()).map(|axis| shape[axis..].iter().product::<usize>());
        let beside = strides.flat_map(|stride| [stride, stride + 1, stride.saturating_sub(1)]);
        let powers = (7..20).map(|power| 1 << power);
        let mut within = (1..65).chain(powers).chain(beside).collect::<Vec<usize>>();
        within.sort_unstable();
        within.dedup();
        within.retain(|&lag| lag > 0 && 2 * lag <= n);
        let within = within.into_iter().map(Distance::Elements);
        let across = (1..=MEMORY).map(|calls| Distance::Calls(calls, 0));
        let shifts = (1..=8).chain([16, 32]).filter(|&shift| shift < n as isize);
        let shifted =
            shifts.flat_map(|shift| [shift, -shift]).map(|shift| Distance::Calls(1, shift));
        let lag = |distance| Lag { distance, pairs: [[0; 2]; 2] };
        let ends = (1..=8).filter(|&ends| 2 * ends <= n).map(Distance::Ends);
        let lags = within.chain(across).chain(shifted).chain(ends).map(lag).collect();
        let beliefs = correlations(keep).map(|correlation| Belief::of(keep, correlation));
        Lags { keep, lags, beliefs: beliefs.collect() }
    }

    fn best(&self) -> Option<&Lag> {
        let ln = |lag: &&Lag| self.ln_wealth_of(lag);
        self.lags.iter().max_by(|a, b| ln(a).total_cmp(&ln(b)))
    }

    /// The correlations that a gambler against them would not have beaten by a factor of 1000, on a
    /// grid of hundredths of a per cent: whenever one looks, the true one is among them with 99.9 %.
    fn interval(&self, lag: &Lag) -> (f64, f64) {
        let wealth = self.ln_wealth_of(lag);
        let most_opposite = -(self.keep / (1.0 - self.keep)).min((1.0 - self.keep) / self.keep);
        let steps = ((1.0 - most_opposite) * 1e4) as usize;
        let grid = (1..steps).map(|step| most_opposite + step as f64 * 1e-4);
        let possible = grid.filter(|&correlation| {
            wealth - Belief::of(self.keep, correlation).ln(&lag.pairs) < 1000f64.ln()
        });
        let (low, high) = possible.fold((1.0, most_opposite), |(low, high), correlation| {
            (f64::min(low, correlation), f64::max(high, correlation))
        });
        // The ends of the grid stand for the ends of what is possible.
        (low, if high > 1.0 - 2e-4 { 1.0 } else { high })
    }

    fn ln_wealth_of(&self, lag: &Lag) -> f64 {
        ln_mean(self.beliefs.iter().map(|belief| belief.ln(&lag.pairs)))
    }
}

/// From a copy to a hundredth of an opposite: half as large at each step. Two elements cannot be
/// more opposite than their rate allows.
fn correlations(keep: f64) -> impl Iterator<Item = f64> {
    let most_opposite = (keep / (1.0 - keep)).min((1.0 - keep) / keep);
    let halves = (0..11).map(|power| 2f64.powi(-power));
    let alike = std::iter::once(0.9999).chain(halves.clone().skip(1));
    alike.chain(halves.map(move |half| -most_opposite * half * 0.9999))
}

/// A mask, and how many of its bits are 1: that is asked for at every lag.
#[derive(Clone, Copy)]
struct Counted<'a> {
    bits: &'a Bits,
    ones: u64,
}

impl<'a> Counted<'a> {
    fn of(bits: &'a Bits) -> Counted<'a> {
        Counted { bits, ones: bits.ones() }
    }
}

impl Lag {
    fn play(&mut self, kept: Counted, earlier: &[Counted]) {
        let pairs = match self.distance {
            Distance::Elements(lag) => pairs_of(kept, kept, lag),
            Distance::Ends(ends) => {
                let Some(earlier) = earlier.last().filter(|it| it.bits.len() >= ends) else {
                    return;
                };
                let (first, last) =
                    (kept.bits.slice(0, ends), earlier.bits.slice(earlier.bits.len() - ends, ends));
                pairs(&first, &last, 0)
            }
            Distance::Calls(calls, shift) => {
                let Some(&earlier) = earlier.iter().rev().nth(calls - 1) else { return };
                if shift >= 0 {
                    pairs_of(kept, earlier, shift.unsigned_abs())
                } else {
                    // What goes with a later place of the earlier mask.
                    let turned = pairs_of(earlier, kept, shift.unsigned_abs());
                    [[turned[0][0], turned[1][0]], [turned[0][1], turned[1][1]]]
                }
            }
        };
        for (sum, count) in self.pairs.iter_mut().flatten().zip(pairs.iter().flatten()) {
            *sum += count;
        }
    }
}

/// How often bit `i - lag` of `earlier` was what and bit `i` of `later` what, for `i` from `lag` on.
pub(in crate::bet) fn pairs(later: &Bits, earlier: &Bits, lag: usize) -> Pairs {
    pairs_of(Counted::of(later), Counted::of(earlier), lag)
}

fn pairs_of(later: Counted, earlier: Counted, lag: usize) -> Pairs {
    let n = later.bits.len();
    if n <= lag || n != earlier.bits.len() {
        return [[0; 2]; 2];
    }
    let of = (n - lag) as u64;
    let both = later.bits.ones_after(earlier.bits, lag);
    let first = earlier.ones - earlier.bits.ones_in(n - lag, lag);
    let second = later.ones - later.bits.ones_before(lag);
    [[of + both - first - second, second - both], [first - both, both]]
}

impl Gambler for Lags {
    fn play(&mut self, call: &BetCall) {
        let kept = Counted::of(call.kept);
        let earlier = call.earlier.iter().map(Counted::of).collect::<Vec<_>>();
        for lag in &mut self.lags {
            lag.play(kept, &earlier);
        }
    }

    fn ln_wealth(&self) -> f64 {
        ln_mean(self.lags.iter().map(|lag| self.ln_wealth_of(lag)))
    }

    fn belief(&self) -> String {
        let Some(lag) = self.best() else { return String::new() };
        let [[neither, later], [earlier, both]] = lag.pairs;
        let of = (neither + later + earlier + both) as f64;
        let covariance =
            (both as f64 - (both + earlier) as f64 * self.keep - (both + later) as f64 * self.keep)
                / of
                + self.keep * self.keep;
        let correlation = (covariance / (self.keep * (1.0 - self.keep))).clamp(-1.0, 1.0);
        let ln = |belief: &&Belief| belief.ln(&lag.pairs);
        let believed = self.beliefs.iter().max_by(|a, b| ln(a).total_cmp(&ln(b)));
        let copies = believed.is_some_and(|belief| belief.correlation > 0.9);
        let alike = if copies { "the same" } else { "correlated" };
        let what = match lag.distance {
            Distance::Elements(lag) => format!("elements {lag} apart are {alike}"),
            Distance::Calls(1, 0) => format!("the masks of successive calls are {alike}"),
            Distance::Calls(calls, 0) => format!("the masks of calls {calls} apart are {alike}"),
            Distance::Calls(_, shift) => {
                format!("the masks of successive calls, shifted by {shift}, are {alike}")
            }
            Distance::Ends(ends) => {
                format!(
                    "the first {ends} elements of a call and the last of the one before are {alike}"
                )
            }
        };
        let (low, high) = self.interval(lag);
        // The grid of beliefs has no end of its own.
        let (low, high) = (low.min(correlation), high.max(correlation));
        format!("{what}: correlation {correlation:.4} [{low:.4}, {high:.4}] over {of} pairs")
    }

    fn sights(&self, calls: &[Bits]) -> Vec<Sight> {
        let rows = self.best().and_then(|lag| match lag.distance {
            Distance::Elements(lag) => Rows::of_call(calls.last()?, stride_for(lag)),
            Distance::Calls(..) | Distance::Ends(_) => Rows::of_calls(calls, None),
        });
        rows.into_iter().map(Sight::Rows).collect()
    }
}

#[cfg(test)]
mod tests;
