//! Reports side by side: the right verdict in the right cell, and nothing of a stranger's text that
//! a page or a table would take for its own.

use crate::support::{Folder, dezero_spec};
use serde_json::{Value, json};

const RULE: &str = "config.restore.saved-at-entry";

/// A real report on one rule, of the reference or of a wrong implementation.
fn report(folder: &Folder, name: &str, mutant: Option<&str>) -> String {
    let mut arguments = vec!["verify", "--effort", "quick", "--programs", "0", "--seed", "1"];
    arguments.extend(["--format", "json", "--rule", RULE, "--rule", "dropout.train.overflow"]);
    arguments.extend(mutant.into_iter().flat_map(|name| ["--mutant", name]));
    let (_, stdout, stderr) = dezero_spec(&arguments);
    assert!(stdout.contains("dezero-spec/report/1"), "{stderr}");
    folder.file(name, &stdout).display().to_string()
}

/// The report with something else in it.
fn edited(folder: &Folder, file: &str, name: &str, edit: impl Fn(&mut Value)) -> String {
    let mut report: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    edit(&mut report);
    let rules = report["rules"].as_array().unwrap().clone();
    for (verdict, count) in report["summary"].as_object_mut().unwrap() {
        *count = json!(rules.iter().filter(|rule| rule["verdict"] == **verdict).count());
    }
    folder.file(name, &report.to_string()).display().to_string()
}

fn ruling<'a>(report: &'a mut Value, id: &str) -> &'a mut Value {
    let rules = report["rules"].as_array_mut().unwrap();
    rules.iter_mut().find(|rule| rule["id"] == id).unwrap()
}

/// The page and the Markdown of these reports.
fn written(folder: &Folder, reports: &[&str]) -> (String, String) {
    let [html, markdown] = ["page.html", "page.md"].map(|name| folder.0.join(name));
    let files = ["--html", html.to_str().unwrap(), "--markdown", markdown.to_str().unwrap()];
    let (code, _, stderr) = dezero_spec(&[&["matrix"], reports, &files[..]].concat());
    assert_eq!(code, 0, "{stderr}");
    let read = |path| std::fs::read_to_string(path).unwrap();
    (read(html), read(markdown))
}

/// What the cells of a rule's row in the page say.
fn row(html: &str, id: &str) -> Vec<String> {
    let row =
        html.split("<tr data-text=\"").find(|row| row.starts_with(&format!("{id} "))).unwrap();
    let row = row.split("</tr>").next().unwrap();
    row.split("data-key=\"")
        .skip(1)
        .map(|cell| cell.split('"').next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_verdict_is_in_its_cell() {
    let folder = Folder::new("matrix-cells");
    let right = report(&folder, "right.json", None);
    let wrong = report(&folder, "wrong.json", Some("restores-true"));
    let older = edited(&folder, &right, "older.json", |report| {
        report["implementation"]["name"] = json!("older");
        ruling(report, RULE)["sha256"] = json!("00");
        let rules = report["rules"].as_array_mut().unwrap();
        rules.retain(|rule| rule["id"] != "dropout.train.overflow");
        let mut gone = rules[0].clone();
        gone["id"] = json!("was.here-once");
        rules.push(gone);
        for later in ["date", "platform", "seconds"] {
            report.as_object_mut().unwrap().remove(later);
        }
    });
    let absent = r#"{"schema":"dezero-spec/not-run/1","implementation":{"name":"closed"},
                     "because":"it cannot be had"}"#;
    let absent = folder.file("absent.json", absent).display().to_string();
    let reports = [right.as_str(), &wrong, &older, &absent];
    let (html, markdown) = written(&folder, &reports);

    assert_eq!(row(&html, RULE), ["pass", "fail", "stale", "absent"]);
    assert_eq!(row(&html, "dropout.train.overflow"), ["pass", "pass", "missing", "absent"]);
    assert_eq!(row(&html, "mask.rate")[..2], ["not-run", "not-run"]);
    assert_eq!(row(&html, "was.here-once"), ["missing", "missing", "stale", "absent"]);
    let line = format!("| {RULE} | MUST | ✓ pass | ✗ fail | ~ stale pass |  |");
    assert!(markdown.contains(&line), "{markdown}");
    assert!(markdown.contains("| dropout.train.overflow | MAY | ✓ pass | ✓ pass | – |  |"));

    // The worst rule of a chapter is its first.
    let chapter = html.split("<tbody data-chapter=\"config\">").nth(1).unwrap();
    let first = chapter.split("data-text=\"").nth(1).unwrap();
    assert!(first.starts_with(RULE), "{first:.80}");

    let replay = format!("dezero-spec verify --mutant restores-true --rule {RULE}");
    for said in [replay.as_str(), "it cannot be had", "switches dropout on for the rest"] {
        assert!(html.contains(said), "`{said}` not in the page");
        assert!(markdown.contains(said), "`{said}` not in the Markdown");
    }

    let (code, table, _) = dezero_spec(&[&["matrix"], &reports[..]].concat());
    assert_eq!(code, 0);
    let line = table.lines().find(|line| line.starts_with(RULE)).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), [RULE, "✓", "✗", "~", "MUST"]);
    assert!(!table.contains('\u{1b}') && table.contains("not judged: it cannot be had"), "{table}");
}

