use scraper::node::Node;
use scraper::{ElementRef, Html};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a page says, a line for an element or a row of a table; of a picture its words, what it is drawn
/// of, and a fingerprint of its lines.
pub(crate) fn outline(html: &str) -> String {
    let page = Html::parse_document(html);
    let mut lines = String::new();
    write(page.root_element(), 0, &mut lines);
    lines
}

/// Elements that stand within a line.
const INLINE: [&str; 8] = ["a", "b", "code", "em", "small", "span", "strong", "time"];

fn write(element: ElementRef, depth: usize, lines: &mut String) {
    let indent = "  ".repeat(depth);
    match element.value().name() {
        "svg" => writeln!(lines, "{indent}{}", picture(element)).unwrap(),
        "tr" => {
            let cells = element.child_elements().map(words).collect::<Vec<_>>();
            // Numbers in there are those of the cells, and times are among them.
            let tags = element.descendent_elements().map(tag).collect::<String>();
            let tags = fingerprint(&tags.replace(|letter: char| letter.is_ascii_digit(), ""));
            writeln!(lines, "{indent}| {} | {tags}", cells.join(" | ")).unwrap();
        }
        "style" | "script" => {}
        _ if element.child_elements().all(|inner| INLINE.contains(&inner.value().name())) => {
            let text = words(element);
            let rest = format!("\n{indent}  ");
            let text = if text.contains('\n') { format!("\n{text}") } else { format!(" {text}") };
            let line = format!("{indent}{}{}", tag(element), text.replace('\n', &rest));
            writeln!(lines, "{}", line.trim_end()).unwrap();
        }
        _ => {
            writeln!(lines, "{indent}{}", tag(element)).unwrap();
            for child in element.children() {
                match (ElementRef::wrap(child), child.value()) {
                    (Some(inner), _) => write(inner, depth + 1, lines),
                    (None, Node::Text(text)) if !text.trim().is_empty() => {
                        writeln!(lines, "{indent}  {}", text.trim()).unwrap();
                    }
                    _ => {}
                }
            }
        }
    }
}

fn tag(element: ElementRef) -> String {
    let mut attributes = element.value().attrs().collect::<Vec<_>>();
    attributes.sort_unstable();
    let attributes = attributes.iter().map(|(name, value)| format!(" {name}=\"{value}\""));
    format!("<{}{}>", element.value().name(), attributes.collect::<String>())
}

/// The words of an element, and its pictures.
fn words(element: ElementRef) -> String {
    let parts = element.children().map(|child| match (ElementRef::wrap(child), child.value()) {
        (Some(inner), _) if inner.value().name() == "svg" => picture(inner),
        (Some(inner), _) if inner.value().attrs().next().is_some() => {
            format!("{} {}", tag(inner), words(inner))
        }
        (Some(inner), _) => words(inner),
        (None, Node::Text(text)) => text.to_string(),
        _ => String::new(),
    });
    parts.collect::<String>().trim().to_owned()
}

fn picture(svg: ElementRef) -> String {
    let mut shapes = BTreeMap::<&str, usize>::new();
    let mut said = Vec::new();
    for element in svg.descendent_elements().skip(1) {
        match element.value().name() {
            // Those within a shape are shown when a pointer is over it.
            "title" | "desc" if element.parent() == Some(*svg) => {
                said.push(element.text().collect::<String>());
            }
            "title" | "desc" | "g" => {}
            shape => *shapes.entry(shape).or_default() += 1,
        }
    }
    let shapes = shapes.iter().map(|(shape, n)| format!("{n} {shape}")).collect::<Vec<_>>();
    let lines = fingerprint(&svg.html());
    format!("[picture {lines} of {}: {}]", shapes.join(", "), said.join(" | "))
}

/// A few digits that change when the text does.
fn fingerprint(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
