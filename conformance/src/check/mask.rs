use super::cells::{play_contexts, play_plain, unshown_rates, wrong_rates};
use super::seeds::{resolution, seeded};
use super::{Ask, Check};
use crate::bet::gamblers::interval;
use crate::bet::{Cell, DrawnMasks, RATE, Standing, smallest_correlation};
use crate::session::{Finding, Session, Setback};

/// Masks: their rate, their independence, and their seed. The first two rules share one pool of
/// gamblers; which of them is broken the gamblers tell that explain most of what was seen.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, needs, judge: fn(&mut Session) -> Finding| Check {
        rule,
        needs,
        after: &["dropout.train.scale", "dropout.train.input"],
        ask: Ask::Judge(judge),
    };
    vec![
        check("mask.rate", &["train"], rate),
        check("mask.dependence", &["train"], dependence),
        check("mask.seeded", &["train", "seeded"], seeded),
        check("mask.resolution", &["train", "seeded"], resolution),
    ]
}

fn rate(session: &mut Session) -> Finding {
    let undecided = play_plain(session)?;
    if let Some((_, wrong)) = session.pool().wrong_rates().first() {
        let dtypes = unshown_rates(session);
        session.fails_in(dtypes);
        return Err(Setback::Unlikely(spoken(session, wrong)));
    }
    if let Some(leader) = session.pool().leader() {
        let words = spoken(session, &leader);
        return Err(match leader.rule {
            "mask.rate" => Setback::Unlikely(words),
            rule => Setback::MayFollow(rule, words),
        });
    }
    if session.pool().is_rich() {
        return Err(Setback::MayFollow("mask.dependence", no_gambler_alone(session)));
    }
    if let Some(why) = undecided {
        return Err(Setback::Inconclusive(why));
    }
    let rates = session.pool().cells().iter().filter(|cell| cell.rate.is_some());
    let (judged, refused) = rates.partition::<Vec<_>, _>(|cell| cell.counts().1 > 0);
    if judged.is_empty() {
        return session.unsupported("every array that shows a rate was refused");
    }
    let refused = match refused.len() {
        0 => String::new(),
        cells => format!("; {cells} cells were refused, {}", refused[0].name.name),
    };
    let mean = judged.into_iter().map(|cell| {
        let (kept, trials) = cell.counts();
        let (low, high) = interval(kept, trials, cell.keep);
        (low / cell.keep, high / cell.keep)
    });
    let (low, high) =
        mean.fold((1.0f64, 1.0f64), |all, mean| (all.0.min(mean.0), all.1.max(mean.1)));
    let shown = session.pool().cells().iter().filter_map(|cell| cell.rate).fold(0.0, f64::max);
    let evidence = format!(
        "no rate is off by {shown} or more, the mean of y is {low:.4} to {high:.4} of x; {}{refused}",
        bits(session)
    );
    session.passes(evidence)
}

/// Draws all masks, if that was not done before.
fn play(session: &mut Session) -> Result<(), Setback> {
    // A rate that is undecided is no dependence.
    play_plain(session)?;
    match play_contexts(session)? {
        Some(why) => Err(Setback::Inconclusive(why)),
        None => Ok(()),
    }
}

fn dependence(session: &mut Session) -> Finding {
    play(session)?;
    if let Some(broken) = dependent(session) {
        return Err(broken);
    }
    let wrong = wrong_rates(session);
    let heard = |cell: &&Cell| cell.dtype.is_none_or(|dtype| !wrong.contains(&dtype));
    let shown = |cell: &Cell| {
        let (_, trials) = cell.counts();
        let calls = trials as usize / cell.size;
        smallest_correlation(DrawnMasks { share: cell.share, calls, size: cell.size })
    };
    // Single numbers and the like show little.
    let enough = |cell: &&Cell| cell.size >= 48 && cell.counts().1 >= 4096;
    let cells = session.pool().cells().iter().filter(enough).filter(heard);
    let caught = cells.map(shown).fold(f64::INFINITY, f64::min);
    if caught.is_infinite() {
        return match wrong.is_empty() {
            true => session.unsupported("every array that shows a dependence was refused"),
            false => Err(Setback::MayFollow("mask.rate", String::new())),
        };
    }
    let without = match wrong.as_slice() {
        [] => String::new(),
        _ => {
            let names = wrong.iter().map(|dtype| dtype.name()).collect::<Vec<_>>().join(", ");
            format!("; without {names}, whose rate is wrong")
        }
    };
    let evidence =
        format!("a correlation of {caught:.4} would have been seen; {}{without}", bits(session));
    session.passes(evidence)
}

/// Why masks are not independent, if they are not: a gambler says so, or all of them do together. Where
/// rates are wrong, only what was seen in other dtypes counts.
pub(crate) fn dependent(session: &mut Session) -> Option<Setback> {
    let wrong = wrong_rates(session);
    let heard = |cell: Option<&Cell>| match cell {
        Some(cell) => cell.dtype.is_none_or(|dtype| !wrong.contains(&dtype)),
        None => wrong.is_empty(),
    };
    if let Some(leader) = session.pool().dependence(heard) {
        return Some(Setback::Unlikely(spoken(session, &leader)));
    }
    if !wrong.is_empty() || !session.pool().is_rich() {
        return None;
    }
    Some(match session.pool().leader() {
        Some(leader) => Setback::MayFollow(leader.rule, spoken(session, &leader)),
        None => Setback::Unlikely(no_gambler_alone(session)),
    })
}

/// Why rates are wrong, if they are and that explains more than a dependence does.
pub(crate) fn wrong_rate(session: &mut Session) -> Option<String> {
    let leader = session.pool().leader()?;
    (leader.rule == RATE).then(|| spoken(session, &leader))
}

fn no_gambler_alone(session: &mut Session) -> String {
    let standings = session.pool().standings();
    let richest = standings.iter().take(3).map(|standing| spoken(session, standing));
    let richest = richest.collect::<Vec<_>>().join("; ");
    format!("all gamblers together are rich, and none alone: {richest}")
}

fn spoken(session: &mut Session, standing: &Standing) -> String {
    let belief = session.pool().belief(standing);
    let Standing { gambler, cell, ln_wealth, bits, .. } = standing;
    let place = if cell.is_empty() { String::new() } else { format!(" ({cell})") };
    let log10 = ln_wealth / std::f64::consts::LN_10;
    format!(
        "{belief}{place}; the gambler `{gambler}` multiplied its money by 10^{log10:.1} in {bits} bits"
    )
}

fn bits(session: &mut Session) -> String {
    let log10 = session.pool().ln_wealth() / std::f64::consts::LN_10;
    let bits = session.pool().bits();
    format!("{bits} bits, and the pool has 10^{log10:.1} of its money")
}
