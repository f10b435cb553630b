use super::bits::Bits;
use super::collisions::stake;
use super::numerics::ln_mean;
use super::sight::Sight;
use rustc_hash::FxHashMap;

/// Bets that the bits of a run, in the order in which they were drawn, repeat themselves: after a period, in
/// another dtype, on another device, in another process, in a mask of another length, or backwards. When the
/// last bits have been seen before, it believes that what followed then follows now.
///
/// Each time that it believes so is a game of its own, with a small stake: a false reminder costs no more.
#[derive(Default)]
pub(super) struct Echo {
    past: Past,
    /// The probability of a 1 of the latest bits.
    keep: f64,
    window: Window,
    /// Where the windows ended that have these keys.
    places: FxHashMap<u64, Place>,
    follows: Option<Following>,
    /// How often it began to follow.
    games: usize,
    /// What it has, but for the game that is played now.
    ln_wealth: f64,
    /// What foretold most.
    best: Option<Following>,
}

/// The bits that are remembered.
#[derive(Default)]
struct Past {
    words: Vec<u64>,
    len: usize,
}

/// The last bits, while they have one probability, as two hashes.
#[derive(Default)]
struct Window {
    /// How many bits tell a place again.
    length: usize,
    /// How many of them there are, since the probability is what it is.
    filled: usize,
    forward: u64,
    /// The same bits in the opposite order.
    backward: u64,
    /// [`BASE`] to the power of how many there are.
    power: u64,
}

/// Where a window ended.
#[derive(Clone, Copy)]
struct Place {
    end: u32,
    way: Way,
}

/// Which of a window's two hashes is its key: a window and its reverse have one key, and opposite ways.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Forward,
    Backward,
}

/// A place that is thought to come again.
#[derive(Clone)]
struct Following {
    /// Where the first bit that was foretold had been before.
    from: usize,
    backwards: bool,
    /// The first bit that was foretold.
    since: usize,
    foretold: u64,
    bits: u64,
    misses: u32,
    /// The logarithms of the wealths, for each of [`FIDELITIES`].
    ln: [f64; 3],
}

/// So many bits of a run are remembered: a generator that repeats itself later is beyond the budget.
const LONGEST: usize = 1 << 25;

/// A place is told again by so many bits of information: with less it would be led astray.
const INFORMATION: f64 = 44.0;

/// Where hardly an element is dropped, or kept, places are not told again.
const LONGEST_WINDOW: usize = 1 << 14;

/// One window in so many is remembered; which ones, their own bits say. The first and the last of each mask
/// are besides.
const ONE_IN: u64 = 8;

/// An odd number without a pattern, the base of the hashes: 2^64 over the golden ratio.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// How faithfully what was seen before comes again.
const FIDELITIES: [f64; 3] = [0.5, 0.95, 0.9999];

/// So many bits of what came again are shown.
const SHOWN: usize = 1024;

impl Past {
    fn push(&mut self, bit: bool) {
        if self.len.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(bit) << (self.len % 64);
        }
        self.len += 1;
    }

    fn get(&self, place: usize) -> bool {
        self.words[place / 64] >> (place % 64) & 1 == 1
    }

    /// The bits from `start` on, forwards or backwards, as many of `n` as there are.
    fn row(&self, start: usize, n: usize, backwards: bool) -> Bits {
        let n = if backwards { n.min(start + 1) } else { n.min(self.len.saturating_sub(start)) };
        let place = |at: usize| if backwards { start - at } else { start + at };
        Bits::of((0..n).map(|at| self.get(place(at))))
    }
}

/// Bits are counted as 1 and 2, so that rows of zeros of different lengths differ.
fn digit(bit: bool) -> u64 {
    1 + u64::from(bit)
}

impl Window {
    /// An empty window for bits of this probability.
    fn of(keep: f64) -> Window {
        let entropy = -keep * keep.log2() - (1.0 - keep) * (1.0 - keep).log2();
        let length = (INFORMATION / entropy).ceil() as usize;
        Window { length, power: 1, ..Window::default() }
    }

