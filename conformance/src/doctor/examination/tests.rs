use super::*;
use crate::implementation::{Engine, Reference};

/// Starts like the reference, and then has a fault in place of each answer.
struct Faulty {
    kind: FaultKind,
    starts: Vec<u32>,
    /// How often it starts.
    most: usize,
}

impl Implementation for Faulty {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.starts.push(entropy);
        match self.starts.len() > self.most {
            true => self.run("", &[]).map(|_| unreachable!()),
            false => Engine::new(Reference).start(entropy),
        }
    }

    fn run(&mut self, _id: &str, _program: &[Step]) -> Result<Answer, Fault> {
        Err(Fault { kind: self.kind, message: "a fault".into(), stderr: Vec::new() })
    }
}

/// What was found at each exchange, in a word or in the reason why it was not asked.
fn found(kind: FaultKind, most: usize) -> (bool, Vec<String>, Vec<u32>) {
    let mut faulty = Faulty { kind, starts: Vec::new(), most };
    let mut found = Vec::new();
    let right = examine(&mut faulty, Language::Other, &mut |examined| {
        found.push(match examined.finding {
            ExchangeFinding::Right(_) => "right".to_owned(),
            ExchangeFinding::Note(_) => "note".to_owned(),
            ExchangeFinding::Wrong(fault) => fault.message,
            ExchangeFinding::NotAsked(why) => why.to_owned(),
        });
        Ok(())
    });
    (right.unwrap(), found, faulty.starts)
}

/// After each mistake the adapter is started anew, with masks of its own.
#[test]
fn one_mistake_does_not_hide_the_others() {
    let (right, found, starts) = found(FaultKind::Protocol, usize::MAX);
    assert!(!right);
    assert_eq!(found[0], "right");
    let asked = found.iter().filter(|found| *found == "a fault").count();
    // The last exchange is for an adapter that does not claim everything.
    assert_eq!((asked, found.len()), (12, 14), "{found:?}");
    assert_eq!(starts, (1..=13).collect::<Vec<u32>>());
}

#[test]
fn an_adapter_that_is_gone_is_asked_no_more() {
    for (kind, most, right, first, why, starts) in [
        (FaultKind::Timeout, 1, false, "a fault", "the adapter hangs", 1),
        (FaultKind::Crash, 1, false, "a fault", "the adapter does not start again", 2),
        (FaultKind::Interrupted, 1, true, "interrupted", "interrupted", 1),
    ] {
        let found = found(kind, most);
        assert_eq!(
            (found.0, found.1[1].as_str(), found.2.len()),
            (right, first, starts),
            "{kind:?}"
        );
        assert!(found.1[2..].iter().all(|found| found == why), "{found:?}");
    }
}

#[test]
fn what_does_not_start_is_not_right() {
    let (right, what, _) = found(FaultKind::NotStarted, 0);
    assert_eq!((right, what), (false, vec!["a fault".to_owned()]));
    assert_eq!(found(FaultKind::Interrupted, 0).1, ["interrupted"]);
}
