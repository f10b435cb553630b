use crate::book::{Rule, is_protocol};
use crate::implementation::Fault;
use crate::report::{Reason, Ruling, Verdict};
use crate::session::{Counterexample, Session, Setback};

pub(super) fn ruled(rule: &'static Rule, verdict: Verdict, reason: Reason) -> Ruling {
    let (counterexample, program, stderr) = (None, None, Vec::new());
    Ruling { rule, verdict, cases: 0, reason, counterexample, program, stderr, drawn: false }
}

pub(super) fn not_run(rule: &'static Rule, reason: Reason) -> Ruling {
    ruled(rule, Verdict::NotRun, reason)
}

pub(super) fn ruling(rule: &'static Rule, verdict: Verdict, seen: String) -> Ruling {
    ruled(rule, verdict, Reason::Seen(seen))
}

/// Turns a finding into a ruling. After anything but a pass the implementation is started anew.
pub(super) fn conclude(
    rule: &'static Rule,
    session: &mut Session,
    finding: Result<String, Setback>,
) -> Ruling {
    let cases = session.take_cases();
    let mut ruling = match finding {
        Ok(evidence) => ruling(rule, Verdict::Pass, evidence),
        Err(Setback::Inconclusive(why)) => ruling(rule, Verdict::Inconclusive, why),
        Err(Setback::Unlikely(why)) => ruling(rule, Verdict::Fail, why),
        Err(Setback::Refused(why)) => ruling(rule, Verdict::Unsupported, why),
        Err(Setback::Behind(premise)) => {
            not_run(rule, Reason::BuildsOn { rule: premise.to_owned(), unsupported: false })
        }
        Err(Setback::MayFollow(other, seen)) => {
            let reason = Reason::MayFollow { rule: other.to_owned(), seen };
            ruled(rule, Verdict::Inconclusive, reason)
        }
        Err(Setback::NotRecorded(why)) => ruling(rule, Verdict::NotRun, why),
        Err(Setback::Interrupted) => not_run(rule, Reason::Interrupted),
        Err(Setback::Adapter(fault)) => {
            let program = session.last_program().cloned();
            Ruling { program, ..at_fault(rule, fault) }
        }
        Err(Setback::Broken(counterexample)) => broken(rule, *counterexample),
    };
    ruling.cases = cases;
    if !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported) {
        if let Err(Setback::Adapter(fault)) = session.restart() {
            ruling = at_fault(rule, fault);
        }
        session.take_cases();
    }
    ruling
}

pub(super) fn at_fault(rule: &'static Rule, fault: Fault) -> Ruling {
    Ruling { stderr: fault.stderr, ..ruling(rule, Verdict::Error, fault.message) }
}

pub(super) fn broken(rule: &'static Rule, counterexample: Counterexample) -> Ruling {
    let protocol = counterexample.mismatch.protocol || is_protocol(rule.id);
    let verdict = if protocol { Verdict::Error } else { Verdict::Fail };
    let mismatch = &counterexample.mismatch;
    let evidence = format!("expected {}, observed {}", mismatch.expected, mismatch.observed);
    Ruling { counterexample: Some(counterexample), ..ruling(rule, verdict, evidence) }
}
