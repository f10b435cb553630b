use super::belief::{Belief, Pairs};
use super::{BetCall, Gambler};
use crate::bet::bits::Bits;
use crate::bet::numerics::ln_mean;
use crate::bet::sight::Sight;
use std::collections::HashMap;

/// Bets that the masks, one after the other, repeat themselves after an unknown time. When
/// the last bits have been seen before, it believes that what followed then follows now.
pub struct Repetition {
    keep: f64,
    /// How many bits tell a place again: with fewer it would be led astray, with more it would begin
    /// too late.
    window: usize,
    /// All bits so far, up to [`LONGEST`].
    past: Vec<bool>,
    /// Where in `past` each call begins.
    calls: Vec<usize>,
    /// Where the windows with these hashes ended.
    places: HashMap<u64, usize>,
    hash: u64,
    /// The base to the power of the window: what a bit that leaves it takes away.
    leaving: u64,
    /// Where the next bit is thought to have been before.
    follows: Option<usize>,
    /// How many bits there had been, then and now, when one was last foretold rightly.
    again: Option<(usize, usize)>,
    misses: u32,
    /// How often a bit was foretold `[as what]` and came `[as what]`.
    foretold: Pairs,
}

/// So many bits of a cell are watched: a generator that repeats itself later is beyond the budget.
const LONGEST: usize = 1 << 17;

/// So many bits of what came again are shown.
const SHOWN: usize = 1024;

/// An odd number without a pattern, the base of the rolling hash: 2^64 over the golden ratio.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// How faithfully what was seen before comes again.
const FIDELITIES: [f64; 4] = [0.5, 0.9, 0.99, 0.9999];

impl Repetition {
    /// A gambler on masks of this rate.
    pub fn new(keep: f64) -> Repetition {
        let entropy = -keep * keep.log2() - (1.0 - keep) * (1.0 - keep).log2();
        // 34 bits of information: a false reminder comes once in 2^17 of 2^17 places.
        let window = (34.0 / entropy).ceil() as usize;
        let leaving = (0..window).fold(1u64, |power, _| power.wrapping_mul(BASE));
        Repetition {
            keep,
            window,
            past: Vec::new(),
            calls: Vec::new(),
            places: HashMap::new(),
            hash: 0,
            leaving,
            follows: None,
            again: None,
            misses: 0,
            foretold: [[0; 2]; 2],
        }
    }

    fn see(&mut self, bit: bool) {
        if let Some(place) = self.follows {
            let before = self.past[place];
            self.foretold[usize::from(before)][usize::from(bit)] += 1;
            if before == bit {
                self.again = Some((place + 1, self.past.len() + 1));
            }
            // After too many misses the place was the wrong one.
            self.misses =
                if before == bit { self.misses.saturating_sub(1) } else { self.misses + 8 };
            self.follows = (self.misses < 64).then_some(place + 1);
        }
        // Bits are counted as 1 and 2, so that rows of zeros of different lengths differ.
        let value = |bit: bool| if bit { 2u64 } else { 1 };
        self.past.push(bit);
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(value(bit));
        let seen = self.past.len();
        if seen > self.window {
            let left = value(self.past[seen - self.window - 1]).wrapping_mul(self.leaving);
            self.hash = self.hash.wrapping_sub(left);
        }
        // One window in eight is remembered; which ones, their own bits say, so that it is the same
        // ones when they come again.
        if seen >= self.window && (self.hash ^ self.hash >> 32) & 7 == 0 {
            let before = self.places.insert(self.hash, seen);
            if let (Some(before), None) = (before, self.follows) {
                (self.follows, self.misses) = (Some(before), 0);
            }
        }
    }

    /// The number of the call, and the element in it, of the last of so many bits.
    fn place(&self, bits: usize) -> (usize, usize) {
        let last = bits.saturating_sub(1);
        let call = self.calls.partition_point(|&first| first <= last).saturating_sub(1);
        (call, last - self.calls[call])
    }

    /// How far apart two places are that so many bits end at.
    fn apart(&self, then: usize, now: usize) -> String {
        let ((before, was), (now, is)) = (self.place(then), self.place(now));
        let shift = is as i64 - was as i64;
        match (now - before, shift) {
            (0, _) => format!(", elements {shift} apart in one call"),
            (calls, 0) => format!(", in calls {calls} apart"),
            (calls, _) => format!(", in calls {calls} apart, shifted by {shift}"),
        }
    }
}

impl Gambler for Repetition {
    fn play(&mut self, call: &BetCall) {
        let room = LONGEST.saturating_sub(self.past.len()).min(call.kept.len());
        if room > 0 {
            self.calls.push(self.past.len());
        }
        for index in 0..room {
            self.see(call.kept.get(index));
        }
    }

    fn ln_wealth(&self) -> f64 {
        let ln = |fidelity| Belief::of(self.keep, fidelity).ln(&self.foretold);
        ln_mean(FIDELITIES.map(ln))
    }

