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

/// Bets that calls of one kind have a rate of their own: those of one tag, or of two. Each tag and each pair
/// of tags has a gambler, who sleeps while calls of other kinds are played; they begin with equal parts, half
/// of the money for single tags and half for pairs.
#[derive(Default)]
pub(super) struct Kinds(BTreeMap<[Tag; 2], Kind>);

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

fn beliefs(keep: f64) -> impl Iterator<Item = f64> {
    let odds = ODDS.into_iter().flat_map(|ln| [ln, -ln]).map(move |ln: f64| {
        let times = ln.exp();
        keep * times / (keep * times + 1.0 - keep)
    });
    let simple = SIMPLE.into_iter().map(move |(_, rate)| rate(keep));
    simple.chain(odds).map(|rate| rate.clamp(CERTAIN, 1.0 - CERTAIN))
}

impl Kind {
    /// Adds what was kept of so many, and by how much that multiplies the wealth of each belief.
    fn play(&mut self, kept: u64, trials: u64, keep: f64, gains: &[f64]) {
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

impl Kinds {
    /// Bets on so many elements of which so many were kept, in calls that have these tags; each once, in
    /// their order.
    ///
    /// # Panics
    /// If there are more tags than [`MOST_TAGS`]: they are the judge's own.
    pub(super) fn play(&mut self, tags: &[Tag], kept: u64, trials: u64, keep: f64) {
        let (ones, zeros) = (kept as f64, (trials - kept) as f64);
        let gains = beliefs(keep)
            .map(|rate| ones * (rate / keep).ln() + zeros * ((1.0 - rate) / (1.0 - keep)).ln());
        let gains = gains.collect::<Vec<_>>();
        let known = self.0.len();
        for (index, &first) in tags.iter().enumerate() {
            for &second in &tags[index..] {
                let kind = self.0.entry([first, second]).or_default();
                kind.play(kept, trials, keep, &gains);
            }
        }
        if self.0.len() > known {
            let single = self.0.keys().filter(|tags| tags[0] == tags[1]).count();
            assert!(single <= MOST_TAGS, "{single} tags");
        }
    }

    /// The logarithm of what all of them have.
    pub(super) fn ln_wealth(&self) -> f64 {
        let asleep = 1.0 - self.0.keys().map(part).sum::<f64>();
        let awake = self.0.iter().map(|(tags, kind)| part(tags).ln() + kind.ln_wealth());
        ln_sum(awake.chain([asleep.ln()]))
    }

    /// The one that has most.
    fn best(&self) -> Option<(&[Tag; 2], &Kind)> {
        let money = |(tags, kind): &(&[Tag; 2], &Kind)| part(tags).ln() + kind.ln_wealth();
        self.0.iter().max_by(|a, b| money(a).total_cmp(&money(b)))
    }

    pub(super) fn belief(&self) -> String {
        let Some((tags, kind)) = self.best() else { return "no calls of any kind".to_owned() };
        let Kind { kept, trials, expected, ln } = kind;
        let named = ln.iter().zip(SIMPLE).max_by(|a, b| a.0.total_cmp(b.0));
        let most = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let like = named.filter(|(ln, _)| **ln >= most - 1.0);
        let like =
            like.map_or(String::new(), |(_, (name, _))| format!("; consistent with: {name}"));
        let words = words(tags);
        format!("kept {words}: {kept} of {trials} elements, {expected:.1} expected{like}")
    }

    pub(super) fn sights(&self) -> Vec<Sight> {
        let part = self.best().map(|(tags, kind)| {
            let keep = (kind.expected / kind.trials as f64).clamp(1e-9, 1.0 - 1e-9);
            let interval = interval(kind.kept, kind.trials, keep);
            let (kept, trials) = (kind.kept, kind.trials);
            Sight::Parts(vec![MaskPart { name: words(tags), kept, trials, interval }])
        });
        part.into_iter().collect()
    }
}

/// Which calls these are.
fn words(tags: &[Tag; 2]) -> String {
    let [first, second] = tags.map(|Tag { dimension, value }| format!("{dimension}: {value}"));
    if first == second { format!("where {first}") } else { format!("where {first}, and {second}") }
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
                    let mut kinds = Kinds::default();
                    kinds.play(&[form, shape], k, 9, q);
                    kinds.play(&[form], l, 7, r);
                    let ln = ln_binomial_law(k, 9, q) + ln_binomial_law(l, 7, r);
                    mean += (ln + kinds.ln_wealth()).exp();
                }
            }
            assert!((mean - 1.0).abs() < 1e-9, "{q} {r}: {mean}");
        }
        assert!(Kinds::default().ln_wealth().abs() < 1e-12);
    }

    /// What is wrong for one pair is found among all others, and named by that pair.
    #[test]
    fn the_kind_that_is_wrong_is_named() {
        let mut kinds = Kinds::default();
        for (form, other) in [("direct", 0.9), ("layer", 0.5)] {
            for shape in ["a matrix", "one axis"] {
                let tags = [tag("form", form), tag("shape", shape)];
                let wrong = form == "layer" && shape == "a matrix";
                let keep = if wrong { other } else { 0.9 };
                kinds.play(&tags, (keep * 1000.0) as u64, 1000, 0.9);
                kinds.play(&tags, 300, 600, 0.5);
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
        let mut kinds = Kinds::default();
        kinds.play(&[tag("ratio", "below 1/100")], 60_000, 60_000, 0.999);
        assert!(kinds.ln_wealth() > 30.0, "{}", kinds.ln_wealth());
    }
}
