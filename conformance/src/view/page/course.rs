//! How the gamblers' money went over a run.

use super::charts::{Frame, amount, power, rounded};
use crate::bet::{Course, Pool};
use crate::view::html::{column, numbers, table};
use maud::{Markup, html};
use std::f64::consts::LN_10;

/// The picture ends here, as a power of ten; the line of a gambler with more leaves it.
const TOP: f64 = 12.0;
const BOTTOM: f64 = -6.0;

/// So many kinds of gamblers have a line of their own colour.
const TOLD_APART: usize = 4;

/// The money of a kind of gamblers over the run: bits, and logarithms to the base of 10.
struct CourseLine {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

impl CourseLine {
    fn last(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.1)
    }

    fn most(&self) -> f64 {
        self.points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The line within the picture. It ends where it leaves at the top.
    fn inside(&self) -> Vec<(f64, f64)> {
        let above = self.points.iter().position(|point| point.1 > TOP);
        let below = &self.points[..above.unwrap_or(self.points.len())];
        let mut inside = below.iter().map(|&(x, y)| (x, y.max(BOTTOM))).collect::<Vec<_>>();
        if let Some(index) = above {
            let (x, y) = self.points[index];
            // Where a straight line to the next point meets the top.
            let (from, start) = inside.last().copied().unwrap_or((x, BOTTOM));
            inside.push((from + (x - from) * (TOP - start) / (y - start), TOP));
        }
        inside
    }

    fn leaves(&self) -> bool {
        self.most() > TOP
    }
}

/// How the money went.
pub(super) fn course(course: &Course) -> Markup {
    let points = course.points();
    let first = points.iter().map(|point| point.bits).find(|&bits| bits > 0);
    let (Some(first), Some(last)) = (first, points.last()) else { return html! {} };
    // A logarithm has no place for the beginning; it stands a little before the first bits.
    let x =
        |bits: u64| if bits == 0 { (first as f64 / 1.5).log10() } else { (bits as f64).log10() };
    let pool = points.iter().map(|point| (x(point.bits), point.ln_pool / LN_10)).collect();
    let pool = CourseLine { name: "all together", points: pool };
    let kinds = Pool::kinds().enumerate().map(|(kind, name)| {
        let money = points.iter().map(|point| (x(point.bits), point.ln_kinds[kind] / LN_10));
        CourseLine { name, points: money.collect() }
    });
    let mut kinds = kinds.collect::<Vec<_>>();
    kinds.sort_by(|a, b| b.most().total_cmp(&a.most()));
    // A kind that has not doubled the money of the whole pool is drawn as one of many.
    let rich = kinds.iter().take(TOLD_APART).take_while(|line| line.most() > 0.3).count();
    let frame = Frame {
        width: 400.0,
        height: 270.0,
        x: (x(0), x(last.bits)),
        y: (BOTTOM, TOP),
        along: "mask bits, log scale",
        up: "money, of 1 at the beginning",
    };
    let decades = (frame.x.0.ceil() as i32..=frame.x.1.floor() as i32)
        .map(|decade| (f64::from(decade), rounded(10f64.powi(decade))));
    let powers = (-6..=12).step_by(3).filter(|power| *power != 9);
    let powers = powers.map(|exponent| (f64::from(exponent), power(f64::from(exponent))));
    let content = html! {
        line.limit x1=(frame.x(frame.x.0)) x2=(frame.x(frame.x.1)) y1=(frame.y(9.0)) y2=(frame.y(9.0)) {}
        text.mark.end.limit x=(frame.x(frame.x.0) - 5.0) y=(frame.y(9.0) + 4.0) { "10⁹" }
        text.mark.end.limit x=(frame.x(frame.x.1)) y=(frame.y(9.0) + 13.0) { "above: the masks are wrong" }
        @for line in &kinds[rich..] { (drawn(line, "line quiet", &frame)) }
        (drawn(&pool, "line pool", &frame))
        @for (index, line) in kinds[..rich].iter().enumerate() {
            (drawn(line, &format!("line kind-{index}"), &frame))
        }
    };
    let words = words(&pool, &kinds[..rich]);
    let marks = (decades.collect::<Vec<_>>(), powers.collect::<Vec<_>>());
    html! {
        figure {
            (frame.shown("The gamblers' money over the mask bits", &words, &marks.0, &marks.1, &content))
            figcaption {
                ul.keys {
                    li { (sample("line pool")) " all together: " (amount(pool.last())) }
                    @for (index, line) in kinds[..rich].iter().enumerate() {
                        li { (sample(&format!("line kind-{index}"))) " " (line.name) ": " (amount(line.last())) }
                    }
                    @if rich < kinds.len() {
                        li { (sample("line quiet")) " " @if rich > 0 { "the other " } (kinds.len() - rich) " kinds" }
                    }
                }
                (in_numbers(&pool, &kinds))
            }
        }
    }
}

fn drawn(line: &CourseLine, class: &str, frame: &Frame) -> Markup {
    let inside = line.inside();
    let end = inside.last().copied().unwrap_or_default();
    html! {
        path class=(class) d=(frame.path(inside)) { title { (line.name) ": " (amount(line.last())) } }
        @if line.leaves() {
            @let (x, y) = (frame.x(end.0), frame.y(end.1));
            path class={ (class) " arrow" } d={ "M" (format!("{:.1} {:.1}", x - 4.0, y + 6.0)) "l4 -7l4 7z" } {}
        }
    }
}

fn sample(class: &str) -> Markup {
    html! {
        svg.sample viewBox="0 0 24 8" width="24" height="8" aria-hidden="true" {
            path class=(class) d="M1 4H23" {}
        }
    }
}

fn words(pool: &CourseLine, rich: &[CourseLine]) -> String {
    let verdict = match pool.most() >= 9.0 {
        true => "crosses the line of 10⁹, so the masks are wrong",
        false => "stays below the line of 10⁹",
    };
    let named = rich.iter().map(|line| format!("{}: {}", line.name, amount(line.last())));
    let named = named.collect::<Vec<_>>().join(", ");
    format!(
        "The money of all gamblers together {verdict}; it ends at {}. {named}",
        amount(pool.last())
    )
}

/// The same in numbers.
fn in_numbers(pool: &CourseLine, kinds: &[CourseLine]) -> Markup {
    let rows = [pool].into_iter().chain(kinds).map(|line| {
        let money = [line.points[0].1, line.most(), line.last()];
        let money = money.map(|money| html! { (amount(money)) });
        std::iter::once(html! { (line.name) }).chain(money).collect()
    });
    let columns =
        [column("gamblers on"), numbers("at first"), numbers("at most"), numbers("at last")];
    html! {
        details {
            summary { "In numbers" }
            (table("The gamblers' money", &columns, rows))
        }
    }
}
