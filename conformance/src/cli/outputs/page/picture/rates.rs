use super::frame::{Frame, round_numbers};
use crate::bet::gamblers::equivalent;
use crate::bet::{CellAccount, MaskPart};
use crate::cli::look::scrolling;
use maud::{Markup, html};

/// A line of numbers is so long, and so high.
const LONG: f64 = 150.0;
const HIGH: f64 = 16.0;

/// What is to be thought of a rate: the judge's own standard, and where that leaves it open, whether
/// what a pass allows is possible at all.
fn judged(cell: &CellAccount) -> &'static str {
    let (off, (low, high)) = (cell.deviation.unwrap_or_default(), cell.interval);
    match () {
        () if equivalent(cell.kept, cell.trials, cell.keep, off) => "pass",
        () if high < cell.keep - off || cell.keep + off < low => "fail",
        () => "inconclusive",
    }
}

/// All rates at once, against what they should be.
pub(in super::super) fn rates(cells: &[&CellAccount]) -> Markup {
    let frame = Frame {
        width: 300.0,
        height: 300.0,
        x: (0.0, 1.0),
        y: (0.0, 1.0),
        along: "1 − ratio",
        up: "kept",
    };
    let marks = round_numbers(0.0, 1.0);
    let content = html! {
        path.expected d=(frame.path([(0.0, 0.0), (1.0, 1.0)])) {}
        @for cell in cells {
            @let (low, high) = cell.interval;
            @let (x, rate) = (frame.x(cell.keep), cell.kept as f64 / cell.trials.max(1) as f64);
            g.rate.(judged(cell)) {
                title { (cell.name) ": " (format!("{rate:.5}")) }
                line x1=(tenth(x)) x2=(tenth(x)) y1=(tenth(frame.y(low))) y2=(tenth(frame.y(high))) {}
                @if judged(cell) == "fail" {
                    path d={ "M" (tenth(x - 4.0)) " " (tenth(frame.y(rate) - 4.0)) "l8 8m0 -8l-8 8" } {}
                } @else {
                    circle cx=(tenth(x)) cy=(tenth(frame.y(rate))) r="3.5" {}
                }
            }
        }
    };
    let off = cells.iter().filter(|cell| judged(cell) == "fail").count();
    let words = match off {
        0 => format!("All {} rates are on the line of equality, as far as is known.", cells.len()),
        off => format!("{off} of {} rates are off the line of equality.", cells.len()),
    };
    html! {
        figure.square {
            (frame.shown("Rates that were observed against 1 − ratio", &words, &marks, &marks, &content))
            figcaption { (words) @if off > 0 { " Crosses are off." } }
        }
    }
}

/// One rate beside what a pass allows. The table around it has the numbers.
pub(in super::super) fn rate(cell: &CellAccount) -> Markup {
    let off = cell.deviation.unwrap_or(0.01);
    let shown = (cell.keep - 3.0 * off, cell.keep + 3.0 * off);
    let band = (cell.keep - off, cell.keep + off);
    let estimate = cell.kept as f64 / cell.trials.max(1) as f64;
    line(shown, Some(band), cell.keep, cell.interval, estimate, judged(cell))
}

/// Parts of the masks that should have one rate.
pub(in super::super) fn parts(parts: &[MaskPart], keep: f64) -> Markup {
    let ends = parts.iter().flat_map(|part| [part.interval.0, part.interval.1]);
    let (low, high) = ends.fold((keep, keep), |(low, high), end| (low.min(end), high.max(end)));
    let room = 0.1 * (high - low).max(1e-6);
    let shown = (low - room, high + room);
    let table = html! {
        table.plain {
            thead {
                tr {
                    th scope="col" { "elements" }
                    th.number scope="col" { "kept" }
                    th scope="col" { span.unseen { "as a picture" } }
                    th.number scope="col" { "99.9 % interval" }
                    th.number scope="col" { "of" }
                }
            }
            tbody {
                @for part in parts {
                    @let estimate = part.kept as f64 / part.trials.max(1) as f64;
                    @let (low, high) = part.interval;
                    tr {
                        th scope="row" { (part.name) }
                        td.number { (format!("{estimate:.4}")) }
                        td { (line(shown, None, keep, part.interval, estimate, out(part.interval, keep))) }
                        td.number { (format!("{low:.4} – {high:.4}")) }
                        td.number { (part.trials) }
                    }
                }
            }
        }
    };
    html! {
        figure.table {
            figcaption { strong { "Kept, part by part" } " Each should be " (format!("{keep:.4}")) ", the dashed line." }
            (scrolling("Kept, part by part", &table))
        }
    }
}

/// Whether the interval leaves out what should be.
fn out((low, high): (f64, f64), keep: f64) -> &'static str {
    if low <= keep && keep <= high { "pass" } else { "fail" }
}

/// A line of numbers with an interval on it; what lies outside is shown by an arrow.
fn line(
    (from, to): (f64, f64),
    band: Option<(f64, f64)>,
    expected: f64,
    (low, high): (f64, f64),
    estimate: f64,
    key: &str,
) -> Markup {
    let x = |value: f64| (value.clamp(from, to) - from) / (to - from) * (LONG - 12.0) + 6.0;
    let middle = HIGH / 2.0;
    html! {
        svg.rate-line viewBox={ "0 0 " (LONG) " " (HIGH) } width=(LONG) height=(HIGH) aria-hidden="true" {
            @if let Some((first, last)) = band {
                rect.band x=(tenth(x(first))) width=(tenth(x(last) - x(first))) height=(HIGH) {}
            }
            line.mesh x1="0" x2=(LONG) y1=(middle) y2=(middle) {}
            line.expected x1=(tenth(x(expected))) x2=(tenth(x(expected))) y1="0" y2=(HIGH) {}
            g.rate.(key) {
                @if high < from {
                    path d={ "M7 " (middle - 4.0) "l-5 4l5 4" } {}
                } @else if low > to {
                    path d={ "M" (LONG - 7.0) " " (middle - 4.0) "l5 4l-5 4" } {}
                } @else {
                    line x1=(tenth(x(low))) x2=(tenth(x(high))) y1=(middle) y2=(middle) {}
                    circle cx=(tenth(x(estimate))) cy=(middle) r="3" {}
                }
            }
        }
    }
}

fn tenth(value: f64) -> String {
    format!("{value:.1}")
}
