//! Charts, as SVG that takes its colours from the page and says in words what it shows.

use crate::bet::gamblers::equivalent;
use crate::bet::numerics::ln_binomial_law;
use crate::bet::{CellAccount, MaskPart};
use crate::view::html::{column, numbers, pictures, table};
use maud::{Markup, html};

/// A place on an axis, and what is written there.
pub(super) type Mark = (f64, String);

/// A picture with two axes.
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) height: f64,
    /// What the left and the right edge stand for.
    pub(super) x: (f64, f64),
    /// What the lower and the upper edge stand for.
    pub(super) y: (f64, f64),
    /// What x is.
    pub(super) along: &'static str,
    /// What y is.
    pub(super) up: &'static str,
}

/// Room for the marks of the axes: left, right, above, below.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 12.0;
const ABOVE: f64 = 22.0;
const BELOW: f64 = 36.0;

impl Frame {
    pub(super) fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.x.0) / (self.x.1 - self.x.0) * (self.width - LEFT - RIGHT)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let room = self.height - ABOVE - BELOW;
        ABOVE + (self.y.1 - value) / (self.y.1 - self.y.0) * room
    }

    /// A line through these points.
    pub(super) fn path(&self, points: impl IntoIterator<Item = (f64, f64)>) -> String {
        let mut path = String::new();
        for (x, y) in points {
            let command = if path.is_empty() { 'M' } else { 'L' };
            path += &format!("{command}{:.1} {:.1}", self.x(x), self.y(y));
        }
        path
    }

    /// The whole picture.
    pub(super) fn shown(
        &self,
        title: &str,
        words: &str,
        marks_x: &[Mark],
        marks_y: &[Mark],
        content: &Markup,
    ) -> Markup {
        let (right, bottom) = (self.width - RIGHT, self.height - BELOW);
        html! {
            svg.chart viewBox={ "0 0 " (self.width) " " (self.height) } role="img" {
                title { (title) }
                desc { (words) }
                @for (value, text) in marks_y {
                    @let y = format!("{:.1}", self.y(*value));
                    line.mesh x1=(LEFT) x2=(right) y1=(y) y2=(y) {}
                    text.mark.end x=(LEFT - 5.0) y=(format!("{:.1}", self.y(*value) + 4.0)) { (text) }
                }
                @for (value, text) in marks_x {
                    @let x = format!("{:.1}", self.x(*value));
                    line.mesh x1=(x) x2=(x) y1=(ABOVE) y2=(bottom) {}
                    text.mark.middle x=(x) y=(bottom + 15.0) { (text) }
                }
                text.axis.end x=(right) y=(bottom + 30.0) { (self.along) }
                text.axis x="2" y="12" { (self.up) }
                (content)
            }
        }
    }
}

/// At most six round numbers between two.
pub(super) fn round_numbers(low: f64, high: f64) -> Vec<Mark> {
    let rough = (high - low) / 5.0;
    if !rough.is_normal() || rough < 0.0 {
        return vec![(low, format!("{low}"))];
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power);
    let step = step.into_iter().find(|&step| step >= rough).unwrap_or(rough);
    let first = (low / step).ceil() as i64;
    let marks = (first..first + 8).map(|index| index as f64 * step);
    let digits = (-step.log10().floor()).clamp(0.0, 8.0) as usize;
    let written = |value: f64| match value.abs() {
        1e5.. => format!("{value:e}"),
        0.0 => "0".to_owned(),
        size if size < 1e-5 => format!("{value:.1e}"),
        _ => format!("{value:.digits$}"),
    };
    let inside = marks.take_while(|&value| value <= high * (1.0 + 1e-12) || value <= high);
    inside.map(|value| (value, written(value))).collect()
}

/// At most so many columns.
const COLUMNS: u64 = 48;

