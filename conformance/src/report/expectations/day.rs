use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

/// A day in UTC, written as 2027-01-31.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    text: String,
    ends: SystemTime,
}

const LENGTH: Duration = Duration::from_secs(24 * 60 * 60);

impl Day {
    /// Whether the day is over. Of the day itself all is still part.
    pub fn is_over(&self, now: SystemTime) -> bool {
        now >= self.ends
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        let wrong = || format!("`{text}` is no day; expected year, month and day as in 2027-01-31");
        if text.len() != "2027-01-31".len() {
            return Err(wrong());
        }
        let begins = humantime::parse_rfc3339(&format!("{text}T00:00:00Z")).map_err(|_| wrong())?;
        let ends = begins.checked_add(LENGTH).ok_or_else(wrong)?;
        Ok(Day { text, ends })
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.text
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A day in UTC, such as 2027-01-31.",
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lasts_until_the_next_one_begins() {
        let day = Day::try_from("2028-02-29".to_owned()).unwrap();
        let at = |time: &str| humantime::parse_rfc3339(time).unwrap();
        assert!(!day.is_over(at("2028-02-29T23:59:59Z")));
        assert!(day.is_over(at("2028-03-01T00:00:00Z")));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2027-02-29", "2027-13-01", "31.1.2027", "2027-1-31", "2027-01-3é", "soon"]
        {
            let why = Day::try_from(text.to_owned()).unwrap_err();
            assert!(why.contains("2027-01-31"), "{why}");
        }
    }
    #[test]
    fn a_day_is_written_as_it_was_read() {
        let day = serde_json::from_str::<Day>("\"2026-12-01\"").unwrap();
        assert_eq!(serde_json::to_string(&day).unwrap(), "\"2026-12-01\"");
    }
}
