//! Rows of bits, 64 to a word.

/// A row of bits; bit `i` is bit `i % 64` of word `i / 64`. Bits beyond the end are 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// The bits of `values`, in order.
    pub fn of(values: impl ExactSizeIterator<Item = bool>) -> Bits {
        let len = values.len();
        let mut words = Vec::with_capacity(len.div_ceil(64));
        let (mut word, mut filled) = (0u64, 0);
        for value in values {
            word |= u64::from(value) << filled;
            filled += 1;
            if filled == 64 {
                words.push(word);
                (word, filled) = (0, 0);
            }
        }
        if filled > 0 {
            words.push(word);
        }
        Bits { words, len }
    }

    /// How many bits there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bit `index`.
    ///
    /// # Panics
    /// If there is no such bit.
    pub fn get(&self, index: usize) -> bool {
        assert!(index < self.len, "bit {index} of {}", self.len);
        self.words[index / 64] >> (index % 64) & 1 == 1
    }

    /// How many of all bits are 1.
    pub fn ones(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many of the first `n` bits are 1.
    pub fn ones_before(&self, n: usize) -> u64 {
        self.ones_in(0, n)
    }

    /// How many of the `n` bits from `start` on are 1.
    pub fn ones_in(&self, start: usize, n: usize) -> u64 {
        let part = |end: usize| match end % 64 {
            0 => 0,
            rest => u64::from((self.words[end / 64] & ((1 << rest) - 1)).count_ones()),
        };
        let whole = self.words[start / 64..(start + n) / 64].iter();
        let whole = whole.map(|word| u64::from(word.count_ones())).sum::<u64>();
        whole + part(start + n) - part(start)
    }

    /// How many bits are 1 here and in `other`.
    pub fn ones_with(&self, other: &Bits) -> u64 {
        let both = self.words.iter().zip(&other.words);
        both.map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }

    /// How many bits are 1 here, in `second` and in `third`.
    pub fn ones_with_both(&self, second: &Bits, third: &Bits) -> u64 {
        let all = self.words.iter().zip(&second.words).zip(&third.words);
        all.map(|((a, b), c)| u64::from((a & b & c).count_ones())).sum()
    }

    /// How many bits are 1 here and `lag` places earlier in `other`: the number of `i` for which bit
    /// `i` of this row and bit `i - lag` of the other are both 1.
    pub fn ones_after(&self, other: &Bits, lag: usize) -> u64 {
        let (words, shift) = (lag / 64, lag % 64);
        if words >= self.words.len() {
            return 0;
        }
        let here = &self.words[words..];
        let there = &other.words[..here.len().min(other.words.len())];
        if shift == 0 {
            let both = here.iter().zip(there);
            return both.map(|(a, b)| u64::from((a & b).count_ones())).sum();
        }
        // The first word has no earlier one to take bits from.
        let first = here.first().zip(there.first());
        let first = first.map_or(0, |(a, b)| u64::from((a & (b << shift)).count_ones()));
        let pairs = here.iter().skip(1).zip(there.windows(2).map(|pair| [pair[0], pair[1]]));
        let moved = pairs.map(|(a, [low, high])| a & (high << shift | low >> (64 - shift)));
        // Where `other` ends within a word, its last bits are moved one word further than it goes.
        let beyond = here.get(there.len()).zip(there.last());
        let beyond = beyond.map_or(0, |(a, b)| u64::from((a & (b >> (64 - shift))).count_ones()));
        first + moved.map(|word| u64::from(word.count_ones())).sum::<u64>() + beyond
    }

    /// The bits from `start` on, `n` of them.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn slice(&self, start: usize, n: usize) -> Bits {
        assert!(start + n <= self.len, "{start} + {n} of {}", self.len);
        let (first, shift) = (start / 64, start % 64);
        let word = |index: usize| {
            let low = self.words.get(first + index).copied().unwrap_or(0) >> shift;
            let high = self.words.get(first + index + 1).copied().unwrap_or(0);
            if shift == 0 { low } else { low | high << (64 - shift) }
        };
        let mut words = (0..n.div_ceil(64)).map(word).collect::<Vec<_>>();
        if !n.is_multiple_of(64) {
            let last = words.len() - 1;
            words[last] &= (1 << (n % 64)) - 1;
        }
        Bits { words, len: n }
    }
}

/// How often each place of a row was 1, over many rows of one length; the counts are kept in binary,
/// one row of bits for each digit, so that adding a row takes a few operations on words.
#[derive(Clone, Debug, Default)]
pub struct Places {
    digits: Vec<Vec<u64>>,
    len: usize,
    rows: u64,
}

impl Places {
    /// Counts one more row.
    pub fn add(&mut self, row: &Bits) {
        self.len = row.len();
        self.rows += 1;
        // With r rows the counts have as many digits as r has.
        let digits = (u64::BITS - self.rows.leading_zeros()) as usize;
        self.digits.resize_with(digits, || vec![0; row.words.len()]);
        let mut carries = row.words.clone();
        for digit in &mut self.digits {
            let mut any = 0;
            for (digit, carry) in digit.iter_mut().zip(&mut carries) {
                (*digit, *carry) = (*digit ^ *carry, *digit & *carry);
                any |= *carry;
            }
            if any == 0 {
                break;
            }
        }
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How often each place was 1.
    pub fn counts(&self) -> Vec<u64> {
        let digit = |words: &[u64], place: usize| words[place / 64] >> (place % 64) & 1;
        let count = |place| {
            let digits = self.digits.iter().enumerate();
            digits.map(|(power, words)| digit(words, place) << power).sum()
        };
        (0..self.len).map(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_what_counting_one_by_one_gives(
            a in prop::collection::vec(any::<bool>(), 0..300),
            b in prop::collection::vec(any::<bool>(), 0..300),
            lag in 0usize..320,
        ) {
            let (x, y) = (Bits::of(a.iter().copied()), Bits::of(b.iter().copied()));
            let slow = (lag..a.len()).filter(|&i| a[i] && b.get(i - lag) == Some(&true)).count();
            prop_assert_eq!(x.ones_after(&y, lag), slow as u64);
            let n = lag.min(a.len());
            prop_assert_eq!(x.ones_before(n), a[..n].iter().filter(|&&bit| bit).count() as u64);
            prop_assert_eq!(x.ones_in(n, a.len() - n), x.ones() - x.ones_before(n));
            prop_assert_eq!(x.ones_in(n / 2, n - n / 2), x.ones_before(n) - x.ones_before(n / 2));
            let rest = x.slice(n, a.len() - n);
            prop_assert_eq!(&rest, &Bits::of(a[n..].iter().copied()));
            prop_assert!(a.iter().enumerate().all(|(i, &bit)| x.get(i) == bit));
            let thirds = (0..a.len()).map(|i| i % 3 == 0);
            let both = a.iter().zip(thirds.clone()).filter(|&(&bit, third)| bit && third).count();
            prop_assert_eq!(x.ones_with(&Bits::of(thirds)), both as u64);
            prop_assert_eq!((x.len(), x.is_empty()), (a.len(), a.is_empty()));
        }

        #[test]
        fn places_are_counted(rows in prop::collection::vec(any::<[bool; 70]>(), 1..40)) {
            let mut places = Places::default();
            rows.iter().for_each(|row| places.add(&Bits::of(row.iter().copied())));
            let slow = (0..70).map(|i| rows.iter().filter(|row| row[i]).count() as u64);
            prop_assert_eq!(places.counts(), slow.collect::<Vec<_>>());
            prop_assert_eq!(places.rows(), rows.len() as u64);
        }
    }
}