/// How many blocks had how many elements kept, against the binomial law.
pub(super) fn counts(block: &str, size: usize, seen: &[(u64, u64)], keep: f64) -> Markup {
    let n = size as u64;
    let (mean, deviation) = (n as f64 * keep, (n as f64 * keep * (1.0 - keep)).sqrt());
    let observed = seen.iter().map(|&(kept, _)| kept);
    let low = observed.clone().min().unwrap_or(0).min((mean - 4.0 * deviation).max(0.0) as u64);
    let high = observed.max().unwrap_or(n).max(((mean + 4.0 * deviation) as u64).min(n));
    let step = (high - low + 1).div_ceil(COLUMNS);
    let blocks = seen.iter().map(|&(_, times)| times).sum::<u64>() as f64;
    let columns = (low..=high).step_by(step as usize).map(|from| {
        let to = (from + step - 1).min(n);
        let here = seen.iter().filter(|(kept, _)| (from..=to).contains(kept));
        let times = here.map(|&(_, times)| times).sum::<u64>() as f64;
        let law = (from..=to).map(|k| ln_binomial_law(k, n, keep).exp()).sum::<f64>();
        (from as f64, times, law * blocks)
    });
    let columns = columns.collect::<Vec<_>>();
    let most = columns.iter().map(|&(_, times, law)| times.max(law)).fold(1.0, f64::max);
    let frame = Frame {
        width: 400.0,
        height: 230.0,
        x: (low as f64, (high + 1) as f64),
        y: (0.0, most),
        along: "kept",
        up: "how many",
    };
    let step = step as f64;
    let law = columns.iter().flat_map(|&(from, _, law)| [(from, law), (from + step, law)]);
    let content = html! {
        @for (from, times, _) in &columns {
            @if *times > 0.0 {
                rect.column x=(format!("{:.1}", frame.x(*from))) y=(format!("{:.1}", frame.y(*times)))
                    width=(format!("{:.1}", (frame.x(from + step) - frame.x(*from) - 0.5).max(1.0)))
                    height=(format!("{:.1}", frame.y(0.0) - frame.y(*times))) {}
            }
        }
        path.expected d=(frame.path(law)) {}
    };
    let words = format!(
        "{blocks} {block}s of {size} elements. Columns: observed; the dashed line: what independent \
         draws give, {mean:.1} ± {deviation:.1} on average."
    );
    let marks = (round_numbers(frame.x.0, frame.x.1), round_numbers(0.0, most));
    html! {
        figure {
            (frame.shown(&format!("Elements kept in a {block}"), &words, &marks.0, &marks.1, &content))
            figcaption { strong { "Kept in a " (block) } " " (words) }
        }
    }
}

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
pub(super) fn rates(cells: &[&CellAccount]) -> Markup {
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
pub(super) fn rate(cell: &CellAccount) -> Markup {
    let off = cell.deviation.unwrap_or(0.01);
    let shown = (cell.keep - 3.0 * off, cell.keep + 3.0 * off);
    let band = (cell.keep - off, cell.keep + off);
    let estimate = cell.kept as f64 / cell.trials.max(1) as f64;
    line(shown, Some(band), cell.keep, cell.interval, estimate, judged(cell))
}

/// Parts of the masks that should have one rate.
pub(super) fn parts(parts: &[MaskPart], keep: f64) -> Markup {
    let ends = parts.iter().flat_map(|part| [part.interval.0, part.interval.1]);
    let (low, high) = ends.fold((keep, keep), |(low, high), end| (low.min(end), high.max(end)));
    let room = 0.1 * (high - low).max(1e-6);
    let shown = (low - room, high + room);
    let rows = parts.iter().map(|part| {
        let estimate = part.kept as f64 / part.trials.max(1) as f64;
        let (low, high) = part.interval;
        vec![
            html! { (part.name) },
            html! { (format!("{estimate:.4}")) },
            line(shown, None, keep, part.interval, estimate, out(part.interval, keep)),
            html! { (format!("{low:.4} – {high:.4}")) },
            html! { (part.trials) },
        ]
    });
    let columns = [
        column("elements"),
        numbers("kept"),
        pictures(),
        numbers("99.9 % interval"),
        numbers("of"),
    ];
    html! {
        figure.table {
            figcaption { strong { "Kept, part by part" } " Each should be " (format!("{keep:.4}")) ", the dashed line." }
            (table("Kept, part by part", &columns, rows))
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

/// More points show no more.
const MOST: usize = 400;

/// Larger numbers are left out where there are enough others: beside 256, 1 cannot be seen.
const USUAL: f64 = 8.0;

/// So many numbers are enough.
const ENOUGH: usize = 3;

/// What came out against what went in: zero, or `scale` times as much.
pub(super) fn values(name: &str, scale: f64, pairs: &[(f64, f64)]) -> Markup {
    let finite = pairs.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite());
    let finite = finite.take(MOST).collect::<Vec<_>>();
    let usual = finite.iter().copied().filter(|(x, _)| x.abs() <= USUAL).collect::<Vec<_>>();
    let all = finite.len();
    let shown = if usual.len() >= ENOUGH { usual } else { finite };
    let larger = all - shown.len();
    let reach = shown.iter().map(|(x, _)| x.abs()).fold(0.0, f64::max);
    let height = shown.iter().map(|(_, y)| y.abs()).fold(scale * reach, f64::max) * 1.05;
    if reach == 0.0 || !height.is_finite() {
        return html! {};
    }
    let frame = Frame {
        width: 300.0,
        height: 250.0,
        x: (-reach, reach),
        y: (-height, height),
        along: "what went in",
        up: "what came out",
    };
    let (dropped, kept): (Vec<(f64, f64)>, Vec<_>) =
        shown.iter().partition(|(x, y)| *y == 0.0 && *x != 0.0);
    let off = kept.iter().filter(|pair| is_off(pair, scale)).count();
    let content = html! {
        path.expected d=(frame.path([(-reach, -scale * reach), (reach, scale * reach)])) {}
        path.expected d=(frame.path([(-reach, 0.0), (reach, 0.0)])) {}
        g.dots.dropped { @for pair in &dropped { (dot(pair, &frame)) } }
        g.dots.kept { @for pair in kept.iter().filter(|pair| !is_off(pair, scale)) { (dot(pair, &frame)) } }
        g.dots.off { @for pair in kept.iter().filter(|pair| is_off(pair, scale)) { (cross(pair, &frame)) } }
    };
    let lines = match scale {
        1.0 => "The dashed lines: as it was, or 0.".to_owned(),
        _ => format!("The dashed lines: {scale:.4} times as much, or 0."),
    };
    let larger = match larger {
        0 => String::new(),
        larger => format!(" {larger} where more went in are not shown."),
    };
    let said = match off {
        0 => format!("{} kept, {} dropped.", kept.len(), dropped.len()),
        off => format!("{off} of {} that are not 0 are off; those are crosses.", kept.len()),
    };
    let marks = (round_numbers(-reach, reach), round_numbers(-height, height));
    html! {
        figure {
            (frame.shown(&format!("{name}: what came out against what went in"), &said, &marks.0, &marks.1, &content))
            figcaption { strong { (name) } " " (said) " " (lines) (larger) }
        }
    }
}

/// Whether a picture would show what is wrong with any of them.
pub(super) fn any_off(scale: f64, pairs: &[(f64, f64)]) -> bool {
    let finite = pairs.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    finite.take(MOST).any(|pair| is_off(pair, scale))
}

/// Further away than any rounding in any dtype, as a picture shows it.
fn is_off((x, y): &(f64, f64), scale: f64) -> bool {
    (y - x * scale).abs() > 0.03 * (x * scale).abs() && y.abs() > f64::MIN_POSITIVE
}

fn dot((x, y): &(f64, f64), frame: &Frame) -> Markup {
    html! { circle cx=(format!("{:.1}", frame.x(*x))) cy=(format!("{:.1}", frame.y(*y))) r="2.2" {} }
}

fn cross((x, y): &(f64, f64), frame: &Frame) -> Markup {
    let (x, y) = (frame.x(*x), frame.y(*y));
    html! { path d={ "M" (format!("{:.1} {:.1}", x - 3.0, y - 3.0)) "l6 6m0 -6l-6 6" } {} }
}

/// A number in words, given its logarithm: as it is if it is of a usual size, or as a power of ten.
pub(super) fn amount(log10: f64) -> String {
    match log10 {
        f64::NEG_INFINITY => "0".to_owned(),
        0.0..4.0 => format!("{:.0}", 10f64.powf(log10)),
        -2.0..0.0 => format!("{:.2}", 10f64.powf(log10)),
        _ => power(log10),
    }
}

/// A power of ten.
pub(super) fn power(log10: f64) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        c => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c as usize - '0' as usize).unwrap_or(c),
    };
    format!("10{}", format!("{log10:.0}").chars().map(digit).collect::<String>())
}

