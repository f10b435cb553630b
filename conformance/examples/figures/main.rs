//! What the gamblers can do, measured: `cargo run --release --example figures > conformance/figures.md`.
//!
//! All of it is simulated with bits of ChaCha8; nothing is tested here, and nothing asserts.

mod dependence;
mod draws;
mod null;
mod rates;
mod speed;

fn main() {
    println!(
        "# What the gamblers can do\n\n\
         Simulated, with the command `cargo run --release --example figures`. A *Wald bound* is\n\
         `ln(10^9)/KL`: the bits that any gambler needs on average, at least, to multiply its money by\n\
         10^9. *Alone* is the gambler with all of the money; *in the pool* it has its part of the\n\
         3 % that a cell has in which rates are judged.\n"
    );
    println!("AMD EPYC, two shared virtual cores, Rust 1.95, 24 November 2026.\n");
    rates::to_reject();
    rates::to_pass();
    null::false_alarms();
    dependence::rows();
    speed::of_the_pool();
}
