use clap::Args;
use std::path::PathBuf;

/// Files that a run writes, any number of them.
#[derive(Args)]
pub(crate) struct Outputs {
    /// Write a page too, with pictures, to a file that needs no other file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Write a summary in Markdown too, for a step of GitHub Actions say
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    /// Write a JUnit report too, a test case for each rule
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// Write a badge too, as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) badge: Option<PathBuf>,

    /// Write the report too, as `--format json` prints it
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}
