use super::cells::{others_share, wrong_rates};
use crate::bet::{Cell, CellName, Outcomes};
use crate::search::USUAL;
use crate::session::{Session, round_ratio};
use crate::wire::Seeding;

/// How many bits of random programs are one call to the gamblers.
const GATHERED: usize = 64;

/// Lets the gamblers bet on what a random program showed. Its arrays are of any size, so their bits are
/// gathered by what they should be kept with, and played in calls of one length.
pub(crate) fn in_random_programs(session: &mut Session, outcomes: Vec<Outcomes>) {
    // Where every process draws the same masks, those of one that was started again are no news. Nor are those
    // of dtypes whose rate is wrong.
    if session.start().seeding == Seeding::Fixed || !wrong_rates(session).is_empty() {
        return;
    }
    let keeps = session.float_dtypes().into_iter().flat_map(|dtype| {
        let start = session.start();
        USUAL.map(|ratio| 1.0 - round_ratio(start, dtype, ratio))
    });
    let keeps = keeps.collect::<Vec<_>>();
    for outcome in outcomes {
        let keep = outcome.keep();
        if !keeps.contains(&keep) {
            continue;
        }
        for call in session.gather(outcome, GATHERED) {
            let name = format!("random programs, ratio {}", 1.0 - keep);
            let known = session.pool().cells().iter().position(|cell| cell.name.name == name);
            let cell = known.unwrap_or_else(|| {
                let name = CellName { name, context: true };
                let share = others_share(session);
                let budget = 64 * GATHERED as u64;
                session.pool().add(Cell::new(name, keep, &[GATHERED], share, budget))
            });
            session.pool().play(cell, call);
        }
    }
}
