use crate::report::{Report, Ruling};
use crate::session::{Asked, Confirmed, Counterexample, Effort, Shrunk};
use crate::wire::{Step, given_steps, pseudocode};

/// How to see one rule's verdict again. `judged` is what was judged, as the command line named it;
/// `None` if no command line did.
pub(crate) fn replay(report: &Report, ruling: &Ruling, judged: Option<&str>) -> String {
    let Some(judged) = judged else {
        let seed = report.seed;
        return format!("verify_with(…, &Options {{ seed: {seed}, ..Options::default() }}, …)");
    };
    let space = if judged.is_empty() { "" } else { " " };
    let confirmed = ruling.counterexample.as_ref().map(|found| found.confirmed.as_ref());
    let saved = ruling.counterexample.as_ref().is_some_and(|found| found.exactness.is_some());
    if let Some(file) = report.saved.as_ref().filter(|_| saved) {
        return format!("dezero-spec replay{space}{judged} --from {file}");
    }
    // What needs the programs before it needs all rules before it, and so may what killed the
    // adapter.
    let alone = matches!(confirmed, None | Some(None | Some(Confirmed::Alone)));
    let asked = ruling.counterexample.as_ref().map(|found| found.asked);
    let random = asked == Some(Asked::RandomPrograms) || ruling.drawn;
    let rule = match (asked, alone && ruling.program.is_none()) {
        (Some(Asked::RandomPrograms), _) | (_, false) => String::new(),
        (None, true) if ruling.drawn => String::new(),
        (Some(Asked::Rule(rule)), true) => format!(" --rule {rule}"),
        (None, true) => format!(" --rule {}", ruling.rule.id),
    };
    let effort = match report.effort {
        Effort::Default => String::new(),
        effort => format!(" --effort {}", effort.name()),
    };
    let programs = match random && report.random.random != report.effort.programs() {
        true => format!(" --programs {}", report.random.random),
        false => String::new(),
    };
    format!("dezero-spec verify{space}{judged}{rule}{effort}{programs} --seed {}", report.seed)
}

/// So many of a thing: "1 program", "2 programs".
pub fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The program up to the step that showed the fault, which is marked.
pub(crate) fn given(counterexample: &Counterexample) -> Vec<String> {
    marked(&counterexample.program, counterexample.mismatch.at)
}

/// The program up to step `at`, which is marked.
pub(crate) fn marked(program: &[Step], at: usize) -> Vec<String> {
    let program = given_steps(program, at);
    let marked = |(step, line)| if step == at { format!("{line}  <--") } else { line };
    pseudocode(&program).into_iter().map(marked).collect()
}

/// What a fresh process made of a counterexample, in words, a line each.
pub(crate) fn confirmation(counterexample: &Counterexample) -> Option<Vec<String>> {
    let process = match counterexample.confirmed.as_ref()? {
        Confirmed::Alone => "in a fresh process too".to_owned(),
        Confirmed::After(programs) => {
            let programs = match programs {
                1 => "the program before it".to_owned(),
                n => format!("the {n} programs before it"),
            };
            format!("not in a fresh process alone, but there after {programs}")
        }
        Confirmed::NoAnswer => "not again: a fresh process gave no answer, twice".to_owned(),
        Confirmed::NotAgain => "not again in a fresh process, in 20 tries: flaky".to_owned(),
    };
    let Some(Shrunk { from, tried, late, shown, of }) = counterexample.shrunk else {
        return Some(vec![process]);
    };
    let often = match shown {
        0 => format!("{process}, when it is run again and again"),
        _ if shown == of => format!("{process}, whenever it runs"),
        _ if Step::draw_masks(&counterexample.program) => {
            format!("{process}, in {shown} of {of} runs: it depends on the mask")
        }
        _ => format!("{process}, in {shown} of {of} runs: it depends on what ran before"),
    };
    let ended = if late { ", until time was up" } else { "" };
    let small = format!("made of a random program of {from} steps, in {tried} tries{ended}");
    Some(vec![often, small])
}
