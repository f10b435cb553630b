//! Rows of values that cover all pairs, or nearly all triples, of the values of several dimensions.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// Values of several dimensions: how many each has, and which go together.
pub(super) struct Grid {
    /// The dimension of each value; values are numbered through all dimensions.
    dimension: Vec<usize>,
    /// The first value of each dimension, and one behind the last.
    first: Vec<usize>,
    /// `[one][other]`: whether two values of different dimensions may stand in one row.
    together: Vec<Vec<bool>>,
    /// Values that cost much: in a row of them only what it begins with is counted on.
    dear: Vec<bool>,
}

/// A value for each dimension.
pub(super) type Values = Vec<usize>;

/// How many tuples of values were met, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// How many of them rows were asked with.
    pub met: usize,
    /// How many there are that can be asked together.
    pub all: usize,
}

impl Grid {
    /// A grid of dimensions with so many values each.
    pub(super) fn new(
        counts: &[usize],
        together: impl Fn(usize, usize) -> bool,
        dear: impl Fn(usize) -> bool,
    ) -> Grid {
        let mut first = vec![0];
        let mut dimension = Vec::new();
        for (index, &count) in counts.iter().enumerate() {
            dimension.extend((0..count).map(|_| index));
            first.push(dimension.len());
        }
        let all = dimension.len();
        let pair = |one: usize, other: usize| {
            dimension[one] != dimension[other] && together(one.min(other), one.max(other))
        };
        let together = (0..all).map(|one| (0..all).map(|other| pair(one, other)).collect());
        let (together, dear) = (together.collect(), (0..all).map(dear).collect());
        Grid { dimension, first, together, dear }
    }

    fn dimensions(&self) -> usize {
        self.first.len() - 1
    }

    fn goes_with(&self, value: usize, others: &[usize]) -> bool {
        others.iter().all(|&other| self.together[value][other])
    }

    /// The pairs of values that can be asked together.
    fn pairs(&self) -> Vec<Values> {
        let all = self.dimension.len();
        let pairs = (0..all).flat_map(|one| (one + 1..all).map(move |other| vec![one, other]));
        pairs.filter(|pair| self.together[pair[0]][pair[1]]).collect()
    }

    /// The triples of values that can be asked together, without dear ones.
    fn triples(&self) -> Vec<Values> {
        let all = self.dimension.len();
        let third = |pair: Values| {
            let more = (pair[1] + 1..all).filter(|&value| {
                self.goes_with(value, &pair)
                    && ![pair[0], pair[1], value].iter().any(|&it| self.dear[it])
            });
            more.map(|value| vec![pair[0], pair[1], value]).collect::<Vec<_>>()
        };
        self.pairs().into_iter().flat_map(third).collect()
    }

    /// How many pairs and triples some rows meet, of those that can be asked together.
    pub(super) fn met(&self, rows: &[Values]) -> [Met; 2] {
        let mut missing = Missing::of(self, 3);
        let of = |missing: &Missing| [&missing.pairs, &missing.triples].map(Tuples::count);
        let all = of(&missing);
        rows.iter().for_each(|row| missing.meet(row));
        let left = of(&missing);
        [0, 1].map(|index| Met { met: all[index] - left[index], all: all[index] })
    }

    /// Rows that meet every pair, and then triples until no more than so many in a hundred are left, or there
    /// are so many rows.
    pub(super) fn rows(
        &self,
        strength: usize,
        (left, most): (usize, usize),
        random: &mut ChaCha20Rng,
    ) -> Vec<Values> {
        let mut missing = Missing::of(self, strength);
        let triples = missing.triples.count();
        let mut rows: Vec<Values> = Vec::new();
        for goals in [self.pairs(), if strength > 2 { self.triples() } else { Vec::new() }] {
            let mut goals = goals;
            // Another order for each seed: other triples are left out.
            for index in (1..goals.len()).rev() {
                goals.swap(index, random.next_u32() as usize % (index + 1));
            }
            for goal in goals {
                let enough = rows.len() >= most || missing.triples.count() * 100 < left * triples;
                if enough && missing.pairs.count() == 0 {
                    return rows;
                }
                if missing.has(&goal)
                    && let Some(row) = self.row(&goal, &missing, random)
                {
                    missing.meet(&row);
                    rows.push(row);
                }
            }
        }
        rows
    }

    /// A row with these values that meets much of what is missing; `None` if the values of some dimension
    /// go with none of the others that were chosen.
    fn row(&self, goal: &[usize], missing: &Missing, random: &mut ChaCha20Rng) -> Option<Values> {
        /// The best of so many is taken.
        const TRIES: usize = 4;
        let tries = (0..TRIES).filter_map(|_| self.tried(goal, missing, random));
        let best = tries.max_by_key(|(gain, _)| *gain)?;
        let mut row = best.1;
        row.sort_unstable();
        Some(row)
    }

