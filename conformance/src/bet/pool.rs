use super::account::Course;
use super::cell::{Cell, CellName};
use super::collisions::Collisions;
use super::coupled::Coupled;
use super::echo::Echo;
use super::gamblers::{interval, ln_shared};
use super::habits::{self, HABITS};
use super::kinds::{Count, Kinds, Tag};
use super::numerics::ln_sum;
use super::sight::{Sight, Values};
use super::stake::Outcomes;
use super::table::{DEPENDENCE, EVERYWHERE, EXACT, Everywhere, RATE, RATE_OF_CELL, TABLE};

/// By how much the pool multiplies its money before the masks are called wrong.
pub const RICH: f64 = 1e9;

/// The same as a logarithm, with room for every rounding on the way.
fn ln_rich() -> f64 {
    RICH.ln() + 1e-3
}

/// Only cells of so many bits a call name what is wrong, if one of them does.
const NAMING: usize = 500;

/// All gamblers of a run.
pub struct Pool {
    cells: Vec<Cell>,
    /// What there is in cells that are closed: the logarithm for each kind of gambler, and their share.
    closed: Option<(Vec<f64>, f64)>,
    collisions: Collisions,
    echo: Echo,
    coupled: Coupled,
    kinds: Kinds<1>,
    habits: Kinds<HABITS>,
    bits: u64,
    course: Course,
}

/// A gambler, and what it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its kind.
    pub gambler: &'static str,
    /// The cell it sits in; empty for a gambler that plays in all.
    pub cell: String,
    /// The rule it bets against.
    pub rule: &'static str,
    /// The logarithm of what it has, of all the money that there was at the beginning.
    pub ln_money: f64,
    /// The logarithm of by how much it has multiplied its own.
    pub ln_wealth: f64,
    /// How many bits were played where it sits.
    pub bits: u64,
    /// Which gambler it is.
    which: Which,
    /// How many elements a call has, where it sits.
    size: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Sits { cell: usize, gambler: usize },
    Plays(Everywhere),
}

impl Standing {
    /// Whether it is rich enough without the other gamblers.
    pub fn is_rich(&self) -> bool {
        self.ln_money >= ln_rich()
    }
}

impl Default for Pool {
    fn default() -> Pool {
        Pool {
            cells: Vec::new(),
            closed: None,
            collisions: Collisions::default(),
            echo: Echo::default(),
            coupled: Coupled::default(),
            kinds: Kinds::rates(),
            habits: Kinds::habits(habits::WORDS),
            bits: 0,
            course: Course::default(),
        }
    }
}

impl Pool {
    /// Puts up a cell and says which one it is.
    ///
    /// # Panics
    /// If the cells have more than all the money: the shares are the judge's own.
    pub fn add(&mut self, cell: Cell) -> usize {
        self.cells.push(cell);
        let shares = self.shares();
        assert!(shares < 1.0 + 1e-9, "the cells have {shares} of the money");
        self.cells.len() - 1
    }

    /// The part of the money that is in cells, open or closed.
    fn shares(&self) -> f64 {
        let closed = self.closed.as_ref().map_or(0.0, |(_, share)| *share);
        self.cells.iter().map(|cell| cell.share).sum::<f64>() + closed
    }

    /// Lets the gamblers bet on a mask that one cell drew.
    pub fn play(&mut self, cell: usize, outcomes: Outcomes) {
        self.look_if_due();
        self.play_everywhere(&outcomes);
        self.cells[cell].play(outcomes);
        self.look_if_due();
    }

    fn play_everywhere(&mut self, outcomes: &Outcomes) {
        self.bits += outcomes.kept().len() as u64;
        self.collisions.play(outcomes.kept(), outcomes.shape(), outcomes.keep());
        self.echo.play(outcomes.kept(), outcomes.keep());
        self.coupled.play(outcomes.kept(), outcomes.keep());
    }

