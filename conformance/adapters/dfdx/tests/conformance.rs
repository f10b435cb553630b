//! dfdx under the judge, in its own `cargo test`.
//!
//! dfdx breaks one rule. The file `deviations.rs` shows it without a judge, and tells why; here the judge
//! is to find that and nothing else.

use dezero_spec::wire::{Seen, Start, Step};
use dezero_spec::{Adapter, Names, Stop};
use dezero_spec::{Conclusion, Verdict, verify};
use dezero_spec_dfdx::{Dfdx, VERSION, Variable};

#[test]
fn dfdx_breaks_the_rule_on_independence() {
    let report = verify(&mut Dfdx::default()).expect("dfdx starts");
    let rulings = report.rulings.iter();
    let broken = rulings
        .filter(|ruling| !matches!(ruling.verdict, Verdict::Pass | Verdict::Unsupported))
        .map(|ruling| (ruling.rule.id, ruling.verdict))
        .collect::<Vec<_>>();
    assert_eq!(report.conclusion(false), Conclusion::DoesNotConform);
    assert_eq!(broken, [("mask.dependence", Verdict::Fail)], "\n{}", report.words());
}

/// dfdx without views, which its dropout does not look through.
#[derive(Default)]
struct Contiguous(Dfdx);

impl Adapter for Contiguous {
    type Variable = Variable;

    fn start(&mut self, entropy: u32) -> Start {
        let mut start = self.0.start(entropy);
        start.capabilities.retain(|capability| capability != "views");
        start
    }

    fn step(&mut self, step: &Step, names: &mut Names<Variable>) -> Result<Option<Seen>, Stop> {
        self.0.step(step, names)
    }
}

#[test]
fn dfdx_keeps_every_other_rule() {
    verify(&mut Contiguous::default()).expect("dfdx starts").assert_conforms();
}

#[test]
fn the_version_is_the_one_that_is_pinned() {
    let pinned = format!("dfdx = {{ version = \"={VERSION}\"");
    assert!(include_str!("../Cargo.toml").contains(&pinned));
}
