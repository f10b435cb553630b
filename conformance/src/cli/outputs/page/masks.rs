use super::exhibit::beside_expected;
use super::picture;
use crate::bet::{Account, CellAccount};
use crate::cli::look::scrolling;
use crate::report::Report;
use maud::{Markup, html};

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
            div.pictures.wide { (picture::course(&account.course)) }
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
    let table = html! {
        table.plain.wordy {
            thead {
                tr {
                    th scope="col" { "gambler" }
                    th scope="col" { "where" }
                    th.number scope="col" { "its money was multiplied by" }
                    th scope="col" { "what it has seen" }
                }
            }
            tbody {
                @for (standing, belief) in &account.richest {
                    tr {
                        th scope="row" { (standing.gambler) }
                        td { @if standing.cell.is_empty() { "all cells" } @else { (standing.cell) } }
                        td.number { (picture::amount(standing.ln_wealth / std::f64::consts::LN_10)) }
                        td { (belief) }
                    }
                }
            }
        }
    };
    html! {
        details {
            summary { "The richest gamblers, and what they have seen" }
            (scrolling("The richest gamblers", &table))
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
    let table = html! {
        table.plain {
            thead {
                tr {
                    th scope="col" { "where" }
                    th.number scope="col" { "1 − ratio" }
                    th.number scope="col" { "kept" }
                    th scope="col" { span.unseen { "as a picture" } }
                    th.number scope="col" { "99.9 % interval" }
                    th.number scope="col" { "elements" }
                }
            }
            tbody {
                @for cell in &cells {
                    tr {
                        th scope="row" { (cell.name) }
                        td.number { (format!("{:.5}", cell.keep)) }
                        td.number { (format!("{:.5}", cell.kept as f64 / cell.trials as f64)) }
                        td { (picture::rate(cell)) }
                        td.number { (format!("{:.5} – {:.5}", cell.interval.0, cell.interval.1)) }
                        td.number { (cell.trials) }
                    }
                }
            }
        }
    };
    html! {
        h3 { "Rates" }
        p {
            "The band is what a pass allows, around 1 − ratio; the bar is the interval in which the rate \
             is, whenever one looks, with 99.9 %."
        }
        div.beside {
            div.pictures { (picture::rates(&cells)) }
            (scrolling("Rates", &table))
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
        Some(picture::values(&cell.name, values.scale, &values.pairs))
    });
    html! {
        h3 { "Kept values" }
        div.pictures { @for picture in pictures { (picture) } }
    }
}
