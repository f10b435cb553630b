use super::{RunFormat, Subject};
use crate::cli::outputs::Outputs;
use crate::cli::subject::subject_file;
use crate::session::Effort;
use clap::Args;
use std::num::NonZero;
use std::path::PathBuf;

const AFTER_HELP: &str =
    concat!(include_str!("help/exit_codes.txt"), include_str!("help/examples.txt"));

const AFTER_LONG_HELP: &str = concat!(
    include_str!("help/exit_codes.txt"),
    include_str!("help/examples.txt"),
    "\nThe protocol:\n",
    include_str!("help/protocol.txt")
);

#[derive(Args)]
#[command(after_help = AFTER_HELP, after_long_help = AFTER_LONG_HELP)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) subject: Subject,

    /// More implementations, each of which is judged: a line of each, and with --html, --markdown and
    /// --csv a table of all
    #[arg(value_name = "IMPL.JSON", value_parser = subject_file)]
    pub(crate) others: Vec<PathBuf>,

    /// Judge each of these files: Python files as they are, others by the adapter that IMPL.JSON
    /// starts, which finds the file's path in the environment as DEZERO_SPEC_EACH
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) each: Vec<String>,

    /// Of several implementations, so many are judged at once; half as many as there are cores
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,

    /// Keep the report of each of several implementations here, as JSON and as a page
    #[arg(long, value_name = "FOLDER")]
    pub(crate) reports: Option<PathBuf>,

    /// Write a line for each of several implementations, as comma-separated values
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Say what would be started and written, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Judge only these rules and what they build on; `*` stands for anything
    #[arg(long = "rule", value_name = "PATTERN")]
    pub(crate) rules: Vec<String>,

    /// How many masks are drawn; `default`, and `quick` for recorded answers
    #[arg(long, value_enum)]
    pub(crate) effort: Option<Effort>,

    /// Where all of the judge's randomness comes from; fresh and printed without it, but 54 for
    /// recorded answers
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// How many random programs are asked: 128, 512 or 8192 by effort, and none with --rule
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) programs: Option<usize>,

    /// Write the programs that broke rules to a file, as fixtures; `replay` asks them again
    #[arg(long, value_name = "FILE")]
    pub(crate) save_counterexample: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) outputs: Outputs,

    /// A SHOULD that fails counts like a MUST
    #[arg(long)]
    pub(crate) strict: bool,

    /// Write what fails to the `expectations` of IMPL.JSON, and take out what does not any more
    #[arg(long, requires = "file", conflicts_with = "rules")]
    pub(crate) update_expectations: bool,

    /// How to report on standard output
    #[arg(long, value_enum, default_value_t = RunFormat::Terminal)]
    pub(crate) format: RunFormat,

    /// Show a line for every rule, and known failures in full
    #[arg(long, short)]
    pub(crate) verbose: bool,

    /// Print the verdict alone, in one line
    #[arg(long, short, conflicts_with_all = ["verbose", "format"])]
    pub(crate) quiet: bool,
}