/// A number of bits that is read at a glance.
pub(super) fn rounded(bits: f64) -> String {
    match bits {
        0.0..1e3 => format!("{bits:.0}"),
        1e3..1e6 => format!("{:.0} k", bits / 1e3),
        1e6..1e9 => format!("{:.0} M", bits / 1e6),
        _ => format!("{:.0} G", bits / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_are_few_and_lie_between() {
        for (low, high, expected) in [
            (0.0, 1.0, &["0", "0.2", "0.4", "0.6", "0.8", "1.0"][..]),
            (0.0, 10.0, &["0", "2", "4", "6", "8", "10"]),
            (0.3, 7.2, &["2", "4", "6"]),
            (-1.0, 1.0, &["-1.0", "-0.5", "0", "0.5", "1.0"]),
            (0.0, 3e6, &["0", "1e6", "2e6", "3e6"]),
            (0.0, 3e-6, &["0", "1.0e-6", "2.0e-6", "3.0e-6"]),
            (0.0, 0.03, &["0", "0.01", "0.02", "0.03"]),
            (2.0, 2.0, &["2"]),
            (2.0, 1.0, &["2"]),
            (0.0, f64::INFINITY, &["0"]),
        ] {
            let marks = round_numbers(low, high);
            let written = marks.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>();
            assert_eq!(written, expected, "{low} to {high}");
        }
    }

    /// What should be 2 may be off by 0.06; a zero was dropped, and what is not finite is not shown.
    #[test]
    fn off_is_what_no_rounding_makes() {
        let off = |x, y| is_off(&(x, y), 2.0);
        assert!(off(1.0, 2.08) && off(1.0, 1.92) && off(1.0, -2.0) && off(0.0, 1e-9));
        assert!(!off(1.0, 2.05) && !off(1.0, 1.95) && !off(1.0, 0.0) && !off(0.0, 0.0));
        assert!(any_off(2.0, &[(1.0, 2.0), (1.0, 5.0)]));
        assert!(!any_off(2.0, &[(1.0, 2.0), (f64::INFINITY, 2.0), (1.0, f64::INFINITY)]));
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let amounts = [9.0, -0.25, 59119.6, -7.2, 0.0, 2.0, f64::NEG_INFINITY].map(amount);
        assert_eq!(amounts, ["10⁹", "0.56", "10⁵⁹¹²⁰", "10⁻⁷", "1", "100", "0"]);
    }
    #[test]
    fn bits_are_rounded_to_a_thousand_of_their_kind() {
        let bits = [0.0, 999.0, 1e3, 2.4e4, 1e6, 3e9].map(rounded);
        assert_eq!(bits, ["0", "999", "1 k", "24 k", "1 M", "3 G"]);
    }
}
