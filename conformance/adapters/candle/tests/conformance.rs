//! Candle under the judge, in its own `cargo test`.
//!
//! Candle breaks one rule. The file `deviations.rs` shows it without a judge, and tells why; here the
//! judge is to find that and nothing else.

use candle_core::Tensor;
use dezero_spec::wire::{Seen, Start, Step};
use dezero_spec::{Adapter, Names, Stop};
use dezero_spec::{Conclusion, Verdict, verify};
use dezero_spec_candle::{Candle, VERSION};

#[test]
fn candle_breaks_the_rule_on_integers() {
    let report = verify(&mut Candle::default()).expect("candle starts");
    let rulings = report.rulings.iter();
    let broken = rulings
        .filter(|ruling| !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported))
        .map(|ruling| (ruling.rule.id, ruling.verdict))
        .collect::<Vec<_>>();
    assert_eq!(report.conclusion(false), Conclusion::DoesNotConform);
    assert_eq!(broken, [("dropout.train.integer", Verdict::Fail)], "\n{}", report.words());
}

/// Candle without integers, whose dropout it has not thought of.
#[derive(Default)]
struct Floats(Candle);

impl Adapter for Floats {
    type Variable = Tensor;

    fn start(&mut self, entropy: u32) -> Start {
        let mut start = self.0.start(entropy);
        start.dtypes.retain(|dtype| dtype.is_float());
        start
    }

    fn step(&mut self, step: &Step, names: &mut Names<Tensor>) -> Result<Option<Seen>, Stop> {
        self.0.step(step, names)
    }
}

#[test]
fn candle_keeps_every_other_rule() {
    verify(&mut Floats::default()).expect("candle starts").assert_conforms();
}

#[test]
fn the_version_is_the_one_that_is_pinned() {
    let pinned = format!("candle-nn = {{ version = \"={VERSION}\"");
    assert!(include_str!("../Cargo.toml").contains(&pinned));
}
