//! A program, read by itself: which steps run, where, under which flags, and how it ends.
//!
//! It is the second reading of what the protocol and the chapter on modes say. The first is the
//! interpreter, on which implementations, the oracle and the catalogue run, so that none of them
//! shows its errors; neither uses anything of the other.

mod steps;

use super::{FLAGS, Mode, Origin, Program, Step};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a program does where the choices of the specification are answered in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk<'p> {
    /// The steps as they are executed. Of threads that run together, each goes from barrier to
    /// barrier, in the order of their bodies.
    pub steps: Vec<Placed<'p>>,
    /// Why the program ends early, if it does.
    pub stopped: Option<Stopped>,
    /// The flags that it leaves on its own thread, in the order of [`FLAGS`].
    pub flags: [bool; 2],
}

/// A step that is executed, and what holds when it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<'p> {
    /// Its number.
    pub at: usize,
    /// The step.
    pub step: &'p Step,
    /// The steps that it is in, with their numbers, the outermost first.
    pub around: Vec<(usize, &'p Step)>,
    /// The thread that it runs on, in the order of their starts: 0 is the program's own.
    pub thread: usize,
    /// The flags as this thread has them, in the order of [`FLAGS`].
    pub flags: [bool; 2],
    /// The scopes that are open on this thread, in the order of their entries.
    pub open: Vec<Open>,
    /// The dropout layers by name: the ratio of each, and whether the mode that it was given last is train
    /// mode; `None` is the mode that a new layer has.
    pub layers: BTreeMap<&'p str, (f64, Option<bool>)>,
    /// What it raised, or its body: of a `catch`, what it caught.
    pub raised: Option<Stopped>,
    /// How many steps had begun when it ended, with its body.
    pub ended: usize,
    /// Whether some implementation may refuse it for the numbers or the ratio that it is given, or because
    /// nothing was recorded.
    pub doubted: bool,
}

/// An entry of a scope that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its flag, as an index of [`FLAGS`].
    pub flag: usize,
    /// The value that it restores.
    pub saved: bool,
}

/// Where and why a program, or a part of it, ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// The number of the step.
    pub at: usize,
    /// Whose error it is; `None` if the step cannot be run.
    pub from: Option<Origin>,
}

/// The answer to a choice, by its id and by the value that is asked about.
pub(crate) type Answers<'a> = &'a dyn Fn(&str, Option<f64>) -> &'static str;

/// The flags as indices of [`FLAGS`].
const TRAIN: usize = 0;
const ENABLE_BACKPROP: usize = 1;

impl<'p> Walk<'p> {
    /// The walk through `program` where `answers` are given to the choices by their ids, and by the value
    /// that is asked about where each value may have an answer of its own. Of `threads`
    /// with several bodies one at most does something between two barriers, as in every program that
    /// is asked.
    pub fn of(program: &'p [Step], answers: Answers<'_>) -> Walk<'p> {
        let integers = Step::dtype(program).is_some_and(|dtype| !dtype.is_float());
        let (steps, flags) = (Vec::new(), vec![[true; 2]]);
        let set = FLAGS.map(|flag| Step::sets_flag(program, flag));
        let mut walker =
            Walker { answers, integers, set, steps, flags, threads: 0, doubted: Cell::default() };
        let whole = Block { rest: program, next: 0, of: None };
        let mut thread = WalkedThread { blocks: vec![whole], ..WalkedThread::default() };
        walker.run(&mut thread);
        let stopped = thread.ended.and_then(Result::err);
        Walk { steps: walker.steps, stopped, flags: walker.flags[0] }
    }
}

impl Placed<'_> {
    /// The mode that a call of dropout or of a layer runs in; `None` for other steps.
    pub fn mode(&self) -> Option<Mode> {
        let of = |train| if train { Mode::Train } else { Mode::Test };
        match self.step {
            Step::Dropout(call) | Step::DirectDropout(call) => {
                Some(call.mode.unwrap_or(of(self.flags[TRAIN])))
            }
            Step::Apply { layer, .. } => {
                self.layers.get(layer.as_str()).map(|(_, given)| of(given.unwrap_or(true)))
            }
            _ => None,
        }
    }

    /// A flag by its name; `None` if there is no such flag.
    pub fn flag(&self, name: &str) -> Option<bool> {
        flag(name).map(|flag| self.flags[flag])
    }
}

