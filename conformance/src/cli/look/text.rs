use crate::cli::plain::cut;
use maud::{Markup, html};

/// What a text is cut to; the report has all of it.
pub(crate) const LONGEST: usize = 20_000;

/// Prose of the specification: what stands between backquotes is code.
pub(crate) fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// An id of dotted words, which may break after a dot.
pub(crate) fn dotted(id: &str) -> Markup {
    html! {
        @for (index, part) in id.split('.').enumerate() {
            @if index > 0 { "." wbr; }
            (part)
        }
    }
}

/// A box for a wide table, which scrolls in it, with the keyboard too.
pub(crate) fn scrolling(label: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}

/// Code, which scrolls in its box.
pub(crate) fn code(text: &str) -> Markup {
    html! { pre tabindex="0" { (cut(text, LONGEST)) } }
}
