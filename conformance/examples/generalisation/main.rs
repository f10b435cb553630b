//! How many wrong implementations are noticed that were not written for any check: each is a defect that
//! shows only where one or two conditions hold, all of them drawn by a seed.
//!
//! ```sh
//! cargo run --release --example generalisation -- default 300 1
//! ```
//!
//! prints which of 300 drawn with seed 1 conform at default effort, and how many do not.

mod drawn;

use dezero_spec::catalogue::Mutated;
use dezero_spec::implementation::Engine;
use dezero_spec::{Conclusion, Effort, Options, verify_with};
use drawn::Drawn;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let effort = match arguments.next().as_deref() {
        Some("quick") => Effort::Quick,
        Some("deep") => Effort::Deep,
        _ => Effort::Default,
    };
    let count = arguments.next().map_or(Ok(300), |it| it.parse::<u64>())?;
    let seed = arguments.next().map_or(Ok(1), |it| it.parse::<u64>())?;
    let programs = arguments.next().map(|it| it.parse::<usize>()).transpose()?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut caught = 0;
    for number in 0..count {
        let drawn = Drawn::new(seed, number);
        let words = drawn.to_string();
        let mut engine = Engine::new(Mutated::of(move || Box::new(drawn.kernel())));
        let options = Options { seed: seed + number, effort, programs, ..Options::default() };
        let report = verify_with(&mut engine, &options, &mut |_| {})?;
        let broken =
            report.rulings.iter().filter(|ruling| ruling.verdict == dezero_spec::Verdict::Fail);
        let broken = broken.map(|ruling| ruling.rule.id).collect::<Vec<_>>().join(", ");
        if report.conclusion(false) == Conclusion::Conforms {
            println!("conforms: {number}: {words}");
        } else {
            caught += 1;
            println!("noticed: {number}: {words}: {broken}");
        }
    }
    println!("{caught} of {count} noticed at {} effort, seed {seed}", effort.name());
    Ok(())
}
