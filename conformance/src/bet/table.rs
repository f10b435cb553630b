use super::gamblers::{
    Blocks, Data, Gambler, Lags, Lanes, Rate, Recurrences, Spots, Spread, Steady,
};

/// The rule on the rate of masks.
pub(crate) const RATE: &str = "mask.rate";
/// The rule on their independence.
pub(crate) const DEPENDENCE: &str = "mask.dependence";
/// The gambler that bets on the rate of a cell.
pub(super) const RATE_OF_CELL: &str = "rate";

/// A kind of gambler: what it has at the beginning, and which rule is broken if it gets rich.
pub struct GamblerKind {
    /// Its name.
    pub name: &'static str,
    /// Its part of all the money; of several gamblers of one kind each has an equal part.
    pub weight: f64,
    /// The rule it bets against.
    pub rule: &'static str,
    /// Those of its kind who play in a cell.
    pub make: fn(&Table) -> Vec<Box<dyn Gambler>>,
}

/// Where a gambler sits down.
pub struct Table<'a> {
    /// The probability of a 1.
    pub keep: f64,
    /// The shape of the masks.
    pub shape: &'a [usize],
    /// How many bits there will be.
    pub budget: u64,
    /// The part of all the money that is in this cell.
    pub share: f64,
}

impl Table<'_> {
    fn n(&self) -> usize {
        self.shape.iter().product()
    }
}

/// The kinds of gamblers that sit in every cell. With those of [`EVERYWHERE`] and [`EXACT`] their
/// weights add up to 1, and a law holds them to that.
///
/// The weights are bets on what goes wrong: a rate most often. A weight of `w` costs `ln(1/w)` of
/// the `ln 10^9` that the gambler has to earn, so half a weight costs 3 % more bits.
pub const TABLE: [GamblerKind; 8] = [
    GamblerKind {
        name: RATE_OF_CELL,
        weight: IN_RATE,
        rule: RATE,
        make: |table| {
            // Rich with room for rounding.
            let level = table.share * IN_RATE / 2.0 / (1.01 * super::RICH);
            vec![Box::new(Rate::new(table.keep, table.budget, level))]
        },
    },
    GamblerKind {
        name: "lag",
        weight: 0.14,
        rule: DEPENDENCE,
        make: |table| vec![Box::new(Lags::new(table.keep, table.shape))],
    },
    GamblerKind {
        name: "place",
        weight: 0.10,
        rule: DEPENDENCE,
        make: |table| vec![Box::new(Spots::new(table.keep, table.n()))],
    },
    GamblerKind {
        name: "lane",
        weight: 0.04,
        rule: DEPENDENCE,
        make: |table| vec![Box::new(Lanes::new(table.keep))],
    },
    GamblerKind {
        name: "fixed count",
        weight: 0.07,
        rule: DEPENDENCE,
        make: |table| {
            let steady = |blocks| Steady::new(table.keep, table.shape, blocks);
            let all = [Blocks::Calls, Blocks::Rows].into_iter().filter_map(steady);
            all.map(|gambler| Box::new(gambler) as Box<dyn Gambler>).collect()
        },
    },
    GamblerKind {
        name: "spread",
        weight: 0.08,
        rule: DEPENDENCE,
        make: |table| {
            let spread = |blocks| Spread::new(table.keep, table.shape, blocks);
            let all = [Blocks::Calls, Blocks::Rows, Blocks::Columns].into_iter();
            let all = all.filter_map(spread);
            all.map(|gambler| Box::new(gambler) as Box<dyn Gambler>).collect()
        },
    },
    GamblerKind {
        name: "data",
        weight: 0.06,
        rule: DEPENDENCE,
        make: |table| vec![Box::new(Data::new(table.keep))],
    },
    GamblerKind {
        name: "recurrence",
        weight: 0.01,
        rule: DEPENDENCE,
        make: |table| vec![Box::new(Recurrences::new(table.keep, table.n()))],
    },
];

const IN_RATE: f64 = 0.25;

