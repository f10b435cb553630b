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

#[cfg(test)]
mod tests {
    use super::round_numbers;

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
}
