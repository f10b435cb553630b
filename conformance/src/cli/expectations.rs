//! The known failures of an `impl.json`, renewed by a run.

use super::arguments::Verify;
use super::failure::Failure;
use super::files::{read, write, wrong};
use super::streams::tell;
use super::subject::{is_manifest, is_recorded};
use crate::report::Report;
use crate::report::expectations::{Expectation, Renewal, renewal};
use crate::view::counted;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::path::Path;

/// Refuses to renew what a run could not renew, before it begins.
///
/// # Errors
/// Answers on record and Python files, which have no impl.json.
pub(super) fn refuse_early(arguments: &Verify) -> Result<(), Failure> {
    let other = arguments.subject.file.as_deref().filter(|file| !is_manifest(file));
    match other.filter(|_| arguments.update_expectations) {
        Some(file) => {
            let why = match is_recorded(file) {
                true => "--update-expectations writes to an impl.json; these answers are on record",
                false => "--update-expectations writes to an impl.json; this is a Python file",
            };
            Err(wrong(file, why.to_owned()))
        }
        None => Ok(()),
    }
}

/// Writes the expectations that hold after this run to the `impl.json`, and gives them back.
///
/// # Errors
/// A run that is nothing to go by, or a file that cannot be written; then it is as it was.
pub(super) fn update(
    file: &Path,
    report: &Report,
    strict: bool,
) -> Result<Vec<Expectation>, Failure> {
    let refused = |why: String| Failure::NotUpdated(file.display().to_string(), why);
    let Renewal { entries, added, dropped } = renewal(report, strict).map_err(refused)?;
    let shown = file.display();
    if entries == report.expectations.entries() {
        tell!("{shown}: the expectations stay as they are");
        return Ok(entries);
    }
    let text = edited(&read(file)?, &entries).map_err(|why| wrong(file, why.to_string()))?;
    write(file, &text)?;
    tell!("{shown}: {}", counted(entries.len(), "expectation"));
    if !dropped.is_empty() {
        tell!("  dropped  {}", dropped.join(", "));
    }
    if !added.is_empty() {
        tell!("  added    {}", added.join(", "));
        tell!("  next     say in `because` why they fail");
    }
    Ok(entries)
}

/// What is read of the file to find the place.
#[derive(Deserialize)]
struct EntryPlace<'t> {
    #[serde(borrow)]
    expectations: Option<&'t RawValue>,
}

/// The text of an `impl.json` with these expectations in place of its own; the rest of it stays as it
/// is, to the letter.
///
/// # Errors
/// A text that is not JSON.
fn edited(text: &str, entries: &[Expectation]) -> Result<String, serde_json::Error> {
    let indent = indent(text);
    let list = list(entries, &indent)?;
    let EntryPlace { expectations } = serde_json::from_str(text)?;
    if let Some(old) = expectations {
        // It is a part of the text, so their addresses tell where it begins.
        let begins = old.get().as_ptr() as usize - text.as_ptr() as usize;
        let (before, rest) = text.split_at(begins);
        return Ok(format!("{before}{list}{}", &rest[old.get().len()..]));
    }
    if entries.is_empty() {
        return Ok(text.to_owned());
    }
    // An impl.json has keys already, so that a comma belongs before this one.
    let (before, after) = text.rsplit_once('}').unwrap_or((text, ""));
    Ok(format!("{},\n{indent}\"expectations\": {list}\n}}{after}", before.trim_end()))
}

/// What stands before the first key; two blanks where all is on one line.
fn indent(text: &str) -> String {
    let second = text.lines().nth(1).unwrap_or_default();
    let rest = second.trim_start();
    let blanks = &second[..second.len() - rest.len()];
    match rest.starts_with('"') && !blanks.is_empty() {
        true => blanks.to_owned(),
        false => "  ".to_owned(),
    }
}

/// An entry a line, so that differences between versions can be read.
fn list(entries: &[Expectation], indent: &str) -> Result<String, serde_json::Error> {
    if entries.is_empty() {
        return Ok("[]".to_owned());
    }
    let entries = entries.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let lines = entries.iter().map(|entry| format!("{indent}{indent}{entry}"));
    Ok(format!("[\n{}\n{indent}]", lines.collect::<Vec<_>>().join(",\n")))
}

#[cfg(test)]
mod tests {
    use super::edited;
    use crate::run::manifest::Manifest;

    /// As the rest of the file does.
    #[test]
    fn entries_stand_in_twice_as_far_as_keys() {
        for (line, indent) in [
            ("\t\"command\"", "\t"),
            ("    \"command\"", "    "),
            ("\"command\"", "  "),
            ("    {", "  "),
        ] {
            assert_eq!(super::indent(&format!("{{\n{line}: []\n}}")), indent);
        }
        let with = r#"{"dezero_spec":1,"command":["x"],"expectations":[{"rule":"mask.rate","verdict":"fail","because":"x"}]}"#;
        let entries = Manifest::parse(with).unwrap().expectations;
        let longer = edited("{\n    \"dezero_spec\": 1\n}\n", &entries).unwrap();
        assert!(longer.contains("1,\n    \"expectations\": [\n        {\"rule\""), "{longer}");
        assert!(longer.ends_with("\"}\n    ]\n}\n"), "{longer}");
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let entry = r#"{"rule":"mask.rate","verdict":"fail","because":"\"}\" é"}"#;
        let with = format!(r#"{{"dezero_spec":1,"command":["x"],"expectations":[{entry}]}}"#);
        let entries = Manifest::parse(&with).unwrap().expectations;
        for text in [
            "{\"dezero_spec\":1,\"command\":[\"}\"]}\n",
            "{\n\t\"command\": [\"é\", \"}\"],\n\t\"dezero_spec\": 1\n}\n",
            "{\r\n    \"dezero_spec\": 1,\r\n    \"expectations\": [],\r\n    \"command\": [\"x\"]\r\n}",
            "{\"expectations\" : [\n ], \"dezero_spec\":1,\"command\":[\"[]\"]}",
        ] {
            let longer = edited(text, &entries).unwrap();
            assert_eq!(Manifest::parse(&longer).unwrap().expectations, entries, "{longer}");
            let again = edited(&longer, &entries).unwrap();
            assert_eq!(again, longer);
            let shorter = edited(&longer, &[]).unwrap();
            assert!(Manifest::parse(&shorter).unwrap().expectations.is_empty(), "{shorter}");
            // Without white space around the key, nothing else has changed.
            let plain = |text: &str| {
                let text = text.split_whitespace().collect::<String>();
                text.replace("\"expectations\":[],", "").replace(",\"expectations\":[]", "")
            };
            assert_eq!(plain(&shorter), plain(text));
        }
    }
}
