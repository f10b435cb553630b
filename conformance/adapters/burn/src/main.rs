//! The same adapter on the wire, for the judge as a program of its own: `frozen` as its argument has
//! layers frozen for test mode.

use dezero_spec::InProcess;
use dezero_spec::serve;
use dezero_spec_burn::{Burn, TestMode};
use std::io::{stdin, stdout};

fn main() -> std::io::Result<()> {
    let frozen = std::env::args().nth(1).is_some_and(|argument| argument == "frozen");
    let mut burn = Burn::new(if frozen { TestMode::Frozen } else { TestMode::Inner });
    serve(&mut InProcess::new(&mut burn), stdin().lock(), stdout(), &mut |line| line)
}