    fn tried(
        &self,
        goal: &[usize],
        missing: &Missing,
        random: &mut ChaCha20Rng,
    ) -> Option<(usize, Values)> {
        let (mut row, mut gain) = (goal.to_vec(), 0);
        let mut left = (0..self.dimensions()).collect::<Vec<_>>();
        left.retain(|&dimension| row.iter().all(|&value| self.dimension[value] != dimension));
        while !left.is_empty() {
            let dimension = left.swap_remove(random.next_u32() as usize % left.len());
            let values = self.first[dimension]..self.first[dimension + 1];
            let fits = values.filter(|&value| self.goes_with(value, &row));
            // Cheap ones first, then what meets most; of equals any.
            let rank =
                |value: usize| (!self.dear[value], missing.gain(value, &row), random.next_u32());
            let ranked = fits.map({
                let mut rank = rank;
                move |value| (rank(value), value)
            });
            let ((_, more, _), value) = ranked.max()?;
            gain += more;
            row.push(value);
        }
        Some((gain, row))
    }
}

/// The tuples that no row has met.
struct Missing {
    pairs: Tuples,
    triples: Tuples,
}

/// A set of tuples of values, as bits.
struct Tuples {
    all: usize,
    words: Vec<u64>,
}

impl Tuples {
    fn new(all: usize, size: u32) -> Tuples {
        Tuples { all, words: vec![0; all.pow(size).div_ceil(64)] }
    }

    fn place(&self, tuple: &[usize]) -> usize {
        let mut tuple = [tuple[0], tuple[1], tuple.get(2).copied().unwrap_or(usize::MAX)];
        tuple.sort_unstable();
        let known = tuple.into_iter().filter(|&value| value != usize::MAX);
        known.fold(0, |place, value| place * self.all + value)
    }

    fn has(&self, tuple: &[usize]) -> bool {
        let place = self.place(tuple);
        self.words.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    fn set(&mut self, tuple: &[usize], to: bool) {
        let place = self.place(tuple);
        if let Some(word) = self.words.get_mut(place / 64) {
            *word = *word & !(1 << (place % 64)) | u64::from(to) << (place % 64);
        }
    }

    fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

impl Missing {
    fn of(grid: &Grid, strength: usize) -> Missing {
        let all = grid.dimension.len();
        let mut pairs = Tuples::new(all, 2);
        grid.pairs().iter().for_each(|pair| pairs.set(pair, true));
        let mut triples = Tuples { all, words: Vec::new() };
        if strength > 2 {
            triples = Tuples::new(all, 3);
            grid.triples().iter().for_each(|triple| triples.set(triple, true));
        }
        Missing { pairs, triples }
    }

    fn has(&self, tuple: &[usize]) -> bool {
        if tuple.len() == 2 { self.pairs.has(tuple) } else { self.triples.has(tuple) }
    }

    /// How much is met besides when a value comes to a row. A pair is worth more than any number of triples.
    fn gain(&self, value: usize, row: &[usize]) -> usize {
        let pairs = row.iter().filter(|&&other| self.pairs.has(&[value, other])).count();
        let triples = row.iter().enumerate().map(|(index, &one)| {
            let others = row[index + 1..].iter();
            others.filter(|&&other| self.triples.has(&[value, one, other])).count()
        });
        1000 * pairs + if self.triples.words.is_empty() { 0 } else { triples.sum() }
    }

    fn meet(&mut self, row: &[usize]) {
        for (index, &one) in row.iter().enumerate() {
            for (next, &other) in row.iter().enumerate().skip(index + 1) {
                self.pairs.set(&[one, other], false);
                row[next + 1..].iter().for_each(|&third| {
                    self.triples.set(&[one, other, third], false);
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    /// Five dimensions; the last value of the first one goes with the first of the second alone, and is dear.
    fn grid() -> Grid {
        Grid::new(&[4, 5, 3, 3, 2], |one, other| one != 3 || !(5..9).contains(&other), |it| it == 3)
    }

    #[test]
    fn every_pair_is_met_and_nothing_stands_together_that_may_not() {
        let grid = grid();
        for seed in 0..20 {
            let mut random = ChaCha20Rng::seed_from_u64(seed);
            let rows = grid.rows(2, (0, 0), &mut random);
            let [pairs, triples] = grid.met(&rows);
            assert_eq!((pairs.met, pairs.all), (pairs.all, 109));
            assert!(triples.met < triples.all);
            // The largest two dimensions have 16 pairs.
            assert!((16..=26).contains(&rows.len()), "{}", rows.len());
            for row in &rows {
                assert_eq!(
                    row.iter().map(|&it| grid.dimension[it]).collect::<Vec<_>>(),
                    [0, 1, 2, 3, 4]
                );
                assert!(row[0] != 3 || row[1] == 4, "{row:?}");
            }
        }
    }

    #[test]
    fn triples_are_met_as_far_as_there_are_rows() {
        let grid = grid();
        let mut random = ChaCha20Rng::seed_from_u64(1);
        let [pairs, triples] = grid.met(&grid.rows(3, (0, 1000), &mut random));
        assert_eq!((pairs.met, triples.met), (pairs.all, triples.all));
        let few = grid.rows(3, (0, 30), &mut random);
        let [pairs, some] = grid.met(&few);
        assert!(few.len() == 30 && pairs.met == pairs.all && some.met < some.all);
        // Others with another seed.
        assert_ne!(few, grid.rows(3, (0, 30), &mut ChaCha20Rng::seed_from_u64(2)));
    }
}
