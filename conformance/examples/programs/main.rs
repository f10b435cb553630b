//! What random programs find, measured:
//! `cargo run --release --example programs > conformance/programs.md`.
//!
//! Nothing is tested here, and nothing asserts.

mod found;
mod speed;

fn main() {
    // Wrong implementations that panic inside of themselves are caught, and say so at length.
    std::panic::set_hook(Box::new(|_| {}));
    println!(
        "# What random programs find\n\n\
         Measured with `cargo run --release --example programs`, which takes about twenty minutes.\n\
         AMD EPYC, two shared virtual cores, Rust 1.95, 25 November 2026.\n"
    );
    found::by_mutant();
    speed::of_the_programs();
}
