//! Reads millions of damaged answers, records, manifests, fixtures, reports and programs.
//!
//! ```sh
//! cargo run --release --example damage -- 1000000 1
//! ```
//!
//! reads a million texts of each kind, damaged by seed 1 and those after it, and says at which the reader
//! panicked. Reports are long and programs are run as well: of those it reads a hundredth.

use dezero_spec::upkeep::damage::{Damage, READABLE};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let texts = arguments.next().map_or(Ok(1_000_000), |it| it.parse::<u64>())?;
    let seed = arguments.next().map_or(Ok(1), |it| it.parse::<u64>())?;
    std::panic::set_hook(Box::new(|_| {}));
    let mut found = 0;
    println!("{:<10} {:>12} {:>10} {:>8}", "what", "texts", "findings", "seconds");
    for readable in READABLE {
        let dear = ["program", "report"].contains(&readable.name);
        let texts = if dear { texts / 100 } else { texts };
        let began = Instant::now();
        let Damage { texts, panicked } = readable.read_damaged(texts, seed);
        let (name, seconds) = (readable.name, began.elapsed().as_secs_f64());
        println!("{name:<10} {texts:>12} {:>10} {seconds:>8.1}", panicked.len());
        panicked.iter().take(5).for_each(|text| println!("  {text}"));
        found += panicked.len();
    }
    if found == 0 { Ok(()) } else { Err(format!("{found} findings").into()) }
}