fn flag(name: &str) -> Option<usize> {
    FLAGS.iter().position(|&known| known == name)
}

type WalkEnded = Result<(), Stopped>;

struct Walker<'p, 'a> {
    answers: Answers<'a>,
    /// Whether the arrays of the program are of integers.
    integers: bool,
    /// Which of the flags the program sets; the others are those of a fresh process everywhere.
    set: [bool; 2],
    steps: Vec<Placed<'p>>,
    /// The flags of the process and of each thread that has its own.
    flags: Vec<[bool; 2]>,
    /// How many threads were started.
    threads: usize,
    /// Whether it was asked if the step is refused.
    doubted: Cell<bool>,
}

#[derive(Default)]
struct WalkedThread<'p> {
    number: usize,
    /// Where each of its flags is.
    flags: [usize; 2],
    around: Vec<(usize, &'p Step)>,
    /// The body, and the bodies in it that were begun, the innermost last.
    blocks: Vec<Block<'p>>,
    open: Vec<(Open, Option<Rc<Scope>>)>,
    variables: BTreeMap<&'p str, Rc<Variable>>,
    scopes: BTreeMap<&'p str, Rc<Scope>>,
    layers: BTreeMap<&'p str, WalkedLayer>,
    ended: Option<WalkEnded>,
}

/// Steps one after the other.
struct Block<'p> {
    /// Those to come, and the number of the first of them.
    rest: &'p [Step],
    next: usize,
    /// The place among the walk's steps of the one whose body they are, and what it does at the end;
    /// the body of a thread has none.
    of: Option<(usize, BodyEnd<'p>)>,
}

/// What a step does when its body has ended.
enum BodyEnd<'p> {
    /// It restores the flag.
    Restores,
    /// It leaves the object.
    Leaves(Rc<Scope>),
    Catches,
    /// It runs the body so often again.
    Repeats(usize, &'p [Step]),
}

/// A scope as an object.
struct Scope {
    flag: usize,
    value: bool,
    /// Whether it was entered before.
    used: Cell<bool>,
}

#[derive(Clone)]
enum WalkedLayer {
    Dropout { ratio: f64, train: Rc<Cell<Option<bool>>> },
    Model(Vec<WalkedLayer>),
}

/// What matters of a variable to the way that a program takes.
#[derive(Clone)]
struct Variable {
    shape: Vec<usize>,
    /// The numbers that the program gave it; `None` where a call made them.
    given: Option<Rc<Vec<f64>>>,
    /// Whether one can go back from it.
    recorded: bool,
    /// By which calls it was handed back, each as it came from the one before.
    handed_back: HandedBack,
}

/// The kinds of calls that handed an array back as it came in. Some implementations hand back what test mode
/// leaves alone and copy where the ratio is 0, or hand back small arrays and copy others: going back is an error
/// for the one and none for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandedBack(u8);

impl HandedBack {
    /// It was never handed back.
    pub const NEVER: HandedBack = HandedBack(0);

    /// The same, and one more, whose identity with x this question is about.
    pub fn and(self, question: &str) -> HandedBack {
        let kind = match question {
            "test_result" => 1,
            "empty_result" => 2,
            _ => 4,
        };
        HandedBack(self.0 | kind)
    }

    /// What the question is about whether one can go back, for an array of so many elements.
    pub fn about(self, elements: usize) -> f64 {
        (elements * 8) as f64 + f64::from(self.0)
    }
}

