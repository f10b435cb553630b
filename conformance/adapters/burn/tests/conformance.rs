//! Burn under the judge, in its own `cargo test`, once for each of its test modes.

use dezero_spec::verify;
use dezero_spec_burn::{Burn, TestMode, VERSION};

#[test]
fn burn_conforms_where_tensors_without_autodiff_go_in() {
    verify(&mut Burn::new(TestMode::Inner)).expect("burn starts").assert_conforms();
}

#[test]
fn burn_conforms_where_layers_are_frozen() {
    verify(&mut Burn::new(TestMode::Frozen)).expect("burn starts").assert_conforms();
}

#[test]
fn the_version_is_the_one_that_is_pinned() {
    let pinned = format!("burn = {{ version = \"={VERSION}\"");
    assert!(include_str!("../Cargo.toml").contains(&pinned));
}
