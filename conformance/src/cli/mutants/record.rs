use super::super::arguments::Mutants;
use super::super::failure::Failure;
use super::run::has_name;
use crate::cli::files::{read, wrong};
use crate::cli::streams::stdout;
use crate::upkeep::kills::Judged;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// The matrix on disk: what later runs are held to.
#[derive(Serialize, Deserialize)]
pub(super) struct KillRecord {
    schema: String,
    effort: String,
    seed: u64,
    /// How many random programs were asked, if it was not as the effort says.
    programs: Option<usize>,
    /// By name.
    mutants: BTreeMap<String, KillRow>,
}

/// A mutant in it.
#[derive(Serialize, Deserialize, PartialEq)]
struct KillRow {
    rule: String,
    killed: bool,
    collateral: Vec<String>,
}

impl KillRecord {
    pub(super) fn of(arguments: &Mutants, judged: &[Judged]) -> KillRecord {
        let row = |judged: &Judged| KillRow {
            rule: judged.mutant.rule.to_owned(),
            killed: judged.killed(),
            collateral: judged.collateral().map(str::to_owned).collect(),
        };
        let named = judged.iter().map(|judged| (judged.mutant.name.to_owned(), row(judged)));
        KillRecord {
            schema: "dezero-spec/kills/1".to_owned(),
            effort: arguments.effort.name().to_owned(),
            seed: arguments.seed,
            programs: arguments.programs,
            mutants: named.collect(),
        }
    }
}

/// Says where `now` differs from the matrix in `file`, of the mutants that were chosen; the exit code is 1
/// if it does anywhere, or if a mutant survives.
pub(super) fn check(
    arguments: &Mutants,
    file: &Path,
    now: &KillRecord,
) -> Result<ExitCode, Failure> {
    let before = serde_json::from_str::<KillRecord>(&read(file)?);
    let before = before.map_err(|why| wrong(file, format!("is no kill matrix: {why}")))?;
    let asked = |record: &KillRecord| {
        let programs = record.programs.map(|programs| format!(" --programs {programs}"));
        let programs = programs.unwrap_or_default();
        format!("--effort {} --seed {}{programs}", record.effort, record.seed)
    };
    if asked(now) != asked(&before) {
        let why = format!("was made with {}; compare it with the same", asked(&before));
        return Err(wrong(file, why));
    }
    let mut out = stdout();
    let mut alike = true;
    let gone = |name: &&String| has_name(arguments, name) && !now.mutants.contains_key(*name);
    let names = now.mutants.keys().chain(before.mutants.keys().filter(gone));
    for name in names {
        let (row, recorded) = (now.mutants.get(name), before.mutants.get(name));
        if row == recorded && row.is_some_and(|row| row.killed) {
            continue;
        }
        alike = false;
        writeln!(out, "{name}: {}, on record {}", shown(row), shown(recorded))?;
    }
    let number = now.mutants.len();
    match alike {
        true => writeln!(out, "{number} mutants, killed as on record")?,
        false => writeln!(out, "`mutants --matrix --json FILE` writes the record anew")?,
    }
    Ok(if alike { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn shown(row: Option<&KillRow>) -> String {
    match row {
        None => "absent".to_owned(),
        Some(KillRow { rule, killed: true, collateral }) if collateral.is_empty() => {
            format!("killed by {rule} alone")
        }
        Some(KillRow { rule, killed: true, collateral }) => {
            format!("killed by {rule}, {}", collateral.join(", "))
        }
        Some(KillRow { rule, .. }) => format!("survives {rule}"),
    }
}