    fn belief(&self) -> String {
        let [[zeros, missed], [wrong, ones]] = self.foretold;
        let (right, all) = (zeros + ones, zeros + ones + missed + wrong);
        let apart = self.again.map_or(String::new(), |(then, now)| self.apart(then, now));
        format!("bits come again as they were{apart}: {right} of {all} foretold")
    }

    fn sights(&self, _calls: &[Bits]) -> Vec<Sight> {
        let Some((then, now)) = self.again else { return Vec::new() };
        let n = then.min(SHOWN);
        let row = |end: usize| Bits::of(self.past[end - n..end].iter().copied());
        vec![Sight::Again { first: row(then), second: row(now) }]
    }
}

#[cfg(test)]
mod tests {
    use super::super::games::play;
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    fn random(n: usize) -> Vec<bool> {
        let mut random = ChaCha20Rng::seed_from_u64(54);
        (0..n).map(|_| random.next_u32() & 1 == 1).collect()
    }

    fn after(bits: &[bool]) -> Repetition {
        let mut gambler = Repetition::new(0.5);
        // Calls of 64 elements, and the remainder.
        let calls = bits.chunks(64).map(|call| Bits::of(call.iter().copied()));
        play(&mut gambler, &calls.collect::<Vec<_>>());
        gambler
    }

    /// A place is told again by 34 bits of information.
    #[test]
    fn rare_bits_tell_less() {
        let windows = [0.5, 0.25, 0.75, 0.99].map(|keep| Repetition::new(keep).window);
        assert_eq!(windows, [34, 42, 42, 421]);
    }

    #[test]
    fn what_comes_again_is_foretold() {
        let once = random(3000);
        let (before, period) = once.split_at(1500);
        let bits = [before, period, period].concat();
        let gambler = after(&bits);
        let [[zeros, missed], [wrong, ones]] = gambler.foretold;
        assert_eq!((missed, wrong), (0, 0));
        // The first place that is remembered comes soon: one window in eight is.
        let right = zeros + ones;
        assert!((1350..=1466).contains(&right), "{right}");
        let foretold = &bits[bits.len() - right as usize..];
        assert_eq!(ones, foretold.iter().filter(|&&bit| bit).count() as u64);
        // Calls have 64 elements: 1500 are 23 calls and 28 elements, here across the end of a call.
        let said = "bits come again as they were, in calls 24 apart, shifted by -36";
        assert_eq!(gambler.belief(), format!("{said}: {right} of {right} foretold"));
        // The last 1024 bits, and those of one period before.
        let [Sight::Again { first, second }] = &gambler.sights(&[])[..] else { panic!("two rows") };
        assert_eq!(second, &Bits::of(bits[bits.len() - 1024..].iter().copied()));
        assert_eq!(first, second);
        assert!(gambler.ln_wealth() > 0.99 * right as f64 * 2f64.ln(), "{}", gambler.ln_wealth());
    }

    #[test]
    fn what_never_came_is_not_foretold() {
        let gambler = after(&random(20_000));
        assert_eq!(gambler.belief(), "bits come again as they were: 0 of 0 foretold");
        assert_eq!((gambler.sights(&[]), gambler.ln_wealth()), (vec![], 0.0));
        // One window in eight is remembered: 2496 of 19967, give or take 47.
        assert!((2250..2750).contains(&gambler.places.len()), "{}", gambler.places.len());
    }

    /// Eight wrong ones on end are enough; a right one makes up for one eighth of a wrong one.
    #[test]
    fn a_misled_gambler_gives_up() {
        let past = random(600);
        let again = &past[..300];
        let wrong = past[300..600].iter().map(|bit| !bit).collect::<Vec<_>>();
        let gambler = after(&[&past, again, &wrong].concat());
        let [[zeros, missed], [false_ones, ones]] = gambler.foretold;
        assert_eq!(missed + false_ones, 8);
        assert!(zeros + ones > 150 && gambler.follows.is_none());
        let (right, all) = (zeros + ones, zeros + ones + 8);
        let said = "bits come again as they were, in calls 10 apart, shifted by -40";
        assert_eq!(gambler.belief(), format!("{said}: {right} of {all} foretold"));
        // One wrong one in ten is forgiven in time, one in four is not.
        let followed = |wrong_one: usize| {
            let bits = past[..600].iter().enumerate();
            let nearly = bits.map(|(at, &bit)| bit ^ (at > 200 && at % wrong_one == 0));
            let gambler = after(&[past.clone(), nearly.collect()].concat());
            let [[_, missed], [wrong, _]] = gambler.foretold;
            (missed + wrong, gambler.follows.is_some())
        };
        assert_eq!(followed(10), (39, true));
        // 8 - 3 = 5 more each time: with the thirteenth it is 68.
        assert_eq!(followed(4), (13, false));
    }

    #[test]
    fn so_many_bits_are_watched_and_no_more() {
        let mut gambler = after(&random(LONGEST + 100));
        assert_eq!(gambler.past.len(), LONGEST);
        play(&mut gambler, &[Bits::of([true].into_iter())]);
        assert_eq!(gambler.past.len(), LONGEST);
    }
}
