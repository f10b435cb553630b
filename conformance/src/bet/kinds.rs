use super::gamblers::interval;
use super::numerics::{ln_mean, ln_sum};
use super::sight::{MaskPart, Sight};
use std::collections::BTreeMap;

/// What some calls have in common: a value of something that varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// What varies.
    pub dimension: &'static str,
    /// What it is here.
    pub value: &'static str,
}

/// So many tags there are at most; a law holds the space of programs to it.
pub const MOST_TAGS: usize = 256;

/// Bets that some elements of calls of one kind have a rate of their own: of those of one tag, or of two. Each tag
/// and each pair of tags has gamblers, who sleep while calls of other kinds are played; they begin with equal
/// parts, half of the money for single tags and half for pairs.
pub(super) struct Kinds<const HABITS: usize> {
    habits: [&'static str; HABITS],
    believed: fn(f64) -> Vec<f64>,
    kinds: BTreeMap<[Tag; 2], [Kind; HABITS]>,
}

/// So many elements were kept, of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) kept: u64,
    pub(super) trials: u64,
}

/// What was kept of one kind, and the logarithms of the wealths of those who bet on it, belief by belief.
#[derive(Clone, Default)]
struct Kind {
    kept: u64,
    trials: u64,
    expected: f64,
    ln: Vec<f64>,
}

/// A belief about rates: which one there is instead of one.
type Rate = fn(f64) -> f64;

/// Simple ways to be wrong that depend on the rate.
const SIMPLE: [(&str, Rate); 8] = [
    ("one half, at every ratio", |_| 0.5),
    ("kept and dropped are swapped", |keep| 1.0 - keep),
    ("the mask is applied twice", |keep| keep * keep),
    ("a threshold of eight bits, rounded", |keep| (keep * 256.0).round() / 256.0),
    ("a threshold of eight bits, cut off", |keep| 1.0 - ((1.0 - keep) * 256.0).floor() / 256.0),
    ("a ratio in hundredths, rounded", |keep| (keep * 100.0).round() / 100.0),
    ("a ratio in thousandths, rounded", |keep| (keep * 1000.0).round() / 1000.0),
    ("a ratio in thousandths, cut off", |keep| 1.0 - ((1.0 - keep) * 1000.0).floor() / 1000.0),
];

/// By how much the odds of being kept are off, as logarithms, up and down: from nearly nothing that is
/// dropped to a hundredth.
const ODDS: [f64; 10] = [9.0, 5.0, 2.5, 1.2, 0.6, 0.3, 0.15, 0.075, 0.035, 0.015];

/// No belief is certain.
const CERTAIN: f64 = 1e-6;

/// The rates that odds which are off so much make of one, up and down.
fn off(odds: &[f64], keep: f64) -> Vec<f64> {
    let off = odds.iter().flat_map(|&ln| [ln, -ln]).map(|ln| {
        let times = ln.exp();
        keep * times / (keep * times + 1.0 - keep)
    });
    off.collect()
}

impl Kinds<1> {
    /// Bets on the rate of all elements.
    pub(super) fn rates() -> Kinds<1> {
        let believed = |keep| {
            let simple = SIMPLE.into_iter().map(|(_, rate)| rate(keep));
            simple.chain(off(&ODDS, keep)).collect()
        };
        Kinds { habits: [""], believed, kinds: BTreeMap::new() }
    }
}

impl<const MANY: usize> Kinds<MANY> {
    /// Bets on the rates of those elements that these words tell apart.
    pub(super) fn habits(habits: [&'static str; MANY]) -> Kinds<MANY> {
        let believed = |keep| off(&[9.0, 2.5, 0.6, 0.15], keep);
        Kinds { habits, believed, kinds: BTreeMap::new() }
    }
}

impl Kind {
    /// Adds what was kept of so many, and by how much that multiplies the wealth of each belief.
    fn play(&mut self, Count { kept, trials }: Count, keep: f64, gains: &[f64]) {
        self.kept += kept;
        self.trials += trials;
        self.expected += keep * trials as f64;
        self.ln.resize(gains.len(), 0.0);
        self.ln.iter_mut().zip(gains).for_each(|(ln, gain)| *ln += gain);
    }

    fn ln_wealth(&self) -> f64 {
        ln_mean(self.ln.iter().copied())
    }
}

/// The part of the money of a tag, or of a pair of them.
fn part(tags: &[Tag; 2]) -> f64 {
    let most = MOST_TAGS as f64;
    let alike = if tags[0] == tags[1] { most } else { most * (most - 1.0) / 2.0 };
    0.5 / alike
}

impl<const HABITS: usize> Kinds<HABITS> {
    /// Bets on what was kept of the elements of each habit, in calls that have these tags; each once, in their
    /// order. Which elements are of a habit depends on earlier ones alone.
    ///
    /// # Panics
    /// If there are more tags than [`MOST_TAGS`]: they are the judge's own.
    pub(super) fn play(&mut self, tags: &[Tag], counts: [Count; HABITS], keep: f64) {
        let rates = (self.believed)(keep).into_iter();
        let logs = rates.map(|rate| rate.clamp(CERTAIN, 1.0 - CERTAIN));
        let logs = logs.map(|rate| [((1.0 - rate) / (1.0 - keep)).ln(), (rate / keep).ln()]);
        let logs = logs.collect::<Vec<_>>();
        let gains = counts.map(|Count { kept, trials }| {
            let gain =
                |[drops, keeps]: &[f64; 2]| kept as f64 * keeps + (trials - kept) as f64 * drops;
            logs.iter().map(gain).collect::<Vec<_>>()
        });
        let known = self.kinds.len();
        for (index, &first) in tags.iter().enumerate() {
            for &second in &tags[index..] {
                let none = || std::array::from_fn(|_| Kind::default());
                let kinds = self.kinds.entry([first, second]).or_insert_with(none);
                for ((kind, count), gains) in kinds.iter_mut().zip(counts).zip(&gains) {
                    kind.play(count, keep, gains);
                }
            }
        }
        if self.kinds.len() > known {
            let single = self.kinds.keys().filter(|tags| tags[0] == tags[1]).count();
            assert!(single <= MOST_TAGS, "{single} tags");
        }
    }

