//! Masks and arrays as squares, an element each.

use crate::bet::bits::Bits;
use crate::wire::Array;
use maud::{Markup, html};

/// The side of an element on a large screen.
const SIDE: usize = 5;

/// So many arrays are shown, and so many elements of each.
const MOST_ARRAYS: usize = 12;
const MOST_ELEMENTS: usize = 48;

/// Rows of a mask, a square for each element; dark ones are kept.
pub(super) fn mask(title: &str, rows: &[Bits], marked: &[(usize, usize)], words: &str) -> Markup {
    let width = rows.iter().map(Bits::len).max().unwrap_or(0);
    // Few rows are drawn higher, or they would be a line.
    let tall = if rows.len() < 8 { 2 } else { 1 };
    let height = rows.len() * tall;
    // Marks stand out on all sides.
    let edge = usize::from(!marked.is_empty());
    let view = format!("-{edge} -{edge} {} {}", width + 2 * edge, height + 2 * edge);
    html! {
        figure.mask {
            svg viewBox=(view) width=(SIDE * (width + 2 * edge)) role="img"
                shape-rendering="crispEdges" {
                title { (title) }
                desc { (words) }
                @for (index, row) in rows.iter().enumerate() {
                    rect.dropped y=(index * tall) width=(row.len()) height=(tall) {}
                }
                path.kept d=(runs(rows, tall)) {}
                @for (first, columns) in marked {
                    rect.marked x=(first) y="-0.5" width=(columns) height=(height + 1) {}
                }
            }
            figcaption { strong { (title) } " " (words) }
        }
    }
}

/// The kept elements as rectangles, those side by side as one.
fn runs(rows: &[Bits], tall: usize) -> String {
    let mut path = String::new();
    for (index, row) in rows.iter().enumerate() {
        let mut from = None;
        for at in 0..=row.len() {
            match (at < row.len() && row.get(at), from) {
                (true, None) => from = Some(at),
                (false, Some(start)) => {
                    path += &format!(
                        "M{start} {}h{}v{tall}h-{}z",
                        index * tall,
                        at - start,
                        at - start
                    );
                    from = None;
                }
                _ => {}
            }
        }
    }
    path
}

/// Observed arrays, one below the other: what is 0, what is not, and what is no number.
pub(super) fn elements(arrays: &[(usize, &Array)], at: usize) -> Markup {
    let left = arrays.len().saturating_sub(MOST_ARRAYS);
    let shown = &arrays[left..];
    let long = |array: &Array| array.values.len().min(MOST_ELEMENTS);
    let width = shown.iter().map(|(_, array)| long(array)).max().unwrap_or(0);
    let labels = 11;
    let words = format!(
        "What was observed up to the step that is marked, an array a row{}. Filled: not 0; pale: 0; \
         striped: no number.",
        if left > 0 { format!(", without the first {left}") } else { String::new() }
    );
    html! {
        figure.mask.elements {
            svg viewBox={ "0 0 " (labels + 2 * width + 1) " " (3 * shown.len()) }
                width=(7 * (labels + 2 * width + 1)) role="img" {
                title { "Element by element" }
                desc { (words) }
                @for (row, (step, array)) in shown.iter().enumerate() {
                    @let y = 3 * row;
                    text.label.here[*step == at] x="0" y=(format!("{}.8", y + 1)) { "step " (step) }
                    @for (column, &value) in array.values.iter().take(MOST_ELEMENTS).enumerate() {
                        rect.(class(value)) x=(labels + 2 * column) y=(y) width="1.8" height="2.4" {
                            title { (format!("{value:?}")) }
                        }
                    }
                }
            }
            figcaption { strong { "Element by element" } " " (words) }
        }
    }
}

fn class(value: f64) -> &'static str {
    match value {
        0.0 => "dropped",
        value if value.is_finite() => "kept",
        _ => "odd",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_kept_or_dropped_or_odd() {
        let classes = [2.5, -1e-30, 0.0, -0.0, f64::NAN, f64::INFINITY].map(class);
        assert_eq!(classes, ["kept", "kept", "dropped", "dropped", "odd", "odd"]);
    }
}
