//! The laws that hold prose, engine, checks and mutants together.

use dezero_reference::SPEC;
use dezero_spec::bet::{EVERYWHERE, EXACT, TABLE};
use dezero_spec::book::{Level, choices, rule, rules};
use dezero_spec::catalogue::{mutant, mutants, variants};
use dezero_spec::check::checks;
use dezero_spec::fixture::{Recipe, all_recipes};
use dezero_spec::run::manifest::Manifest;
use dezero_spec::upkeep::thread::{RuleThread, links};
use dezero_spec::wire::capabilities;
use pulldown_cmark::{Event, Parser, Tag};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below a folder whose names end so, with their texts.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// The ids in `r[…]` of comments.
fn marks(text: &str) -> BTreeSet<&str> {
    let comments = text.lines().filter_map(|line| line.split_once("//"));
    comments
        .flat_map(|(_, comment)| comment.split("r[").skip(1))
        .filter_map(|rest| rest.split_once(']').map(|(id, _)| id))
        .collect()
}

fn assert_none<T: std::fmt::Debug>(what: &str, found: impl IntoIterator<Item = T>) {
    let found = found.into_iter().collect::<Vec<_>>();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

#[test]
fn there_are_rules_and_their_ids_are_well_formed() {
    assert!(rules().len() >= 60);
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} stands twice", rule.id);
        let parts = rule.id.split('.').collect::<Vec<_>>();
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(
            parts.len() >= 2 && parts.iter().all(|part| part.chars().all(plain)),
            "{}",
            rule.id
        );
        let words = ["MUST", "SHOULD", "MAY"];
        let keyword = |word: &&str| words.contains(&word.trim_matches('`'));
        let keywords = rule.sentence.split_whitespace().filter(keyword).collect::<BTreeSet<_>>();
        assert_eq!(keywords.len(), 1, "{} has not one keyword: {}", rule.id, rule.sentence);
        assert!(rule.sentence.ends_with('.'), "{} is no sentence", rule.id);
    }
}

#[test]
fn every_rule_has_its_line_in_the_engine_and_every_mark_its_rule() {
    let engine = files("src", ".rs");
    let judge = files("conformance/src", ".rs");
    let in_engine = engine.iter().flat_map(|(_, text)| marks(text)).collect::<BTreeSet<_>>();
    let in_judge = judge.iter().flat_map(|(_, text)| marks(text)).collect::<BTreeSet<_>>();
    let home = |id: &str| if id.starts_with("protocol.") { &in_judge } else { &in_engine };
    let binding = rules().iter().filter(|rule| rule.level != Level::May);
    assert_none("no line", binding.map(|rule| rule.id).filter(|id| !home(id).contains(id)));
    let marks = in_engine.union(&in_judge);
    assert_none("no such rule", marks.filter(|id| rule(id).is_none()));
}

#[test]
fn every_rule_has_a_check_and_every_check_its_rule() {
    let checked = checks().iter().map(|check| check.rule).collect::<Vec<_>>();
    assert_none("unchecked", rules().iter().filter(|rule| !checked.contains(&rule.id)));
    assert_none("no such rule", checked.iter().filter(|id| rule(id).is_none()));
    for (index, check) in checks().iter().enumerate() {
        let later = check.after.iter().filter(|&premise| !checked[..index].contains(premise));
        assert_none(check.rule, later);
    }
}

#[test]
fn every_capability_that_a_check_needs_is_in_the_protocol() {
    let (_, protocol) = files("spec", "protocol.md").remove(0);
    let needs = checks().iter().flat_map(|check| check.needs);
    assert_none("unknown", needs.filter(|need| !capabilities().any(|known| known == **need)));
    let described = |name: &&str| protocol.contains(&format!("`{name}`"));
    assert_none("not described", capabilities().filter(|name| !described(name)));
}

