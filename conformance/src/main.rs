//! The program `dezero-spec`.

use std::process::ExitCode;

fn main() -> ExitCode {
    dezero_spec::cli::main()
}
