use crate::implementation::Fault;
use crate::wire::FaultKind;
use std::fmt;
use std::process::ExitCode;

/// What shells say of a program that SIGINT ended.
pub(super) const INTERRUPTED: u8 = 130;

/// Why the program cannot do what it was told.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line or a file that it names is wrong.
    Usage(String),
    /// The implementation does not start.
    Adapter(Fault),
    /// The expectations of this file cannot be renewed from the run, and why.
    NotUpdated(String, String),
    /// Ctrl-C.
    Interrupted,
    /// The report cannot be written.
    Output(std::io::Error),
}

impl Failure {
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Failure::Usage(_) => ExitCode::from(2),
            Failure::Adapter(fault) if fault.kind == FaultKind::NotStarted => ExitCode::from(2),
            Failure::Adapter(fault) if fault.kind == FaultKind::Interrupted => {
                ExitCode::from(INTERRUPTED)
            }
            Failure::Interrupted => ExitCode::from(INTERRUPTED),
            Failure::Adapter(_) | Failure::Output(_) | Failure::NotUpdated(..) => ExitCode::from(3),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(why) => f.write_str(why),
            Failure::Adapter(fault) => {
                f.write_str(&fault.message)?;
                for line in &fault.stderr {
                    write!(f, "\n  stderr: {line}")?;
                }
                Ok(())
            }
            Failure::NotUpdated(file, why) => {
                write!(f, "{file}: the expectations stay as they are: {why}")
            }
            Failure::Interrupted => f.write_str("interrupted; the adapter was ended"),
            Failure::Output(why) => write!(f, "the report cannot be written: {why}"),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(why: std::io::Error) -> Failure {
        Failure::Output(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exit code tells a shell: a wrong command, no verdict, or an interrupted run.
    #[test]
    fn each_failure_has_its_exit_code() {
        let adapter =
            |kind| Failure::Adapter(Fault { kind, message: String::new(), stderr: vec![] });
        let failures = [
            (Failure::Usage(String::new()), 2),
            (adapter(FaultKind::NotStarted), 2),
            (adapter(FaultKind::Interrupted), 130),
            (Failure::Interrupted, 130),
            (adapter(FaultKind::Crash), 3),
            (Failure::Output(std::io::ErrorKind::BrokenPipe.into()), 3),
            (Failure::NotUpdated(String::new(), String::new()), 3),
        ];
        for (failure, code) in failures {
            // Codes cannot be compared.
            let (code, expected) = (failure.code(), ExitCode::from(code));
            assert_eq!(format!("{code:?}"), format!("{expected:?}"), "{failure:?}");
        }
    }
}