#[test]
fn every_rule_that_binds_has_a_mutant_and_every_mutant_its_rule() {
    let broken = mutants().iter().map(|mutant| mutant.rule).collect::<BTreeSet<_>>();
    let binding = rules().iter().filter(|rule| rule.level != Level::May);
    assert_none("nothing breaks", binding.map(|rule| rule.id).filter(|id| !broken.contains(id)));
    assert_none("no such rule", broken.iter().filter(|id| rule(id).is_none()));
    let names = mutants().iter().map(|mutant| mutant.name);
    let names = names.chain(variants().iter().map(|variant| variant.name)).collect::<Vec<_>>();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.iter().all(|name| mutant(name).is_some()));
}

#[test]
fn every_choice_is_asked() {
    let mut judge = files("conformance/src", ".rs");
    // The second reading of programs only hears what was asked.
    judge.retain(|(path, _)| !path.to_string_lossy().contains("src/wire/walk"));
    for choice in choices() {
        assert!(choice.answers.len() >= 2, "{}", choice.id);
        // What each flag may answer in a way of its own is asked by one name, and the flag's.
        let quoted = format!("\"{}\"", choice.id.trim_end_matches(".enable_backprop"));
        let asked = judge.iter().any(|(_, text)| text.contains(&quoted));
        let set_aside = choice.question.contains("No rule of this version asks");
        assert!(asked != set_aside, "{} asked: {asked}", choice.id);
    }
}

#[test]
fn every_block_of_the_prose_says_what_it_is() {
    for (path, text) in files("spec", ".md") {
        let mut open = false;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with("```")) {
            let label = line.trim_start_matches('`');
            let known = ["rust", "json", "text", "console", "sh"].contains(&label);
            assert!(open || known, "{}:{} has no label", path.display(), index + 1);
            open = !open;
        }
        let json = text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
        for block in json {
            Manifest::parse(block).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        }
    }
}

/// From each chapter one can go to the next, to the one before, and to the contents.
#[test]
fn the_book_can_be_read_from_beginning_to_end() {
    let module = |file: &str| format!("crate::{})", file.trim_end_matches(".md"));
    for (index, (file, text)) in SPEC.iter().enumerate() {
        let way = text.trim_end().lines().last().unwrap();
        if let Some((next, _)) = SPEC.get(index + 1) {
            assert!(way.contains(&module(next)) && way.ends_with('→'), "{file}: {way}");
        }
        if index > 0 {
            assert!(way.contains("[Contents](crate#chapters)"), "{file}: {way}");
        }
        if index > 1 {
            assert!(way.contains(&module(SPEC[index - 1].0)), "{file}: {way}");
        }
    }
}

/// Each of the twenty questions is decided by rules and choices that are there, and can be asked by a
/// fixture; what has no fixture are properties of masks.
#[test]
fn every_question_is_decided_and_has_a_fixture() {
    let (_, prose) = files("spec", "questions.md").remove(0);
    let rows = prose.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    let rows = rows.collect::<Vec<_>>();
    assert_eq!(rows.len(), 20);
    let fixtures = all_recipes().iter().map(Recipe::fixture).collect::<Vec<_>>();
    for row in rows {
        let (_, decided) = row.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        let ids = decided.split('`').skip(1).step_by(2).collect::<Vec<_>>();
        assert_none(
            row,
            ids.iter().filter(|id| {
                let known = rule(id).is_some()
                    || choices().iter().any(|choice| choice.id == **id)
                    || capabilities().any(|capability| capability == **id);
                !known
            }),
        );
        let asked = |id: &&&str| {
            fixtures.iter().any(|fixture| {
                fixture.rules.iter().any(|rule| rule == **id) || fixture.choices.contains_key(**id)
            })
        };
        assert_none(row, ids.iter().filter(|id| !asked(id) && !capabilities().any(|c| c == **id)));
    }
}

