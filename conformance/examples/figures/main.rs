//! What the gamblers can do, measured: `cargo run --release --example figures > conformance/figures.md`.
//!
//! All of it is simulated with bits of ChaCha8; nothing is tested here, and nothing asserts. Behind `--` parts
//! may be named: `reject`, `pass`, `null`, `dependence`, `speed`.

mod dependence;
mod draws;
mod null;
mod rates;
mod speed;

fn main() {
    // Those that are named, or all.
    let chosen = std::env::args().skip(1).collect::<Vec<_>>();
    let parts: [(&str, fn()); 5] = [
        ("reject", rates::to_reject),
        ("pass", rates::to_pass),
        ("null", null::false_alarms),
        ("dependence", dependence::rows),
        ("speed", speed::of_the_pool),
    ];
    println!(
        "# What the gamblers can do\n\n\
         Simulated, with the command `cargo run --release --example figures`. A *Wald bound* is\n\
         `ln(10^9)/KL`: the bits that any gambler needs on average, at least, to multiply its money by\n\
         10^9. *Alone* is the gambler with all of the money; *in the pool* it has a part of 3 %. A cell in\n\
         which rates are judged has 2.3 % with four dtypes, which costs a hundredth more bits.\n"
    );
    println!("AMD EPYC, two shared virtual cores, Rust 1.95, 24 and 29 November 2026.\n");
    for (name, part) in parts {
        if chosen.is_empty() || chosen.iter().any(|it| it == name) {
            part();
        }
    }
}
