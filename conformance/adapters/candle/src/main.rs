//! The same adapter on the wire, for the judge as a program of its own.

use dezero_spec::InProcess;
use dezero_spec::serve;
use dezero_spec_candle::Candle;
use std::io::{stdin, stdout};

fn main() -> std::io::Result<()> {
    let mut candle = Candle::default();
    serve(&mut InProcess::new(&mut candle), stdin().lock(), stdout(), &mut |line| line)
}
