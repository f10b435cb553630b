use super::space::Coverage;
use super::strategy::Question;
use crate::oracle::Exactness;
use crate::wire::{Dtype, Step, needs};
use std::collections::BTreeMap;

/// What random programs were about.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// How many were to be asked.
    pub wanted: usize,
    /// How many of these were to be random ones; the others cover what varies.
    pub random: usize,
    /// How many were asked.
    pub programs: usize,
    /// How many the implementation refused.
    pub refused: usize,
    /// How many no recorded answer was found for.
    pub missing: usize,
    /// How many were explained by no mask.
    pub disagreed: usize,
    /// How many have so many steps: up to 5, 10, 20, 30.
    pub steps: [usize; 4],
    /// How many are of a dtype.
    pub dtypes: BTreeMap<Dtype, usize>,
    /// How many have an array of a kind.
    pub arrays: BTreeMap<&'static str, usize>,
    /// How many need a capability.
    pub needs: BTreeMap<&'static str, usize>,
    /// How many have something in them that no capability tells of.
    pub idioms: BTreeMap<&'static str, usize>,
    /// What of the space of programs was asked.
    pub coverage: Coverage,
    /// How many bits of masks were bet on.
    pub bits: u64,
    /// Why no more were asked, if that is not that there were enough.
    pub stopped: Option<String>,
}

/// The upper ends of the classes of numbers of steps.
const STEPS: [usize; 4] = [5, 10, 20, super::MOST_STEPS];

impl Census {
    /// What was counted, as a heading and the parts in words with their numbers.
    pub fn table(&self) -> Vec<(&'static str, Vec<(String, usize)>)> {
        let named = |counts: &BTreeMap<&'static str, usize>| {
            counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        let steps = STEPS.iter().zip(self.steps);
        let dtypes = self.dtypes.iter().map(|(dtype, count)| (dtype.name().to_owned(), *count));
        vec![
            ("steps", steps.map(|(most, count)| (format!("up to {most}"), count)).collect()),
            ("dtypes", dtypes.collect()),
            ("arrays", named(&self.arrays)),
            ("needs", named(&self.needs)),
            ("with", named(&self.idioms)),
        ]
    }

    /// Counts a program.
    pub(crate) fn count(&mut self, question: &Question) {
        let program = &question.program;
        self.programs += 1;
        let steps = Step::count_all(program);
        self.steps[STEPS.iter().position(|&most| steps <= most).unwrap_or(STEPS.len() - 1)] += 1;
        for need in needs(program) {
            *self.needs.entry(need).or_default() += 1;
        }
        let numbered = Step::numbered(program);
        if let Some(dtype) = Step::dtype(program) {
            *self.dtypes.entry(dtype).or_default() += 1;
        }
        for (name, is) in ARRAYS {
            let of = |(_, step): &(usize, &Step)| match step {
                Step::Variable { array, .. } => is(&array.shape, &array.values),
                _ => false,
            };
            *self.arrays.entry(name).or_default() += usize::from(numbered.iter().any(of));
        }
        let has = |is: &dyn Fn(&Step) -> bool| numbered.iter().any(|(_, step)| is(step));
        let calls = numbered.iter().filter(|(_, step)| step.is_call());
        let idioms = [
            ("several calls", calls.count() > 1),
            ("an error", has(&|step| matches!(step, Step::Raise { .. }))),
            ("a scope in a scope", has(&|step| is_scope(step) && step.inner().any(is_scope))),
            ("a repeat", has(&|step| matches!(step, Step::Repeat { .. }))),
            ("compared to the bit", question.exactness == Exactness::Bitwise),
        ];
        for (name, is) in idioms {
            *self.idioms.entry(name).or_default() += usize::from(is);
        }
    }
}

type ArrayKind = (&'static str, fn(&[usize], &[f64]) -> bool);

const ARRAYS: [ArrayKind; 7] = [
    ("single numbers", |shape, _| shape.is_empty()),
    ("empty", |_, values| values.is_empty()),
    ("1 to 67 elements", |shape, values| shape.len() == 1 && (1..=67).contains(&values.len())),
    ("several axes", |shape, _| shape.len() > 1),
    ("more elements", |_, values| values.len() > 81),
    ("zeros", |_, values| values.contains(&0.0)),
    ("not finite", |_, values| values.iter().any(|x| !x.is_finite())),
];

fn is_scope(step: &Step) -> bool {
    matches!(
        step,
        Step::TestMode { .. } | Step::NoGrad { .. } | Step::UsingConfig { .. } | Step::Enter { .. }
    )
}
