use super::frame::{Frame, round_numbers};
use crate::bet::numerics::ln_binomial_law;
use maud::{Markup, html};

/// At most so many columns.
const COLUMNS: u64 = 48;

/// How many blocks had how many elements kept, against the binomial law.
pub(in super::super) fn counts(block: &str, size: usize, seen: &[(u64, u64)], keep: f64) -> Markup {
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