/// The book's table of gamblers is the judge's.
#[test]
fn every_gambler_is_in_the_book_with_its_part() {
    let (_, prose) = files("spec", "mask.md").remove(0);
    let everywhere = EVERYWHERE.iter().map(|entry| (entry.name, entry.weight));
    let table = TABLE.iter().map(|entry| (entry.name, entry.weight)).chain(everywhere);
    let table = table.chain([("(set aside)", EXACT)]);
    let row = |&(name, weight): &(&str, f64)| format!("| {name} | {weight:.2} |");
    let rows = table.collect::<Vec<_>>();
    assert_none("not in the book", rows.iter().filter(|entry| !prose.contains(&row(entry))));
    let written = prose.lines().filter(|line| line.starts_with("| ") && line.contains(" | 0."));
    assert_eq!(written.count(), rows.len() + 2, "the two rows of efforts are written alike");
    assert!(TABLE.iter().all(|entry| rule(entry.rule).is_some()));
}

#[test]
fn the_ids_of_the_book_lead_to_the_lines_that_obey() {
    let (_, written) = files("spec", "links.md").remove(0);
    let is = links();
    let wrong = is.lines().find(|&line| !written.lines().any(|written| written == line));
    assert_eq!(wrong, None, "mend it: cargo run --example upkeep -- links > spec/links.md");
    assert_eq!(written, is, "mend it: cargo run --example upkeep -- links > spec/links.md");
}

#[test]
fn every_rule_has_its_remedy_and_its_thread_leads_somewhere() {
    assert_none("no remedy", rules().iter().filter(|rule| rule.remedy.is_empty()));
    for rule in rules().iter().filter(|rule| rule.level != Level::May) {
        let thread = RuleThread::of(rule);
        assert!(!thread.lines.is_empty() && !thread.mutants.is_empty(), "{}", rule.id);
        assert_eq!(rule.hash().len(), 64);
        for (file, line) in thread.lines {
            let text = fs::read_to_string(root().join(&file)).unwrap();
            let marked = text.lines().nth(line - 1).unwrap();
            assert!(marked.contains(&format!("r[{}]", rule.id)), "{file}:{line}");
        }
    }
}

/// The rooms that `lib.rs` lists, from the top of the house.
fn rooms() -> Vec<String> {
    let map = fs::read_to_string(root().join("conformance/src/lib.rs")).unwrap();
    let listed = map.lines().filter_map(|line| line.strip_prefix("//! - `")?.split_once("`: "));
    listed.map(|(room, _)| room.to_owned()).collect()
}

#[test]
fn every_room_uses_only_what_stands_below_it() {
    let rooms = rooms();
    let source = root().join("conformance/src");
    let (mut above, mut seen) = (Vec::new(), BTreeSet::new());
    for (path, text) in files("conformance/src", ".rs") {
        let inside = path.strip_prefix(&source).unwrap().with_extension("");
        let inside = inside.to_string_lossy();
        let parts = inside.split('/').collect::<Vec<_>>();
        let in_tests = ["tests", "against_walk"].iter().any(|name| parts.contains(name));
        if in_tests || ["lib", "main"].contains(&parts[0]) {
            continue;
        }
        let Some(room) = rooms.iter().position(|room| room == parts[0]) else {
            panic!("lib.rs does not list the room of {inside}");
        };
        seen.insert(room);
        // Tests may look up.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for used in code.flat_map(|line| line.split("crate::").skip(1)) {
            let name = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            let below = rooms.iter().position(|room| room == name).is_some_and(|it| it >= room);
            above.extend((!below).then(|| format!("{inside} uses `crate::{name}`")));
        }
    }
    assert_none("upwards, or past the rooms", above);
    assert_eq!(seen.len(), rooms.len(), "a room of lib.rs is empty");
}

#[test]
fn every_link_of_a_document_leads_to_a_file() {
    let mut broken = Vec::new();
    for folder in ["", "spec", "fixtures", "conformance", "conformance/results"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "md") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let links = Parser::new(&text).filter_map(|event| match event {
                Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.to_string()),
                _ => None,
            });
            for link in links {
                let file = link.split('#').next().unwrap();
                // Items and pages of the book are links of rustdoc, which checks them.
                let elsewhere = file == "crate" || file.contains(':') || file.ends_with(".html");
                if !elsewhere && !path.parent().unwrap().join(file).exists() {
                    broken.push(format!("{}: {link}", path.display()));
                }
            }
        }
    }
    assert_none("no such file", broken);
}