    /// Lets the gamblers bet on the masks of one program, whose calls have these tags. Those of one shape and
    /// probability are a cell of their own, which has a part of `share`; it is closed then, but where a
    /// gambler has become rich in it.
    pub fn play_program(&mut self, name: &str, tags: &[Tag], masks: Vec<Outcomes>, share: f64) {
        self.look_if_due();
        let alike = |a: &Outcomes, b: &Outcomes| a.keep() == b.keep() && a.shape() == b.shape();
        let mut cells: Vec<Vec<Outcomes>> = Vec::new();
        for mask in masks {
            self.play_everywhere(&mask);
            match cells.iter_mut().find(|cell| alike(&cell[0], &mask)) {
                Some(cell) => cell.push(mask),
                None => cells.push(vec![mask]),
            }
        }
        let share = share / cells.len().max(1) as f64;
        for masks in cells {
            let (keep, shape) = (masks[0].keep(), masks[0].shape().to_vec());
            let kept = masks.iter().map(|mask| mask.kept().ones()).sum();
            let trials = masks.iter().map(|mask| mask.kept().len() as u64).sum();
            self.kinds.play(tags, [Count { kept, trials }], keep);
            self.habits.play(tags, habits::counts(&masks), keep);
            let name = format!("{name}, shape {shape:?}, ratio {}", 1.0 - keep);
            let name = CellName { name, context: false };
            // There is no test at the end of a budget.
            let mut cell = Cell::new(name, keep, &shape, share, u64::MAX);
            masks.into_iter().for_each(|mask| cell.play(mask));
            self.close(cell);
        }
        self.look_if_due();
    }

    /// Puts what a cell has to that of those that are closed; it stays where a gambler is rich.
    fn close(&mut self, mut cell: Cell) {
        let wealths = cell.wealths();
        let rich = |(_, ln_part, ln_wealth): &(usize, f64, f64)| ln_part + ln_wealth >= ln_rich();
        if wealths.iter().any(rich) {
            self.add(cell);
            return;
        }
        let none = || (vec![f64::NEG_INFINITY; TABLE.len()], 0.0);
        let (kinds, share) = self.closed.get_or_insert_with(none);
        for (kind, ln_part, ln_wealth) in wealths {
            kinds[kind] = ln_sum([kinds[kind], ln_part + ln_wealth]);
        }
        *share += cell.share;
    }

    /// Keeps numbers that went into a cell's calls, and what came out, to be shown.
    pub fn note(&mut self, cell: usize, values: impl FnOnce() -> Option<Values>) {
        self.cells[cell].note(values);
    }

