use super::{Fault, Implementation};
use crate::implementation::framework::{Framework, NewThread};
use crate::implementation::interpreter::{Interpreter, Observed, Ran};
use crate::implementation::{Exact, flags};
use crate::wire::{
    Answer, Array, Dtype, JUDGED, Observation, Outcome, Program, Seeding, Start, Step,
};
use dezero_reference::random::rand;
use dezero_reference::seed;
use half::{bf16, f16};

/// A framework for all four floating-point dtypes.
pub trait Family: Framework<f16> + Framework<bf16> + Framework<f32> + Framework<f64> {
    /// What it answers to `start`.
    fn start(&mut self) -> Start;

    /// The dtype in which integers come out of dropout; `None` if it takes no integers.
    fn integers(&self) -> Option<Dtype> {
        None
    }

    /// Hears whether the next program is one of integers.
    fn prepare(&mut self, _integers: bool) {}

    /// What it runs in place of a program; `None` for the program itself.
    fn rewrite(&mut self, _program: &[Step]) -> Option<Program> {
        None
    }

    /// The dtype it claims for an array of `shape` that is computed in `dtype`; `derived` if a
    /// function created it.
    fn shown_dtype(&self, dtype: Dtype, _shape: &[usize], _derived: bool) -> Dtype {
        dtype
    }
}

/// The reference: every method is the engine's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl<E: dezero_reference::Element> Framework<E> for Reference {
    fn for_thread<'a>(&mut self, _body: &[Step], _first: usize) -> Option<NewThread<'a, Self>>
    where
        Self: 'a,
    {
        Some(seeded_thread(|| Reference))
    }
}

/// Makes a framework on a new thread, whose generator begins where a number of this thread's says:
/// a seeded run can be repeated, threads included.
pub(crate) fn seeded_thread<'a, F>(make: impl FnOnce() -> F + Send + 'a) -> NewThread<'a, F> {
    let number = rand(&[])[[]].to_bits();
    Box::new(move || {
        seed(number);
        make()
    })
}

impl Family for Reference {
    fn start(&mut self) -> Start {
        let mut start = Start::new("dezero-reference", &JUDGED, &Dtype::ALL[..4]);
        start.implementation.version = env!("CARGO_PKG_VERSION").to_owned();
        Start { seeding: Seeding::Entropy, ..start }
    }
}

/// A framework on the engine, in this process, as an implementation.
#[derive(Clone, Debug, Default)]
pub struct Engine<F> {
    family: F,
}

impl<F: Family> Engine<F> {
    /// The implementation that `family` is.
    pub fn new(family: F) -> Self {
        Engine { family }
    }

    fn of<E: Exact>(&mut self, program: &[Step], dtype: Dtype) -> Answer
    where
        F: Framework<E>,
    {
        let (observed, ended): Ran<E> = Interpreter::run(&mut self.family, program);
        let observed = observed.into_iter().map(|observed| self.observation(observed, dtype));
        Answer::stopped(observed.collect(), ended)
    }

    fn observation<E: Exact>(&mut self, observed: Observed<E>, dtype: Dtype) -> Observation {
        let seen = observed.seen.map(|x| {
            let values = x.array.iter().map(|value| value.to_f64()).collect::<Vec<_>>();
            let shape = x.array.shape().to_vec();
            let dtype = self.family.shown_dtype(dtype, &shape, x.derived);
            Array { dtype, shape, values }
        });
        Observation { at: observed.at, seen }
    }
}

impl<F: Family> Implementation for Engine<F> {
    fn start(&mut self, entropy: u32) -> Result<Start, Fault> {
        flags::set(flags::DEFAULT);
        seed(u64::from(entropy));
        Ok(self.family.start())
    }

    fn run(&mut self, _id: &str, program: &[Step]) -> Result<Answer, Fault> {
        let rewritten = self.family.rewrite(program);
        let program = rewritten.as_deref().unwrap_or(program);
        let dtype = Step::dtype(program).unwrap_or(Dtype::Float32);
        self.family.prepare(!dtype.is_float());
        Ok(match dtype {
            Dtype::Float16 => self.of::<f16>(program, Dtype::Float16),
            Dtype::Bfloat16 => self.of::<bf16>(program, Dtype::Bfloat16),
            Dtype::Float32 => self.of::<f32>(program, Dtype::Float32),
            Dtype::Float64 => self.of::<f64>(program, Dtype::Float64),
            integer => match self.family.integers() {
                Some(dtype) => self.of::<f64>(program, dtype),
                None => Answer {
                    observations: Vec::new(),
                    outcome: Outcome::Unsupported { at: 0, why: format!("no {integer}") },
                },
            },
        })
    }
}
