use super::super::arguments::Mutants;
use super::super::look::markdown::table_row;
use super::kills::{Kills, kills};
use crate::book::rule;
use crate::catalogue::Mutant;
use crate::upkeep::kills::Judged;
use std::time::Duration;

/// The matrix as a page: mutants with all that they break, then rules with all that they notice.
pub(super) fn markdown(
    arguments: &Mutants,
    judged: &[Judged],
    needed: &[Judged],
    took: Duration,
) -> String {
    let killed = judged.iter().filter(|judged| judged.killed()).count();
    let (effort, seed) = (arguments.effort.name(), arguments.seed);
    let mut page = format!(
        "# Which rules notice which mutants\n\n\
         {killed} of {} wrong implementations are killed by the rule that they break, at {effort} \
         effort with seed {seed}, in {:.0} s.{}\n\n\
         | mutant | class | breaks | and trips |\n|---|---|---|---|\n",
        judged.len(),
        took.as_secs_f64(),
        bits(needed),
    );
    for judged in judged {
        let Mutant { name, class, rule, .. } = judged.mutant;
        let breaks =
            if judged.killed() { format!("`{rule}`") } else { format!("**survives** `{rule}`") };
        let trips = judged.collateral().map(|rule| format!("`{rule}`")).collect::<Vec<_>>();
        let cells = [format!("`{name}`"), (*class).to_owned(), breaks, trips.join(" ")];
        table_row(cells.into_iter(), &mut page);
    }
    page += "\n## What each rule notices\n\n\
             `own`: mutants that were made to break it; `all`: all that it notices; `alone`: those that \
             no other rule notices.\n\n| rule | level | own | all | alone |\n|---|---|---|---|---|\n";
    for Kills { rule: id, own, all, alone } in kills(judged) {
        let level = rule(id).map_or(String::new(), |rule| rule.level.to_string());
        let [own, all, alone] = [own, all, alone].map(|number| number.to_string());
        table_row([format!("`{id}`"), level, own, all, alone].into_iter(), &mut page);
    }
    page
}

/// How many bits the statistical ones needed.
fn bits(needed: &[Judged]) -> String {
    let mut bits =
        needed.iter().map(|judged| (judged.bits, judged.mutant.name)).collect::<Vec<_>>();
    bits.sort_unstable();
    match (bits.get(bits.len() / 2), bits.last()) {
        (Some((median, _)), Some((worst, name))) => format!(
            " The {} that break rules on masks needed {median} bits in the median and {worst} at \
             worst (`{name}`), where their rule alone is asked.",
            bits.len(),
        ),
        _ => String::new(),
    }
}