    /// The logarithm of what all of them have.
    pub(super) fn ln_wealth(&self) -> f64 {
        let asleep = 1.0 - self.kinds.keys().map(part).sum::<f64>();
        let awake = self
            .kinds
            .iter()
            .map(|(tags, kinds)| part(tags).ln() + ln_mean(kinds.iter().map(Kind::ln_wealth)));
        ln_sum(awake.chain([asleep.ln()]))
    }

    /// The one that has most, and the elements that it bets on.
    fn best(&self) -> Option<(&[Tag; 2], &'static str, &Kind)> {
        let all = self.kinds.iter().flat_map(|(tags, kinds)| {
            kinds.iter().zip(self.habits).map(move |(kind, habit)| (tags, habit, kind))
        });
        let money = |of: &(&[Tag; 2], &str, &Kind)| part(of.0).ln() + of.2.ln_wealth();
        all.max_by(|a, b| money(a).total_cmp(&money(b)))
    }

    pub(super) fn belief(&self) -> String {
        let Some((tags, habit, kind)) = self.best() else {
            return "no calls of any kind".to_owned();
        };
        let Kind { kept, trials, expected, ln } = kind;
        let simple = SIMPLE.iter().take(if habit.is_empty() { SIMPLE.len() } else { 0 });
        let named = ln.iter().zip(simple).max_by(|a, b| a.0.total_cmp(b.0));
        let most = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let like = named.filter(|(ln, _)| **ln >= most - 1.0);
        let like =
            like.map_or(String::new(), |(_, (name, _))| format!("; consistent with: {name}"));
        let words = words(habit, tags);
        format!("kept {words}: {kept} of {trials} elements, {expected:.1} expected{like}")
    }

    pub(super) fn sights(&self) -> Vec<Sight> {
        let part = self.best().map(|(tags, habit, kind)| {
            let keep = (kind.expected / kind.trials as f64).clamp(1e-9, 1.0 - 1e-9);
            let interval = interval(kind.kept, kind.trials, keep);
            let (kept, trials) = (kind.kept, kind.trials);
            Sight::Parts(vec![MaskPart { name: words(habit, tags), kept, trials, interval }])
        });
        part.into_iter().collect()
    }
}

/// Which elements these are, of which calls.
fn words(habit: &str, tags: &[Tag; 2]) -> String {
    let [first, second] = tags.map(|Tag { dimension, value }| format!("{dimension}: {value}"));
    let habit = if habit.is_empty() { String::new() } else { format!("{habit}, ") };
    if first == second {
        format!("{habit}where {first}")
    } else {
        format!("{habit}where {first}, and {second}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bet::numerics::ln_binomial_law;

    fn tag(dimension: &'static str, value: &'static str) -> Tag {
        Tag { dimension, value }
    }

    /// On average there is what there was: all counts that there are, of two calls.
    #[test]
    fn the_bets_are_fair() {
        let (form, shape) = (tag("form", "direct"), tag("shape", "a matrix"));
        for (q, r) in [(0.5, 0.5), (0.9, 0.25), (0.999, 0.05)] {
            let mut mean = 0.0;
            for k in 0..=9 {
                for l in 0..=7 {
                    let mut kinds = Kinds::rates();
                    kinds.play(&[form, shape], [Count { kept: k, trials: 9 }], q);
                    kinds.play(&[form], [Count { kept: l, trials: 7 }], r);
                    let ln = ln_binomial_law(k, 9, q) + ln_binomial_law(l, 7, r);
                    mean += (ln + kinds.ln_wealth()).exp();
                }
            }
            assert!((mean - 1.0).abs() < 1e-9, "{q} {r}: {mean}");
        }
        assert!(Kinds::rates().ln_wealth().abs() < 1e-12);
    }

    /// What is wrong for one pair is found among all others, and named by that pair.
    #[test]
    fn the_kind_that_is_wrong_is_named() {
        let mut kinds = Kinds::rates();
        for (form, other) in [("direct", 0.9), ("layer", 0.5)] {
            for shape in ["a matrix", "one axis"] {
                let tags = [tag("form", form), tag("shape", shape)];
                let wrong = form == "layer" && shape == "a matrix";
                let keep = if wrong { other } else { 0.9 };
                let kept = (keep * 1000.0) as u64;
                kinds.play(&tags, [Count { kept, trials: 1000 }], 0.9);
                kinds.play(&tags, [Count { kept: 300, trials: 600 }], 0.5);
            }
        }
        assert!(kinds.ln_wealth() > 100.0);
        let said = "kept where form: layer, and shape: a matrix: 800 of 1600 elements, 1200.0 \
                    expected; consistent with: one half, at every ratio";
        assert_eq!(kinds.belief(), said);
    }

    /// Small ratios that drop nothing are told from a few ten thousand elements.
    #[test]
    fn a_threshold_that_drops_nothing_is_told() {
        let mut kinds = Kinds::rates();
        let all = Count { kept: 60_000, trials: 60_000 };
        kinds.play(&[tag("ratio", "below 1/100")], [all], 0.999);
        assert!(kinds.ln_wealth() > 30.0, "{}", kinds.ln_wealth());
    }
}
