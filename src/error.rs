use std::fmt;

/// What the engine refuses.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A ratio that is not a probability, with its value.
    Ratio(f64),
    /// A flag by a name that [`crate::Config`] does not have.
    UnknownFlag(String),
    /// A variable that no function created, so that there is no way back from it.
    NoCreator,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Ratio(ratio) => write!(f, "ratio {ratio} is not in [0, 1]"),
            Error::UnknownFlag(name) => {
                write!(f, "no flag `{name}`: the flags are `enable_backprop` and `train`")
            }
            Error::NoCreator => f.write_str(
                "no way back from a variable without a creator: it is a leaf or was made under no_grad",
            ),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_was_found() {
        for (error, said) in [
            (Error::Ratio(1.5), "1.5"),
            (Error::UnknownFlag("trian".to_owned()), "`trian`"),
            (Error::NoCreator, "creator"),
        ] {
            assert!(error.to_string().contains(said), "{error:?}");
        }
    }
}
