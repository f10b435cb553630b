use super::arrays::one_by_weight;
use super::graph::goes_back_alike;
use super::scene::{Scene, is_wild, well_formed};
use super::smaller::{arrays_of, each_array, smaller};
use super::writer::{Topic, Writer};
use crate::oracle::{Exactness, may_be_explained, runs_everywhere};
use crate::session::{LeftOut, places_of};
use crate::wire::{Array, Layers, Program, Start, Step, needs};
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::mem::{Discriminant, discriminant};

/// A program that is drawn, and how closely its answer is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The program.
    pub program: Program,
    /// How closely values are compared.
    pub exactness: Exactness,
}

/// Programs for an implementation that answered `start`: well-formed ones of at most
/// [`super::MOST_STEPS`] steps, of all that it claims.
#[derive(Clone, Debug)]
pub struct Programs {
    start: Start,
    left_out: LeftOut,
}

/// Programs whose questions have more answers than this are not asked.
const MOST_WORLDS: usize = 64;

impl Programs {
    /// Programs for an implementation that answered `start`.
    pub fn new(start: Start) -> Programs {
        Programs { start, left_out: LeftOut::default() }
    }

    /// The same, without what fails already.
    pub(crate) fn without(self, left_out: LeftOut) -> Programs {
        Programs { left_out, ..self }
    }

    /// Whether a right implementation that claims all this is asked `question` with a foreseeable
    /// answer, under all of its choices.
    pub fn may_ask(&self, question: &Question) -> bool {
        let Question { program, exactness } = question;
        let bitwise = *exactness == Exactness::Bitwise;
        !places_of(program).any(|place| self.left_out.has(place))
            && well_formed(program, &self.start, bitwise).is_ok()
            && runs_everywhere(&small(program), *exactness, MOST_WORLDS)
    }

    /// The same of a program that was made from `row`, which right implementations answer alike though it is not
    /// drawn like that. They do so without some of its steps, but for bodies of `catch` and threads, in which one
    /// step waits for another.
    fn may_ask_as_part(&self, question: &Question, row: &[Step]) -> bool {
        let Question { program, exactness } = question;
        is_part(&bound_together(program), &bound_together(row))
            && !places_of(program).any(|place| self.left_out.has(place))
            && needs(program).iter().all(|need| self.start.claims(need))
            && layers_have_modes(program)
            && goes_back_alike(program)
            && (is_moderate(program) || is_part(&Step::ratios(program), &Step::ratios(row)))
            && may_be_explained(program)
            && runs_everywhere(&small(program), *exactness, 4 * MOST_WORLDS)
    }

    fn subjects(&self) -> Vec<(u32, Topic)> {
        let claims = |capability: &str| self.start.claims(capability);
        let calls = claims("train") || claims("test");
        let floats = calls && self.start.dtypes.iter().any(|dtype| dtype.is_float());
        let integers = calls && self.start.dtypes.iter().any(|dtype| !dtype.is_float());
        let flags = claims("config.train") || claims("config.enable_backprop");
        let all = [
            (10, Topic::Everything, floats),
            (4, Topic::Flags, flags),
            (3, Topic::Edges, floats),
            (2, Topic::Bits, floats && claims("bitwise") && claims("injected")),
            (1, Topic::Integers, integers),
        ];
        all.into_iter()
            .filter_map(|(weight, subject, is)| is.then_some((weight, subject)))
            .collect()
    }

    fn write(&self, runner: &mut TestRunner, subject: Topic) -> Question {
        let bits = subject == Topic::Bits;
        let exactness = if bits { Exactness::Bitwise } else { Exactness::Must };
        let mut writer = Writer::new(&self.start, subject, runner);
        let mut scene = Scene::new(&self.start, bits);
        let mut program = writer.block(&mut scene, 0);
        program.extend(writer.last_looks(&scene));
        Question { program, exactness }
    }
}

#[cfg(test)]
impl Programs {
    /// A program as it is written, whether it may be asked or not, with small arrays.
    pub(crate) fn written(&self, runner: &mut TestRunner) -> Question {
        let subjects = one_by_weight(self.subjects()).new_tree(runner);
        let question = self.write(runner, subjects.expect("something is claimed").current());
        Question { program: small(&question.program), ..question }
    }
}

impl Strategy for Programs {
    type Tree = DrawnProgram;
    type Value = Question;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let subjects = self.subjects();
        if subjects.is_empty() {
            return Err("nothing is claimed that programs are about".into());
        }
        let subject = one_by_weight(subjects).new_tree(runner)?.current();
        for _ in 0..MOST_TRIES {
            let question = self.write(runner, subject);
            if !question.program.is_empty() && self.may_ask(&question) {
                return Ok(DrawnProgram::new(self, question));
            }
        }
        Err("no program that may be asked was found".into())
    }
}

