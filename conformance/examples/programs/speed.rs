use dezero_spec::implementation::{Engine, Implementation, Process, Reference};
use dezero_spec::run::manifest::Manifest;
use dezero_spec::{Options, verify_with};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// Programs of one run.
const PROGRAMS: usize = 4096;

/// How many programs a second, and how much of the time the judge itself takes.
pub(crate) fn of_the_programs() {
    println!("## Programs a second\n");
    println!(
        "{PROGRAMS} random programs with all that belongs to them: drawing, asking, explaining, and\n\
         betting on the masks. The rest is the time without them, for the rules on the adapter. The\n\
         judge's share is its processor time of that of both processes.\n"
    );
    println!("| implementation | programs a second | the judge's share |");
    println!("|---|---|---|");
    let mut reference = Engine::new(Reference);
    row("the reference, in process", &mut reference);
    let manifest = Path::new("conformance/adapters/numpy/impl.json");
    match Manifest::command(manifest) {
        Ok(command) => {
            let mut process = Process::new(command);
            row("NumPy, in Python", &mut process);
        }
        Err(why) => println!("| NumPy, in Python | not run: {why} | |"),
    }
}

fn row(name: &str, implementation: &mut dyn Implementation) {
    let (none, [own_before, others_before]) = (timed(implementation, 0), processor_time());
    let all = timed(implementation, PROGRAMS);
    // The processor time of a child is known when it has ended, which a new start sees to.
    let _ = implementation.start(1);
    let [own, others] = processor_time();
    let (own, others) = (own - own_before, others - others_before);
    let speed = PROGRAMS as f64 / (all - none);
    let share = match others > 0.0 {
        true => format!("{:.0} %", 100.0 * own / (own + others)),
        false => "one process".to_owned(),
    };
    println!("| {name} | {speed:.0} | {share} |");
}

fn timed(implementation: &mut dyn Implementation, programs: usize) -> f64 {
    let rules = vec!["config.default"];
    let options = Options { rules, seed: 1, programs: Some(programs), ..Options::default() };
    let started = Instant::now();
    let report = verify_with(implementation, &options, &mut |_| {}).expect("it starts");
    assert_eq!(report.random.programs, programs, "{:?}", report.random.stopped);
    started.elapsed().as_secs_f64()
}

/// The seconds that this process has had, and those of its children that have ended; 0 where there is
/// no /proc.
fn processor_time() -> [f64; 2] {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may have spaces in it; in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields.skip(11).take(4).filter_map(|ticks| ticks.parse::<f64>().ok());
    match ticks.collect::<Vec<_>>().as_slice() {
        [user, system, childrens, childrens_system] => {
            [(user + system) / 100.0, (childrens + childrens_system) / 100.0]
        }
        _ => [0.0, 0.0],
    }
}
