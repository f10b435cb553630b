use super::suite::{AGAIN, verify_with};
use crate::implementation::framework::{Framework, NewThread};
use crate::implementation::{Engine, Family, Fault, Implementation, seeded_thread};
use crate::report::Report;
use crate::session::{Effort, Options};
use crate::wire::{Answer, Dtype, PROTOCOL, Start, Step};
use serde_json::json;
use std::io::Write;

/// The seed of plans and of recorded answers, where no other is chosen: a plan is to be the same
/// tomorrow. It is the number of the chapter.
pub const PLAN_SEED: u64 = 54;

/// Writes the requests, one a line, that decide on an implementation which answers `start` so, and
/// what became of the rules on the way: an implementation that breaks none gets all requests.
///
/// Each rule begins with a `start`, so that what a broken one leaves behind stays with it.
///
/// # Errors
/// Those of writing.
pub fn plan(start: Start, seed: u64, out: impl Write) -> std::io::Result<Report> {
    let engine = Engine::new(Obedient { start });
    let mut planner = Planner {
        engine,
        out,
        entropy: 0,
        fresh: false,
        may_leave_flags: false,
        turn: String::new(),
        written: Ok(()),
    };
    let options = Options { seed, effort: Effort::Quick, to_the_end: true, ..Options::default() };
    let report = verify_with(&mut planner, &options, &mut |_| {}).map_err(std::io::Error::other)?;
    planner.write(&json!({ "op": "stop" }).to_string());
    planner.written.and_then(|()| planner.out.flush())?;
    Ok(report)
}

/// The engine under another's answer to `start`.
struct Obedient {
    start: Start,
}

impl<E: dezero_reference::Element> Framework<E> for Obedient {
    fn for_thread<'a>(&mut self, _body: &[Step], _first: usize) -> Option<NewThread<'a, Self>>
    where
        Self: 'a,
    {
        let start = self.start.clone();
        Some(seeded_thread(|| Obedient { start }))
    }
}

impl Family for Obedient {
    fn start(&mut self) -> Start {
        self.start.clone()
    }

    fn integers(&self) -> Option<Dtype> {
        Some(Dtype::Float64)
    }
}

/// Writes down what the engine is asked.
struct Planner<W> {
    engine: Engine<Obedient>,
    out: W,
    entropy: u32,
    /// Whether nothing was asked since the last `start`.
    fresh: bool,
    /// Whether the last program, cut short where it is refused, leaves a flag behind.
    may_leave_flags: bool,
    /// What is asked now: a rule, or everything again.
    turn: String,
    written: std::io::Result<()>,
}

impl<W: Write> Planner<W> {
    fn write(&mut self, line: &str) {
        if self.written.is_ok() {
            self.written = writeln!(self.out, "{line}");
        }
    }

    fn write_start(&mut self, entropy: u32) {
        (self.entropy, self.fresh) = (entropy, true);
        let request = json!({ "op": "start", "protocols": [PROTOCOL], "entropy": entropy });
        self.write(&request.to_string());
    }
}

impl<W: Write> Implementation for Planner<W> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        self.write_start(entropy);
        self.engine.start(entropy)
    }

    fn run(&mut self, id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let rule = id.rsplit_once('@').map_or(id, |(_, rule)| rule);
        let turn = if rule.ends_with(AGAIN) { AGAIN } else { rule };
        let turned = self.turn != turn;
        turn.clone_into(&mut self.turn);
        if (turned || self.may_leave_flags) && !self.fresh {
            // Below 2^31, as the protocol has it.
            self.write_start((self.entropy + 1) & (u32::MAX >> 1));
        }
        self.fresh = false;
        self.may_leave_flags = Step::numbered(program).iter().any(|(_, step)| {
            matches!(step, Step::SetConfig { .. } | Step::Enter { body: None, .. })
        });
        self.write(&json!({ "op": "run", "id": id, "program": program }).to_string());
        self.engine.run(id, program)
    }
}
