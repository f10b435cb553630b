use maud::{Markup, html};

/// Prose of the specification: what stands between backquotes is code.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// An id of dotted words, which may break after a dot.
pub(super) fn dotted(id: &str) -> Markup {
    html! {
        @for (index, part) in id.split('.').enumerate() {
            @if index > 0 { "." wbr; }
            (part)
        }
    }
}

/// A box for a wide table, which scrolls in it, with the keyboard too.
pub(super) fn scrolling(label: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}