    /// The names of the kinds of gamblers: those that sit in every cell, and those that play in all.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        let everywhere = EVERYWHERE.iter().map(|entry| entry.name);
        TABLE.iter().map(|entry| entry.name).chain(everywhere)
    }

    /// Takes down what the kinds have, before the first bit and now and then.
    fn look_if_due(&mut self) {
        if self.course.is_due(self.bits) {
            self.look();
        }
    }

    /// Takes down what the kinds have now.
    fn look(&mut self) {
        let mut kinds = vec![Vec::new(); TABLE.len()];
        for cell in &mut self.cells {
            for (kind, ln_part, ln_wealth) in cell.wealths() {
                kinds[kind].push(ln_part + ln_wealth);
            }
        }
        // What no cell has yet is still theirs.
        let left = (1.0 - self.shares()).max(0.0);
        for (kind, entry) in kinds.iter_mut().zip(&TABLE) {
            kind.push((entry.weight * left).ln());
        }
        if let Some((closed, _)) = &self.closed {
            kinds.iter_mut().zip(closed).for_each(|(kind, &ln)| kind.push(ln));
        }
        for entry in &EVERYWHERE {
            kinds.push(vec![entry.weight.ln() + self.ln_wealth_of(entry.which)]);
        }
        self.course.look(self.bits, kinds, EXACT);
    }

    /// The logarithm of by how much a gambler that plays in all cells has multiplied its money.
    fn ln_wealth_of(&self, which: Everywhere) -> f64 {
        match which {
            Everywhere::Rates => self.shared(),
            Everywhere::Collisions => self.collisions.ln_wealth(),
            Everywhere::Echo => self.echo.ln_wealth(),
            Everywhere::Coupled => self.coupled.ln_wealth(),
            Everywhere::Kinds => self.kinds.ln_wealth(),
            Everywhere::Habits => self.habits.ln_wealth(),
        }
    }

    /// How the money went, up to now.
    pub fn course(&mut self) -> &Course {
        self.look();
        &self.course
    }

    /// By how much the gamblers that bet that all rates are off alike multiplied their money.
    fn shared(&self) -> f64 {
        let plain = self.cells.iter().filter(|cell| !cell.name.context);
        let plain = plain.map(|cell| {
            let (kept, trials) = cell.counts();
            (kept, trials, cell.keep)
        });
        ln_shared(&plain.collect::<Vec<_>>())
    }

    /// Lets the gamblers of one more cell bet on masks that were played elsewhere: another row of
    /// masks, with bets of its own.
    pub fn play_again(&mut self, cell: usize, outcomes: &Outcomes) {
        self.cells[cell].play(outcomes.clone());
    }

    /// The cells.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// How many bits were bet on.
    pub fn bits(&self) -> u64 {
        self.bits
    }

    /// Every gambler and what it has, the richest first.
    pub fn standings(&mut self) -> Vec<Standing> {
        let mut all = Vec::new();
        for (cell, at) in self.cells.iter_mut().enumerate() {
            for (gambler, (kind, ln_part, ln_wealth)) in at.wealths().into_iter().enumerate() {
                let (name, size) = (&at.name, at.size);
                let (_, bits) = at.counts();
                let entry = &TABLE[kind];
                let rule = if name.context { DEPENDENCE } else { entry.rule };
                all.push(Standing {
                    gambler: entry.name,
                    cell: name.name.clone(),
                    rule,
                    ln_money: ln_part + ln_wealth,
                    ln_wealth,
                    bits,
                    which: Which::Sits { cell, gambler },
                    size,
                });
            }
        }
        for entry in &EVERYWHERE {
            let ln_wealth = self.ln_wealth_of(entry.which);
            all.push(Standing {
                gambler: entry.name,
                cell: String::new(),
                rule: entry.rule,
                ln_money: entry.weight.ln() + ln_wealth,
                ln_wealth,
                bits: self.bits,
                which: Which::Plays(entry.which),
                size: NAMING,
            });
        }
        all.sort_by(|a, b| b.ln_money.total_cmp(&a.ln_money));
        all
    }

    /// The logarithm of what the whole pool has. What no cell has is cash, and so is what is set
    /// aside for exact tests.
    pub fn ln_wealth(&mut self) -> f64 {
        let played = TABLE.iter().map(|entry| entry.weight).sum::<f64>();
        let cash = EXACT + played * (1.0 - self.shares()).max(0.0);
        let standings = self.standings();
        let closed = self.closed.iter().flat_map(|(kinds, _)| kinds).copied();
        let money = standings.iter().map(|standing| standing.ln_money).chain(closed);
        ln_sum(money.chain([cash.ln()]))
    }

    /// Whether the masks are called wrong.
    pub fn is_rich(&mut self) -> bool {
        self.ln_wealth() >= ln_rich()
    }

    /// The gambler that names what is wrong, if one is rich by itself. Those that sit in a cell that is
    /// large enough to name it come first; those that play in all cells at once come last, since they earn
    /// more with a worse reason. Of several the one that explains most is named.
    pub fn leader(&mut self) -> Option<Standing> {
        self.naming(|_| true)
    }

    /// The gambler that names in which way masks break the rule on their independence, among those whose
    /// cells are `heard`; those that play in all cells sit in none.
    pub fn dependence(&mut self, heard: impl Fn(Option<&Cell>) -> bool) -> Option<Standing> {
        let cells = (0..self.cells.len()).filter(|&cell| heard(Some(&self.cells[cell])));
        let (cells, everywhere) = (cells.collect::<Vec<_>>(), heard(None));
        self.naming(|standing| {
            standing.rule == DEPENDENCE
                && match standing.which {
                    Which::Sits { cell, .. } => cells.contains(&cell),
                    Which::Plays(_) => everywhere,
                }
        })
    }

    /// The gamblers that name a wrong rate, the one first that explains most: in each cell that is not about
    /// surroundings the one that bets on the rate, if none in such a cell explains more.
    pub fn wrong_rates(&mut self) -> Vec<(usize, Standing)> {
        let mut wrong = self.convincing();
        let plain = |standing: &&Standing| match standing.which {
            Which::Sits { cell, .. } => !self.cells[cell].name.context,
            Which::Plays(_) => false,
        };
        let others = wrong.iter().filter(|standing| standing.rule != RATE).filter(plain);
        let most = others.map(|standing| standing.ln_wealth).fold(f64::NEG_INFINITY, f64::max);
        wrong.retain(|standing| standing.rule == RATE && standing.ln_wealth >= most);
        wrong.sort_by(|a, b| b.ln_wealth.total_cmp(&a.ln_wealth));
        let cell = |standing: Standing| match standing.which {
            Which::Sits { cell, .. } => Some((cell, standing)),
            Which::Plays(_) => None,
        };
        wrong.into_iter().filter_map(cell).collect()
    }

    fn naming(&mut self, of: impl Fn(&Standing) -> bool) -> Option<Standing> {
        let rank = |standing: &Standing| match standing.which {
            Which::Sits { .. } if standing.size >= NAMING => 0,
            Which::Sits { .. } => 1,
            Which::Plays(Everywhere::Rates) => 3,
            Which::Plays(_) => 2,
        };
        let first = |a: &Standing, b: &Standing| {
            rank(a).cmp(&rank(b)).then(b.ln_wealth.total_cmp(&a.ln_wealth))
        };
        self.convincing().into_iter().filter(of).min_by(first)
    }

    /// The gamblers that are rich by themselves, but for those that only share what another explains better:
    /// in each cell, and of each kind, a wrong rate and a dependence earn from each other.
    fn convincing(&mut self) -> Vec<Standing> {
        let standings = self.standings();
        let mut rates = vec![f64::NEG_INFINITY; self.cells.len()];
        let mut others = rates.clone();
        for standing in &standings {
            if let Which::Sits { cell, .. } = standing.which {
                let best = if standing.gambler == RATE_OF_CELL { &mut rates } else { &mut others };
                best[cell] = best[cell].max(standing.ln_wealth);
            }
        }
        let [rate_of_kind, habit_of_kind] = [Everywhere::Kinds, Everywhere::Habits].map(|which| {
            let of = standings.iter().find(|standing| standing.which == Which::Plays(which));
            of.map_or(f64::NEG_INFINITY, |standing| standing.ln_wealth)
        });
        let explains_more = |standing: &Standing| match standing.which {
            Which::Sits { cell, .. } if standing.gambler == RATE_OF_CELL => {
                rates[cell] >= others[cell]
            }
            Which::Sits { cell, .. } => others[cell] > rates[cell],
            Which::Plays(Everywhere::Kinds) => rate_of_kind >= habit_of_kind,
            Which::Plays(Everywhere::Habits) => habit_of_kind > rate_of_kind,
            Which::Plays(_) => true,
        };
        standings.into_iter().filter(Standing::is_rich).filter(explains_more).collect()
    }

    /// The probability with which an element should be kept where a gambler sits, if it sits anywhere.
    pub fn keep(&self, standing: &Standing) -> Option<f64> {
        match standing.which {
            Which::Sits { cell, .. } => Some(self.cells[cell].keep),
            Which::Plays(_) => None,
        }
    }

    /// What a gambler points at.
    pub fn sights(&self, standing: &Standing) -> Vec<Sight> {
        match standing.which {
            Which::Sits { cell, gambler } => self.cells[cell].sights(gambler),
            Which::Plays(Everywhere::Collisions) => self.collisions.sights(),
            Which::Plays(Everywhere::Echo) => self.echo.sights(),
            Which::Plays(Everywhere::Coupled) => self.coupled.sights(),
            Which::Plays(Everywhere::Kinds) => self.kinds.sights(),
            Which::Plays(Everywhere::Habits) => self.habits.sights(),
            // All rates are shown anyway.
            Which::Plays(Everywhere::Rates) => Vec::new(),
        }
    }

    /// What a gambler believes of the masks.
    pub fn belief(&self, standing: &Standing) -> String {
        match standing.which {
            Which::Sits { cell, gambler } => self.cells[cell].belief(gambler),
            Which::Plays(Everywhere::Collisions) => self.collisions.belief(),
            Which::Plays(Everywhere::Echo) => self.echo.belief(),
            Which::Plays(Everywhere::Coupled) => self.coupled.belief(),
            Which::Plays(Everywhere::Kinds) => self.kinds.belief(),
            Which::Plays(Everywhere::Habits) => self.habits.belief(),
            Which::Plays(Everywhere::Rates) => {
                let off = |cell: &&Cell| {
                    let (kept, trials) = cell.counts();
                    let (low, high) = interval(kept, trials, cell.keep);
                    (low - cell.keep).max(cell.keep - high)
                };
                let worst = self.cells.iter().max_by(|a, b| off(a).total_cmp(&off(b)));
                worst.map_or(String::new(), |cell| {
                    let (kept, trials) = cell.counts();
                    let estimate = kept as f64 / trials.max(1) as f64;
                    let (keep, name) = (cell.keep, &cell.name.name);
                    format!("all rates are off alike, e.g. {estimate:.5} for {keep:.5} ({name})")
                })
            }
        }
    }
}

#[cfg(test)]
mod tests;
