//! The same adapter on the wire, for the judge as a program of its own.

use dezero_spec::InProcess;
use dezero_spec::serve;
use dezero_spec_dfdx::Dfdx;
use std::io::{stdin, stdout};

fn main() -> std::io::Result<()> {
    let mut dfdx = Dfdx::default();
    serve(&mut InProcess::new(&mut dfdx), stdin().lock(), stdout(), &mut |line| line)
}