impl<'p> Walker<'p, '_> {
    /// Goes on with a thread up to its next barrier, or to its end.
    fn run(&mut self, thread: &mut WalkedThread<'p>) {
        let mut ended = Ok(());
        while let Some(block) = thread.blocks.last_mut() {
            let Some((step, rest)) = block.rest.split_first().filter(|_| ended.is_ok()) else {
                ended = self.leave(thread, ended);
                continue;
            };
            let (at, placed) = (block.next, self.steps.len());
            (block.rest, block.next) = (rest, at + step.count());
            let around = self.around(thread);
            self.steps.push(Placed {
                at,
                step,
                around,
                thread: thread.number,
                flags: self.flags_of(thread),
                open: thread.open.iter().map(|&(open, _)| open).collect(),
                layers: thread.layers(),
                raised: None,
                ended: placed + 1,
                doubted: false,
            });
            if matches!(step, Step::Barrier {}) && thread.number > 0 {
                return;
            }
            ended = self.step(thread, at, step);
            self.steps[placed].doubted = self.doubted.take();
            self.steps[placed].raised = ended.err();
        }
        thread.ended = Some(ended);
    }

    /// The steps around the next one of a thread.
    fn around(&self, thread: &WalkedThread<'p>) -> Vec<(usize, &'p Step)> {
        let of = thread.blocks.iter().filter_map(|block| block.of.as_ref());
        let begun = of.map(|&(placed, _)| (self.steps[placed].at, self.steps[placed].step));
        thread.around.iter().copied().chain(begun).collect()
    }

    /// Leaves the innermost block of a thread, which ended so.
    fn leave(&mut self, thread: &mut WalkedThread<'p>, ended: WalkEnded) -> WalkEnded {
        let Some((placed, end)) = thread.blocks.pop().and_then(|block| block.of) else {
            return ended;
        };
        let at = self.steps[placed].at;
        let ended = match &end {
            BodyEnd::Restores => {
                let own = thread.open.iter().rposition(|(_, object)| object.is_none());
                if let Some((Open { flag, saved }, _)) = own.map(|own| thread.open.remove(own)) {
                    self.flags[thread.flags[flag]][flag] = saved;
                }
                ended
            }
            BodyEnd::Leaves(scope) => {
                let left = self.exit(thread, scope);
                ended.and(left.ok_or(Stopped { at, from: Some(Origin::Library) }))
            }
            &BodyEnd::Repeats(times, body) if ended.is_ok() && times > 0 => {
                let of = Some((placed, BodyEnd::Repeats(times - 1, body)));
                thread.blocks.push(Block { rest: body, next: at + 1, of });
                ended
            }
            BodyEnd::Catches | BodyEnd::Repeats(..) => ended,
        };
        self.steps[placed].raised = ended.err();
        self.steps[placed].ended = self.steps.len();
        match ended {
            Err(Stopped { from: Some(Origin::Body | Origin::Library), .. })
                if matches!(end, BodyEnd::Catches) =>
            {
                Ok(())
            }
            ended => ended,
        }
    }

    /// Runs each body on a thread of its own; of several errors that of the first body goes on.
    fn threads(
        &mut self,
        starter: &WalkedThread<'p>,
        at: usize,
        step: &'p Step,
        bodies: &'p [Program],
    ) -> WalkEnded {
        let around = [self.around(starter), vec![(at, step)]].concat();
        let (mut threads, mut first) = (Vec::new(), at + 1);
        for body in bodies {
            let flags = self.flags_of_new_thread(starter);
            self.threads += 1;
            let (number, around) = (self.threads, around.clone());
            let blocks = vec![Block { rest: body, next: first, of: None }];
            threads.push(WalkedThread { number, flags, around, blocks, ..WalkedThread::default() });
            first += Step::count_all(body);
        }
        while threads.iter().any(|thread| thread.ended.is_none()) {
            threads.iter_mut().filter(|it| it.ended.is_none()).for_each(|it| self.run(it));
        }
        threads.iter().filter_map(|thread| thread.ended).find(Result::is_err).unwrap_or(Ok(()))
    }

    /// The answer to a choice that has one answer.
    fn answer(&self, choice: &str) -> &'static str {
        (self.answers)(choice, None)
    }

    /// The answer to a choice that each flag may answer in a way of its own.
    fn answer_of(&self, choice: &str, flag: usize) -> &'static str {
        if flag == TRAIN {
            self.answer(choice)
        } else {
            self.answer(&format!("{choice}.{}", FLAGS[flag]))
        }
    }

    fn flags_of(&self, thread: &WalkedThread) -> [bool; 2] {
        [TRAIN, ENABLE_BACKPROP].map(|flag| self.flags[thread.flags[flag]][flag])
    }

    fn flags_of_new_thread(&mut self, starter: &WalkedThread) -> [usize; 2] {
        let (own, now) = (self.flags.len(), self.flags_of(starter));
        self.flags.push([true; 2]);
        [TRAIN, ENABLE_BACKPROP].map(|flag| {
            if self.set[flag] && self.answer_of("mode_scope", flag) == "process" {
                return starter.flags[flag];
            }
            if !now[flag] && self.answer_of("new_thread", flag) == "inherited" {
                self.flags[own][flag] = false;
            }
            own
        })
    }
}

#[cfg(test)]
mod tests;
