use super::frame::{Frame, round_numbers};
use maud::{Markup, html};

/// More points show no more.
const MOST: usize = 400;

/// Larger numbers are left out where there are enough others: beside 256, 1 cannot be seen.
const USUAL: f64 = 8.0;

/// So many numbers are enough.
const ENOUGH: usize = 3;

/// What came out against what went in: zero, or `scale` times as much.
pub(in super::super) fn values(name: &str, scale: f64, pairs: &[(f64, f64)]) -> Markup {
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
pub(in super::super) fn any_off(scale: f64, pairs: &[(f64, f64)]) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What should be 2 may be off by 0.06; a zero was dropped, and what is not finite is not shown.
    #[test]
    fn off_is_what_no_rounding_makes() {
        let off = |x, y| is_off(&(x, y), 2.0);
        assert!(off(1.0, 2.08) && off(1.0, 1.92) && off(1.0, -2.0) && off(0.0, 1e-9));
        assert!(!off(1.0, 2.05) && !off(1.0, 1.95) && !off(1.0, 0.0) && !off(0.0, 0.0));
        assert!(any_off(2.0, &[(1.0, 2.0), (1.0, 5.0)]));
        assert!(!any_off(2.0, &[(1.0, 2.0), (f64::INFINITY, 2.0), (1.0, f64::INFINITY)]));
    }
}
