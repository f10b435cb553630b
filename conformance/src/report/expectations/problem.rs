use super::MOST_RULES;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why an entry does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The rule does not fail any more.
    Stale,
    /// There is no such rule.
    Unmatched,
    /// Its day is over.
    Expired,
    /// It is a pattern of too many rules.
    TooWide,
    /// Another entry stands for the same rule.
    Twice,
    /// The rule is about the adapter.
    Adapter,
}

/// An entry that does not hold, in plain words.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The rule or the pattern, as the entry has it.
    pub rule: String,
    /// Why it does not hold.
    pub kind: ProblemKind,
    /// What is the matter, and what to do.
    pub message: String,
}

/// What renews the list.
const UPDATE: &str = "`verify --update-expectations` does it";

impl Problem {
    pub(super) fn unmatched(rule: &str, meant: &str) -> Problem {
        let message = format!("names no rule{meant} drop the entry, or name another rule");
        Problem::new(rule, ProblemKind::Unmatched, message)
    }

    pub(super) fn stale(rule: &str, passing: &[&str]) -> Problem {
        let message = match passing {
            [only] if *only == rule => format!("passes: drop the entry; {UPDATE}"),
            passing => {
                let (count, names) = (passing.len(), passing.join(", "));
                format!(
                    "matches what passes, {count} of its rules: {names}; name those that fail; {UPDATE}"
                )
            }
        };
        Problem::new(rule, ProblemKind::Stale, message)
    }

    pub(super) fn unsupported(rule: &str) -> Problem {
        let message =
            format!("does not fail, it is unsupported: drop the entry, or claim it; {UPDATE}");
        Problem::new(rule, ProblemKind::Stale, message)
    }

    pub(super) fn expired(rule: &str, until: &str) -> Problem {
        let message = format!(
            "was excused until {until}, and that day is over: mend what breaks it, or move the day"
        );
        Problem::new(rule, ProblemKind::Expired, message)
    }

    pub(super) fn too_wide(rule: &str, count: usize) -> Problem {
        let message =
            format!("matches {count} rules, and may match {MOST_RULES}: name the rules that fail");
        Problem::new(rule, ProblemKind::TooWide, message)
    }

    pub(super) fn twice(rule: &str, other: &str) -> Problem {
        let message = format!("is covered by the entry `{other}` already: drop one of them");
        Problem::new(rule, ProblemKind::Twice, message)
    }

    pub(super) fn adapter(rule: &str) -> Problem {
        let message = "is about the adapter, of which nothing wrong is expected: mend the adapter, \
                       and drop the entry";
        Problem::new(rule, ProblemKind::Adapter, message.to_owned())
    }

    fn new(rule: &str, kind: ProblemKind, message: String) -> Problem {
        Problem { rule: rule.to_owned(), kind, message }
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_pattern_names_what_passes() {
        let stale = |rule, passing: &[&str]| Problem::stale(rule, passing).message;
        assert!(stale("config.default", &["config.default"]).starts_with("passes: drop the entry"));
        let one = stale("config.d*", &["config.default"]);
        assert!(one.starts_with("matches what passes, 1 of its rules: config.default;"), "{one}");
        let two = stale("mask.*", &["mask.rate", "mask.dependence"]);
        assert!(two.contains("2 of its rules: mask.rate, mask.dependence; name"), "{two}");
    }
}