    /// The window one bit later; `left` is the bit that it leaves behind, if it is full.
    fn see(&mut self, bit: bool, left: Option<bool>) {
        /// What [`BASE`] times it is 1: of an odd number there is one, found by Newton's steps.
        const INVERSE: u64 = {
            let (mut inverse, mut steps) = (BASE, 0);
            while steps < 6 {
                inverse = inverse.wrapping_mul(2u64.wrapping_sub(BASE.wrapping_mul(inverse)));
                steps += 1;
            }
            inverse
        };
        self.forward = self.forward.wrapping_mul(BASE).wrapping_add(digit(bit));
        match left {
            Some(left) => {
                self.forward = self.forward.wrapping_sub(digit(left).wrapping_mul(self.power));
                let rest = self.backward.wrapping_sub(digit(left)).wrapping_mul(INVERSE);
                let newest = self.power.wrapping_mul(INVERSE);
                self.backward = rest.wrapping_add(digit(bit).wrapping_mul(newest));
            }
            None => {
                self.backward = self.backward.wrapping_add(digit(bit).wrapping_mul(self.power));
                self.power = self.power.wrapping_mul(BASE);
                self.filled += 1;
            }
        }
    }

    /// By what it is found, read either way.
    fn key(&self) -> (u64, Way) {
        if self.forward <= self.backward {
            (self.forward, Way::Forward)
        } else {
            (self.backward, Way::Backward)
        }
    }
}

/// For each fidelity, what was foretold, and what came: the logarithm by which the wealth changes.
type Odds = [[[f64; 2]; 2]; 3];

fn odds(keep: f64) -> Odds {
    FIDELITIES.map(|fidelity| {
        [0.0, 1.0].map(|foretold| {
            let believed = (1.0 - fidelity) * keep + fidelity * foretold;
            [((1.0 - believed) / (1.0 - keep)).ln(), (believed / keep).ln()]
        })
    })
}

impl Following {
    fn ln_wealth(&self) -> f64 {
        ln_mean(self.ln)
    }

    /// Whether it is followed any further.
    fn see(&mut self, before: bool, bit: bool, odds: &Odds) -> bool {
        for (ln, odds) in self.ln.iter_mut().zip(odds) {
            *ln += odds[usize::from(before)][usize::from(bit)];
        }
        self.bits += 1;
        self.foretold += u64::from(before == bit);
        // After too many misses the place was the wrong one.
        self.misses = if before == bit { self.misses.saturating_sub(1) } else { self.misses + 8 };
        // Backwards there is a first one.
        self.misses < 64 && !(self.backwards && self.bits as usize > self.from)
    }

    /// Where the next bit is thought to have been before.
    fn place(&self) -> usize {
        let bits = self.bits as usize;
        if self.backwards { self.from - bits } else { self.from + bits }
    }
}

impl Echo {
    /// Bets on the bits of a mask.
    pub(super) fn play(&mut self, mask: &Bits, keep: f64) {
        if self.keep != keep {
            (self.keep, self.window) = (keep, Window::of(keep));
            self.ends();
        }
        if self.window.length > LONGEST_WINDOW {
            return;
        }
        let odds = odds(keep);
        for index in 0..mask.len() {
            if self.past.len == LONGEST {
                return;
            }
            let bit = mask.get(index);
            if let Some(following) = &mut self.follows {
                let before = self.past.get(following.place());
                if !following.see(before, bit, &odds) {
                    self.ends();
                }
            }
            let full = self.window.filled == self.window.length;
            let left = full.then(|| self.past.get(self.past.len - self.window.length));
            self.past.push(bit);
            self.window.see(bit, left);
            if self.window.filled == self.window.length {
                let edge = index + 1 == self.window.length || index + 1 == mask.len();
                self.remember(edge);
            }
        }
    }

    /// Looks whether the window was there before, if it is one of those that are remembered.
    fn remember(&mut self, edge: bool) {
        let (key, way) = self.window.key();
        if !edge && !(key ^ key >> 32).is_multiple_of(ONE_IN) {
            return;
        }
        let since = self.past.len;
        let before = self.places.insert(key, Place { end: since as u32, way });
        let (Some(before), None) = (before, &self.follows) else { return };
        let (end, backwards) = (before.end as usize, before.way != way);
        let from = if backwards { end.checked_sub(self.window.length + 1) } else { Some(end) };
        if let Some(from) = from {
            self.games += 1;
            let (foretold, bits, misses, ln) = (0, 0, 0, [0.0; 3]);
            self.follows = Some(Following { from, backwards, since, foretold, bits, misses, ln });
        }
    }

    /// The game that is played now is over.
    fn ends(&mut self) {
        self.ln_wealth = self.ln_wealth();
        if let Some(following) = self.follows.take()
            && self.best.as_ref().is_none_or(|best| best.ln_wealth() < following.ln_wealth())
        {
            self.best = Some(following);
        }
    }

    /// The logarithm of what it has.
    pub(super) fn ln_wealth(&self) -> f64 {
        let Some(following) = &self.follows else { return self.ln_wealth };
        let stake = stake(self.games);
        let won = stake * following.ln_wealth().exp();
        self.ln_wealth + (1.0 - stake + won.min(f64::MAX)).ln()
    }

