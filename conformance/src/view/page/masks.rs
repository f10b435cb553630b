//! How the bets against the masks went, and what gamblers point at.

use super::{charts, course, squares};
use crate::bet::bits::Bits;
use crate::bet::{Account, CellAccount, Exhibit, Rows, Sight};
use crate::report::Report;
use crate::view::html::{column, numbers, pictures, table};
use maud::{Markup, html};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How the bets against the masks went, the rates, and what came out of what went in.
pub(super) fn section(report: &Report) -> Markup {
    let account = &report.wager;
    if account.bits == 0 {
        return html! {};
    }
    html! {
        section id="masks" {
            h2 { "Masks" }
            p {
                "Gamblers bet against the masks, each on one way to be wrong. With masks as they should \
                 be, fewer than one run in 10⁹ multiplies their money by 10⁹."
            }
            div.pictures.wide { (course::course(&account.course)) }
            (richest(account))
            (rates(account))
            (values(account))
            @if let Some((rows, keep)) = &account.sample {
                h3 { "A mask" }
                div.pictures { (beside_expected(rows, *keep, report.seed)) }
            }
        }
    }
}

/// The gamblers who did best, in words.
fn richest(account: &Account) -> Markup {
    let rows = account.richest.iter().map(|(standing, belief)| {
        let place = if standing.cell.is_empty() { "all cells" } else { &standing.cell };
        let money = charts::amount(standing.ln_wealth / std::f64::consts::LN_10);
        vec![html! { (standing.gambler) }, html! { (place) }, html! { (money) }, html! { (belief) }]
    });
    let columns = [
        column("gambler"),
        column("where"),
        numbers("its money was multiplied by"),
        column("what it has seen"),
    ];
    html! {
        details {
            summary { "The richest gamblers, and what they have seen" }
            div.wordy { (table("The richest gamblers", &columns, rows)) }
        }
    }
}

/// The rate of each cell in which rates are judged.
fn rates(account: &Account) -> Markup {
    let judged = account.cells.iter().filter(|cell| cell.deviation.is_some() && cell.trials > 0);
    let cells = judged.collect::<Vec<_>>();
    if cells.is_empty() {
        return html! {};
    }
    let rows = cells.iter().map(|cell| {
        let (low, high) = cell.interval;
        vec![
            html! { (cell.name) },
            html! { (format!("{:.5}", cell.keep)) },
            html! { (format!("{:.5}", cell.kept as f64 / cell.trials as f64)) },
            charts::rate(cell),
            html! { (format!("{low:.5} – {high:.5}")) },
            html! { (cell.trials) },
        ]
    });
    let columns = [
        column("where"),
        numbers("1 − ratio"),
        numbers("kept"),
        pictures(),
        numbers("99.9 % interval"),
        numbers("elements"),
    ];
    html! {
        h3 { "Rates" }
        p {
            "The band is what a pass allows, around 1 − ratio; the bar is the interval in which the rate \
             is, whenever one looks, with 99.9 %."
        }
        div.beside {
            div.pictures { (charts::rates(&cells)) }
            (table("Rates", &columns, rows))
        }
    }
}

/// For each dtype, what came out against what went in, at the ratio that is nearest to a half.
fn values(account: &Account) -> Markup {
    let mut shown: Vec<(&str, &CellAccount)> = Vec::new();
    let middle = |cell: &CellAccount| (cell.keep - 0.5).abs();
    for cell in account.cells.iter().filter(|cell| cell.deviation.is_some()) {
        // Direct dropout scales otherwise, and has a picture of its own.
        let direct = cell.name.ends_with("direct");
        let kind = if direct { "direct" } else { cell.name.split(',').next().unwrap_or_default() };
        match shown.iter_mut().find(|(other, _)| *other == kind) {
            Some(best) if middle(cell) < middle(best.1) => best.1 = cell,
            Some(_) => {}
            None => shown.push((kind, cell)),
        }
    }
    let pictures = shown.iter().filter_map(|(_, cell)| {
        let values = cell.values.as_ref()?;
        Some(charts::values(&cell.name, values.scale, &values.pairs))
    });
    html! {
        h3 { "Kept values" }
        div.pictures { @for picture in pictures { (picture) } }
    }
}

/// What a gambler says, and what it points at; sights that are in `seen` are not shown again.
pub(super) fn exhibit<'a>(exhibit: &'a Exhibit, seed: u64, seen: &mut Vec<&'a Sight>) -> Markup {
    let sights = exhibit.sights.iter().filter(|sight| !seen.contains(sight)).collect::<Vec<_>>();
    seen.extend(&sights);
    let place = match exhibit.standing.cell.as_str() {
        "" => "in all cells".to_owned(),
        cell => cell.to_owned(),
    };
    html! {
        div.exhibit {
            h4 { "The gambler on “" (exhibit.standing.gambler) "” (" (place) ")" }
            p { (exhibit.belief) }
            div.pictures {
                @for sight in sights { (picture_of(sight, exhibit.keep, seed)) }
            }
        }
    }
}

fn picture_of(sight: &Sight, keep: Option<f64>, seed: u64) -> Markup {
    match (sight, keep) {
        (Sight::Rows(rows), Some(keep)) => beside_expected(rows, keep, seed),
        (Sight::Again { first, second }, _) => again(first, second),
        (Sight::Parts(parts), Some(keep)) => charts::parts(parts, keep),
        (Sight::Counts { block, size, seen }, Some(keep)) => {
            charts::counts(block, *size, seen, keep)
        }
        _ => html! {},
    }
}

/// A mask, and beside it one that the judge has drawn itself.
fn beside_expected(rows: &Rows, keep: f64, seed: u64) -> Markup {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let mut drawn = |row: &Bits| {
        let uniforms = (0..row.len()).map(|_| (random.next_u64() >> 11) as f64 * 2f64.powi(-53));
        Bits::of(uniforms.map(|u| u < keep).collect::<Vec<_>>().into_iter())
    };
    let expected = rows.rows.iter().map(&mut drawn).collect::<Vec<_>>();
    let share = |rows: &[Bits]| {
        let (kept, all) =
            rows.iter().fold((0, 0), |(kept, all), row| (kept + row.ones(), all + row.len()));
        format!("{:.1} % kept", 100.0 * kept as f64 / all.max(1) as f64)
    };
    html! {
        (squares::mask("Expected", &expected, &rows.marked, &format!(
            "drawn by the judge: an element is kept, and filled here, with probability {keep:.4}; {}", share(&expected)
        )))
        (squares::mask("Observed", &rows.rows, &rows.marked, &format!(
            "{}; {}", rows.what, share(&rows.rows)
        )))
    }
}

/// The same bits, seen twice.
fn again(first: &Bits, second: &Bits) -> Markup {
    let square = |bits: &Bits| Rows::of_call(bits, 32).map(|rows| rows.rows);
    let (Some(before), Some(after)) = (square(first), square(second)) else { return html! {} };
    let alike = (0..first.len().min(second.len())).filter(|&at| first.get(at) == second.get(at));
    let said = format!("{} of {} elements are the same", alike.count(), first.len());
    html! {
        (squares::mask("At first", &before, &[], "drawn earlier"))
        (squares::mask("Once more", &after, &[], &said))
    }
}