#[test]
fn strangers_words_stay_words() {
    let folder = Folder::new("matrix-hostile");
    let wrong = report(&folder, "wrong.json", Some("restores-true"));
    let hostile = "<script>alert(1)</script>|`````\n# x\u{1b}[31m\" onclick=\"alert(2)";
    let long = "long ".repeat(100_000);
    let file = edited(&folder, &wrong, "hostile.json", |report| {
        for name in ["name", "version", "language"] {
            report["implementation"][name] = json!(hostile);
        }
        report["choices"] = json!({ hostile: { hostile: [hostile] } });
        report["seed"] = json!(hostile);
        report["date"] = json!(hostile);
        report["platform"]["os"] = json!(hostile);
        let ruling = ruling(report, RULE);
        ruling["replay"] = json!(hostile);
        ruling["stderr"] = json!([hostile, long]);
        let found = &mut ruling["counterexample"];
        found["observed"] = json!(format!("{hostile}{long}"));
        found["pseudocode"] = json!([hostile]);
        found["program"] = json!([hostile]);
    });
    let not_run = json!({
        "schema": "dezero-spec/not-run/1",
        "implementation": { "name": hostile, "version": hostile },
        "because": hostile,
    });
    let not_run = folder.file("not-run.json", &not_run.to_string()).display().to_string();
    let (html, markdown) = written(&folder, &[&wrong, &file, &not_run]);

    assert_eq!(html.matches("<script").count(), 1, "only the page's own");
    assert!(!html.contains("\" onclick"), "a stranger left an attribute");
    assert!(html.contains("&lt;script&gt;alert(1)"));
    assert!(html.len() < 1_000_000 && html.contains("more characters in the report"));
    assert_eq!(row(&html, RULE), ["fail", "fail", "absent"]);

    // Every table has as many cells in each row as in its head, where `\|` is no border.
    let cells = |line: &str| line.replace(r"\|", "").matches('|').count();
    let table = markdown.split("### config\n").nth(1).unwrap().trim_start();
    let rows = table.lines().take_while(|line| line.starts_with('|')).collect::<Vec<_>>();
    assert!(rows.len() > 5 && rows.iter().all(|line| cells(line) == cells(rows[0])), "{rows:#?}");
    let mut fence = None;
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(open) if line.len() == ticks && ticks >= open => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => assert!(
                !line.replace(r"\<", "").contains('<') && !line.starts_with("# x"),
                "{line:.200}"
            ),
        }
    }
    assert_eq!(fence, None);

    let (code, table, _) = dezero_spec(&["matrix", &file, &not_run]);
    assert!(code == 0 && !table.contains('\u{1b}'), "{table}");
}

#[test]
fn files_that_are_no_reports_are_exit_2_with_what_was_expected() {
    let folder = Folder::new("matrix-files");
    let says = |text: &str, expected: &[&str]| {
        let file = folder.file("x.json", text).display().to_string();
        let (code, _, stderr) = dezero_spec(&["matrix", &file]);
        assert_eq!(code, 2, "{stderr}");
        for words in expected.iter().chain(&["x.json: "]) {
            assert!(stderr.contains(words), "`{words}` not in {stderr}");
        }
    };
    says("", &["not a report", "line 1", "--format json"]);
    says("[1]", &["not a report"]);
    says("{}", &["expected \"schema\": \"dezero-spec/report/1\"", "found none"]);
    says(r#"{"schema": "dezero-spec/report/9"}"#, &["found \"dezero-spec/report/9\""]);
    says(r#"{"schema": "dezero-spec/report/1"}"#, &["missing field `suite`"]);
    says(r#"{"schema": "dezero-spec/not-run/1", "why": ""}"#, &["unknown field `why`"]);
    let (code, _, stderr) = dezero_spec(&["matrix", "nowhere.json"]);
    assert!(code == 2 && stderr.contains("nowhere.json: cannot be read"), "{stderr}");
}
