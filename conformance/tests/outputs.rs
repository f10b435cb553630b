//! One run, all outputs: each is read by a reader of its format, and says what the run came to.

use crate::support::{Folder, dezero_spec};
use pulldown_cmark::{Event, Options, Parser, Tag};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::fs;

/// What a run wrote.
struct Written {
    code: i32,
    stdout: String,
    html: String,
    markdown: String,
    junit: String,
    badge: String,
}

/// A run with every output that there is.
fn written(folder: &Folder, arguments: &[&str]) -> Written {
    let names = ["page.html", "summary.md", "junit.xml", "badge.svg"];
    let [html, markdown, junit, badge] =
        names.map(|name| folder.0.join(name).display().to_string());
    let files = ["--html", &html, "--markdown", &markdown, "--junit", &junit, "--badge", &badge];
    let run = ["verify", "--effort", "quick", "--programs", "0", "--seed", "1"];
    let (code, stdout, stderr) = dezero_spec(&[&run, arguments, &files].concat());
    assert!(stderr.is_empty(), "{stderr}");
    let read = |file: &str| fs::read_to_string(file).unwrap();
    let [html, markdown, junit, badge] = [&html, &markdown, &junit, &badge].map(|file| read(file));
    Written { code, stdout, html, markdown, junit, badge }
}

/// A page that the HTML standard finds no fault with.
fn page(text: &str) -> Html {
    let page = Html::parse_document(text);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    page
}

fn count(page: &Html, selector: &str) -> usize {
    page.select(&Selector::parse(selector).unwrap()).count()
}

fn text(page: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).unwrap();
    let all = page.select(&selector);
    all.flat_map(|element| element.text().collect::<Vec<_>>()).collect()
}

fn markdown(text: &str) -> Vec<Event<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES).collect()
}

/// The title of a badge, read by a parser of XML.
fn title(badge: &str) -> String {
    let badge = roxmltree::Document::parse(badge).unwrap();
    let root = badge.root_element();
    assert_eq!(root.tag_name().name(), "svg");
    assert_eq!(root.attribute("role"), Some("img"));
    let title = root.children().find(|child| child.tag_name().name() == "title");
    title.and_then(|title| title.text()).unwrap().to_owned()
}

#[test]
fn one_run_has_any_number_of_outputs() {
    let folder = Folder::new("outputs-all");
    let rules = ["--rule", "mask.dependence", "--format", "json"];
    let run = ["--mutant", "mask-shared-by-rows"];
    let Written { code, stdout, html, markdown: summary, junit, badge } =
        written(&folder, &[&run[..], &rules].concat());
    assert_eq!(code, 1);

    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["verdict"], "does-not-conform");
    let replay =
        report["rules"].as_array().unwrap().iter().find_map(|rule| rule["replay"].as_str());

    let page = page(&html);
    assert!(text(&page, "h1").contains("mask-shared-by-rows"));
    assert!(text(&page, ".banner").contains("✗ does not conform: 1 MUST broken"));
    assert!(text(&page, ".command code").contains(replay.unwrap()));
    let article = "[id='rule-mask.dependence']";
    assert!(text(&page, article).contains("elements 33 apart are the same"));
    // Expected beside observed: a row that is the same in all rows is one long run of squares.
    let masks = Selector::parse(&format!("{article} .mask")).unwrap();
    let said = page.select(&masks).map(|mask| mask.text().collect::<String>());
    let said = said.collect::<Vec<_>>();
    assert!(said[0].contains("Expected") && said[1].contains("Observed"), "{said:?}");
    // The money, the rates and the values.
    assert!(text(&page, "#masks desc").contains("crosses the line of 10⁹"));
    assert!(count(&page, "#masks .rate-line") > 10);
    assert!(count(&page, "#masks .dots circle") > 100);
    // Each picture that says something says it in words, too.
    assert_eq!(count(&page, "svg[role=img]"), count(&page, "svg[role=img] > desc"));
    assert_eq!(count(&page, "svg"), count(&page, "svg[role=img], svg[aria-hidden=true]"));

    let summary = markdown(&summary);
    let tables = summary.iter().filter(|event| matches!(event, Event::Start(Tag::Table(_))));
    assert_eq!(tables.count(), 1);
    let codes = summary.iter().filter(|event| matches!(event, Event::Start(Tag::CodeBlock(_))));
    assert_eq!(codes.count(), 2, "the commands that show the broken and the open rule again");

    let junit = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    assert_eq!(junit.test_suites.len(), 8);
    let title = title(&badge);
    assert!(
        title.ends_with("dropout spec: does not conform: 1 MUST broken")
            && title.contains("shared-by-rows")
    );
}

#[test]
fn what_conforms_in_what_was_asked_says_so_everywhere() {
    let folder = Folder::new("outputs-right");
    let run = written(&folder, &["--rule", "dropout.train.scale", "--rule", "mask.rate"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("the selected rules pass"));
    let page = page(&run.html);
    assert!(text(&page, ".banner").contains("✓ the selected rules pass"));
    assert_eq!(count(&page, "#broken"), 0);
    assert!(text(&page, "#masks desc").contains("stays below the line of 10⁹"));
    assert!(run.markdown.starts_with("## ✓ dezero-reference"));
    assert!(title(&run.badge).ends_with("selected rules pass"));
}

/// Strangers' words stay words in every format.
#[test]
fn hostile_text_is_escaped_in_each() {
    let hostile = "<script>alert(1)</script>|`x`\n# y\u{1b}[31m\u{ffff}\"]]> onload=\"z";
    let name = json!({ "name": hostile, "version": hostile, "language": hostile });
    let start = json!({
        "protocol": 1, "implementation": name, "capabilities": ["train"],
        "dtypes": ["float32"], "ratio_dtype": "float64", "seeding": "entropy", "max_elements": 4099,
    });
    let folder = Folder::new("outputs-hostile");
    let answers = folder.file("answers.jsonl", &format!("{start}\n")).display().to_string();
    let run = written(&folder, &[&answers]);
    assert_eq!(run.code, 3, "{}", run.stdout);

    let page = page(&run.html);
    assert_eq!(count(&page, "script, [onload]"), 0);
    assert!(text(&page, "h1").contains("<script>alert(1)</script>|`x`"));
    let events = markdown(&run.markdown);
    let foreign = |event: &&Event| matches!(event, Event::Html(_) | Event::InlineHtml(_));
    assert_eq!(events.iter().find(foreign), None);
    let headings = events.iter().filter(|event| {
        matches!(event, Event::Start(Tag::Heading { level: pulldown_cmark::HeadingLevel::H1, .. }))
    });
    assert_eq!(headings.count(), 0, "{}", run.markdown);
    quick_junit::Report::deserialize_from_str(&run.junit).unwrap();
    assert!(title(&run.badge).starts_with("<script>alert(1)</script>|`x` # y"));
    assert!(!run.stdout.contains('\u{1b}'));
}

/// What a model suffers from comes before what is about bits alone.
#[test]
fn the_worst_is_told_first() {
    let asked = ["--rule", "dropout.bitwise.draws", "--rule", "mask.dependence", "--seed", "2"];
    let of = ["verify", "--mutant", "mask-shared-by-columns", "--effort", "quick"];
    let (code, out, _) = dezero_spec(&[&of[..], &asked].concat());
    assert_eq!(code, 1, "{out}");
    let place = |text: &str| out.find(text).unwrap_or_else(|| panic!("no {text} in {out}"));
    assert!(place("FAIL mask.dependence") < place("FAIL dropout.bitwise.draws"), "{out}");
}
