//! The reference goes through the same door as strangers, and conforms.

use dezero_spec::implementation::{Engine, Reference};
use dezero_spec::{Conclusion, Options, Verdict, verify_with};

#[test]
fn the_reference_conforms_and_even_strictly() {
    let mut reference = Engine::new(Reference);
    for seed in 0..3 {
        let report =
            verify_with(&mut reference, &Options { seed, ..Options::default() }, &mut |_| {})
                .unwrap();
        for ruling in &report.rulings {
            let passes = ruling.verdict == Verdict::Pass;
            let integers = ruling.rule.id.ends_with(".integer");
            let (id, evidence) = (ruling.rule.id, &ruling.reason);
            assert!(passes || integers, "seed {seed}: {id}: {:?}: {evidence}", ruling.verdict);
        }
        assert_eq!(report.conclusion(true), Conclusion::Conforms);
    }
}
