//! The kill matrix on disk: what later runs are held to.

use super::kills::Judged;
use crate::session::Options;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which rules noticed which mutants, and how they were asked.
#[derive(Clone, Serialize, Deserialize)]
pub struct KillRecord {
    schema: String,
    effort: String,
    seed: u64,
    /// How many random programs were asked, if it was not as the effort says.
    programs: Option<usize>,
    /// By name.
    pub mutants: BTreeMap<String, Killed>,
}

/// A mutant in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Killed {
    /// The rule that it breaks.
    pub rule: String,
    /// Whether that rule noticed it.
    pub killed: bool,
    /// The other rules that did.
    pub collateral: Vec<String>,
}

impl KillRecord {
    /// What these runs came to.
    pub fn of(options: &Options, judged: &[Judged]) -> KillRecord {
        let killed = |judged: &Judged| Killed {
            rule: judged.mutant.rule.to_owned(),
            killed: judged.killed(),
            collateral: judged.collateral().map(str::to_owned).collect(),
        };
        let named = judged.iter().map(|judged| (judged.mutant.name.to_owned(), killed(judged)));
        KillRecord {
            schema: "dezero-spec/kills/1".to_owned(),
            effort: options.effort.name().to_owned(),
            seed: options.seed,
            programs: options.programs,
            mutants: named.collect(),
        }
    }

    /// The record that a text is.
    ///
    /// # Errors
    /// A text that is none, or one that was made with other options than these.
    pub fn parse(text: &str, options: &Options) -> Result<KillRecord, String> {
        let read = serde_json::from_str(text);
        let record: KillRecord = read.map_err(|why| format!("is no kill matrix: {why}"))?;
        let KillRecord { effort, seed, programs, .. } = &record;
        let asked = (options.effort.name(), options.seed, options.programs);
        if (effort.as_str(), *seed, *programs) == asked {
            return Ok(record);
        }
        let programs = programs.map_or(String::new(), |count| format!(" --programs {count}"));
        let made = format!("was made with --effort {effort} --seed {seed}{programs}");
        Err(format!("{made}; compare it with the same"))
    }

    /// What is not as it was `before`, of the mutants that were `asked`; one that survives is never as it should be.
    pub fn changes(&self, before: &KillRecord, asked: &dyn Fn(&str) -> bool) -> Vec<String> {
        let gone = |name: &&String| asked(name) && !self.mutants.contains_key(*name);
        let names = self.mutants.keys().chain(before.mutants.keys().filter(gone));
        let change = |name: &String| {
            let (now, recorded) = (self.mutants.get(name), before.mutants.get(name));
            let same = now == recorded && now.is_some_and(|now| now.killed);
            (!same).then(|| format!("{name}: {}, on record {}", words(now), words(recorded)))
        };
        names.filter_map(change).collect()
    }
}

fn words(of: Option<&Killed>) -> String {
    match of {
        None => "absent".to_owned(),
        Some(Killed { rule, killed: false, .. }) => format!("survives {rule}"),
        Some(Killed { rule, collateral, .. }) if collateral.is_empty() => {
            format!("killed by {rule} alone")
        }
        Some(Killed { rule, collateral, .. }) => {
            format!("killed by {rule}, {}", collateral.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(mutants: &[(&str, bool, &[&str])]) -> KillRecord {
        let killed = |&(name, killed, collateral): &(&str, bool, &[&str])| {
            let collateral = collateral.iter().map(|&rule| rule.to_owned()).collect();
            (name.to_owned(), Killed { rule: "mask.rate".to_owned(), killed, collateral })
        };
        let mutants = mutants.iter().map(killed).collect();
        KillRecord { mutants, ..KillRecord::of(&Options::default(), &[]) }
    }

    #[test]
    fn what_is_not_as_on_record_is_told() {
        let before = record(&[
            ("same", true, &["ensemble.mean"]),
            ("other", true, &["ensemble.mean"]),
            ("gone", true, &[]),
            ("not-asked", true, &[]),
            ("survives", false, &[]),
        ]);
        let now = record(&[
            ("same", true, &["ensemble.mean"]),
            ("other", true, &[]),
            ("survives", false, &[]),
        ]);
        let changes = now.changes(&before, &|name| name != "not-asked");
        let told = [
            "other: killed by mask.rate alone, on record killed by mask.rate, ensemble.mean",
            "survives: survives mask.rate, on record survives mask.rate",
            "gone: absent, on record killed by mask.rate alone",
        ];
        assert_eq!(changes, told);
    }

    #[test]
    fn another_record_cannot_be_compared() {
        let options = Options { seed: 1, ..Options::default() };
        let text = serde_json::to_string(&KillRecord::of(&options, &[])).unwrap();
        assert!(KillRecord::parse(&text, &options).is_ok());
        let few = Options { programs: Some(3), ..options };
        let why = KillRecord::parse(&text, &few).err().unwrap();
        assert_eq!(why, "was made with --effort default --seed 1; compare it with the same");
        assert!(KillRecord::parse("{}", &few).err().unwrap().starts_with("is no kill matrix: "));
    }
}
