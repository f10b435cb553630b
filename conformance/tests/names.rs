//! A mistake is called by its name: of simple mistakes exactly the expected rules fail, with every seed.
//!
//! The implementation is one that a student of the chapter writes, and runs on nothing of the judge's own
//! engine. `DEZERO_SPEC_SEEDS` says with how many seeds each mistake is judged, 2 if it is not set.

use crate::support::on_all_cores;
use dezero_spec::wire::{Array, Dropout, Dtype, FlagValue, Mode, Real, Seen, Start, Step};
use dezero_spec::{Adapter, Body, InProcess, Names, Stop};
use dezero_spec::{Effort, Options, Verdict, verify_with};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What is wrong with the chapter's lines.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    Nothing,
    NoScale,
    ScaleOfTheRatio,
    ScaleInFloat64,
    ScaledInTestMode,
    KeepsTheRatio,
    SameMaskAgain,
    NameError,
    NameErrorInTraining,
    IndexErrorInLongArrays,
    NoFinally,
    RestoresTrue,
    DefaultOfATenth,
    ShapeIsLost,
    AlwaysTrains,
    WritesToItsInput,
    KeepsEvery16th,
}
use Mistake::*;

/// The rules that fail for each.
const NAMES: [(Mistake, &[&str]); 17] = [
    (Nothing, &[]),
    (NoScale, &["dropout.train.scale"]),
    (ScaleOfTheRatio, &["dropout.train.scale", "dropout.train.ratio-zero"]),
    (ScaleInFloat64, &["dropout.train.dtype"]),
    (
        ScaledInTestMode,
        &["dropout.test.identity", "dropout.test.ratio-one", "dropout.test.ratio-ignored"],
    ),
    (KeepsTheRatio, &["dropout.train.ratio-zero", "dropout.train.ratio-one", "mask.rate"]),
    (SameMaskAgain, &["mask.dependence"]),
    (NameError, &["dropout.test.identity"]),
    (NameErrorInTraining, &["dropout.train.shape"]),
    (IndexErrorInLongArrays, &["dropout.train.shape"]),
    (NoFinally, &["config.restore.error", "config.restore.panic"]),
    (
        RestoresTrue,
        &[
            "config.restore.error",
            "config.restore.panic",
            "config.restore.saved-at-entry",
            "config.restore.inner-set",
        ],
    ),
    (DefaultOfATenth, &["dropout.train.default-ratio"]),
    (ShapeIsLost, &["dropout.train.shape"]),
    (AlwaysTrains, &["dropout.test.identity", "dropout.test.ratio-one"]),
    (WritesToItsInput, &["dropout.train.input"]),
    (KeepsEvery16th, &["dropout.train.ratio-one", "mask.dependence"]),
];

/// The chapter, with a mistake.
struct Student {
    mistake: Mistake,
    train: bool,
    state: u64,
    seed: u64,
}

impl Student {
    fn of(mistake: Mistake) -> Student {
        Student { mistake, train: true, state: 0, seed: 0 }
    }

    /// A uniform in [0, 1): SplitMix64.
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) >> 11) as f64 * 2f64.powi(-53)
    }

    fn dropout(&mut self, x: &Array, ratio: Option<f64>, train: bool) -> Result<Array, Stop> {
        let mistake = self.mistake;
        let train = train || mistake == AlwaysTrains;
        let ratio = ratio.unwrap_or(if mistake == DefaultOfATenth { 0.1 } else { 0.5 });
        if mistake == NameError || mistake == NameErrorInTraining && train {
            return Err(Stop::raised("NameError: name 'maks' is not defined"));
        }
        if mistake == IndexErrorInLongArrays && train && x.values.len() > 4 {
            return Err(Stop::raised("IndexError: index 4 is out of bounds for axis 0"));
        }
        if !train {
            let scale = if mistake == ScaledInTestMode { 1.0 - ratio } else { 1.0 };
            let tested = x.values.iter().map(|x| x * scale).map(|y| x.dtype.round(y));
            return Ok(Array::new(x.dtype, &x.shape.clone(), tested.collect()));
        }
        if !(0.0..=1.0).contains(&ratio) {
            return Err(Stop::raised("the ratio is outside of 0 to 1"));
        }
        if mistake == SameMaskAgain {
            self.state = self.seed;
        }
        let scale = match mistake {
            NoScale => 1.0,
            ScaleOfTheRatio => ratio,
            _ => 1.0 - ratio,
        };
        let dtype = if mistake == ScaleInFloat64 { Dtype::Float64 } else { x.dtype };
        let scale = dtype.round(scale);
        let mut values = Vec::new();
        for (place, &x) in x.values.iter().enumerate() {
            let u = self.uniform();
            let keep = match mistake {
                KeepsTheRatio => u < ratio,
                KeepsEvery16th if place % 16 == 0 => true,
                _ => u > ratio,
            };
            values.push(dtype.round(x * f64::from(u8::from(keep)) / scale));
        }
        let shape = if mistake == ShapeIsLost { vec![values.len()] } else { x.shape.clone() };
        let y = Array::new(dtype, &shape, values);
        Ok(y)
    }
}

