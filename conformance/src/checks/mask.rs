use super::cells::{play_contexts, play_plain};
use super::seeds::{resolution, seeded};
use super::{Ask, Check};
use crate::finding::{Finding, Setback};
use crate::session::Session;
use crate::wager::gamblers::interval;
use crate::wager::{Cell, Drawn, Standing, smallest_correlation};

/// Masks: their rate, their independence, and their seed. The first four rules share one pool of
/// gamblers; each fails if the gambler that names what is wrong bets against it.
pub(super) fn checks() -> Vec<Check> {
    let check = |rule, needs, judge: fn(&mut Session) -> Finding| Check {
        rule,
        needs,
        after: &["dropout.train.scale"],
        ask: Ask::Judge(judge),
    };
    vec![
        check("mask.rate", &["train"], rate),
        check("mask.dependence", &["train"], dependence),
        check("mask.data", &["train"], data),
        check("mask.law", &["train"], law),
        check("mask.seeded", &["train", "seeded"], seeded),
        check("mask.resolution", &["train", "seeded"], resolution),
    ]
}

fn rate(session: &mut Session) -> Finding {
    let undecided = play_plain(session)?;
    if let Some(found) = named(session, "mask.rate") {
        return found;
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
    let shown = |cell: &Cell| {
        let (_, trials) = cell.counts();
        let calls = trials as usize / cell.size;
        smallest_correlation(Drawn { share: cell.share, calls, size: cell.size })
    };
    // Of single numbers and the like nobody can say much.
    let enough = |cell: &&Cell| cell.size >= 48 && cell.counts().1 >= 4096;
    let cells = session.pool().cells().iter().filter(enough);
    let caught = cells.map(shown).fold(f64::INFINITY, f64::min);
    if caught.is_infinite() {
        return session.unsupported("every array that shows a dependence was refused");
    }
    let evidence = format!("a correlation of {caught:.4} would have been seen; {}", bits(session));
    named(session, "mask.dependence").unwrap_or(Ok(evidence))
}

fn data(session: &mut Session) -> Finding {
    play(session)?;
    let evidence = bits(session);
    named(session, "mask.data").unwrap_or(Ok(evidence))
}

/// All gamblers together. They may be rich though none of them is.
fn law(session: &mut Session) -> Finding {
    play(session)?;
    let money = bits(session);
    if !session.pool().is_rich() {
        return session.passes(money);
    }
    let named = match session.pool().leader() {
        Some(leader) => format!("{} says what is wrong", leader.rule),
        None => {
            let standings = session.pool().standings();
            let richest = standings.iter().take(3).map(|standing| spoken(session, standing));
            format!("nobody is rich alone: {}", richest.collect::<Vec<_>>().join("; "))
        }
    };
    Err(Setback::Unlikely(format!("{named}; {money}")))
}

/// The rule that masks turned out to break that were drawn after all checks, and what is said of it.
pub(crate) fn broken_since(session: &mut Session) -> Option<(&'static str, String)> {
    if !session.pool().is_rich() {
        return None;
    }
    let leader = session.pool().leader();
    let standings = session.pool().standings();
    let said = leader.as_ref().or(standings.first())?;
    let words = spoken(session, said);
    Some((leader.map_or("mask.law", |leader| leader.rule), words))
}

/// What the gambler has to say who names what is wrong, if there is one: that this rule is broken, or
/// that another one is, if some bet against this rule has won too.
fn named(session: &mut Session, rule: &str) -> Option<Finding> {
    let leader = session.pool().leader()?;
    if leader.rule == rule {
        return Some(Err(Setback::Unlikely(spoken(session, &leader))));
    }
    let also = session.pool().standings();
    let also = also.into_iter().find(|standing| standing.rule == rule && standing.is_rich())?;
    let (also, rule) = (spoken(session, &also), leader.rule);
    Some(Err(Setback::Inconclusive(format!(
        "{rule} is broken, and this may follow from it: {also}"
    ))))
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
