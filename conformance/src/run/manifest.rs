//! `impl.json`: how an implementation is started.

use crate::implementation::{Command, START_TIMEOUT, TIMEOUT};
use crate::report::expectations::Expectation;
use crate::wire::ImplementationName;
use crate::wire::foreign::{quoted, read_up_to};
use crate::wire::spelling::did_you_mean;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// What `impl.json` says; the protocol chapter describes it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Where the schema is, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// The version of the format: 1.
    #[schemars(extend("const" = 1))]
    pub dezero_spec: u32,
    /// The implementation's name; what it answers to `start` wins.
    pub implementation: Option<ImplementationName>,
    /// The adapter and its arguments.
    #[schemars(length(min = 1), extend("prefixItems" = [{ "minLength": 1 }]))]
    pub command: Vec<String>,
    /// Added to the environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Seconds for the first answer.
    #[serde(default = "start_timeout")]
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = DAY))]
    pub start_timeout_s: f64,
    /// Seconds for every other answer.
    #[serde(default = "timeout")]
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = DAY))]
    pub timeout_s: f64,
    /// Rules that the implementation is known to break.
    #[serde(default)]
    pub expectations: Vec<Expectation>,
}

/// The longest that an answer may take, in seconds.
pub const DAY: u32 = 86_400;

/// No `impl.json` has so many bytes.
const LONGEST: u64 = 1 << 20;

/// There are fewer rules.
const MOST_EXPECTATIONS: usize = 200;

/// So many letters of a mistake are shown.
const QUOTED: usize = 500;

fn start_timeout() -> f64 {
    START_TIMEOUT.as_secs_f64()
}

fn timeout() -> f64 {
    TIMEOUT.as_secs_f64()
}

/// What is wrong with the file: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError(String);

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ManifestError {}

impl Manifest {
    /// Reads `path`.
    ///
    /// # Errors
    /// A sentence that begins with the file, and the line and column where there are such.
    pub fn read(path: &Path) -> Result<Manifest, ManifestError> {
        let shown = path.display();
        let wrong = |why| ManifestError(format!("{shown}: {why}"));
        let text = read_up_to(path, LONGEST).map_err(wrong)?;
        Manifest::parse(&text).map_err(|ManifestError(why)| ManifestError(format!("{shown}:{why}")))
    }

