use std::process::{Command, Output};

/// Exit code, output and errors of the program.
pub(crate) fn dezero_spec(arguments: &[&str]) -> (i32, String, String) {
    let program = env!("CARGO_BIN_EXE_dezero-spec");
    let Output { status, stdout, stderr } = Command::new(program).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(stdout), text(stderr));
    assert!(!stderr.contains("panicked"), "{stderr}");
    (status.code().unwrap(), stdout, stderr)
}
