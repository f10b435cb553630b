use super::*;
use crate::book::choice_answers;
use crate::implementation::staged::{Staged, fault, refusal};
use crate::implementation::{Engine, Reference};
use crate::oracle::{Choices, Exactness};
use crate::report::Saved;
use crate::run::judgement::How;
use crate::run::{Again, replay};
use crate::search::Census;
use crate::wire::steps::{row, value, variable};
use crate::wire::{Answer, Dtype, FaultKind, Mode, Placed, Program, Start, Step, Walk, pseudocode};
use std::collections::BTreeSet;

fn program() -> Program {
    vec![variable("x", row(Dtype::Float32, &[1.0])), value("x")]
}

/// What is found where some of three programs are refused.
fn found(cases: usize, refused: &[usize]) -> Result<String, Setback> {
    let mut asked = 0..;
    let refuse = |_, id: &str| {
        let read = id.starts_with("flags ");
        (!read && asked.next().is_some_and(|number| refused.contains(&number))).then(refusal)
    };
    let mut staged = Staged::new(refuse);
    let mut session = Session::new(&mut staged, &Options::default()).unwrap();
    let how = How::Explain(Exactness::Must);
    let case = Case { program: program(), how, fixture: None };
    let found = Run::default().all_cases("dropout.train.scale", &mut session, &vec![case; cases]);
    found.map_err(|failure| failure.setback)
}

/// What a framework cannot do is left out, and a rule of which it can do nothing is unsupported.
#[test]
fn refusals_are_counted() {
    let why = "step 0: staged";
    assert_eq!(found(3, &[]).unwrap(), "");
    assert_eq!(found(3, &[1]).unwrap(), format!("1 of 3 programs refused: {why}"));
    assert_eq!(found(3, &[0, 2]).unwrap(), format!("2 of 3 programs refused: {why}"));
    let all = found(3, &[0, 1, 2]);
    assert!(matches!(&all, Err(Setback::Refused(said)) if said == why), "{all:?}");
    let none = found(0, &[]);
    assert!(matches!(&none, Err(Setback::Refused(said)) if said.contains("no flag or dtype")));
}

/// A run of one rule and of so many random programs, with something in the place of the answers to
/// those from `first` on.
fn random(
    first: usize,
    programs: usize,
    instead: fn() -> Result<Answer, Fault>,
) -> (Census, Ruling) {
    let mut asked = 0;
    let mut staged = Staged::new(|_, id: &str| {
        let random = id.ends_with("@random programs");
        asked += usize::from(random);
        (random && asked > first).then(instead)
    });
    let options = Options {
        rules: vec!["dropout.train.shape"],
        programs: Some(programs),
        ..Options::default()
    };
    let report = verify_with(&mut staged, &options, &mut |_| {}).unwrap();
    let answers = report.rulings.iter().find(|ruling| ruling.rule.id == "protocol.answers");
    (report.random.clone(), answers.unwrap().clone())
}

#[test]
fn random_programs_end_with_the_adapter() {
    let (census, answers) = random(3, 8, || fault(FaultKind::Crash));
    assert_eq!((census.programs, census.stopped.as_deref()), (4, Some("staged")));
    assert_eq!(answers.verdict, Verdict::Error);
    assert!(answers.program.is_some_and(|program| !program.is_empty()));

    let (census, answers) = random(3, 8, || fault(FaultKind::Interrupted));
    assert_eq!((census.programs, census.stopped.as_deref()), (4, Some("the run was interrupted")));
    assert_eq!(answers.verdict, Verdict::Pass);
}

#[test]
fn random_programs_without_an_answer_are_counted() {
    let (census, answers) = random(3, 8, refusal);
    assert_eq!((census.programs, census.refused, census.missing, census.stopped), (8, 5, 0, None));
    assert_eq!(answers.verdict, Verdict::Pass);
    let (census, _) = random(3, 8, || fault(FaultKind::NotRecorded));
    assert_eq!((census.programs, census.refused, census.missing), (8, 0, 5));
    let (census, _) = random(8, 8, refusal);
    assert_eq!((census.programs, census.refused, census.disagreed), (8, 0, 0));
}

/// What becomes of two programs on record, where something is in the place of all answers.
fn replayed(instead: Option<fn() -> Result<Answer, Fault>>) -> Result<Vec<Again>, Fault> {
    let saved = Saved {
        id: "one".to_owned(),
        rules: vec!["dropout.train.shape"],
        program: program(),
        exactness: Exactness::Must,
        choices: Choices::default(),
    };
    let mut staged = Staged::new(|_, _: &str| instead.map(|instead| instead()));
    replay(&mut staged, &[saved.clone(), saved], 1)
}

#[test]
fn programs_on_record_are_asked_until_an_interruption() {
    let again = replayed(None).unwrap();
    assert!(again.iter().all(|again| matches!(again, Again::Explained { runs: 32 })), "{again:?}");
    assert_eq!(again.len(), 2);
    for no_answer in [|| fault(FaultKind::Crash), || fault(FaultKind::NotRecorded), refusal] {
        let again = replayed(Some(no_answer)).unwrap();
        let why =
            |again: &Again| matches!(again, Again::NoAnswer { why } if why.contains("staged"));
        assert!(again.len() == 2 && again.iter().all(why), "{again:?}");
    }
    assert!(replayed(Some(|| fault(FaultKind::Interrupted))).unwrap().is_empty());
}