    /// Reads `path`, and says how to start the adapter.
    ///
    /// # Errors
    /// As [`Manifest::read`], or that the folder is gone.
    pub fn command(path: &Path) -> Result<Command, ManifestError> {
        let shown = path.display();
        let manifest = Manifest::read(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let folder = folder
            .canonicalize()
            .map_err(|why| ManifestError(format!("{shown}: its folder is gone: {why}")))?;
        Ok(Command {
            command: manifest.command,
            folder,
            env: manifest.env,
            start_timeout: Duration::from_secs_f64(manifest.start_timeout_s),
            timeout: Duration::from_secs_f64(manifest.timeout_s),
        })
    }

    /// Reads the text of an `impl.json`.
    ///
    /// # Errors
    /// As [`Manifest::read`], without the file.
    pub fn parse(text: &str) -> Result<Manifest, ManifestError> {
        let manifest: Manifest =
            serde_json::from_str(text).map_err(|why| ManifestError(explain(&why, text)))?;
        let wrong = |why: String| Err(ManifestError(format!(" {}", quoted(&why, QUOTED))));
        if manifest.dezero_spec != 1 {
            let found = manifest.dezero_spec;
            return wrong(format!("`dezero_spec` is {found}; this judge reads version 1"));
        }
        if manifest.command.first().is_none_or(String::is_empty) {
            return wrong("`command` names no program".to_owned());
        }
        for (key, seconds) in
            [("start_timeout_s", manifest.start_timeout_s), ("timeout_s", manifest.timeout_s)]
        {
            if !(seconds > 0.0 && seconds <= f64::from(DAY)) {
                return wrong(format!("`{key}` is {seconds}; it takes seconds, up to a day"));
            }
        }
        let words = manifest.command.iter().chain(manifest.env.values());
        if words.into_iter().any(|word| word.contains('\0')) {
            return wrong(
                "a word of `command` or a value of `env` has the letter U+0000; no program can be given that"
                    .to_owned(),
            );
        }
        let named = |name: &&String| !name.is_empty() && !name.contains(['=', '\0']);
        if let Some(name) = manifest.env.keys().find(|name| !named(name)) {
            return wrong(format!(
                "`env` has the name {name:?}; a name is not empty and has no `=`"
            ));
        }
        let entries = manifest.expectations.len();
        if entries > MOST_EXPECTATIONS {
            return wrong(format!(
                "`expectations` has {entries} entries; {MOST_EXPECTATIONS} are read, more than there are rules"
            ));
        }
        for (index, expectation) in manifest.expectations.iter().enumerate() {
            if let Err(why) = expectation.check() {
                return wrong(format!("entry {} of `expectations`: {why}", index + 1));
            }
        }
        Ok(manifest)
    }
}

/// serde's message with its place in front, and the key that may have been meant.
fn explain(why: &serde_json::Error, text: &str) -> String {
    let message = why.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let message = &*quoted(message, QUOTED);
    let mut explained = format!("{}:{}: {message}", why.line(), why.column());
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    if let Some(unknown) = unknown {
        explained = format!("{}:{}: unknown key `{unknown}`", why.line(), why.column());
        // serde lists the keys that it expected in backquotes.
        let keys = message.split('`').skip(3).step_by(2).collect::<Vec<_>>();
        let all = format!("; the keys are {}", keys.join(", "));
        explained += &did_you_mean(unknown, keys, &all);
    } else if message.contains("string") && message.contains("expected a sequence") {
        explained += "; write a program and its arguments as a list: [\"node\", \"adapter.js\"]";
    } else if serde_json::from_str::<Value>(text).is_err() {
        explained += " (the file is not JSON)";
    }
    explained
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expecting(keys: &str) -> String {
        let entry = format!("{{\"rule\": \"r\", \"verdict\": \"fail\", {keys}}}");
        format!("{{\"dezero_spec\": 1, \"command\": [\"x\"], \"expectations\": [{entry}]}}")
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, said) in [
            (
                "{\n  \"dezero_spec\": 1,\n  \"comand\": []\n}",
                "3:10: unknown key `comand`; did you mean `command`?",
            ),
            ("{\"dezero_spec\": 1, \"zzz\": 1}", "the keys are $schema"),
            ("{\"dezero_spec\": 1", "(the file is not JSON)"),
            ("{\"dezero_spec\": 2, \"command\": [\"x\"]}", "reads version 1"),
            ("{\"dezero_spec\": 1, \"command\": []}", "names no program"),
            ("{\"dezero_spec\": 1, \"command\": \"python3 x.py\"}", "[\"node\", \"adapter.js\"]"),
            ("{\"dezero_spec\": 1}", "missing field `command`"),
            (&expecting("\"becuase\": \"x\""), "unknown key `becuase`; did you mean `because`?"),
            (&expecting("\"because\": \" \""), "entry 1 of `expectations`: `because` is empty"),
            (
                &expecting("\"because\": \"x\", \"issue\": \"#7\""),
                "`issue` is `#7`; expected a URL",
            ),
            (
                &expecting("\"because\": \"x\", \"issue\": \"https://\""),
                "`issue` is `https://`; expected a URL",
            ),
            (
                &expecting("\"because\": \"x\", \"issue\": \"https://a b\""),
                "`issue` is `https://a b`; expected a URL",
            ),
            (&expecting("\"because\": \"x\", \"issue\": \"https://a\\u0007\""), "expected a URL"),
            (
                &expecting("\"because\": \"x\", \"until\": \"May\""),
                "`May` is no day; expected year",
            ),
            (
                "{\"dezero_spec\": 1, \"command\": [\"x\"], \"expectations\": [{\"rule\": \"r\", \
              \"verdict\": \"error\"}]}",
                "unknown variant `error`, expected `fail`",
            ),
            ("{\"dezero_spec\": 1, \"command\": [\"x\"], \"timeout_s\": -1}", "`timeout_s` is -1"),
            ("{\"dezero_spec\": 1, \"command\": [\"x\\u0000\"]}", "has the letter U+0000"),
        ] {
            let ManifestError(error) = Manifest::parse(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
    /// A list is proposed where a text stands for one, and not wherever a text is spoken of.
    #[test]
    fn a_number_in_a_list_is_no_text_in_place_of_one() {
        let ManifestError(error) =
            Manifest::parse("{\"dezero_spec\": 1, \"command\": [1]}").unwrap_err();
        assert!(error.contains("expected a string") && !error.contains("as a list"), "{error}");
    }
}
