use super::bits::Bits;
use super::collisions::stake;
use super::gamblers::Pairs;
use super::numerics::ln_mean;
use super::sight::{Rows, Sight};
use std::collections::VecDeque;

/// Bets that two calls at different ratios drew the same uniforms: what the larger ratio kept, the smaller
/// one keeps, too. Each mask of another ratio than one of the last is a game of its own, with a small stake.
#[derive(Default)]
pub(super) struct Coupled {
    earlier: VecDeque<(Bits, f64)>,
    games: usize,
    ln_wealth: f64,
    best: Option<Coupling>,
}

/// Two masks that go together.
struct Coupling {
    ln: f64,
    calls: usize,
    keeps: [f64; 2],
    masks: [Bits; 2],
}

/// So many masks are remembered.
const MEMORY: usize = 4;

/// How faithfully uniforms come again.
const FIDELITIES: [f64; 3] = [0.3, 0.9, 0.9999];

/// Fewer bits do not pay the stake.
const SHORTEST: usize = 16;

impl Coupled {
    pub(super) fn play(&mut self, mask: &Bits, keep: f64) {
        let games = self.earlier.iter().rev().enumerate();
        let games = games.filter(|(_, (bits, before))| {
            *before != keep && bits.len().min(mask.len()) >= SHORTEST
        });
        let games = games.map(|(back, (bits, before))| {
            let pairs = pairs(bits, mask);
            let beliefs = FIDELITIES.map(|fidelity| ln_coupled(&pairs, *before, keep, fidelity));
            (ln_mean(beliefs), back + 1)
        });
        let games = games.collect::<Vec<_>>();
        if !games.is_empty() {
            self.games += 1;
            let stake = stake(self.games);
            let won = stake * ln_mean(games.iter().map(|(ln, _)| *ln)).exp();
            self.ln_wealth += (1.0 - stake + won.min(f64::MAX)).ln();
            for (ln, calls) in games {
                if self.best.as_ref().is_none_or(|best| best.ln < ln) {
                    let (before, q) = &self.earlier[self.earlier.len() - calls];
                    let (keeps, masks) = ([*q, keep], [before.clone(), mask.clone()]);
                    self.best = Some(Coupling { ln, calls, keeps, masks });
                }
            }
        }
        if self.earlier.len() == MEMORY {
            self.earlier.pop_front();
        }
        self.earlier.push_back((mask.clone(), keep));
    }

    pub(super) fn ln_wealth(&self) -> f64 {
        self.ln_wealth
    }

    pub(super) fn belief(&self) -> String {
        let Some(Coupling { calls, keeps, masks, .. }) = &self.best else {
            return "no two masks were of different ratios".to_owned();
        };
        let [first, second] = keeps.map(|keep| 1.0 - keep);
        let bits = masks.each_ref().map(Bits::len).into_iter().min().unwrap_or_default();
        format!(
            "calls {calls} apart, at ratios {first:.4} and {second:.4}, drew the same uniforms: {bits} bits"
        )
    }

    pub(super) fn sights(&self) -> Vec<Sight> {
        let rows = self.best.as_ref().and_then(|best| Rows::of_calls(&best.masks, None));
        rows.map(Sight::Rows).into_iter().collect()
    }
}

/// How often a bit of the one was what, and that of the other what, as far as both go.
fn pairs(first: &Bits, second: &Bits) -> Pairs {
    let n = first.len().min(second.len());
    let both = first.ones_with(second);
    let (first, second) = (first.ones_before(n), second.ones_before(n));
    [[n as u64 + both - first - second, second - both], [first - both, both]]
}

/// The wealth of one who believes that the second mask comes from the uniforms of the first, after these
/// pairs.
fn ln_coupled(pairs: &Pairs, first: f64, second: f64, fidelity: f64) -> f64 {
    let nested = match first < second {
        true => [(second - first) / (1.0 - first), 1.0],
        false => [0.0, second / first],
    };
    let each = pairs.iter().zip(nested).flat_map(|(counts, nested)| {
        let believed = (1.0 - fidelity) * second + fidelity * nested;
        let logs = [((1.0 - believed) / (1.0 - second)).ln(), (believed / second).ln()];
        counts.iter().zip(logs).map(|(&count, ln)| if count == 0 { 0.0 } else { count as f64 * ln })
    });
    each.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    fn uniforms(n: usize, seed: u64) -> Vec<f64> {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        (0..n).map(|_| (random.next_u64() >> 11) as f64 * 2f64.powi(-53)).collect()
    }

    fn mask(uniforms: &[f64], ratio: f64) -> Bits {
        Bits::of(uniforms.iter().map(|&u| u > ratio))
    }

    #[test]
    fn the_same_uniforms_are_told_at_another_ratio() {
        let (u, v) = (uniforms(400, 1), uniforms(400, 2));
        for (first, second) in [(0.5, 0.25), (0.25, 0.5), (0.3, 0.6)] {
            let mut coupled = Coupled::default();
            coupled.play(&mask(&u, first), 1.0 - first);
            coupled.play(&mask(&v[..90], 0.6), 0.4);
            coupled.play(&mask(&u[..300], second), 1.0 - second);
            let alike = coupled.ln_wealth();
            assert!(alike > 25.0, "{first} {second}: {alike}");
            assert!(coupled.belief().starts_with("calls 2 apart, at ratios"));
        }
    }

    /// At one ratio other gamblers bet; right masks cost a thousandth each.
    #[test]
    fn right_masks_cost_little() {
        let mut coupled = Coupled::default();
        for seed in 0..200 {
            let ratio = [0.5, 0.5, 0.25, 0.75, 0.01][seed as usize % 5];
            coupled.play(&mask(&uniforms(300, seed), ratio), 1.0 - ratio);
        }
        assert!((-0.3..3.0).contains(&coupled.ln_wealth()), "{}", coupled.ln_wealth());
        let mut alike = Coupled::default();
        (0..9).for_each(|_| alike.play(&mask(&uniforms(300, 1), 0.5), 0.5));
        assert_eq!(alike.ln_wealth(), 0.0);
    }

    /// All masks of five elements: on average a gambler has what it had.
    #[test]
    fn a_game_is_fair() {
        for (first, second) in [(0.5, 0.75), (0.75, 0.5), (0.9, 0.25f64)] {
            let bits = |number: u32| Bits::of((0..5).map(|place| number >> place & 1 == 1));
            let earlier = bits(0b10110);
            for fidelity in FIDELITIES {
                let mean = (0..32).map(|number: u32| {
                    let ones = number.count_ones().cast_signed();
                    let probability = second.powi(ones) * (1.0 - second).powi(5 - ones);
                    let pairs = pairs(&earlier, &bits(number));
                    probability * ln_coupled(&pairs, first, second, fidelity).exp()
                });
                let mean = mean.sum::<f64>();
                assert!((mean - 1.0).abs() < 1e-9, "{first} {second} {fidelity}: {mean}");
            }
        }
    }
}
