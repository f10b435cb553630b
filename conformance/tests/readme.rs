//! The README's translation has the same commands, and the README counts the catalogue rightly.

use dezero_spec::catalogue::{mutants, variants};

/// What stands between fences, and between single backquotes elsewhere: the commands, the files and
/// the names. Links lead from another folder, so files are compared by their last part.
fn commands(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 {
            all.push(part.to_owned());
            continue;
        }
        let quoted = part.split('`').skip(1).step_by(2);
        all.extend(quoted.map(|word| word.rsplit('/').next().unwrap_or_default().to_owned()));
    }
    all.sort_unstable();
    all.dedup();
    all
}

#[test]
fn the_translation_has_the_same_commands() {
    let english = commands(include_str!("../../README.md"));
    let korean = commands(include_str!("../../spec/README.ko.md"));
    let only = |these: &[String], those: &[String]| {
        let only = these.iter().filter(|text| !those.contains(text));
        only.cloned().collect::<Vec<_>>()
    };
    assert_eq!(only(&english, &korean), Vec::<String>::new(), "only in English");
    assert_eq!(only(&korean, &english), ["introduction.md"], "only in Korean");
}

#[test]
fn the_readme_counts_the_catalogue() {
    let text = include_str!("../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let (wrong, legal) = (mutants().len(), variants().len());
    let counted = format!("the {wrong} wrong implementations and the {legal} legal variants");
    assert!(text.contains(&counted), "README.md should say: {counted}");
}
