use super::*;
use crate::implementation::{Engine, Reference};
use crate::oracle::{Choices, Mismatch, Wrong};
use crate::session::{Asked, Counterexample, Options};
use crate::wire::{Answer, Dtype, Outcome};

/// Runs so many programs, and then confirms by a judge that hears how many programs came before.
fn confirmed(
    programs: usize,
    judge: &mut dyn FnMut(usize) -> Result<(), Setback>,
) -> Result<Confirmed, Setback> {
    let mut reference = Engine::new(Reference);
    let mut session = Session::new(&mut reference, &Options::default()).unwrap();
    for _ in 0..programs {
        session.run(&[]).unwrap();
    }
    session.confirm(&mut |session| judge(session.history.len()))
}

fn broken() -> Setback {
    Setback::Broken(Box::new(Counterexample {
        program: Vec::new(),
        mismatch: Mismatch {
            at: 0,
            place: String::new(),
            expected: String::new(),
            observed: String::new(),
            wrong: Wrong::Flag,
            protocol: false,
        },
        answer: Answer { observations: Vec::new(), outcome: Outcome::Done },
        exactness: None,
        choices: Choices::default(),
        fixture: None,
        confirmed: None,
        shrunk: None,
        asked: Asked::RandomPrograms,
    }))
}

/// What ran before the counterexample is tried alone, then twice as much each time, up to all of it
/// or to 64 programs.
#[test]
fn more_and_more_of_what_came_before_is_run() {
    for (programs, lengths) in [
        (0, vec![0]),
        (1, vec![0]),
        (6, vec![0, 1, 2, 4, 5]),
        (65, vec![0, 1, 2, 4, 8, 16, 32, 64]),
        (101, vec![0, 1, 2, 4, 8, 16, 32, 64]),
    ] {
        let mut seen = Vec::new();
        let found = confirmed(programs, &mut |before| {
            seen.push(before);
            Ok(())
        });
        assert_eq!(found.unwrap(), Confirmed::NotAgain, "{programs}");
        let tries = |length: &usize| vec![*length; if *length == 0 { 20 } else { 3 }];
        assert_eq!(seen, lengths.iter().flat_map(tries).collect::<Vec<_>>(), "{programs}");
    }
}

#[test]
fn it_is_said_after_how_many_programs_it_fails_again() {
    assert_eq!(confirmed(10, &mut |_| Err(broken())).unwrap(), Confirmed::Alone);
    for (least, length) in [(1, 1), (2, 2), (3, 4), (9, 9)] {
        let mut judge = |before| if before >= least { Err(broken()) } else { Ok(()) };
        let found = confirmed(10, &mut judge).unwrap();
        let one = Some(Vec::new()).filter(|_| least == 1);
        assert_eq!(found, Confirmed::After { programs: length, one }, "{least}");
    }
    // Masks are random: it may fail at the last try alone.
    let mut tries = 0;
    let mut seldom = |_| {
        tries += 1;
        if tries == 20 { Err(broken()) } else { Ok(()) }
    };
    assert_eq!(confirmed(10, &mut seldom).unwrap(), Confirmed::Alone);
}

/// A refusal says nothing; a missing answer or an interruption ends the search.
#[test]
fn what_ends_the_search_is_handed_on() {
    let mut tries = 0;
    let mut judge = |_| {
        tries += 1;
        Err(Setback::Refused("no".into()))
    };
    assert_eq!(confirmed(1, &mut judge).unwrap(), Confirmed::NotAgain);
    assert_eq!(tries, 20);
    let missing = confirmed(1, &mut |_| Err(Setback::NotRecorded("one".into())));
    assert!(matches!(missing, Err(Setback::NotRecorded(why)) if why == "one"));
    let ended = confirmed(1, &mut |_| Err(Setback::Interrupted));
    assert!(matches!(ended, Err(Setback::Interrupted)));
}

#[test]
fn nothing_that_is_seen_on_the_way_counts() {
    let mut reference = Engine::new(Reference);
    let mut session = Session::new(&mut reference, &Options::default()).unwrap();
    session.run(&[]).unwrap();
    let known = |session: &Session| {
        let possible = session.choices.possible("ratio_one", Dtype::Float32);
        (possible, session.cases)
    };
    let before = known(&session);
    let confirmed = session.confirm(&mut |session| {
        session.run(&[]).unwrap();
        session.choices.allow("ratio_one", Dtype::Float32, &["zero".to_owned()]);
        Ok(())
    });
    assert_eq!(confirmed.unwrap(), Confirmed::NotAgain);
    assert_eq!(known(&session), before);
}