/// An implementation that is watched for what it is asked.
struct Watched<'w>(Engine<Reference>, &'w mut dyn FnMut(&str, &[Step]));

impl Implementation for Watched<'_> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.0.start(entropy)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        (self.1)(id, program);
        self.0.run(id, program)
    }
}

/// Whether a step is observed before anything else is, in the same `catch`.
fn is_observed(steps: &[Placed], index: usize) -> bool {
    let catch = |placed: &Placed| {
        let around = placed.around.iter().rev();
        around.into_iter().find(|(_, step)| matches!(step, Step::Catch { .. })).map(|(at, _)| *at)
    };
    let placed = &steps[index];
    for next in &steps[index + 1..] {
        if catch(next) != catch(placed) {
            return false;
        }
        match (placed.step, next.step) {
            (Step::Backward { .. }, Step::Grad { .. }) => return true,
            (Step::Apply { to, .. }, Step::Value { of }) => return of == to,
            (step, Step::Value { of }) => return step.call().is_some_and(|call| call.to == *of),
            (_, Step::Grad { .. } | Step::Config { .. } | Step::Recorded { .. }) => return false,
            (_, Step::Same { .. } | Step::Draws {} | Step::Device { .. }) => return false,
            _ => {}
        }
    }
    false
}

/// An answer to a choice that is no refusal.
fn accepted(question: &str, _: Option<f64>) -> &'static str {
    let mut answers = choice_answers(question).iter().copied();
    answers.find(|&answer| answer != "error").expect("no choice has an error alone")
}

/// Walks through all programs of a run, and shows of each rule the first one of which `wrong` holds.
fn refute(answers: fn(&str, Option<f64>) -> &'static str, wrong: impl Fn(&str, &Walk<'_>) -> bool) {
    let mut found = BTreeMap::new();
    let mut watch = |id: &str, program: &[Step]| {
        let rule = id.split('@').next_back().unwrap_or(id);
        if wrong(rule, &Walk::of(program, &answers)) {
            found.entry(rule.to_owned()).or_insert_with(|| pseudocode(program));
        }
    };
    let mut watched = Watched(Engine::new(Reference), &mut watch);
    let options = Options { effort: Effort::Quick, seed: 1, ..Options::default() };
    verify_with(&mut watched, &options, &mut |_| {}).unwrap();
    let told = found.iter().map(|(rule, lines)| {
        let lines = lines.iter().map(|(_, line)| format!("  {line}\n"));
        format!("{rule}\n{}", lines.collect::<String>())
    });
    assert!(found.is_empty(), "{}", told.collect::<String>());
}

/// Some frameworks compute, and refuse, only when a value is observed. What may be refused is observed first, so that
/// they refuse at the same place. What claims the chapter's bits computes as the chapter does.
#[test]
fn what_may_be_refused_is_observed_first() {
    refute(accepted, |rule, walk| {
        let mut doubted = (0..walk.steps.len()).filter(|&index| walk.steps[index].doubted);
        !rule.contains(".bitwise.") && doubted.any(|index| !is_observed(&walk.steps, index))
    });
}

/// Where flags belong to the process, a thread that changes one for a while restores what another one has changed
/// since. A scope changes a flag, a mode that is given to a call may be a scope around it, and a way back one of
/// `no_grad`.
#[test]
fn no_thread_changes_a_flag_while_another_one_runs() {
    let of_the_process = |question: &str, about: Option<f64>| match question {
        "mode_scope" | "mode_scope.enable_backprop" => "process",
        _ => accepted(question, about),
    };
    refute(of_the_process, |_, walk| {
        let steps = &walk.steps;
        let starts =
            |at: usize, upto: usize| steps[..upto].iter().filter(|placed| placed.at == at).count();
        let waits = |thread: usize, upto: usize| {
            let here = steps[..upto].iter().filter(|placed| placed.thread == thread);
            here.filter(|placed| matches!(placed.step, Step::Barrier {})).count()
        };
        // Between which barriers of which threads: who runs there, and who changes a flag.
        let (mut run, mut change) = (BTreeSet::new(), BTreeSet::new());
        for (index, placed) in steps.iter().enumerate() {
            let mut around = placed.around.iter().rev();
            let threads = around.find(|(_, step)| matches!(step, Step::Threads { .. }));
            let Some(&(at, _)) = threads else { continue };
            let when = |upto| (at, starts(at, index), waits(placed.thread, upto));
            let changes = match placed.step {
                Step::Barrier {} => continue,
                Step::UsingConfig { .. } | Step::TestMode { .. } | Step::NoGrad { .. } => true,
                Step::Enter { .. } | Step::Exit { .. } | Step::SetConfig { .. } => true,
                Step::Backward { .. } => true,
                step => step.call().is_some_and(|call| {
                    let train = call.mode.map(|mode| mode == Mode::Train);
                    train.is_some_and(|train| placed.flag("train") != Some(train))
                }),
            };
            for when in [when(index), when(placed.ended)] {
                run.insert((when, placed.thread));
                if changes {
                    change.insert((when, placed.thread));
                }
            }
        }
        change
            .iter()
            .any(|&(when, who)| run.iter().any(|&(then, other)| then == when && other != who))
    });
}
