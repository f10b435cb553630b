//! How many wrong implementations are noticed that were not written for any check: each is a defect that
//! shows only where one or two conditions hold, all of them drawn by a seed.
//!
//! ```sh
//! cargo run --release --example generalisation -- default 300 1
//! ```
//!
//! tells of 300 drawn with seed 1 which rule notices each at default effort, and which are not noticed;
//!
//! ```sh
//! cargo run --release --example generalisation -- default 17.. 1
//! ```
//!
//! prints the whole report on number 17.

mod drawn;

use dezero_spec::book::{Level, rules};
use dezero_spec::catalogue::Mutated;
use dezero_spec::implementation::Engine;
use dezero_spec::view::print;
use dezero_spec::{Conclusion, Effort, Fault, Options, Report, Verdict, verify_with};
use drawn::Drawn;
use std::error::Error;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The report on one of them.
fn report_on(number: u64, asked: &Options) -> Result<Report, Fault> {
    let drawn = Drawn::new(asked.seed, number);
    let mut engine = Engine::new(Mutated::of(move || Box::new(drawn.kernel())));
    verify_with(&mut engine, &Options { seed: asked.seed + number, ..asked.clone() }, &mut |_| {})
}

/// Whether one is noticed, told in a line: a run ends at the first MUST that fails.
fn noticed(number: u64, asked: &Options) -> Result<bool, Fault> {
    let must = rules().iter().filter(|rule| rule.level == Level::Must);
    let fail_fast = must.map(|rule| rule.id).collect();
    let report = report_on(number, &Options { fail_fast, ..asked.clone() })?;
    let words = Drawn::new(asked.seed, number);
    let broken = report.rulings.iter().filter(|ruling| ruling.verdict == Verdict::Fail);
    let broken = broken.map(|ruling| ruling.rule.id).collect::<Vec<_>>().join(", ");
    let noticed = report.conclusion(false) == Conclusion::DoesNotConform;
    let how = if noticed { "noticed" } else { "MISSED " };
    println!("{how}  {number}: {words}: {broken}");
    Ok(noticed)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let effort = match arguments.next().as_deref() {
        Some("quick") => Effort::Quick,
        Some("deep") => Effort::Deep,
        _ => Effort::Default,
    };
    let count = arguments.next().unwrap_or_else(|| "300".to_owned());
    let seed = arguments.next().map_or(Ok(1), |it| it.parse::<u64>())?;
    let programs = arguments.next().map(|it| it.parse::<usize>()).transpose()?;
    let asked = Options { seed, effort, programs, ..Options::default() };
    std::panic::set_hook(Box::new(|_| {}));
    if let Some(number) = count.strip_suffix("..") {
        let number = number.parse()?;
        println!("{}", Drawn::new(seed, number));
        let report = report_on(number, &asked)?.told(None, false);
        return Ok(print(&report, false, &mut std::io::stdout())?);
    }
    let count = count.parse::<u64>()?;
    let (clock, next, so_far) = (Instant::now(), AtomicU64::new(0), AtomicU64::new(0));
    let work = || -> Result<(), Fault> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            so_far.fetch_add(u64::from(noticed(number, &asked)?), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let workers = (0..cores).map(|_| scope.spawn(work)).collect::<Vec<_>>();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })?;
    let (noticed, seconds) = (so_far.into_inner(), clock.elapsed().as_secs());
    println!(
        "{noticed} of {count} noticed at {} effort, seed {seed}, in {seconds} s",
        effort.name()
    );
    Ok(())
}
