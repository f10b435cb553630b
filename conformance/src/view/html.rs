//! What the pages have in common: a document that needs no other file, prose, code and tables.

use super::words::cut;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// What a text is cut to; the report has all of it.
pub(super) const LONGEST: usize = 20_000;

/// The style of all pages.
const STYLE: &str = include_str!("pages.css");

/// A page with its own style and script. By its policy a stranger's words, even if they got into the page as
/// tags, could neither run nor load anything.
pub(super) fn document(title: &str, style: &str, script: Option<&str>, body: &Markup) -> String {
    let style = format!("{STYLE}{style}");
    let allowed = script.map_or_else(|| "none".to_owned(), hash);
    let policy = format!(
        "default-src 'none'; img-src data:; style-src '{}'; script-src '{allowed}'; base-uri 'none'; \
         form-action 'none'",
        hash(&style)
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(style.as_str())) }
            }
            body {
                (body)
                @if let Some(script) = script { script { (PreEscaped(script)) } }
            }
        }
    };
    page.into_string()
}

/// What a policy calls the text.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

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

/// Code, which scrolls in its box.
pub(super) fn code(text: &str) -> Markup {
    html! { pre tabindex="0" { (cut(text, LONGEST)) } }
}

/// A box for a wide table, which scrolls in it, with the keyboard too.
pub(super) fn scrolling(label: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}

/// The head of a column of a table.
pub(super) struct Column {
    head: Markup,
    number: bool,
}

/// A column of words or pictures.
pub(super) fn column(head: &str) -> Column {
    Column { head: html! { (head) }, number: false }
}

/// A column of pictures, whose head is for those who see none.
pub(super) fn pictures() -> Column {
    Column { head: html! { span.unseen { "as a picture" } }, number: false }
}

/// A column of numbers.
pub(super) fn numbers(head: impl maud::Render) -> Column {
    Column { head: html! { (head) }, number: true }
}

/// A table, whose first column has the heads of its rows, in a box in which it scrolls.
pub(super) fn table(
    label: &str,
    columns: &[Column],
    rows: impl Iterator<Item = Vec<Markup>>,
) -> Markup {
    let table = html! {
        table.plain {
            thead {
                tr {
                    @for Column { head, number } in columns { th.number[*number] scope="col" { (head) } }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        @for (index, (cell, column)) in row.iter().zip(columns).enumerate() {
                            @if index == 0 { th scope="row" { (cell) } }
                            @else { td.number[column.number] { (cell) } }
                        }
                    }
                }
            }
        }
    };
    scrolling(label, &table)
}
