use super::cells::{IN_PROGRAMS, wrong_rates};
use crate::bet::{Outcomes, Tag};
use crate::search::RowOf;
use crate::session::Session;
use crate::wire::Seeding;

/// The calls of random programs have in common that they are those.
const AT_RANDOM: Tag = Tag { dimension: "program", value: "random" };

/// Other calls than those that a row is about.
const BESIDES: Tag = Tag { dimension: "program", value: "besides" };

/// Whether gamblers bet on masks of programs that are drawn. Where every process draws the same masks, those of
/// one that was started again are no news. Nor are those of an implementation whose rates are wrong.
pub(crate) fn bets_on_programs(session: &mut Session) -> bool {
    session.start().seeding != Seeding::Fixed && wrong_rates(session).is_empty()
}

/// Lets the gamblers bet on what one of so many programs showed, and says on how many bits they did. Calls in
/// a chain are those that the program was written for, too.
pub(crate) fn in_random_programs(
    session: &mut Session,
    (name, programs): (&str, usize),
    row: Option<&RowOf>,
    outcomes: Vec<Outcomes>,
) -> u64 {
    let bits = outcomes.iter().map(|outcome| outcome.kept().len() as u64).sum();
    // Those that a program was written for, and those besides.
    let share = IN_PROGRAMS / 2.0 / programs as f64;
    let Some(&RowOf { ref tags, elements, keep, .. }) = row else {
        session.pool().play_program(name, &[AT_RANDOM], outcomes, share);
        return bits;
    };
    let about = |outcome: &Outcomes| {
        let chained = outcome.keep() == keep * keep;
        // Of some arrays not every element can be told.
        4 * outcome.kept().len() > elements && (outcome.keep() == keep || chained)
    };
    let (of_row, besides) = outcomes.into_iter().partition::<Vec<_>, _>(about);
    session.pool().play_program(name, tags, of_row, share);
    session.pool().play_program(name, &[BESIDES], besides, share);
    bits
}
