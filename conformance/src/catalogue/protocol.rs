//! Broken adapters.

use super::{Kernel, Mutant};
use crate::wire::Step;

fn nothing() -> Step {
    Step::Repeat { times: 0, body: vec![] }
}

mutants! {
    "wrong-id" adapter "protocol.answers"
    "glsl-language-server issue 3: a response with another id"
    => "Nothing: the judge says so at once." {
        spoil: |line| line.replace("\"id\":\"", "\"id\":\"x")
    }

    "no-negative-zero" adapter "protocol.arrays"
    "JSON.stringify(-0) is \"0\" in JavaScript"
    => "A right framework would be accused of losing signs." {
        spoil: |line| line.replace("\"-0.0\"", "0.0")
    }

    "single-numbers-lose-their-sign" adapter "protocol.arrays"
    "CuPy 13.6, measured: asarray of a single -0.0 fills with zeros"
    => "A right framework would be accused of losing signs." {
        fn rewrites(&self) -> bool {
            true
        }
        fn rewrite(&mut self, step: &Step) -> Step {
            let mut step = step.clone();
            if let Step::Variable { array, .. } = &mut step
                && array.shape.is_empty()
                && array.values[0] == 0.0
            {
                array.values[0] = 0.0;
            }
            step
        }
    }

    "binds-once" adapter "protocol.names"
    "dict.setdefault in place of assignment" => "A right framework would be accused of anything." {
        struct State { bound: Vec<String> }
        fn begin_program(&mut self) {
            self.bound.clear();
        }
        fn rewrites(&self) -> bool {
            true
        }
        fn rewrite(&mut self, step: &Step) -> Step {
            match step {
                Step::Variable { to, .. } if self.bound.contains(to) => nothing(),
                Step::Variable { to, .. } => {
                    self.bound.push(to.clone());
                    step.clone()
                }
                _ => step.clone(),
            }
        }
    }

    "repeats-once" adapter "protocol.repeat"
    "parquet-tools issue 616: run once, counted as many times"
    => "Masks would be too few to be judged." {
        fn rewrites(&self) -> bool {
            true
        }
        fn rewrite(&mut self, step: &Step) -> Step {
            match step {
                Step::Repeat { body, .. } => Step::Repeat { times: 1, body: body.clone() },
                _ => step.clone(),
            }
        }
    }

    "blames-the-framework" adapter "protocol.blame"
    "Bowtie issue 60: one handler around a whole case"
    => "A right framework would be accused of refusing what it never saw." {
        spoil: |line| line.replace("\"from\":\"adapter\"", "\"from\":\"library\"")
    }

    "never-raises" adapter "protocol.catch"
    "an adapter without `raise`" => "Modes that leak on errors would pass." {
        fn rewrites(&self) -> bool {
            true
        }
        fn rewrite(&mut self, step: &Step) -> Step {
            match step {
                Step::Raise { .. } => nothing(),
                _ => step.clone(),
            }
        }
    }
}
