use super::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many rules one entry may stand for. The largest group of rules that one defect breaks is
/// smaller; a wider pattern would excuse failures that were not looked at, and rules of later versions.
pub const MOST_RULES: usize = 10;

/// A known failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The id of the rule, or a pattern of ten rules at most, where `*` stands for anything. Each of
    /// them must fail.
    #[schemars(length(min = 1))]
    pub rule: String,
    /// What the rule is expected to end as.
    pub verdict: ExpectedVerdict,
    /// Why it fails.
    #[schemars(length(min = 1))]
    pub because: String,
    /// Where that is discussed: a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^https?://\S+$"))]
    pub issue: Option<String>,
    /// The last day on which the failure is excused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// What a rule can be expected to end as. A crash, a hang and garbage are never expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedVerdict {
    /// The implementation breaks it.
    Fail,
}

/// It is told whole, wherever the rule is.
const LONGEST: usize = 1000;

impl Expectation {
    /// Whether it stands for all rules that a pattern matches.
    pub fn is_pattern(&self) -> bool {
        self.rule.contains('*')
    }

    /// What is wrong with the entry as it is written.
    ///
    /// # Errors
    /// A sentence that begins with the key.
    pub fn check(&self) -> Result<(), String> {
        if self.because.trim().is_empty() {
            return Err("`because` is empty; say why the rule fails".to_owned());
        }
        let texts = [
            ("rule", Some(&self.rule)),
            ("because", Some(&self.because)),
            ("issue", self.issue.as_ref()),
        ];
        let long = |text: &&String| text.chars().count() > LONGEST;
        if let Some((key, _)) = texts.into_iter().find(|(_, text)| text.is_some_and(|it| long(&it)))
        {
            return Err(format!("`{key}` is longer than {LONGEST} letters"));
        }
        let Some(issue) = &self.issue else { return Ok(()) };
        let rest = issue.strip_prefix("https://").or_else(|| issue.strip_prefix("http://"));
        let plain = |c: char| !c.is_whitespace() && !c.is_control();
        match rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain)) {
            true => Ok(()),
            false => Err(format!("`issue` is `{issue}`; expected a URL, https://…")),
        }
    }
}