/// A gambler that plays in all cells at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Everywhere {
    /// Bets that every rate is off alike.
    Rates,
    /// Bets that a mask comes again.
    Collisions,
    /// Bets that what followed the last bits follows now.
    Echo,
    /// Bets that two ratios share their uniforms.
    Coupled,
    /// Bets that calls of one kind have a rate of their own.
    Kinds,
    /// Bets that calls of one kind treat some of their elements in a way of their own.
    Habits,
}

/// One of them: what it has at the beginning, and which rule is broken if it gets rich.
pub struct EverywhereKind {
    /// Which one.
    pub which: Everywhere,
    /// Its name.
    pub name: &'static str,
    /// Its part of all the money.
    pub weight: f64,
    /// The rule it bets against.
    pub rule: &'static str,
}

/// The gamblers that play in all cells at once.
pub const EVERYWHERE: [EverywhereKind; 6] = [
    EverywhereKind { which: Everywhere::Rates, name: "rate of all", weight: 0.08, rule: RATE },
    EverywhereKind { which: Everywhere::Kinds, name: "rate of a kind", weight: 0.05, rule: RATE },
    EverywhereKind {
        which: Everywhere::Habits,
        name: "habit of a kind",
        weight: 0.02,
        rule: DEPENDENCE,
    },
    EverywhereKind {
        which: Everywhere::Collisions,
        name: "same mask again",
        weight: 0.02,
        rule: DEPENDENCE,
    },
    EverywhereKind { which: Everywhere::Echo, name: "echo", weight: 0.02, rule: DEPENDENCE },
    EverywhereKind {
        which: Everywhere::Coupled,
        name: "same uniforms",
        weight: 0.01,
        rule: DEPENDENCE,
    },
];

/// What is set aside for the exact tests: [`EXACT_TESTS`](super::EXACT_TESTS).
pub const EXACT: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bet::RICH;
    use crate::bet::bits::Bits;
    use crate::bet::gamblers::BetCall;
    use crate::bet::numerics::ln_rate;

    /// What the exact test of the rate brings to a cell with this share of the money, after `n` bits
    /// of a rate of one half that were all kept; that has probability `2^(1 - n)`.
    fn tested(share: f64, n: usize) -> f64 {
        let table = Table { keep: 0.5, shape: &[n], budget: n as u64, share };
        let mut gamblers = (TABLE[0].make)(&table);
        let (kept, x) = (Bits::of((0..n).map(|_| true)), std::rc::Rc::new(vec![1.0; n]));
        gamblers[0].play(&BetCall { kept: &kept, x: &x, earlier: &[] });
        let sequential = ln_rate(n as u64, n as u64, 0.5).exp() / 2.0;
        share * IN_RATE * (gamblers[0].ln_wealth().exp() - sequential)
    }

    /// Alone it makes the pool rich, with one per cent for rounding, and it is no easier than that.
    #[test]
    fn the_exact_test_makes_rich_and_no_richer() {
        for (share, n) in [(1.0, 34), (0.5, 35)] {
            let rich = tested(share, n) / RICH;
            assert!((rich - 1.01).abs() < 1e-6, "{share} {n}: {rich}");
            assert!(tested(share, n - 1) < 1e-3 * RICH, "{share} {n}");
        }
    }

    #[test]
    fn a_table_knows_how_many_elements_a_mask_has() {
        assert_eq!(Table { keep: 0.5, shape: &[2, 3, 4], budget: 1, share: 1.0 }.n(), 24);
        assert_eq!(Table { keep: 0.5, shape: &[], budget: 1, share: 1.0 }.n(), 1);
    }

    #[test]
    fn the_weights_are_all_the_money() {
        let weights = TABLE.iter().map(|entry| entry.weight).sum::<f64>();
        let everywhere = EVERYWHERE.iter().map(|entry| entry.weight).sum::<f64>();
        assert!((weights + everywhere + EXACT - 1.0).abs() < 1e-12);
    }
}