impl Adapter for Student {
    type Variable = Array;

    fn start(&mut self, entropy: u32) -> Start {
        (self.train, self.state, self.seed) = (true, u64::from(entropy), u64::from(entropy));
        let claimed = ["train", "test", "config.train", "default_ratio", "names"];
        Start::new("student", &claimed, &[Dtype::Float32, Dtype::Float64])
    }

    fn step(&mut self, step: &Step, names: &mut Names<Array>) -> Result<Option<Seen>, Stop> {
        match step {
            Step::Variable { to, array, .. } => names.bind(to, array.clone()),
            Step::Dropout(Dropout { to, of, ratio, mode, u: None }) => {
                let train = mode.map_or(self.train, |mode| mode == Mode::Train);
                let y = self.dropout(names.get(of)?, ratio.map(|Real(ratio)| ratio), train)?;
                if self.mistake == WritesToItsInput {
                    names.bind(of, y.clone());
                }
                names.bind(to, y);
            }
            Step::SetConfig { flag, value } if flag == "train" => self.train = *value,
            Step::Config { flag } if flag == "train" => return Ok(Some(Seen::Config(self.train))),
            Step::Value { of } => return Ok(Some(Seen::Array(Some(names.get(of)?.clone())))),
            _ => return Err(Stop::unsupported(step)),
        }
        Ok(None)
    }

    fn scope(
        &mut self,
        scope: &Step,
        names: &mut Names<Array>,
        body: &mut Body<'_, Student>,
    ) -> Result<(), Stop> {
        let value = match scope {
            Step::TestMode { .. } => false,
            Step::UsingConfig { flag, value: FlagValue::Bool(value), .. } if flag == "train" => {
                *value
            }
            Step::UsingConfig { flag, .. } => {
                return Err(Stop::raised(format!("no flag `{flag}`")));
            }
            _ => return Err(Stop::unsupported(scope)),
        };
        let saved = std::mem::replace(&mut self.train, value);
        let ended = catch_unwind(AssertUnwindSafe(|| body(self, names)));
        if self.mistake != NoFinally || matches!(ended, Ok(Ok(()))) {
            self.train = saved || self.mistake == RestoresTrue;
        }
        ended.unwrap_or_else(|payload| resume_unwind(payload))
    }
}

/// The rules that fail, and what shows it.
fn failing(mistake: Mistake, seed: u64) -> Vec<(&'static str, String)> {
    let options = Options { seed, effort: Effort::Quick, ..Options::default() };
    let mut student = Student::of(mistake);
    let report = verify_with(&mut InProcess::new(&mut student), &options, &mut |_| {}).unwrap();
    let failing = report
        .rulings
        .iter()
        .filter(|ruling| matches!(ruling.verdict, Verdict::Fail | Verdict::Error));
    let shown = failing.map(|ruling| {
        let program = ruling.counterexample.as_ref().map(|found| format!("{:?}", found.program));
        (ruling.rule.id, program.unwrap_or_default())
    });
    shown.collect()
}

#[test]
fn exactly_the_expected_rules_fail() {
    let seeds = std::env::var("DEZERO_SPEC_SEEDS").map_or(2, |seeds| seeds.parse().unwrap());
    let runs = NAMES.iter().flat_map(|&(mistake, expected)| {
        (1..=seeds).map(move |seed| (mistake, expected.to_vec(), seed))
    });
    let wrong = |(mistake, mut expected, seed): (Mistake, Vec<&'static str>, u64)| {
        let failing = failing(mistake, seed);
        let mut rules = failing.iter().map(|(rule, _)| *rule).collect::<Vec<_>>();
        rules.sort_unstable();
        expected.sort_unstable();
        let others = failing.iter().filter(|(rule, _)| !expected.contains(rule));
        let others = others.collect::<Vec<_>>();
        let said = format!("{mistake:?}, seed {seed}: {rules:?}, not {expected:?}: {others:?}");
        if rules == expected { Vec::new() } else { vec![said] }
    };
    let wrong = on_all_cores(runs.collect(), wrong);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