    fn best(&self) -> Option<&Following> {
        let all = self.best.iter().chain(&self.follows);
        all.max_by(|a, b| a.ln_wealth().total_cmp(&b.ln_wealth()))
    }

    pub(super) fn belief(&self) -> String {
        let Some(Following { from, backwards, since, foretold, bits, .. }) = self.best() else {
            return "no bits came again".to_owned();
        };
        let back = if *backwards { ", backwards" } else { "" };
        let apart = since - from;
        format!(
            "what was drawn {apart} bits before comes again{back}: {foretold} of {bits} bits foretold"
        )
    }

    pub(super) fn sights(&self) -> Vec<Sight> {
        let again = self.best().filter(|best| best.bits > 0).map(|best| {
            let n = (best.bits as usize).min(SHOWN);
            let first = self.past.row(best.from, n, best.backwards);
            Sight::Again { first, second: self.past.row(best.since, n, false) }
        });
        again.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Bits of which so many in sixteen are 1.
    fn drawn(n: usize, sixteenths: u64, seed: u64) -> Vec<bool> {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        (0..n).map(|_| random.next_u64() % 16 < sixteenths).collect()
    }

    fn played(masks: &[Vec<bool>], keep: f64) -> Echo {
        let mut echo = Echo::default();
        masks.iter().for_each(|mask| echo.play(&Bits::of(mask.iter().copied()), keep));
        echo
    }

    #[test]
    fn hashes_are_those_of_the_window_and_of_its_reverse() {
        let bits = drawn(300, 8, 1);
        let mut window = Window::of(0.5);
        for (index, &bit) in bits.iter().enumerate() {
            let full = window.filled == window.length;
            window.see(bit, full.then(|| bits[index - window.length]));
            let length = window.filled;
            let last = &bits[index + 1 - length..=index];
            let hash = |hash: u64, &bit: &bool| hash.wrapping_mul(BASE).wrapping_add(digit(bit));
            assert_eq!(window.forward, last.iter().fold(0, hash));
            assert_eq!(window.backward, last.iter().rev().fold(0, hash));
        }
        assert_eq!(window.length, 44);
    }

    /// Wherever it was before: as a prefix, a suffix, within another mask, after a period, backwards.
    #[test]
    fn what_comes_again_is_found() {
        let long = drawn(5000, 12, 2);
        let reversed = long.iter().rev().copied().collect::<Vec<_>>();
        let other = drawn(900, 12, 3);
        for again in [&long[..300], &long[4000..], &long[2000..2700], &reversed, &reversed[..400]] {
            let echo = played(&[long.clone(), other.clone(), again.to_vec()], 0.75);
            assert!(echo.ln_wealth() > 25.0, "{} {}", echo.ln_wealth(), echo.belief());
            let [Sight::Again { first, second }] = &echo.sights()[..] else { panic!() };
            assert_eq!(first, second);
        }
    }

    /// Where nothing comes again, little is lost.
    #[test]
    fn right_masks_cost_little() {
        for sixteenths in [1, 8, 15] {
            let masks = (0..200).map(|seed| drawn(2000, sixteenths, seed)).collect::<Vec<_>>();
            let echo = played(&masks, sixteenths as f64 / 16.0);
            assert!((-0.1..5.0).contains(&echo.ln_wealth()), "{}", echo.ln_wealth());
        }
    }

    /// On average it has what it had: all rows of bits behind a window that came before.
    #[test]
    fn a_game_is_fair() {
        for keep in [0.5, 0.75] {
            let odds = odds(keep);
            let foretold = [true, false, true, true, false, false, true, true, false, true];
            let mut mean = 0.0;
            for outcome in 0u32..1 << foretold.len() {
                let (from, backwards, since, ln) = (0, false, 0, [0.0; 3]);
                let (told, bits, misses) = (0, 0, 0);
                let mut game =
                    Following { from, backwards, since, foretold: told, bits, misses, ln };
                let mut probability = 1.0;
                for (at, &before) in foretold.iter().enumerate() {
                    let bit = outcome >> at & 1 == 1;
                    probability *= if bit { keep } else { 1.0 - keep };
                    // It may end here; what it has stays.
                    if game.misses < 64 {
                        game.see(before, bit, &odds);
                    }
                }
                mean += probability * game.ln_wealth().exp();
            }
            assert!((mean - 1.0).abs() < 1e-9, "{keep}: {mean}");
        }
    }
}
