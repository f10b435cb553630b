use clap::Args;
use dezero_spec::upkeep::damage::{Damage, READABLE};
use std::time::Instant;

/// Of reports, which are long, and of programs, which are run as well, a hundredth is read.
const DEAR: [&str; 2] = ["program", "report"];

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many texts of each kind
    #[arg(default_value_t = 1_000_000)]
    texts: u64,

    /// What damages the first of them; those after it have the seeds after it
    #[arg(default_value_t = 1)]
    seed: u64,
}

/// Says at which texts a reader panicked; true if at none.
pub(crate) fn run(arguments: &Arguments) -> bool {
    std::panic::set_hook(Box::new(|_| {}));
    println!("{:<10} {:>12} {:>10} {:>8}", "what", "texts", "findings", "seconds");
    let mut found = 0;
    for readable in READABLE {
        let dear = DEAR.contains(&readable.name);
        let texts = if dear { arguments.texts / 100 } else { arguments.texts };
        let began = Instant::now();
        let Damage { texts, panicked } = readable.read_damaged(texts, arguments.seed);
        let (name, seconds) = (readable.name, began.elapsed().as_secs_f64());
        println!("{name:<10} {texts:>12} {:>10} {seconds:>8.1}", panicked.len());
        panicked.iter().take(5).for_each(|text| println!("  {text}"));
        found += panicked.len();
    }
    found == 0
}