/// A program of which nothing is known for so many tries will not come.
const MOST_TRIES: usize = 200;

/// A program that was drawn, and those that are smaller.
#[derive(Clone, Debug)]
pub struct DrawnProgram {
    programs: Programs,
    /// The program that was asked, where it is none that random ones may be.
    row: Option<Program>,
    /// The smallest that is known to disagree.
    best: Question,
    /// The one that is looked at now.
    now: Question,
    /// What is smaller than the best and was not looked at, the boldest last.
    left: Vec<Question>,
}

impl DrawnProgram {
    /// `question`, to be shrunk.
    pub fn new(programs: &Programs, question: Question) -> DrawnProgram {
        let row = (!programs.may_ask(&question)).then(|| question.program.clone());
        let (best, now) = (question.clone(), question);
        DrawnProgram { programs: programs.clone(), row, best, now, left: Vec::new() }
    }

    fn may_ask(&self, smaller: &Question) -> bool {
        let of_row = |row: &Program| self.programs.may_ask_as_part(smaller, row);
        self.programs.may_ask(smaller) || self.row.as_ref().is_some_and(of_row)
    }

    /// The next smaller one that may be asked.
    fn next(&mut self) -> bool {
        while let Some(smaller) = self.left.pop() {
            if self.may_ask(&smaller) {
                self.now = smaller;
                return true;
            }
        }
        self.now = self.best.clone();
        false
    }
}

/// Steps, elements, ratios and numbers become fewer and plainer, and each program that is tried may be
/// asked.
impl ValueTree for DrawnProgram {
    type Value = Question;

    fn current(&self) -> Question {
        self.now.clone()
    }

    fn simplify(&mut self) -> bool {
        self.best = self.now.clone();
        self.left = smaller(&self.best);
        self.left.reverse();
        self.next()
    }

    fn complicate(&mut self) -> bool {
        self.next()
    }
}

/// Whether all of some things are among others.
fn is_part<T: PartialEq>(some: &[T], all: &[T]) -> bool {
    some.iter().all(|one| all.contains(one))
}

/// What is in each `catch`, in each step of several threads, and between scopes that are entered and left by hand:
/// the kinds of steps, in order.
fn bound_together(program: &[Step]) -> Vec<Vec<Discriminant<Step>>> {
    let kinds = |(_, step): (usize, &Step)| discriminant(step);
    let by_hand = |(_, step): &(usize, &Step)| {
        matches!(step, Step::Enter { body: None, .. } | Step::Exit { .. })
    };
    let numbered = Step::numbered(program);
    let bodies = numbered.iter().filter_map(|(_, step)| match step {
        Step::Catch { body } => Some(Step::numbered(body)),
        Step::Threads { bodies } if bodies.len() > 1 => {
            Some(bodies.iter().flat_map(|body| Step::numbered(body)).collect())
        }
        _ => None,
    });
    let mut all: Vec<Vec<_>> = bodies.map(|body| body.into_iter().map(kinds).collect()).collect();
    if numbered.iter().any(by_hand) {
        all.push(numbered.into_iter().map(kinds).collect());
    }
    all
}

/// Whether each layer that is called was given a mode.
fn layers_have_modes(program: &[Step]) -> bool {
    let mut layers = Layers::default();
    Step::numbered(program).into_iter().all(|(_, step)| match step {
        Step::Apply { layer, .. } => layers.get(layer).is_some_and(|known| known.train.is_some()),
        step => layers.follow(step).is_some(),
    })
}

/// Whether its numbers may be scaled by the usual ratios.
fn is_moderate(program: &[Step]) -> bool {
    let numbered = Step::numbered(program);
    let arrays = numbered.iter().flat_map(|(_, step)| arrays_of(step));
    arrays.flat_map(|array| &array.values).all(|&x| !is_wild(x))
}

/// The same program on arrays of at most one element an axis: which way it goes does not depend on
/// their sizes.
pub(super) fn small(program: &[Step]) -> Program {
    let cut = |array: &mut Array| {
        let shape = array.shape.iter().map(|&side| side.min(1)).collect::<Vec<_>>();
        let n = shape.iter().product::<usize>();
        *array = Array::new(array.dtype, &shape, array.values[..n].to_vec());
    };
    each_array(program, &cut)
}
